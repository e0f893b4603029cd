"""A hall live in this process: its register, its day, and what time brings about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec
import structlog

from queue_server.desk.line import Line
from queue_server.hall import commands as do
from queue_server.hall import decide, events, register
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.evolve import Contradiction, evolve, quarantine
from queue_server.hall.hours import business_date, day_bounds, open_spans
from queue_server.hall.model import Answer, Booking
from queue_server.hall.plan import Plan, plan_hash
from queue_server.hall.refusals import Conflict, NotNow, Refused, Unknown
from queue_server.hall.register import Register
from queue_server.hall.running import due
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import Store
from queue_server.store.reader import Reader

log = structlog.get_logger()
T = TypeVar("T")

TICK = 0.5
"""Seconds between two looks at what time brings about."""


class DayScribe:
    """How a day's commands become bytes of its log, and bytes a day."""

    def act(self, state: Day, ask: Ask) -> tuple[list[bytes], Answer]:
        """Decide and evolve; raises `Refused`."""
        records, answer = decide.act(state, ask)
        return [events.encode(r) for r in records], answer

    def take_in(self, state: Day, entry: Entry) -> None:
        """Evolve by a fact; one that contradicts the state is set aside and named (S12)."""
        try:
            evolve(state, events.decode(entry.body), entry.seq)
        except (Contradiction, msgspec.DecodeError) as trouble:
            log.error("event set aside", date=state.date, seq=entry.seq, why=str(trouble))  # noqa: TRY400
            quarantine(state, entry.seq)


class RegisterScribe:
    """How the register's commands become bytes of its log, and bytes a register."""

    def act(self, state: Register, ask: Ask) -> tuple[list[bytes], Answer]:
        """Decide and evolve; raises `Refused`."""
        entries, answer = register.act(state, ask)
        return [register.encode(e) for e in entries], answer

    def take_in(self, state: Register, entry: Entry) -> None:
        """Evolve by a fact."""
        register.evolve(state, register.decode(entry.body), entry.seq)


class Hall:
    """One hall: `day` is the line of the business day that is open now (None before the first).

    `clock` gives ms since the epoch; `on_day` is told of every day line that becomes the live one.
    """

    def __init__(
        self,
        store: Store,
        reader: Reader,
        id: str,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.id = id
        self.store = store
        self.reader = reader
        self.clock = clock
        self.register = Line(store, keys.register(id), Register(), RegisterScribe())
        self.day: Line[Day] | None = None
        self.on_day: list[Callable[[Line[Day]], None]] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._turning = asyncio.Lock()
        self._published = asyncio.Event()
        self.register.on_landed.append(lambda _: self._published.set())

    # --- asking ------------------------------------------------------------------------

    async def ask(self, ask: Ask) -> Answer:
        """Have a command of the day decided."""
        return await self.today().ask(ask)

    async def look(self, look: Callable[[Day], T], at_least: int = 0) -> T:
        """Read the day as it has landed."""
        return await self.today().look(look, at_least)

    def today(self) -> Line[Day]:
        """The live day's line; refuses ``day_not_open``."""
        if self.day is None:
            raise NotNow("day_not_open")
        return self.day

    async def booking(self, code: str) -> Booking:
        """A booking by its code: from the register, or carried over from a closed hall."""
        carried = await self.look(lambda day: next((b for b in day.now.carried if b.code == code), None))
        found = carried or await self.register.look(lambda r: r.bookings.get(code))
        if found is None:
            raise Unknown("unknown_booking")
        return found

    # --- running ------------------------------------------------------------------------

    async def run(self, started: asyncio.Event) -> None:
        """Serve the hall until cancelled; `started` is set when its register has been read."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await self.register.load()
            self.reader.watch(self.register.name, lambda: self.register.tail.seq, self.register.arrived)
            tasks.create_task(self.register.run())
            if self.register.state.plan is not None:
                await self.turn()
            started.set()
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK):  # wait_for may swallow a cancellation in Python 3.11
                        await self._published.wait()
                self._published.clear()
                await self.tick()

    async def tick(self) -> None:
        """Offer what time alone brings about; every process does, the first wins."""
        if self.register.state.plan is None:
            return
        await self.turn()
        now = self.clock()
        for command in await self.look(lambda day: due(day, now)):
            name = f"time:{type(command).__name__}:{msgspec.json.encode(command).decode()}"
            await self._offer(Ask(at=now, by="time", command=command, key=name, digest=name))

    async def _offer(self, ask: Ask) -> None:
        try:
            await self.ask(ask)
        except Refused as refusal:
            if refusal.code not in ("stale", "day_closed", "day_open"):
                log.warning("refused to time", command=type(ask.command).__name__, why=str(refusal))

    async def turn(self) -> None:
        """Make the day of now the live one: load or open it. The business date never decreases."""
        async with self._turning:
            last = self.day
            plan = self.register.state.plan
            if plan is None or (last is not None and not last.state.now.closed):
                return
            if last is None:
                await self._resume(plan)
                last = self.day
                if last is not None and not last.state.now.closed:
                    return
            date = business_date(plan, self.clock())
            if last is not None and date <= last.state.date:
                return
            await self._open(plan, date, last)

    async def _resume(self, plan: Plan) -> None:
        """Load the last day there is a log of, under the plan that its opening pinned."""
        dates = await self.store.days(self.id)
        if dates:
            await self._live(dates[-1], await self._pinned(dates[-1], plan))

    async def _pinned(self, date: str, fallback: Plan) -> Plan:
        first = await self.store.read(keys.day(self.id, date), 0, 1)
        opened = events.decode(first[0].body).e if first else None
        if not isinstance(opened, events.DayOpened):
            return fallback
        pinned = self.register.state.plans.get(opened.plan)
        if pinned is None:
            raise Conflict("stale")
        return pinned

    async def _live(self, date: str, plan: Plan) -> Line[Day]:
        line = Line(self.store, keys.day(self.id, date), Day(plan, date), DayScribe())
        await line.load()
        if self.day is not None:
            self.reader.forget(self.day.name)
        self.reader.watch(line.name, lambda: line.tail.seq, line.arrived)
        assert self._tasks is not None, "a hall turns its day only while it runs"
        self._tasks.create_task(line.run())
        self.day = line
        for told in self.on_day:
            told(line)
        return line

    async def _open(self, plan: Plan, date: str, last: Line[Day] | None) -> None:
        line = await self._live(date, plan)
        if line.state.now.opened:
            return
        carried = tomorrows(last.state, plan, date) if last else ()
        opening = do.OpenDay(
            date=date, plan=plan_hash(plan), cites=last.tail.hash if last else "", carried=carried
        )
        await self._offer(Ask(at=self.clock(), by="time", command=opening, key=f"open:{date}", digest=date))


def tomorrows(day: Day, plan: Plan, date: str) -> tuple[Booking, ...]:
    """The codes of those whom the last day left unserved, as bookings of the first slot of `date`."""
    spans = open_spans(plan, date)
    first = spans[0][0] if spans else day_bounds(plan, date)[0]
    left: Sequence[tuple[str, str]] = [(t.tomorrow, t.category) for t in day.tickets.values() if t.tomorrow]
    known = {c.letter for c in plan.categories}
    return tuple(
        Booking(code=code, category=category, slot=first, date=date, carried=True)
        for code, category in left
        if category in known
    )
