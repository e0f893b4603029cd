"""Any number of writers, whatever befalls their appends: the store keeps the log that a simple model keeps.

Writers conflict, lose answers, repeat, take turns; copies of appends land late; the store loses its end,
as after a failover, and is repaired. Every outcome is foretold by the model, a list of bodies.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack, aclosing
from typing import Any, ClassVar, NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from queue_server.store import keys, scripts
from queue_server.store.chain import GENESIS, ChainBroken, Entry, Tail, chain, verify
from queue_server.store.logs import Forked, Landed, Lost, NotYourTurn, Store, Unanswered
from tests.faults.shaky import Fault, Shaky, shaky

T = TypeVar("T")
Outcome = Landed | Lost | NotYourTurn | Forked

WRITERS = 3
LONG_TURN = 600_000
LOSES_ANSWER = (Fault.CUT, Fault.HALF)
NEVER_ARRIVES = (Fault.UNSENT, Fault.LATE)
KEPT = (Fault.LATE, Fault.TWICE)

writers = st.integers(0, WRITERS - 1)
faults = st.sampled_from([None, None, None, Fault.UNSENT, Fault.CUT, Fault.HALF, Fault.LATE, Fault.TWICE])


class Asked(NamedTuple):
    """An append as it was asked: repeating it means asking exactly this again."""

    base: Tail
    bodies: tuple[bytes, ...]
    turn: str


class Model:
    """The log as it must be: a list of bodies, and whose turn it is."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.turn = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The log's entries."""
        return chain(GENESIS, self.bodies)

    @property
    def tail(self) -> Tail:
        """The log's end."""
        return end_of(self.entries)

    def append(self, asked: Asked) -> Outcome:
        """What must come of an append that reaches the store."""
        mine = chain(asked.base, asked.bodies)
        entries, base = self.entries, asked.base
        if base == self.tail:
            if mine and self.turn not in ("", asked.turn):
                return NotYourTurn()
            self.bodies += asked.bodies
            self.turn = "" if mine or self.turn == asked.turn else self.turn
            return Landed(end_of(mine, base), mine)
        if base != GENESIS and base != end_of(entries[: base.seq]):
            return Forked(self.tail)
        missing = entries[base.seq :]
        if mine and missing[: len(mine)] == mine:
            return Landed(end_of(mine, base), mine, missing[len(mine) :])
        return Lost(missing)


class Writer:
    """A process that writes: what it knows of the log, and an append that it must settle first."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: tuple[Entry, ...] = ()
        self.unsettled: Asked | None = None
        self.forked_at: Tail | None = None

    @property
    def base(self) -> Tail:
        """The end of what it knows."""
        return end_of(self.known)

    def learn(self, outcome: Outcome) -> None:
        """Take in what the store said."""
        if isinstance(outcome, NotYourTurn):
            return
        self.unsettled = None
        if isinstance(outcome, Forked):
            self.forked_at = outcome.tail
            return
        new = (*outcome.entries, *outcome.after) if isinstance(outcome, Landed) else outcome.missing
        verify(new, self.base)
        self.known += new


class AnyWriters(RuleBasedStateMachine):
    """Three writers and one log."""

    store_url: ClassVar[str]
    hall: ClassVar[str]
    seen: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.late: list[Asked] = []
        self.log = keys.day(self.hall, "2026-11-24")
        self._written = 0
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done on the machine's own loop."""
        return self._runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        self.line: Shaky = await self._open.enter_async_context(shaky(self.store_url))
        self.line.keep_late = True
        self.direct = await self._connect(self.store_url)
        await self.direct.redis.delete(self.log, keys.turn(self.log))  # an example before this one's
        self.writers = [Writer(await self._connect(self.line.url)) for _ in range(WRITERS)]
        for writer in self.writers:
            assert await writer.store.append(self.log, GENESIS, []) == Landed(GENESIS, ())

    async def _connect(self, url: str) -> Store:
        return await self._open.enter_async_context(aclosing(await Store.connect(url)))

    def teardown(self) -> None:
        self.run(self._open.aclose())
        self._runner.close()

    # --- writing ---------------------------------------------------------------------------

    @rule(who=writers, count=st.integers(0, 3), fault=faults, in_turn=st.booleans())
    def append(self, who: int, count: int, fault: Fault | None, in_turn: bool) -> None:
        writer = self.writers[who]
        if writer.unsettled is not None or writer.forked_at is not None:
            return
        bodies = tuple(b"%d by %d" % (self._written + n, who) for n in range(count))
        self._written += count
        self._ask(writer, Asked(writer.base, bodies, writer.store.holder if in_turn else ""), fault)

    @rule(who=writers, count=st.integers(1, 3), in_turn=st.booleans())
    def append_and_give_up_before_it_lands(self, who: int, count: int, in_turn: bool) -> None:
        self.append(who, count, Fault.LATE, in_turn)
        self.late_copies_land()

    @precondition(lambda self: any(w.unsettled for w in self.writers))
    @rule(who=writers, fault=faults)
    def repeat_what_was_not_answered(self, who: int, fault: Fault | None) -> None:
        writer = self.writers[who]
        if writer.unsettled is not None:
            self._ask(writer, writer.unsettled, fault)

    def _ask(self, writer: Writer, asked: Asked, fault: Fault | None) -> None:
        if fault is not None:
            self.line.next(fault)
        must = None if fault in NEVER_ARRIVES else self.model.append(asked)
        self.late += [asked] if fault in KEPT else []
        try:
            outcome = self.run(writer.store.append(self.log, asked.base, asked.bodies, asked.turn))
        except Unanswered:
            assert fault in NEVER_ARRIVES + LOSES_ANSWER
            writer.unsettled = asked
        else:
            assert outcome == must
            self.seen[type(outcome).__name__] += 1
            writer.learn(outcome)

    @precondition(lambda self: self.late)
    @rule()
    def late_copies_land(self) -> None:
        late, self.late = self.late, []
        for asked in late:
            before = len(self.model.bodies)
            self.model.append(asked)
            self.seen["landed late" if len(self.model.bodies) > before else "late and fenced off"] += 1
        self.run(self.line.release())

    @rule(who=writers)
    def take_the_turn(self, who: int) -> None:
        writer = self.writers[who]
        got = self.run(writer.store.take_turn(self.log, writer.store.holder, LONG_TURN))
        assert got == (self.model.turn == "")
        self.model.turn = self.model.turn or writer.store.holder

    @rule(who=writers, other=writers, count=st.integers(1, 2))
    def append_in_the_turn_of_another(self, who: int, other: int, count: int) -> None:
        self.append(who, 0, None, in_turn=False)
        self.take_the_turn(other)
        self.append(who, count, None, in_turn=False)

    @precondition(lambda self: self.model.turn)
    @rule()
    def the_turn_runs_out(self) -> None:
        self.run(self._forget_turn())
        self.model.turn = ""

    async def _forget_turn(self) -> None:
        await self.direct.redis.delete(keys.turn(self.log))

    # --- the store loses its end, and is repaired ----------------------------------------------

    @precondition(lambda self: self.model.bodies)
    @rule(count=st.integers(1, 4), others=st.integers(0, 2))
    def the_store_loses_its_end(self, count: int, others: int) -> None:
        """After a failover; somebody may have written on before our writers came back."""
        del self.model.bodies[-count:]
        self.model.bodies += (b"%d by somebody" % (self._written + n) for n in range(others))
        self._written += others
        self.run(self._write_anew(self.model.entries))

    async def _write_anew(self, entries: tuple[Entry, ...]) -> None:
        """The log as a replica has it that lacks the end: its next ids are smaller, too."""
        async with self.direct.redis.pipeline() as change:
            change.delete(self.log)
            for entry in entries:
                change.xadd(self.log, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")
            await change.execute()

    @precondition(lambda self: any(w.forked_at for w in self.writers))
    @rule(who=writers, fault=faults)
    def repair(self, who: int, fault: Fault | None) -> None:
        """A log that is the beginning of one's own is given the rest; any other is read anew."""
        writer = self.writers[who]
        if writer.forked_at is None:
            return
        tail, known = writer.forked_at, writer.known
        writer.forked_at = None
        if end_of(known[: tail.seq]) == tail:
            writer.known = known[: tail.seq]
            self._ask(writer, Asked(tail, tuple(e.body for e in known[tail.seq :]), ""), fault)
        else:
            writer.known = self.run(self.direct.read(self.log, 0))
            assert writer.known == self.model.entries

    # --- reading -------------------------------------------------------------------------------

    @rule(who=writers, count=st.integers(1, 5))
    def read(self, who: int, count: int) -> None:
        writer = self.writers[who]
        after = len(writer.known)
        assert self.run(writer.store.read(self.log, after, count)) == self.model.entries[after:][:count]

    @invariant()
    def the_log_is_the_model_s(self) -> None:
        if hasattr(self, "direct"):
            entries = self.run(self.direct.read(self.log, 0))
            assert verify(entries, GENESIS) == self.model.tail
            assert entries == self.model.entries
            assert len({e.body for e in entries}) == len(entries), "something stands in the log twice"


def end_of(entries: tuple[Entry, ...], base: Tail = GENESIS) -> Tail:
    """Where entries end."""
    return Tail(entries[-1].seq, entries[-1].hash) if entries else base


def writers_on(url: str, hall_id: str, outcomes: Counter[str]) -> type[AnyWriters]:
    """The machine on a store and a hall; `outcomes` counts what came about."""

    class There(AnyWriters):
        store_url, hall, seen = url, hall_id, outcomes

    return There


STEPS = settings(deadline=None, suppress_health_check=list(HealthCheck))
# The same steps every time, so that all of it surely comes about in CI; the long runs search at random.
SHORT = settings(STEPS, max_examples=60, stateful_step_count=50, derandomize=True, database=None)
LONG = settings(STEPS, max_examples=600, stateful_step_count=150)
ALL_OF_IT = {"Landed", "Lost", "NotYourTurn", "Forked", "landed late", "late and fenced off"}


@pytest.mark.proves("S31")
@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(LONG, id="long", marks=[pytest.mark.faults, pytest.mark.timeout(3600)]),
    ],
)
def test_any_writers_keep_the_log_that_the_model_keeps(
    store_url: str, hall_id: str, profile: settings
) -> None:
    seen: Counter[str] = Counter()
    run_state_machine_as_test(writers_on(store_url, hall_id, seen), settings=profile)
    assert seen.keys() == ALL_OF_IT, "some outcome never came about: the machine does too little"


@pytest.mark.parametrize(
    "check",
    [
        "and last_hash == hash",
        "if #ARGV > 5 and holder and holder ~= ARGV[3] then return {2} end",
        "if holder == ARGV[3] then redis.call('DEL', KEYS[2]) end",
        "if not at or at[2][4] ~= hash then return {3, last[1], last_hash} end",
    ],
)
def test_the_machine_finds_out_a_store_that_leaves_out_a_check(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    text = scripts.APPEND.text
    assert text.count(check) == 1
    careless = text.replace(check, "")
    monkeypatch.setattr(
        scripts, "APPEND", scripts.Script(careless, hashlib.sha1(careless.encode()).hexdigest())
    )
    search = settings(
        STEPS, max_examples=1000, stateful_step_count=50, phases=[Phase.generate], report_multiple_bugs=False
    )
    with pytest.raises((AssertionError, ChainBroken)):
        run_state_machine_as_test(writers_on(store_url, hall_id, Counter()), settings=search)
