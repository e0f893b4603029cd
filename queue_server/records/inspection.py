"""Looking through an archive or a backup: whether every hall in it could be rebuilt from it alone."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from queue_server.hall import events, register
from queue_server.hall.day import Day
from queue_server.hall.evolve import Contradiction, evolve, quarantine
from queue_server.hall.plan import Plan
from queue_server.records.archive import Archive
from queue_server.records.backup import Chain, halls, pages
from queue_server.store import keys
from queue_server.store.chain import GENESIS, Entry, Tail


class Inspected(msgspec.Struct, frozen=True):
    """What was found in a log: its entries, where its believable part ends, and every fault."""

    log: str
    entries: int
    head: Tail
    faults: tuple[str, ...]


def inspect(archive: Archive) -> Iterator[Inspected]:
    """Look through every log: the chain, the plans that days pin, what openings cite, each day replayed."""
    for hall, logs in halls(archive).items():
        plans: dict[str, Plan] = {}
        if keys.register(hall) in logs:
            yield _register(archive, keys.register(hall), plans)
        else:
            yield Inspected(keys.register(hall), 0, GENESIS, ("the file does not hold it",))
        before: _Replay | None = None
        for log in sorted(log for log in logs if keys.date_of(log)):
            replay = _Replay(log, plans, before)
            for page in pages(archive, log):
                replay.go_on(page)
            yield replay.found()
            before = replay


def _register(archive: Archive, log: str, plans: dict[str, Plan]) -> Inspected:
    chain, count, faults = Chain(), 0, []
    for page in pages(archive, log):
        count += len(page)
        for entry in chain.goes_on(page):
            try:
                fact = register.decode(entry.body).e
            except events.UNREADABLE as error:
                faults.append(f"entry {entry.seq} cannot be read: {error}")
            else:
                if isinstance(fact, register.PLANS):
                    plans[fact.hash] = fact.plan
    return Inspected(log, count, chain.tail, _with(chain.fault, faults))


class _Replay:
    """A day rebuilt from its copy, beside the day before it."""

    def __init__(self, log: str, plans: dict[str, Plan], before: _Replay | None) -> None:
        self.log = log
        self.chain = Chain()
        self._plans = plans
        self._before = before
        self._count = 0
        self._faults: list[str] = []
        self._day: Day | None = None

    def go_on(self, page: list[Entry]) -> None:
        """Take in what comes next of the day."""
        first = not self._count
        self._count += len(page)
        believed = self.chain.goes_on(page)
        if first and believed:
            self._open(believed[0])
        for entry in believed:
            self._take_in(entry)
        if self._day is not None:
            self._day.settle()

    def _open(self, entry: Entry) -> None:
        date = keys.date_of(self.log)
        try:
            opened = events.decode(entry.body).e
        except events.UNREADABLE as error:
            self._faults.append(f"its opening cannot be read: {error}")
            return
        if not isinstance(opened, events.DayOpened):
            self._faults.append("its first entry is no opening")
            return
        if opened.plan in self._plans:
            self._day = Day(self._plans[opened.plan], date)
        else:
            self._faults.append(f"the register has no plan {opened.plan}, under which it runs")
        before = self._before
        if before is not None and opened.cites != before.chain.tail.hash:
            self._faults.append(
                f"its opening cites {opened.cites or 'nothing'}, the day before ({before.log}) ends at"
                f" {before.chain.tail.hash}"
            )

    def _take_in(self, entry: Entry) -> None:
        day = self._day
        if day is None:
            return
        try:
            evolve(day, events.decode(entry.body), entry.seq)
        except (Contradiction, *events.UNREADABLE) as error:
            quarantine(day, entry.seq)
            self._faults.append(f"entry {entry.seq} was set aside: {error}")

    def found(self) -> Inspected:
        """What was found, when all of the day has been taken in."""
        return Inspected(self.log, self._count, self.chain.tail, _with(self.chain.fault, self._faults))


def _with(fault: str, others: list[str]) -> tuple[str, ...]:
    return (*([fault] if fault else []), *others)
