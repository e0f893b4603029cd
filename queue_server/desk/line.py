"""Group commit: commands that arrive together are decided in turn and appended in one stroke.

The state in memory runs ahead of the log only while one append is under way; answers, refusals
included, and looks are given when it has landed. When another process was faster, the batch is
unwound, what was missing is taken in, and the batch is decided again. An append that got no answer
is repeated, identical and on the same base, until the store says which copy landed.

A log that cannot be believed or understood any more halts its line: what is known is still shown, and
nothing is accepted. A log that lost its tail is repaired (`desk/repair.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import structlog

from queue_server.desk import alarms
from queue_server.desk.repair import Repair, repair
from queue_server.desk.watch import Watch, answering, appending
from queue_server.hall.commands import Ask
from queue_server.hall.events import UnknownVersion
from queue_server.hall.model import Answer
from queue_server.hall.refusals import NotNow, Refused
from queue_server.store.chain import GENESIS, ChainBroken, Entry, Tail, verify
from queue_server.store.logs import Forked, Landed, Lost, NotYourTurn, Store, StoreRefused, Unanswered

log = structlog.get_logger()
T = TypeVar("T")

BATCH = 256
"""Most commands decided together: bounds the time of one append."""
WAIT_FOR_TURN = 0.005
"""Seconds between two tries while another process has its turn."""
SILENT = 2.0
"""Seconds of silence after which the store counts as gone: whoever asks is told so at once."""
GIVE_UP = 10.0
"""Seconds after which a caller is told that the store is gone; the append itself is still settled."""
CATCH_UP = 1.0
"""Seconds for which a read waits for the sequence that it names."""
REMEMBERED = 5000
"""Entries kept to put a lost tail back: hours of a hall, where a failover loses a second."""


Look = Callable[[Any, Answer], Any]
"""What to make of an answer and the state with which it landed."""
Asked = tuple[Ask, "asyncio.Future[Any]", Look]
Decided = tuple["asyncio.Future[Any]", Look, Answer | Refused]


class State(Protocol):
    """What a log is the truth of: a day, or the register."""

    seq: int

    def mark(self) -> tuple[int, int]: ...
    def unwind(self, mark: tuple[int, int]) -> None: ...
    def settle(self) -> None: ...


S = TypeVar("S", bound=State)
S_contra = TypeVar("S_contra", contravariant=True)


class Scribe(Protocol[S_contra]):
    """How commands become bytes of a log, and bytes become state again."""

    def act(self, state: S_contra, ask: Ask) -> tuple[Sequence[bytes], Answer]:
        """Decide, evolve, and give the records to append; raises `Refused`."""
        ...

    def take_in(self, state: S_contra, entry: Entry) -> None:
        """Evolve by an entry that is a fact already; raises `UnknownVersion` for one of newer software."""
        ...


class Halt(NamedTuple):
    """Why a line accepts nothing: `code` is one of `alarms.HALTS`, `seq` the entry that shows it."""

    code: str
    seq: int
    why: str


class Line(Generic[S]):
    """One log of one hall with its state in memory. `run` must be running in a task group.

    `fresh` makes the empty state; `alarm` is told what an operator must know; `on_forked` is given the
    entries that the store's history lacks and gives the command that makes up for them.
    """

    watch: Watch | None = None

    def __init__(
        self,
        store: Store,
        name: str,
        fresh: Callable[[], S],
        scribe: Scribe[S],
        alarm: Callable[[alarms.Alarm], None] = alarms.note,
    ) -> None:
        self.store = store
        self.name = name
        self.state = fresh()
        self.tail: Tail = GENESIS
        self.confirmed_at = 0.0
        self.halt: Halt | None = None
        self.on_landed: list[Callable[[Sequence[Entry]], None]] = []
        self.resume: Callable[[], Awaitable[tuple[Tail, S] | None]] | None = None
        self.on_forked: Callable[[Sequence[Entry]], Ask | None] = lambda _: None
        self.remembered: deque[Entry] = deque(maxlen=REMEMBERED)
        self._fresh = fresh
        self._scribe = scribe
        self._alarm = alarm
        self._asked: list[Asked] = []
        self._looks: list[Callable[[], None]] = []
        self._wake = asyncio.Event()
        self._busy = False
        self._diverged = False
        self._may_land = False
        self._silent_since: float | None = None
        self._waiting_for: list[tuple[int, asyncio.Future[None]]] = []

    # --- asking and looking -----------------------------------------------------------

    async def ask(self, ask: Ask) -> Answer:
        """Have a command decided; the answer is a fact when it comes. Raises `Refused`."""
        return await self.ask_and_look(ask, _only_the_answer)

    @answering
    async def ask_and_look(self, ask: Ask, look: Callable[[S, Answer], T]) -> T:
        """Have a command decided, and look at the state with which it landed. Raises `Refused`.

        To look afterwards would wait for the next batch, which is under way by then.
        """
        if self.halt is not None:
            raise NotNow("read_only")
        if self.silent:
            raise NotNow("store_gone")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._asked.append((ask, future, look))
        self._wake.set()
        # A timer costs a fraction of asyncio.timeout, and every ticket pays for it.
        deadline = loop.call_later(GIVE_UP, _give_up, future)
        try:
            return await future
        finally:
            deadline.cancel()

    @property
    def busy(self) -> bool:
        """Whether the state in memory is ahead of the log right now."""
        return self._busy

    @property
    def silent(self) -> bool:
        """Whether the store has not answered an append for so long that it counts as gone."""
        return self._silent_since is not None and time.monotonic() - self._silent_since > SILENT

    async def look(self, look: Callable[[S], T], at_least: int = 0) -> T:
        """Read the state as it has landed, after the entry `at_least`; waits for that up to a second.

        Refuses ``store_gone`` while an append stays unanswered: what landed is not known then.
        """
        if at_least > self.tail.seq:
            await self._reach(at_least)
        if not self._busy:
            return look(self.state)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def now() -> None:
            if future.done():
                return
            try:
                future.set_result(look(self.state))
            except Refused as refusal:
                future.set_exception(refusal)

        self._looks.append(now)
        try:
            async with asyncio.timeout(SILENT):
                return await future
        except TimeoutError:
            raise NotNow("store_gone") from None

    async def _reach(self, seq: int) -> None:
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting_for.append((seq, reached))
        try:
            async with asyncio.timeout(CATCH_UP):
                await reached
        except TimeoutError:
            raise NotNow("too_busy") from None
        finally:
            self._waiting_for = [(s, f) for s, f in self._waiting_for if f is not reached]

    # --- the log ------------------------------------------------------------------------

    async def load(self) -> None:
        """Rebuild the state from the log, up to where it can be believed; tells nobody.

        It is read whole, or from where `resume` knows the state already.
        """
        known = await self.resume() if self.resume is not None and self.tail == GENESIS else None
        if known is not None:
            self.tail, self.state = known
        while self.halt is None and (entries := await self.store.read(self.name, self.tail.seq, 5000)):
            self.take_in(entries, tell=False)
        self.confirmed_at = time.monotonic()

    async def catch_up(self) -> None:
        """Take in what others have appended, without waiting for the store's reader."""
        while not self._busy and (entries := await self.store.read(self.name, self.tail.seq)):
            self.take_in(entries)

    def take_in(self, entries: Sequence[Entry], tell: bool = True) -> None:
        """Entries that others appended (or that were stored before) are facts: evolve by them.

        A chain that is broken, and an event of newer software, halt the line before they change anything.
        """
        new = [e for e in entries if e.seq > self.tail.seq]
        if not new or self.halt is not None:
            return
        good = self._believed(new)
        taken: list[Entry] = []
        for entry in good:
            try:
                self._scribe.take_in(self.state, entry)
            except UnknownVersion as newer:
                self.stop(Halt(alarms.NEWER, entry.seq, str(newer)))
                break
            taken.append(entry)
        self._land(taken, tell)

    def _believed(self, entries: list[Entry]) -> list[Entry]:
        try:
            verify(entries, self.tail)
        except ChainBroken as broken:
            self.stop(Halt(alarms.BROKEN, broken.seq, str(broken)))
            return [e for e in entries if e.seq < broken.seq]
        return entries

    def _land(self, entries: Sequence[Entry], tell: bool = True) -> None:
        """These entries are in the log and in the state."""
        self.state.settle()
        if not entries:
            return
        self.tail = Tail(entries[-1].seq, entries[-1].hash)
        self.remembered.extend(entries)
        for seq, reached in self._waiting_for:
            if seq <= self.tail.seq and not reached.done():
                reached.set_result(None)
        if tell:
            self._tell(entries)

    def _tell(self, entries: Sequence[Entry]) -> None:
        for told in self.on_landed:
            told(entries)

    def stop(self, halt: Halt) -> None:
        """Accept nothing any more, and say why."""
        if self.halt is None:
            self.halt = halt
            self._alarm(alarms.Alarm(halt.code, self.name, {"seq": halt.seq, "why": halt.why}))

    def arrived(self, entries: Sequence[Entry]) -> None:
        """The store's reader saw entries; an append under way will learn of them by itself."""
        if not self._busy:
            self.take_in(entries)
        if self.halt is None:
            self.confirmed_at = time.monotonic()

    def holds(self) -> Tail:
        """Where the log ends as far as this process knows."""
        return self.tail

    def diverged(self, tail: Tail) -> None:
        """The store's reader saw a log that does not hold what landed here: look into it."""
        if not self._busy and tail != self.tail:
            self._diverged = True
            self._wake.set()

    async def run(self) -> None:
        """Commit what is asked, batch by batch, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._asked or self._diverged:
                # What has arrived in this turn of the loop shares one append: a fsync for many.
                await asyncio.sleep(0)
                batch, self._asked = self._asked[:BATCH], self._asked[BATCH:]
                self._busy, self._diverged = True, False
                try:
                    await self._commit(batch)
                finally:
                    self._busy = False
                self._serve_looks()

    def _serve_looks(self) -> None:
        looks, self._looks = self._looks, []
        for look in looks:
            look()

    async def _commit(self, batch: list[Asked]) -> None:
        lost = 0
        while self.halt is None:
            mark = self.state.mark()
            bodies, results = self._decide(batch)
            outcome = await self._append(bodies, turn=lost >= 2)
            if isinstance(outcome, Landed):
                self._landed(outcome, results)
                return
            self.state.unwind(mark)
            if isinstance(outcome, StoreRefused):
                log.error("log not writable", log=self.name, why=str(outcome))
                self._answer([(future, look, NotNow("store_gone")) for _, future, look in batch])
                return
            if isinstance(outcome, NotYourTurn):
                # The same commands are decided again on the same base: a late copy of them is the same, too.
                await asyncio.sleep(WAIT_FOR_TURN)
            elif isinstance(outcome, Forked):
                first = await self._mend(outcome.tail)
                batch = [*_unanswerable(first), *batch]
            else:
                self.take_in(outcome.missing)
                lost += 1
        self._answer([(future, look, NotNow("read_only")) for _, future, look in batch])

    def _landed(self, outcome: Landed, results: list[Decided]) -> None:
        self.confirmed_at = time.monotonic()
        self._land(outcome.entries)
        self._answer(results)
        self.take_in(outcome.after)

    def _decide(self, batch: list[Asked]) -> tuple[list[bytes], list[Decided]]:
        bodies: list[bytes] = []
        results: list[Decided] = []
        for ask, future, look in batch:
            if future.done():
                continue  # nobody waits for it any more
            try:
                records, answer = self._scribe.act(self.state, ask)
            except Refused as refusal:
                results.append((future, look, refusal))
            else:
                bodies.extend(records)
                results.append((future, look, answer))
        return bodies, results

    @appending
    async def _append(
        self, bodies: list[bytes], turn: bool
    ) -> Landed | Lost | NotYourTurn | Forked | StoreRefused:
        """Append until the store has said what became of it; the identical append, on the same base.

        Once an append was not answered, that the store will not write now is no answer either: the first
        copy may still land.
        """
        wait = 0.02
        self._silent_since = None
        while True:
            try:
                if turn:
                    await self.store.take_turn(self.name, self.store.holder, 2000)
                outcome = await self.store.append(
                    self.name, self.tail, bodies, turn=self.store.holder if turn else ""
                )
            except Unanswered as silence:
                self._may_land = True
                self._unheard(silence)
            except StoreRefused as refusal:
                if not self._may_land:
                    return refusal
                self._unheard(refusal)
            else:
                self._may_land = self._may_land and isinstance(outcome, NotYourTurn)
                self._heard()
                return outcome
            await asyncio.sleep(wait)
            wait = min(1.0, wait * 2)

    def _unheard(self, trouble: Unanswered | StoreRefused) -> None:
        if self._silent_since is None:
            self._silent_since = time.monotonic()
            log.warning("append unanswered", log=self.name, error=str(trouble))

    def _heard(self) -> None:
        if self._silent_since is not None:
            log.info("append settled", log=self.name, silent=round(time.monotonic() - self._silent_since, 3))
            self._silent_since = None

    async def _mend(self, tail: Tail) -> Ask | None:
        """The log does not hold what landed here: put a lost tail back, or start anew from a fork.

        Gives what must be decided before anything else, if there is something.
        """
        lost = self.tail
        try:
            found = await repair(self.store, self.name, tuple(self.remembered))
        except (Unanswered, StoreRefused) as trouble:
            log.warning("log not repaired yet", log=self.name, error=str(trouble))
            await asyncio.sleep(WAIT_FOR_TURN)
            return None
        facts: dict[str, str | int] = {"seq": tail.seq, "lost": lost.seq}
        if found is Repair.BACK:
            self._alarm(alarms.Alarm(alarms.TAIL_BACK, self.name, facts))
        elif found is Repair.BEYOND:
            self.stop(
                Halt(alarms.FORKED, tail.seq, f"this process holds {lost.seq} entries, the store {tail.seq}")
            )
        else:
            return await self._start_anew(facts)
        return None

    async def _start_anew(self, facts: dict[str, str | int]) -> Ask | None:
        """Another history has grown: believe the store's, and make up for what it does not hold."""
        before = {(e.seq, e.hash): e for e in self.remembered}
        self.state, self.tail = self._fresh(), GENESIS
        self.remembered.clear()
        await self.load()
        now = {(e.seq, e.hash): e for e in self.remembered}
        lost = [entry for place, entry in before.items() if place not in now]
        self._alarm(alarms.Alarm(alarms.FORK_TAKEN, self.name, facts | {"entries": len(lost)}))
        self._tell([entry for place, entry in now.items() if place not in before])
        return self.on_forked(lost)

    def _answer(self, results: list[Decided]) -> None:
        for future, look, result in results:
            if future.done():
                continue
            if isinstance(result, Refused):
                future.set_exception(result)
                continue
            try:
                future.set_result(look(self.state, result))
            except Exception as error:  # noqa: BLE001 - of the caller's own look, and the caller gets it
                future.set_exception(error)


def _only_the_answer(state: Any, answer: Answer) -> Answer:
    return answer


def _give_up(future: asyncio.Future[Any]) -> None:
    """The store is gone for too long; what was decided already stands in the log when it comes back."""
    if not future.done():
        future.set_exception(NotNow("store_gone"))


def _unanswerable(ask: Ask | None) -> list[Asked]:
    """A command of the line's own, whose outcome nobody waits for."""
    if ask is None:
        return []
    future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    future.add_done_callback(_retrieve)
    return [(ask, future, _only_the_answer)]


def _retrieve(future: asyncio.Future[Answer]) -> None:
    """The caller has gone; the outcome of the command stands in the log."""
    if not future.cancelled():
        future.exception()
