"""Any number of processes on one day, whatever befalls their appends: each answer is what a queue would give.

Three desks take what is asked of them in any order, over lines that lose answers and deliver late copies.
They learn of each other only by losing a race. The model is a hall of one category: numbers, a queue, and
who is at which window; it foretells every answer, refusals included.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack, aclosing
from itertools import zip_longest
from typing import Any, ClassVar, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from queue_server.desk.line import Line
from queue_server.desk.scribes import DayScribe
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.model import Answer
from queue_server.hall.plan import Rules, plan_hash
from queue_server.hall.refusals import Refused
from queue_server.store import keys
from queue_server.store.logs import Store
from tests.faults.shaky import Fault, Shaky, shaky
from tests.hall.floor import DATE, a_hall, clock

T = TypeVar("T")

DESKS = 3
WINDOWS = (1, 2)
PLAN = a_hall(dict.fromkeys(WINDOWS, "A"), Rules(cutoff_grace=None))

desks = st.integers(0, DESKS - 1)
windows = st.sampled_from(WINDOWS)
faults = st.lists(st.sampled_from([Fault.UNSENT, Fault.CUT, Fault.HALF, Fault.LATE, Fault.TWICE]), max_size=2)


class Queue:
    """The hall as it must be: numbers in the order in which they wait, and who is at each window."""

    def __init__(self) -> None:
        self.issued = 0
        self.waiting: list[str] = []
        self.at: dict[int, str] = {}

    def take(self) -> str:
        """The number that the next visitor gets."""
        self.issued += 1
        self.waiting.append(f"A{self.issued:03}")
        return self.waiting[-1]

    def call(self, window: int) -> str:
        """The number that a window calls, or why it calls none."""
        if window in self.at:
            return "visitor_present"
        if not self.waiting:
            return "nobody_waits"
        self.at[window] = self.waiting.pop(0)
        return self.at[window]


class AnyDesks(RuleBasedStateMachine):
    """Three processes and one day."""

    store_url: ClassVar[str]
    hall: ClassVar[str]
    seen: ClassVar[Counter[Fault]]

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()
        self.ids: dict[str, str] = {}
        self.answered: list[tuple[Ask, Answer]] = []
        self.now = clock("09:00")
        self._count = 0
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._running: list[asyncio.Task[None]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done on the machine's own loop."""
        return self._runner.run(work)

    # --- opening and closing ----------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        log = keys.day(self.hall, DATE)
        direct = await self._connect(self.store_url)
        await direct.redis.delete(log, keys.turn(log))  # an example before this one's
        self.shaky: Shaky = await self._open.enter_async_context(shaky(self.store_url))
        self.shaky.keep_late = True
        self.lines = [await self._line(log) for _ in range(DESKS)]
        opening = do.OpenDay(date=DATE, plan=plan_hash(PLAN))
        await self.lines[0].ask(Ask(at=self.now, by="time", command=opening))
        for n in WINDOWS:
            for command in (do.ClaimWindow(window=n, clerk=f"staff:{n}"), do.OpenWindow(window=n)):
                await self.lines[n].ask(Ask(at=self.now, by=f"staff:{n}", command=command))

    async def _line(self, log: str) -> Line[Day]:
        line = Line(await self._connect(self.shaky.url), log, lambda: Day(PLAN, DATE), DayScribe())
        self._running.append(asyncio.create_task(line.run()))
        return line

    async def _connect(self, url: str) -> Store:
        return await self._open.enter_async_context(aclosing(await Store.connect(url)))

    def teardown(self) -> None:
        """Every desk learns the rest, and all have the same day, the one that the log tells."""
        try:
            if hasattr(self, "lines"):
                self.run(self._all_the_same())
        finally:
            self.run(self._close())
            self._runner.close()

    async def _all_the_same(self) -> None:
        await self.shaky.release()
        fresh = await self._line(self.lines[0].name)
        await fresh.load()
        for line in self.lines:
            await line.catch_up()
            await line.look(lambda day: day.seq)  # an append under way, if a rule failed, is let finish
            assert differences(line.state, fresh.state) == []
        assert sorted(t.number for t in fresh.state.tickets.values()) == sorted(self.ids)
        assert fresh.state.now.quarantined == ()

    async def _close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._open.aclose()

    # --- asking -------------------------------------------------------------------------------

    def _asking(self, command: do.Command, by: str) -> Ask:
        self.now += 1000
        self._count += 1
        return Ask(at=self.now, by=by, command=command, key=f"key-{self._count}", digest="same")

    def _taking(self) -> Ask:
        return self._asking(do.TakeTicket(ticket=f"t{self._count}", category="A"), "device:k1")

    def _ask(self, asked: list[tuple[int, Ask]], befall: list[Fault]) -> list[str]:
        """Ask all at once: of each, the number it is answered with, or the refusal's code."""
        self.shaky.next(*befall)
        self.seen.update(befall)
        found = self.run(self._all(asked))
        self.shaky.forget()
        for (_, ask), answer in zip(asked, found, strict=True):
            if isinstance(answer, Answer):
                self.answered.append((ask, answer))
        return [a.number if isinstance(a, Answer) else a.code for a in found]

    async def _all(self, asked: list[tuple[int, Ask]]) -> list[Answer | Refused]:
        async def one(desk: int, ask: Ask) -> Answer | Refused:
            try:
                return await self.lines[desk].ask(ask)
            except Refused as refusal:
                return refusal

        return await asyncio.gather(*(one(desk, ask) for desk, ask in asked))

    def _note(self, numbers: list[str], asks: list[Ask]) -> None:
        for number, ask in zip(numbers, asks, strict=True):
            assert isinstance(ask.command, do.TakeTicket)
            self.ids[number] = ask.command.ticket

    @rule(desk=desks, count=st.integers(1, 4), befall=faults)
    def visitors_take_tickets(self, desk: int, count: int, befall: list[Fault]) -> None:
        asks = [self._taking() for _ in range(count)]
        numbers = self._ask([(desk, ask) for ask in asks], befall)
        assert numbers == [self.queue.take() for _ in asks]
        self._note(numbers, asks)

    @rule(befall=faults)
    def visitors_take_tickets_at_every_desk_at_once(self, befall: list[Fault]) -> None:
        asks = [self._taking() for _ in range(DESKS)]
        numbers = self._ask(list(enumerate(asks)), befall)
        assert sorted(numbers) == [self.queue.take() for _ in asks]
        self._note(numbers, asks)
        # References never run backwards, so they wait in the order of their numbers, whoever asked first.

    @rule(desk=desks, window=windows, befall=faults)
    def a_window_calls(self, desk: int, window: int, befall: list[Fault]) -> None:
        call = self._asking(do.CallNext(window=window), f"staff:{window}")
        assert self._ask([(desk, call)], befall) == [self.queue.call(window)]

    @precondition(lambda self: not self.queue.at)
    @rule(befall=faults)
    def both_windows_call_at_once_at_different_desks(self, befall: list[Fault]) -> None:
        calls = [(n, self._asking(do.CallNext(window=n), f"staff:{n}")) for n in WINDOWS]
        told = self._ask(calls, befall)
        must = self.queue.waiting[: len(WINDOWS)]
        assert sorted(told) == sorted(must + ["nobody_waits"] * (len(WINDOWS) - len(must)))
        del self.queue.waiting[: len(WINDOWS)]
        self.queue.at = {n: number for n, number in zip(WINDOWS, told, strict=True) if number in must}

    @precondition(lambda self: self.queue.at)
    @rule(desk=desks, other=desks, befall=faults)
    def a_window_serves_whom_it_called(self, desk: int, other: int, befall: list[Fault]) -> None:
        window, number = next(iter(self.queue.at.items()))
        for where, command in ((desk, do.Start), (other, do.Finish)):
            act = self._asking(command(ticket=self.ids[number]), f"staff:{window}")
            assert self._ask([(where, act)], befall) == [number]
        del self.queue.at[window]

    @precondition(lambda self: self.answered)
    @rule(desk=desks, which=st.integers(0, 200), befall=faults)
    def somebody_asks_again(self, desk: int, which: int, befall: list[Fault]) -> None:
        ask, answer = self.answered[which % len(self.answered)]
        self._ask([(desk, ask)], befall)
        assert self.answered.pop()[1] == answer

    @rule()
    def late_copies_land(self) -> None:
        self.run(self.shaky.release())

    @rule(desk=desks)
    def a_desk_is_told_what_others_did(self, desk: int) -> None:
        line = self.lines[desk]
        line.arrived(self.run(line.store.read(line.name, line.tail.seq)))

    @invariant()
    def nothing_is_left_to_unwind(self) -> None:
        if hasattr(self, "lines"):
            assert all(line.state.mark() == (line.tail.seq, 0) for line in self.lines)


def differences(one: Day, other: Day) -> list[object]:
    """What is not the same in two pictures of a day."""
    if one.picture() == other.picture():
        return []
    mine, theirs = (msgspec.json.decode(day.picture()) for day in (one, other))
    found: list[object] = [(mine[1], theirs[1])] if mine[1] != theirs[1] else []
    found += [
        (name, a, b) for name in mine[2] for a, b in zip_longest(mine[2][name], theirs[2][name]) if a != b
    ]
    return [*found, *((a, b) for a, b in zip_longest(mine[3], theirs[3]) if a != b)]


def desks_on(url: str, hall_id: str, befallen: Counter[Fault]) -> type[AnyDesks]:
    """The machine on a store and a hall; `befallen` counts the faults."""

    class There(AnyDesks):
        store_url, hall, seen = url, hall_id, befallen

    return There


STEPS = settings(deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
# The same steps every time, so that all of it surely comes about in CI; the long runs search at random.
SHORT = settings(STEPS, max_examples=15, stateful_step_count=30, derandomize=True, database=None)
LONG = settings(STEPS, max_examples=200, stateful_step_count=60)


@pytest.mark.proves("S31", "S7", "S8", "S1")
@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(LONG, id="long", marks=[pytest.mark.faults, pytest.mark.timeout(3600)]),
    ],
)
def test_any_desks_answer_as_one_queue(store_url: str, hall_id: str, profile: settings) -> None:
    seen: Counter[Fault] = Counter()
    run_state_machine_as_test(desks_on(store_url, hall_id, seen), settings=profile)
    assert len(seen) == 5, "some fault never came about: the machine does too little"
