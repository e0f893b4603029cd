"""Looking at logs from outside: the chain, the events, a day rebuilt. Nothing here writes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec

from queue_server.cli.anchored import check_anchors
from queue_server.cli.journal import keep_journal
from queue_server.cli.stores import NoStore, connected, store_at
from queue_server.desk.scribes import DayScribe
from queue_server.hall import events, register
from queue_server.hall.day import Day
from queue_server.hall.figures import figures
from queue_server.hall.plan import Plan
from queue_server.store import keys
from queue_server.store.chain import GENESIS, ChainBroken, Entry, Tail, verify
from queue_server.store.logs import Store

PAGE = 5000
WELL, DAMAGED, NO_STORE = 0, 1, 2


class NotThere(Exception):
    """The hall or the day that was asked for is not in the store."""


def verify_logs(store: str, hall: str, date: str, anchors: Path | None, key: Path | None) -> int:
    """Verify the register and every day (or one); 1 when a chain is broken or an entry cannot be read.

    With `anchors`, a file of anchors, also when an anchored entry is another one or not there; `key` is the
    public key of the file, by default the one beside it.
    """
    return _look(store, lambda found: _verify(found, hall, date, anchors, key))


def show_log(store: str, hall: str, date: str) -> int:
    """Print a day's entries as JSON lines, whatever they hold."""
    return _look(store, lambda found: _show(found, hall, date))


def replay_log(store: str, hall: str, date: str) -> int:
    """Rebuild a day and print its figures; 1 when it is not there, is damaged, or set an event aside."""
    return _look(store, lambda found: _replay(found, hall, date))


def _look(place: str, look: Callable[[Store], Awaitable[int]]) -> int:
    async def with_store(url: str) -> int:
        async with connected(url) as store:
            return await look(store)

    keep_journal("text", "critical")  # what is damaged is said here, in a sentence
    try:
        with store_at(place) as url:
            return asyncio.run(with_store(url))
    except NoStore as error:
        print(f"yichuang log: {error}", file=sys.stderr)
        return NO_STORE
    except (NotThere, ChainBroken, events.UnknownVersion) as error:
        print(f"yichuang log: {error}", file=sys.stderr)
        return DAMAGED


async def _pages(store: Store, log: str) -> AsyncIterator[tuple[Entry, ...]]:
    """A log in pieces, so that a long day does not have to fit into memory at once."""
    after = 0
    while entries := await store.read(log, after, PAGE):
        yield entries
        if entries[-1].seq <= after:
            return  # only foreign entries of one place: nothing comes after them
        after = entries[-1].seq


async def _logs(store: Store, hall: str, date: str) -> list[str]:
    """The hall's register and days, or one day; raises `NotThere`."""
    dates = await store.days(hall)
    if not dates and await store.tail(keys.register(hall)) == GENESIS:
        raise NotThere(f'there is no hall "{hall}" in this store')
    if not date:
        return [keys.register(hall), *(keys.day(hall, each) for each in dates)]
    if date not in dates:
        there = f"from {dates[0]} to {dates[-1]}" if dates else "none"
        raise NotThere(f'{hall} has no day "{date}"; there are {len(dates)} days: {there}')
    return [keys.day(hall, date)]


# --- verify -------------------------------------------------------------------------------------------


async def _verify(store: Store, hall: str, date: str, anchors: Path | None, key: Path | None) -> int:
    status = WELL
    logs = await _logs(store, hall, date)
    for log in logs:
        read = register.decode if log == keys.register(hall) else events.decode
        faults, tail = await _faults_of(store, log, read)
        for fault in faults:
            status = DAMAGED
            print(f"{log}: {fault}", file=sys.stderr)
        if not faults:
            print(f"{log}: {tail.seq} entries, well, ends at {tail.hash or 'nothing'}")
    if anchors is not None:
        status = max(status, await check_anchors(anchors, key, logs, store.read))
    return status


async def _faults_of(store: Store, log: str, read: Callable[[bytes], object]) -> tuple[list[str], Tail]:
    """What is wrong with a log: entries that cannot be read, up to the first that breaks the chain."""
    faults: list[str] = []
    tail = GENESIS
    async for entries in _pages(store, log):
        for entry in entries:
            try:
                tail = verify([entry], tail)
            except ChainBroken as broken:
                return [*faults, f"the chain is broken at {broken}"], tail
            try:
                read(entry.body)
            except events.UNREADABLE as error:
                faults.append(f"entry {entry.seq} is as it was stored, but cannot be read: {error}")
    return faults, tail


# --- show ---------------------------------------------------------------------------------------------


async def _show(store: Store, hall: str, date: str) -> int:
    (log,) = await _logs(store, hall, date)
    async for entries in _pages(store, log):
        for entry in entries:
            print(shown(entry))
    return WELL


def shown(entry: Entry) -> str:
    """An entry as one line of JSON; a body that is none is told as text under ``unreadable``."""
    line: dict[str, object] = {"seq": entry.seq, "hash": entry.hash}
    try:
        line["event"] = msgspec.json.decode(entry.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        line["unreadable"] = entry.body.decode("utf-8", "backslashreplace")
    return msgspec.json.encode(line).decode()


# --- replay -------------------------------------------------------------------------------------------


async def _replay(store: Store, hall: str, date: str) -> int:
    (log,) = await _logs(store, hall, date)
    day: Day | None = None
    tail = GENESIS
    async for entries in _pages(store, log):
        tail = verify(entries, tail)
        if day is None:
            day = Day(await _pinned(store, hall, date, entries[0]), date)
        for entry in entries:
            DayScribe().take_in(day, entry)
        day.settle()
    assert day is not None, "a day that is listed has a first entry"
    print(msgspec.json.format(msgspec.json.encode(figures(day)), indent=2).decode())
    for seq in day.now.quarantined:
        print(f"yichuang log: entry {seq} was set aside: it contradicts the day before it", file=sys.stderr)
    return DAMAGED if day.now.quarantined else WELL


async def _pinned(store: Store, hall: str, date: str, first: Entry) -> Plan:
    """The plan that the day's opening names; raises `NotThere` or `ChainBroken`."""
    opened = _opening(first)
    if opened is None:
        raise NotThere(f"the first entry of {hall}'s day {date} is no opening")
    tail = GENESIS
    async for entries in _pages(store, keys.register(hall)):
        tail = verify(entries, tail)
        for entry in entries:
            fact = _fact(entry)
            if isinstance(fact, register.PLANS) and fact.hash == opened.plan:
                return fact.plan
    raise NotThere(f"the register of {hall} has no plan {opened.plan}, which its day {date} runs under")


def _opening(first: Entry) -> events.DayOpened | None:
    try:
        event = events.decode(first.body).e
    except events.UNREADABLE:
        return None
    return event if isinstance(event, events.DayOpened) else None


def _fact(entry: Entry) -> object:
    try:
        return register.decode(entry.body).e
    except events.UNREADABLE:
        return None  # `log verify` names it; the plan may stand elsewhere
