"""Looking at logs from outside: the chain, the events, a day rebuilt."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from queue_server.desk.scribes import DayScribe, RegisterScribe
from queue_server.hall import events
from queue_server.hall.day import Day
from queue_server.hall.figures import figures
from queue_server.hall.register import Register
from queue_server.store import keys
from queue_server.store.chain import GENESIS, ChainBroken, Entry, verify
from queue_server.store.logs import Store, StoreRefused, Unanswered

PAGE = 5000


def _run(work: object) -> int:
    try:
        return asyncio.run(work)  # type: ignore[arg-type]
    except (Unanswered, StoreRefused) as trouble:
        print(f"the store cannot be read: {trouble}", file=sys.stderr)
        return 2


async def _entries(store: Store, log: str) -> list[Entry]:
    found: list[Entry] = []
    while more := await store.read(log, found[-1].seq if found else 0, PAGE):
        found += more
    return found


def verify_logs(url: str, hall: str, date: str) -> int:
    """Verify the register and every day (or one); 1 when a chain is broken."""
    return _run(_verify(url, hall, date))


async def _verify(url: str, hall: str, date: str) -> int:
    store = await Store.connect(url)
    logs = (
        [keys.day(hall, date)]
        if date
        else [keys.register(hall), *(keys.day(hall, d) for d in await store.days(hall))]
    )
    broken = 0
    for log in logs:
        try:
            tail = verify(await _entries(store, log), GENESIS)
            print(f"{log}: {tail.seq} entries, well, ends at {tail.hash or 'nothing'}")
        except ChainBroken as error:
            broken = 1
            print(f"{log}: broken at {error}", file=sys.stderr)
    await store.aclose()
    return broken


def show_log(url: str, hall: str, date: str) -> int:
    """Print a day's entries as JSON lines."""
    return _run(_show(url, hall, date))


async def _show(url: str, hall: str, date: str) -> int:
    store = await Store.connect(url)
    for entry in await _entries(store, keys.day(hall, date)):
        print(f'{{"seq":{entry.seq},"hash":"{entry.hash}","event":{entry.body.decode()}}}')
    await store.aclose()
    return 0


def replay_log(url: str, hall: str, date: str) -> int:
    """Rebuild a day and print its figures; 1 when there is no such day or an event was set aside."""
    return _run(_replay(url, hall, date))


async def _replay(url: str, hall: str, date: str) -> int:
    store = await Store.connect(url)
    kept = Register()
    for entry in await _entries(store, keys.register(hall)):
        RegisterScribe().take_in(kept, entry)
    entries = await _entries(store, keys.day(hall, date))
    await store.aclose()
    opened = events.decode(entries[0].body).e if entries else None
    if not isinstance(opened, events.DayOpened) or opened.plan not in kept.plans:
        print(f"{hall} has no day {date}", file=sys.stderr)
        return 1
    verify(entries, GENESIS)
    day = Day(kept.plans[opened.plan], date)
    for entry in entries:
        DayScribe().take_in(day, entry)
    print(msgspec.json.format(msgspec.json.encode(figures(day)), indent=2).decode())
    return 1 if day.now.quarantined else 0
