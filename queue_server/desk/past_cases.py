"""Cases that have left the register's memory: found among the rows, or else in the log itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

import structlog
from msgspec.structs import replace

from queue_server.cases import events as ev
from queue_server.cases.evolve import evolve
from queue_server.cases.model import Case, PaperList
from queue_server.desk.hall import Hall
from queue_server.hall import register
from queue_server.hall.events import UNREADABLE
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import Store

log = structlog.get_logger()

PAGE = 1000


class Rows(Protocol):
    """The cases of every hall as rows."""

    def cases(self, ids: Collection[str] = (), numbers: Collection[str] = ()) -> dict[str, Case]:
        """The cases with these ids, or those with these numbers. Raises `sqlite3.Error`."""
        ...


async def past_cases(
    hall: Hall, rows: Rows | None, ids: Collection[str] = (), numbers: Collection[str] = ()
) -> dict[str, Case]:
    """The cases of a hall with these ids, or with these numbers: those that are in memory are left out.

    Nothing is looked for while the hall has forgotten none.
    """
    if not await hall.register.look(lambda r: bool(r.forgotten)):
        return {}
    found = await _among(rows, ids, numbers)
    if not found:
        found = await cases_in_log(hall.store, hall.id, ids, numbers)
    held = await hall.register.look(lambda r: {id for id in found if id in r.cases})
    return {id: case for id, case in found.items() if case.hall == hall.id and id not in held}


async def _among(rows: Rows | None, ids: Collection[str], numbers: Collection[str]) -> dict[str, Case]:
    if rows is None:
        return {}
    try:
        return await asyncio.to_thread(rows.cases, ids, numbers)
    except sqlite3.Error as trouble:
        log.warning("rows of cases not read", why=str(trouble))
        return {}


class Step(NamedTuple):
    """A step of a case as it lies in the register."""

    seq: int
    entry: register.Entry
    fact: ev.CaseFact


def steps_in(entries: Iterable[Entry]) -> Iterator[Step]:
    """The steps of cases among entries of a register."""
    for stored in entries:
        try:
            entry = register.decode(stored.body)
        except UNREADABLE:
            continue  # set aside and named by the hall itself
        if isinstance(entry.e, ev.CaseFact):
            yield Step(stored.seq, entry, entry.e)


class _Wanted:
    """Some cases, put together from the facts about them; those with these numbers are found as they open."""

    def __init__(self, ids: Collection[str], numbers: Collection[str]) -> None:
        self.cases: dict[str, Case] = {}
        self.papers: dict[str, PaperList] = {}
        self.case_counts: dict[str, int] = {}
        self._ids = {"", *ids}
        self._numbers = frozenset(numbers)

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Put a record."""
        table[key] = value

    def take_in(self, entry: register.Entry) -> None:
        """Take in a fact, if it is about one of them."""
        fact = entry.e
        if isinstance(fact, ev.CaseOpened) and fact.number in self._numbers:
            self._ids.add(fact.case)
        if isinstance(fact, ev.PapersPassed):
            fact = replace(fact, cases=tuple(id for id in fact.cases if id in self._ids))
        if isinstance(fact, ev.AnyCaseFact) and getattr(fact, "case", "") in self._ids:
            evolve(self, fact, entry.at, entry.by)


async def cases_in_log(
    store: Store, hall: str, ids: Collection[str] = (), numbers: Collection[str] = ()
) -> dict[str, Case]:
    """The same out of a hall's whole log: slow, and only where there are no rows."""
    wanted, seq = _Wanted(ids, numbers), 0
    while entries := await store.read(keys.register(hall), seq, PAGE):
        for stored in entries:
            with suppress(*UNREADABLE, KeyError):  # set aside and named by the hall itself
                wanted.take_in(register.decode(stored.body))
        seq = entries[-1].seq
        await asyncio.sleep(0)  # a page is some milliseconds, and the hall is served in between
    return wanted.cases
