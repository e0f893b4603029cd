"""A hall live in this process: its register, its day, and what time brings about."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec
import structlog

from queue_server.access.enrolment import Enrolling
from queue_server.access.principals import KIOSK
from queue_server.desk import alarms
from queue_server.desk.alarms import Alarm
from queue_server.desk.fleet import Fleet
from queue_server.desk.help import Help
from queue_server.desk.line import Halt, Line
from queue_server.desk.liveness import Liveness
from queue_server.desk.needs import Needs
from queue_server.desk.presence import Presence
from queue_server.desk.scribes import DayScribe, RegisterScribe
from queue_server.desk.snapshots import Snapshots
from queue_server.hall import commands as do
from queue_server.hall import events
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decide import known_answer
from queue_server.hall.hours import business_date, day_bounds, open_spans
from queue_server.hall.joint import still_open
from queue_server.hall.model import Answer, Booking
from queue_server.hall.on_the_spot import CountDay, ended_on_the_spot
from queue_server.hall.plan import HOUR, Plan, plan_hash
from queue_server.hall.refusals import NotNow, Refused, Unknown
from queue_server.hall.register import Register
from queue_server.hall.running import cause, due
from queue_server.store import keys
from queue_server.store.chain import Entry
from queue_server.store.logs import Store, StoreRefused, Unanswered
from queue_server.store.reader import Reader

log = structlog.get_logger()
T = TypeVar("T")

TICK = 0.5
"""Seconds between two looks at what time brings about."""
LOOK_FOR_DAY = 2.0
"""Seconds between two looks for a new day's log while the last one is closed."""
RETRIES = 1 * HOUR
"""For how long (ms) after a day opened the keys of the day before are consulted."""
KEY_LIFE = 48 * HOUR
"""How long (ms) a day's key of ticket secrets is kept at most; the night wipes it earlier."""
ALARMS = 100
UNSETTLED = ("store_gone", "read_only", "too_busy")


class Hall:
    """One hall: `day` is the line of the business day that is open now (None before the first).

    `before` is the day before it, while somebody may still repeat one of its commands. `clock` gives ms
    since the epoch; `receipts` is the key of the check codes on receipts of cases; `on_day` is told of
    every day line that becomes the live one; `alarms` are the last ones, as (ms, alarm).
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
        self.alarms: deque[tuple[int, Alarm]] = deque(maxlen=ALARMS)
        self.register = Line(store, keys.register(id), Register, RegisterScribe(self.alarm), self.alarm)
        self.snapshots = Snapshots(store, id)
        self.register.resume = self.snapshots.resume
        self.day: Line[Day] | None = None
        self.before: Day | None = None
        self.presence = Presence(store, id)
        self.needs = Needs(store, id)
        self.help = Help(store, id, lambda: _kiosks(self.register.state))
        self.fleet = Fleet(store, id)
        self.enrolling = Enrolling()
        self.receipts = b""
        self.on_day: list[Callable[[Line[Day]], None]] = []
        self._liveness = Liveness(store, id, lambda: self.clock())  # noqa: PLW0108 - it may be replaced
        self._tasks: asyncio.TaskGroup | None = None
        self._turning = asyncio.Lock()
        self._published = asyncio.Event()
        self._keys: dict[str, bytes] = {}
        self._looked_at = 0.0
        self._opening: do.OpenDay | None = None
        self._troubled = False
        self.register.on_landed.append(lambda _: self._published.set())

    def alarm(self, alarm: Alarm) -> None:
        """Keep what an operator must know, and write it to the program's own log."""
        self.alarms.append((self.clock(), alarm))
        alarms.note(alarm)
        if alarm.code in alarms.HALTS:
            self.reader.forget(alarm.log)  # its data are not fresh any more, and must not look so

    # --- asking ------------------------------------------------------------------------

    async def ask(self, ask: Ask) -> Answer:
        """Have a command of the day decided; one that the day before answered gets that answer again."""
        return self._answered_before(ask) or await self.today().ask(ask)

    def _answered_before(self, ask: Ask) -> Answer | None:
        """The answer that the day before gave to the same key, for an hour after the day turned."""
        if self.before is None or self.day is None or not ask.key:
            return None
        opened = self.day.state.now.opened_at
        if opened and self.clock() - opened > RETRIES:
            self.before = None
            return None
        return known_answer(self.before, ask)

    async def ask_and_look(self, ask: Ask, look: Callable[[Day, Answer], T]) -> T:
        """The same, answered by a look at the day with which the command landed."""
        earlier = self._answered_before(ask)
        if earlier is not None and self.before is not None:
            return look(self.before, earlier)
        return await self.today().ask_and_look(ask, look)

    async def look(self, look: Callable[[Day], T], at_least: int = 0) -> T:
        """Read the day as it has landed."""
        return await self.today().look(look, at_least)

    async def look_of(self, ticket: str, look: Callable[[Day], T], at_least: int = 0) -> T:
        """Read the day that issued a ticket: today, or the day before while its commands may be repeated."""
        if self.before is not None and ticket in self.before.tickets:
            return look(self.before)
        return await self.look(look, at_least)

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

    def secret(self, ticket: str = "") -> bytes:
        """The key of the secrets of a ticket (or of today's): each business day has its own.

        Refuses ``day_not_open``.
        """
        if self.before is not None and ticket in self.before.tickets:
            return self._keys[self.before.date]
        return self._keys[self.today().state.date]

    @property
    def halt(self) -> Halt | None:
        """Why the hall accepts nothing, or None."""
        return self.register.halt or (self.day.halt if self.day else None)

    @property
    def ready(self) -> bool:
        """Whether this process serves the hall: its day is loaded, believed and understood."""
        return self.day is not None and self.halt is None

    # --- running ------------------------------------------------------------------------

    async def run(self, started: asyncio.Event) -> None:
        """Serve the hall until cancelled; `started` is set when its register has been read."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await self.register.load()
            self.receipts = await self.store.receipt_key(self.id, secrets.token_bytes(32))
            self._watch(self.register)
            tasks.create_task(self.register.run())
            tasks.create_task(self.snapshots.check(self.register, self.alarm))
            tasks.create_task(self.presence.run(self))
            tasks.create_task(self.needs.run(self))
            tasks.create_task(self.help.run())
            tasks.create_task(self.fleet.run(self, lambda: self.register.state))
            await self.tick()
            started.set()
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK):  # wait_for may swallow a cancellation in Python 3.11
                        await self._published.wait()
                self._published.clear()
                await self.tick()

    async def tick(self) -> None:
        """Offer what time alone brings about; every process does, the first wins."""
        try:
            await self._tick()
        except (Unanswered, StoreRefused, Refused) as trouble:
            if not self._troubled:
                log.warning("time stands still", hall=self.id, why=str(trouble))
            self._troubled = True
        else:
            self._troubled = False

    async def _tick(self) -> None:
        step = self._liveness.clock_step()
        if step:
            self.alarm(Alarm(alarms.CLOCK, self.id, {"seconds": step // 1000}))
        if self.register.state.plan is None:
            return
        await self.turn()
        line = self.day
        if line is None or line.halt is not None:
            return
        now = self.clock()
        if not line.state.now.closed:
            await self._note_down(line, now)
            await self._keep_up(line, now)
        for command, why in await self.look(lambda day: [(c, cause(day, c)) for c in due(day, now)]):
            await self.offer(command, now, why)

    async def _keep_up(self, line: Line[Day], now: int) -> None:
        """Let the day go on under the catalogue's newest edition, if one was published since."""
        register = self.register.state
        if register.plan is None or self.register.busy or register.edition <= line.state.now.edition:
            return
        command = do.ChangeCatalogue(edition=register.edition, matters=register.plan.matters)
        await self.offer(command, now, cause(line.state, command))

    async def _note_down(self, line: Line[Day], now: int) -> None:
        """Down time is written by the first process that comes back, from the last liveness mark (D10)."""
        if not self._liveness.due:
            return
        down = await self._liveness.gap()
        start, end = day_bounds(line.state.plan, line.state.date)
        since, until = max(start, now - down), min(now, end)
        if down and since < until:
            command = do.RecordDown(since=since, until=until)
            await self.offer(command, now, cause(line.state, command))
            self.alarm(Alarm(alarms.DOWN, line.name, {"seconds": down // 1000}))
        await self._liveness.mark()

    async def offer(self, command: do.Command, now: int, why: str) -> None:
        """Offer a command of time: its kind and cause are its key, so that it is taken once.

        Raises `NotNow` when it could not be settled whether it was taken.
        """
        name = f"time:{type(command).__name__}:{why}"
        try:
            await self.ask(Ask(at=now, by="time", command=command, key=name, digest=name))
        except Refused as refusal:
            if refusal.code in UNSETTLED:
                raise
            if refusal.code not in ("stale", "day_closed", "day_open"):
                log.warning("refused to time", command=type(command).__name__, why=str(refusal))

    # --- the day turns --------------------------------------------------------------------

    async def turn(self) -> None:
        """Make the day of now the live one: load or open it. The business date never decreases."""
        async with self._turning:
            await self._begin()
            plan = self.register.state.plan
            if plan is None or not self._over() or time.monotonic() - self._looked_at < LOOK_FOR_DAY:
                return
            await self._join_newest(plan)
            if not self._over():
                return
            date = business_date(plan, self.clock())
            last = self.day
            if last is None or date > last.state.date:
                await self._open(plan, date, last)
            else:
                self._looked_at = time.monotonic()

    def _over(self) -> bool:
        return self.day is None or (self.day.state.now.closed and self.day.halt is None)

    async def _join_newest(self, plan: Plan) -> None:
        """Take part in the newest day there is a log of, whoever opened it."""
        dates = await self.store.days(self.id)
        if not dates or (self.day is not None and dates[-1] <= self.day.state.date):
            return
        if self.day is None and len(dates) > 1:
            self.before = await self._day_before(dates[-2], plan)
        await self._live(dates[-1], plan)

    async def _day_before(self, date: str, plan: Plan) -> Day:
        line = await self._line(date, plan)
        await line.load()
        self._keys[date] = await self._key(date)
        return line.state

    async def _key(self, date: str) -> bytes:
        """The day's key: whichever process asks first makes it, and it never enters the log."""
        return await self.store.put_side_once(
            self.id, f"ticket-key:{date}", secrets.token_bytes(32), KEY_LIFE
        )

    async def _line(self, date: str, plan: Plan) -> Line[Day]:
        """The line of a date, under the plan that its opening pinned."""
        pinned, halt = await self._pinned(date, plan)
        line = Line(
            self.store,
            keys.day(self.id, date),
            lambda: Day(pinned, date),
            DayScribe(self.alarm),
            self.alarm,
        )
        if halt is not None:
            line.stop(halt)
        return line

    async def _pinned(self, date: str, plan: Plan) -> tuple[Plan, Halt | None]:
        """The plan that a day's opening pinned; `plan` for a day that has not opened."""
        first = await self.store.read(keys.day(self.id, date), 0, 1)
        try:
            opened = events.decode(first[0].body).e if first else None
        except events.UNREADABLE as trouble:
            return plan, Halt(alarms.BROKEN, 1, str(trouble))
        if not isinstance(opened, events.DayOpened):
            return plan, None
        if opened.plan not in self.register.state.plans:
            await self.register.catch_up()  # another process may just have published it
        found = self.register.state.plans.get(opened.plan)
        if found is None:
            return plan, Halt(alarms.NO_PLAN, 1, opened.plan)
        return found, None

    async def _live(self, date: str, plan: Plan) -> Line[Day]:
        line = await self._line(date, plan)
        await line.load()
        self._keys[date] = await self._key(date)
        line.on_forked = self._forked
        if self.day is not None:
            self.reader.forget(self.day.name)
            self.before = self.day.state
        self._watch(line)
        assert self._tasks is not None, "a hall turns its day only while it runs"
        self._tasks.create_task(line.run())
        self.day = line
        for told in self.on_day:
            told(line)
        return line

    def _watch(self, line: Line[Day] | Line[Register]) -> None:
        if line.halt is None:
            self.reader.watch(line.name, lambda: line.tail.seq, line.arrived, line.diverged, line.holds)

    async def _open(self, plan: Plan, date: str, last: Line[Day] | None) -> None:
        cites = last.tail.hash if last else ""
        carried = tomorrows(last.state, plan, date) if last else ()
        if last is not None:
            await self._count(last.state)  # while the old day is live: where this fails, the day turns later
        line = await self._live(date, plan)
        if not line.state.now.opened:
            edition = self.register.state.edition_of(plan)
            self._opening = do.OpenDay(date, plan_hash(plan), cites, carried, edition)
            await self._begin()

    async def _begin(self) -> None:
        """Open the day that has become the live one, as soon as the store takes it."""
        if self._opening is not None:
            if not self.today().state.now.opened:
                await self.offer(self._opening, self.clock(), self._opening.date)
            self._opening = None

    async def _count(self, over: Day) -> None:
        """What a day that is over ended on the spot, once into the register."""
        command = CountDay(over.date, tuple(sorted(ended_on_the_spot(over).items())))
        name = f"time:CountDay:{over.date}"
        try:
            ask = Ask(at=self.clock(), by="time", command=command, key=name, digest=name)
            await self.register.ask(ask)
        except Refused as refusal:
            if refusal.code in UNSETTLED:
                raise
            if refusal.code != "stale":
                log.warning("day not counted", date=over.date, why=str(refusal))

    def _forked(self, lost: Sequence[Entry]) -> Ask | None:
        """The store's history stands; the numbers that only ours had must not be given out again."""
        taken = [e for entry in lost if isinstance(e := _event(entry), events.TicketTaken)]
        if not taken:
            return None
        command = do.BarNumbers(lost=tuple((e.category, e.number) for e in taken))
        name = f"time:BarNumbers:{lost[-1].hash}"
        return Ask(at=self.clock(), by="time", command=command, key=name, digest=name)


def _kiosks(register: Register) -> list[str]:
    """The kiosks that may call for somebody."""
    return sorted({grant.id for grant in register.grants.values() if grant.role == KIOSK})


def _event(entry: Entry) -> events.AnyEvent | None:
    """The event of an entry; None for one that cannot be read, which was set aside."""
    try:
        return events.decode(entry.body).e
    except msgspec.DecodeError:
        return None


def tomorrows(day: Day, plan: Plan, date: str) -> tuple[Booking, ...]:
    """The codes of those whom the last day left unserved, as bookings of the first slot of `date`.

    They bring what they had come for: the open matters, the joint errand, the cases.
    """
    spans = open_spans(plan, date)
    first = spans[0][0] if spans else day_bounds(plan, date)[0]
    known = {c.letter for c in plan.categories}
    return tuple(
        Booking(
            code=left.tomorrow,
            category=left.category,
            slot=first,
            date=date,
            matters=still_open(left),
            carried=True,
            joint=left.joint,
            cases=left.cases,
        )
        for left in day.tickets.values()
        if left.tomorrow and left.category in known
    )
