"""Who did what in a hall, told from its logs: nothing else is kept for it, and nothing can be left out."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from queue_server.cli.registers import Unfit, in_register
from queue_server.console.words import plain
from queue_server.desk.line import Line
from queue_server.hall import events, register
from queue_server.hall.plan import Plan
from queue_server.hall.register import Register
from queue_server.store import keys
from queue_server.store.logs import Store

PAGE = 5000
LONG = ("token_hash", "hash", "plan", "stamp")
"""What is told by its beginning only: it names something, and nobody reads it."""


class Deed(msgspec.Struct, frozen=True):
    """One line of the audit: when (ms), who, what, and the event's values."""

    at: int
    by: str
    act: str
    facts: dict[str, Any]


class Wanted(msgspec.Struct, frozen=True):
    """Which deeds are asked for; "" is any. `ticket` is a number."""

    who: str = ""
    act: str = ""
    ticket: str = ""


def print_audit(store: str, hall: str, who: str, date: str, act: str, ticket: str) -> int:
    """Print the deeds, oldest first; gives the exit status."""

    async def work(there: Store, line: Line[Register], plan: Plan) -> int:
        dates = await there.days(hall)
        if date and date not in dates:
            raise Unfit(f'{hall} has no day "{date}" in this store; its days: {", ".join(dates) or "none"}')
        logs = [keys.day(hall, each) for each in dates if date in ("", each)]
        if not date:
            logs.insert(0, keys.register(hall))
        for log in logs:
            async for deed in wanted_of(there, log, Wanted(who, act, ticket)):
                print(told(deed, plan.timezone))
        return 0

    return in_register("audit", store, hall, work)


async def wanted_of(store: Store, log: str, wanted: Wanted) -> AsyncIterator[Deed]:
    """The deeds of one log that are asked for; an entry that cannot be read is named on stderr."""
    ids: dict[str, str] = {}
    async for seq, body in _bodies(store, log):
        try:
            deed = deed_of(body, is_day=bool(keys.date_of(log)))
        except events.UNREADABLE as trouble:
            print(f"{log}: entry {seq} cannot be read: {trouble}", file=sys.stderr)
            continue
        if "number" in deed.facts:
            ids[str(deed.facts.get("ticket"))] = str(deed.facts["number"])
        number = ids.get(str(deed.facts.get("ticket")), "")
        if wanted.who not in ("", deed.by) or wanted.act not in ("", deed.act):
            continue
        if wanted.ticket in ("", number):
            yield msgspec.structs.replace(deed, facts=deed.facts | ({"number": number} if number else {}))


async def _bodies(store: Store, log: str) -> AsyncIterator[tuple[int, bytes]]:
    after = 0
    while entries := await store.read(log, after, PAGE):
        for entry in entries:
            yield entry.seq, entry.body
        if entries[-1].seq <= after:
            return
        after = entries[-1].seq


def deed_of(body: bytes, is_day: bool) -> Deed:
    """An entry of a day's log or the register's as a deed. Raises as `events.decode` does."""
    entry = events.decode(body) if is_day else register.decode(body)
    facts = msgspec.to_builtins(entry.e)
    return Deed(entry.at, entry.by, facts.pop("t"), facts)


def told(deed: Deed, timezone: str) -> str:
    """A deed as one line that a terminal cannot obey."""
    at = datetime.fromtimestamp(deed.at / 1000, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")
    return plain(f"{at}  {deed.by:<16} {deed.act:<16} {' '.join(_facts(deed.facts))}".rstrip())


def _facts(facts: dict[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if name in LONG:
            short = value.get("hall", "") if isinstance(value, dict) else str(value)[:12]
            yield f"{name}={short}"
        elif name != "ticket" or "number" not in facts:
            yield f"{name}={value if isinstance(value, str) else msgspec.json.encode(value).decode()}"
