"""Group commit: commands that arrive together are decided in turn and appended in one stroke.

The state in memory runs ahead of the log only while one append is under way; answers, refusals
included, and looks are given when it has landed. When another process was faster, the batch is
unwound, what was missing is taken in, and the batch is decided again. An append that got no answer
is repeated, identical and on the same base, until the store says which copy landed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from queue_server.hall.commands import Ask
from queue_server.hall.model import Answer
from queue_server.hall.refusals import NotNow, Refused
from queue_server.store.chain import GENESIS, Entry, Tail, verify
from queue_server.store.logs import Forked, Landed, Lost, NotYourTurn, Store, StoreRefused, Unanswered

log = structlog.get_logger()
T = TypeVar("T")

BATCH = 256
"""Most commands decided together: bounds the time of one append."""
WAIT_FOR_TURN = 0.005
"""Seconds between two tries while another process has its turn."""
GIVE_UP = 10.0
"""Seconds after which a caller is told that the store is gone; the append itself is still settled."""


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
        """Evolve by an entry that is a fact already."""
        ...


class Line(Generic[S]):
    """One log of one hall with its state in memory. `run` must be running in a task group."""

    def __init__(self, store: Store, name: str, state: S, scribe: Scribe[S]) -> None:
        self.store = store
        self.name = name
        self.state = state
        self.tail: Tail = GENESIS
        self.confirmed_at = 0.0
        self.read_only = ""
        self.on_landed: list[Callable[[Sequence[Entry]], None]] = []
        self._scribe = scribe
        self._asked: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._looks: list[Callable[[], None]] = []
        self._wake = asyncio.Event()
        self._busy = False
        self._moved = asyncio.Condition()

    # --- asking and looking -----------------------------------------------------------

    async def ask(self, ask: Ask) -> Answer:
        """Have a command decided; the answer is a fact when it comes. Raises `Refused`."""
        if self.read_only:
            raise NotNow("read_only")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((ask, future))
        self._wake.set()
        try:
            async with asyncio.timeout(GIVE_UP):
                return await asyncio.shield(future)
        except TimeoutError:
            future.add_done_callback(_retrieve)
            raise NotNow("store_gone") from None

    async def look(self, look: Callable[[S], T], at_least: int = 0) -> T:
        """Read the state as it has landed, after the entry `at_least`; waits for that up to a second."""
        if at_least > self.tail.seq:
            await self._reach(at_least)
        if not self._busy:
            return look(self.state)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def now() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(look(self.state))
            except Refused as refusal:
                future.set_exception(refusal)

        self._looks.append(now)
        return await future

    async def _reach(self, seq: int) -> None:
        try:
            async with asyncio.timeout(1.0), self._moved:
                await self._moved.wait_for(lambda: self.tail.seq >= seq)
        except TimeoutError:
            raise NotNow("too_busy") from None

    # --- the log ------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the whole log and rebuild the state from it."""
        while entries := await self.store.read(self.name, self.tail.seq, 5000):
            self.take_in(entries)
        self.confirmed_at = time.monotonic()

    def take_in(self, entries: Sequence[Entry]) -> None:
        """Entries that others appended (or that were stored before) are facts: evolve by them.

        Raises `ChainBroken` when they do not continue this log.
        """
        new = [e for e in entries if e.seq > self.tail.seq]
        if not new:
            return
        verify(new, self.tail)
        for entry in new:
            self._scribe.take_in(self.state, entry)
        self.state.settle()
        self.tail = Tail(new[-1].seq, new[-1].hash)
        self._tell(new)

    def arrived(self, entries: Sequence[Entry]) -> None:
        """The store's reader saw entries; an append under way will learn of them by itself."""
        if not self._busy:
            self.take_in(entries)
        self.confirmed_at = time.monotonic()

    async def run(self) -> None:
        """Commit what is asked, batch by batch, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._asked:
                batch, self._asked = self._asked[:BATCH], self._asked[BATCH:]
                self._busy = True
                try:
                    await self._commit(batch)
                finally:
                    self._busy = False
                self._serve_looks()
                async with self._moved:
                    self._moved.notify_all()

    def _serve_looks(self) -> None:
        looks, self._looks = self._looks, []
        for look in looks:
            look()

    async def _commit(self, batch: list[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        lost = 0
        while True:
            mark = self.state.mark()
            bodies, results = self._decide(batch)
            outcome = await self._append(bodies, turn=lost >= 2)
            if isinstance(outcome, Landed):
                self.state.settle()
                self.tail = outcome.tail
                self.confirmed_at = time.monotonic()
                self._answer(results)
                if outcome.entries:
                    self._tell(outcome.entries)
                self.take_in(outcome.after)
                return
            self.state.unwind(mark)
            if isinstance(outcome, Forked | StoreRefused):
                self._refuse(batch, outcome)
                return
            if isinstance(outcome, NotYourTurn):
                await asyncio.sleep(WAIT_FOR_TURN)
                continue
            self.take_in(outcome.missing)
            lost += 1

    def _decide(
        self, batch: list[tuple[Ask, asyncio.Future[Answer]]]
    ) -> tuple[list[bytes], list[tuple[asyncio.Future[Answer], Answer | Refused]]]:
        bodies: list[bytes] = []
        results: list[tuple[asyncio.Future[Answer], Answer | Refused]] = []
        for ask, future in batch:
            try:
                records, answer = self._scribe.act(self.state, ask)
            except Refused as refusal:
                results.append((future, refusal))
            else:
                bodies.extend(records)
                results.append((future, answer))
        return bodies, results

    async def _append(
        self, bodies: list[bytes], turn: bool
    ) -> Landed | Lost | NotYourTurn | Forked | StoreRefused:
        """Append until the store has said what became of it; the identical append, on the same base."""
        wait = 0.02
        while True:
            try:
                if turn:
                    await self.store.take_turn(self.name, self.store.holder, 2000)
                return await self.store.append(
                    self.name, self.tail, bodies, turn=self.store.holder if turn else ""
                )
            except Unanswered as silence:
                log.warning("append unanswered", log=self.name, error=str(silence))
                await asyncio.sleep(wait)
                wait = min(1.0, wait * 2)
            except StoreRefused as refusal:
                return refusal

    def _answer(self, results: list[tuple[asyncio.Future[Answer], Answer | Refused]]) -> None:
        for future, result in results:
            if future.done():
                continue
            if isinstance(result, Refused):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _refuse(self, batch: list[tuple[Ask, asyncio.Future[Answer]]], why: Forked | StoreRefused) -> None:
        log.error("log not writable", log=self.name, why=str(why))
        if isinstance(why, Forked):
            self.read_only = f"forked at {why.tail.seq}"
        code = "read_only" if isinstance(why, Forked) else "store_gone"
        self._answer([(future, NotNow(code)) for _, future in batch])

    def _tell(self, entries: Sequence[Entry]) -> None:
        for told in self.on_landed:
            told(entries)


def _retrieve(future: asyncio.Future[Answer]) -> None:
    """The caller has gone; the outcome of the command stands in the log."""
    if not future.cancelled():
        future.exception()
