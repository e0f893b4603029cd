"""Server processes that write to halls' logs while the store's servers die, and who watches them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from queue_server.store.chain import GENESIS, Entry, Tail, verify
from queue_server.store.logs import Landed, Lost, NotYourTurn, Store, StoreRefused, Unanswered
from queue_server.store.reader import Reader
from tests.waiting import wait_until

Answer = TypeVar("Answer")

DEADLINE = 1.0
"""Seconds for a command here: short, so that a dead server is noticed while the test looks on."""
PACE = 0.01
"""Seconds between two appends of a writer: the load is steady, the machine is shared."""
PATIENCE = 40.0


class Writer:
    """Appends to one log as a desk does: decided anew when lost, repeated identically when unanswered."""

    def __init__(self, store: Store, log: str, name: str) -> None:
        self.store, self.log, self.name = store, log, name
        self.landed: dict[bytes, int] = {}
        self.unanswered = self.refused = 0
        self.longest_gap = 0.0
        self._tail = GENESIS
        self._known = 0

    async def write(self, stop: asyncio.Event) -> None:
        """Append until told to stop; what is under way is settled first."""
        last = time.monotonic()
        while not stop.is_set():
            bodies = [b"%s %d" % (self.name.encode(), self._known + n) for n in range(1, 3)]
            self._known += len(bodies)
            while not await self._append(bodies):
                pass
            now = time.monotonic()
            self.longest_gap, last = max(self.longest_gap, now - last), now
            await asyncio.sleep(PACE)

    async def _append(self, bodies: list[bytes]) -> bool:
        base = self._tail
        try:
            answer = await self.store.append(self.log, base, bodies)
        except (Unanswered, StoreRefused) as trouble:
            self.unanswered += isinstance(trouble, Unanswered)
            self.refused += isinstance(trouble, StoreRefused)
            await asyncio.sleep(0.05)
            return False
        if isinstance(answer, Lost):
            self._tail = verify(answer.missing, base)
        if not isinstance(answer, Landed):
            assert isinstance(answer, Lost | NotYourTurn), f"{self.name} holds what the log lost: {answer}"
            return False
        self.landed |= {entry.body: entry.seq for entry in answer.entries}
        self._tail = verify(answer.after, answer.tail)
        return True


class Onlooker:
    """A process that only watches a log, as a board's server does."""

    def __init__(self, reader: Reader, log: str) -> None:
        self.seen: list[Entry] = []
        self.diverged: list[Tail] = []
        self.confirmed = 0
        reader.watch(log, lambda: len(self.seen), self.take, self.diverged.append, self.holds)

    def holds(self) -> Tail:
        return Tail(self.seen[-1].seq, self.seen[-1].hash) if self.seen else GENESIS

    def reached(self, end: Tail) -> bool:
        return self.holds() == end

    def take(self, entries: Sequence[Entry]) -> None:
        """What the reader brings; ChainBroken if it does not go on where we are."""
        verify(entries, self.holds())
        self.seen += entries
        self.confirmed += 1


class Crowd:
    """Two writers and an onlooker for each log, each with a connection of its own."""

    def __init__(self, logs: Sequence[str], stores: tuple[Store, Store, Store], reader: Reader) -> None:
        self.logs = logs
        self.writers = [
            Writer(store, log, f"{log} {name}")
            for log in logs
            for store, name in zip(stores, ("east", "west"), strict=False)
        ]
        self.onlookers = {log: Onlooker(reader, log) for log in logs}
        self._store = stores[2]

    async def all_land(self, more: int = 5) -> None:
        """Wait until every writer has landed so many more."""
        goals = [len(writer.landed) + more for writer in self.writers]
        await wait_until(
            lambda: all(len(w.landed) >= g for w, g in zip(self.writers, goals, strict=True)), PATIENCE
        )

    async def audit(self) -> int:
        """No acknowledged entry is missing, none is there twice, and nobody was shown anything else.

        Gives the number of entries. The writers must have stopped.
        """
        total = 0
        for log in self.logs:
            entries = await self._whole(log)
            end = verify(entries)
            landed = {b: seq for w in self.writers if w.log == log for b, seq in w.landed.items()}
            assert {entry.body: entry.seq for entry in entries} == landed
            assert len(entries) == len(landed) == end.seq
            looker = self.onlookers[log]
            await wait_until(partial(looker.reached, end), PATIENCE)
            assert looker.seen == entries
            assert looker.diverged == []
            total += end.seq
        return total

    async def _whole(self, log: str) -> list[Entry]:
        async def read() -> list[Entry]:
            entries: list[Entry] = []
            while more := await self._store.read(log, len(entries)):
                entries += more
            return entries

        return await answered(read)

    def figures(self) -> str:
        """What the faults did to the writers."""
        return (
            f"{sum(len(w.landed) for w in self.writers)} entries acknowledged, "
            f"{sum(w.unanswered for w in self.writers)} appends unanswered, "
            f"{sum(w.refused for w in self.writers)} refused, "
            f"longest time without a landing {max(w.longest_gap for w in self.writers):.1f} s"
        )


async def answered(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to a question that may be put again until the store is whole."""
    found: list[Answer] = []

    async def once() -> bool:
        try:
            found.append(await ask())
        except (Unanswered, StoreRefused):
            return False
        return True

    await wait_until(once, PATIENCE)
    return found[0]


@asynccontextmanager
async def writing(url: str, logs: Sequence[str]) -> AsyncIterator[Crowd]:
    """A crowd that writes to the store at `url` for the block, and is audited at its end."""
    stores = tuple([await Store.connect(url, deadline=DEADLINE) for _ in range(3)])
    try:
        reader = Reader(stores[2])
        crowd = Crowd(logs, (stores[0], stores[1], stores[2]), reader)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(reader.run())
            writing = [tasks.create_task(writer.write(stop)) for writer in crowd.writers]
            try:
                await crowd.all_land()
                yield crowd
            finally:
                stop.set()
                if writing:
                    await asyncio.wait(writing, timeout=PATIENCE)
            await crowd.audit()
            reading.cancel()
    finally:
        for store in stores:
            await store.aclose()
