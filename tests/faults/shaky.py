"""A line between server and store that fails as real ones do: it delays, cuts, stalls and duplicates.

It understands just enough of the store's protocol to know where a question ends, so that a whole
question can be kept back and delivered after the asker has given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Any


class Fault(Enum):
    """What may happen to a question on its way."""

    DELAY = "delayed"
    UNSENT = "cut before it reached the store"
    CUT = "cut before its answer"
    HALF = "cut after half of its answer"
    SILENT = "never answered"
    LATE = "delivered after the asker gave up"
    TWICE = "delivered once more later"


Choice = Callable[[bytes], Fault | None]
"""Says for each question what happens to it; None: nothing."""


class HungUp(Exception):
    """One end of a connection is gone, or has been cut on purpose."""


class Shaky:
    """A line to the store at `target` (may be changed: a store that comes back has a new address).

    `url` is this end. `distance` is how far away the store is (s, each way); `delays` the range (s)
    of `Fault.DELAY` and of the time until a late or second copy is delivered. With `keep_late` such
    copies are kept until `release`. `delivered` counts those that the store has answered.
    """

    def __init__(self, target: str, url: str, choose: Choice | None = None, seed: int = 0) -> None:
        self.target = target
        self.url = url
        self.choose = choose
        self.distance = 0.0
        self.delays = (0.001, 0.2)
        self.done: Counter[Fault] = Counter()
        self.delivered = 0
        self.kept_back: list[bytes] = []
        self.keep_late = False
        self.random = random.Random(seed)
        self._armed: deque[Fault] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- what tests tell it ---------------------------------------------------------------

    def next(self, *faults: Fault) -> None:
        """Let these happen to the next appends, one each."""
        self._armed.extend(faults)

    def forget(self) -> None:
        """Let nothing more happen."""
        self._armed.clear()

    async def release(self) -> None:
        """Deliver, now, every question that was kept back, and hear the store's answers."""
        kept, self.kept_back = self.kept_back, []
        for question in kept:
            await self._deliver(question)

    # --- passing on -----------------------------------------------------------------------

    def fate(self, question: bytes) -> Fault | None:
        """What happens to a question."""
        if self._armed and is_append(question):
            return self._armed.popleft()
        return self.choose(question) if self.choose else None

    def accept(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Somebody calls."""
        self._start(self._connect(client, back))

    async def _connect(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carry one connection until either side is gone."""
        try:
            reader, writer = await asyncio.open_unix_connection(self.target.removeprefix("unix://"))
        except OSError:
            back.close()  # the store is down: who called finds nobody there
            return
        try:
            async with asyncio.TaskGroup() as both:
                crossing = Crossing(self, client, back, reader, writer)
                both.create_task(crossing.questions())
                both.create_task(crossing.answers())
        except* (HungUp, ConnectionError):
            pass  # what this is for
        finally:
            writer.close()
            back.close()

    def later(self, question: bytes) -> None:
        """Deliver a copy of a question after a while, on a connection of its own."""
        if self.keep_late:
            self.kept_back.append(question)
        else:
            self._start(self._deliver_later(question))

    async def _deliver_later(self, question: bytes) -> None:
        await asyncio.sleep(self.random.uniform(*self.delays))
        await self._deliver(question)

    async def _deliver(self, question: bytes) -> None:
        with contextlib.suppress(ConnectionError, FileNotFoundError):  # a store that died lost it for good
            reader, writer = await asyncio.open_unix_connection(self.target.removeprefix("unix://"))
            writer.write(question)
            await writer.drain()
            await reader.read(65536)
            writer.close()
            self.delivered += 1

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """Hang up everywhere."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Crossing:
    """One connection across the line."""

    def __init__(
        self,
        line: Shaky,
        client: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._line = line
        self._client, self._back = client, back
        self._reader, self._writer = reader, writer
        self._fate: Fault | None = None

    async def questions(self) -> None:
        """Carry the client's questions, each to its fate."""
        read = bytearray()
        while part := await self._client.read(65536):
            read += part
            while question := take_question(read):
                await self._carry(question)
        raise HungUp

    async def _carry(self, question: bytes) -> None:
        fault = self._line.fate(question)
        if fault is not None:
            self._line.done[fault] += 1
        if fault is Fault.UNSENT:
            raise HungUp
        if fault is Fault.LATE:
            await self._keep_back(question)
        if fault is Fault.DELAY:
            await asyncio.sleep(self._line.random.uniform(*self._line.delays))
        if self._line.distance:
            await asyncio.sleep(self._line.distance)
        self._fate = fault
        self._writer.write(question)
        await self._writer.drain()
        if fault is Fault.TWICE:
            self._line.later(question)

    async def _keep_back(self, question: bytes) -> None:
        """Wait until the asker gives up, and only then let the store have the question.

        With `keep_late` the asker is made to give up at once, for tests that make many steps.
        """
        while not self._line.keep_late and await self._client.read(65536):
            pass
        self._line.later(question)
        raise HungUp

    async def answers(self) -> None:
        """Carry the store's answers back, as far as they get."""
        while part := await self._reader.read(65536):
            fate, self._fate = self._fate, None
            if fate is Fault.CUT:
                raise HungUp
            if fate is Fault.SILENT:
                await self._client_gone()
            if self._line.distance:
                await asyncio.sleep(self._line.distance)
            self._back.write(part[: len(part) // 2] if fate is Fault.HALF else part)
            await self._back.drain()
            if fate is Fault.HALF:
                raise HungUp
        raise HungUp

    async def _client_gone(self) -> None:
        # The other task sees the client hang up and ends both.
        await asyncio.Event().wait()


def take_question(read: bytearray) -> bytes:
    """Take the first whole question (``*n`` and n ``$length`` words) out of what was read; b"" if none."""
    end = read.find(b"\r\n")
    if end < 0:
        return b""
    place = end + 2
    for _ in range(int(read[1:end])):
        end = read.find(b"\r\n", place)
        if end < 0:
            return b""
        place = end + 2 + int(read[place + 1 : end]) + 2
    if place > len(read):
        return b""
    question = bytes(read[:place])
    del read[:place]
    return question


def is_append(question: bytes) -> bool:
    """Whether a question is an append to a log (or another of the store's scripts)."""
    return b"EVAL" in question[:32]


@asynccontextmanager
async def shaky(target: str, choose: Choice | None = None, seed: int = 0) -> AsyncIterator[Shaky]:
    """A shaky line in front of the store at `target`, a unix socket's URL."""
    with tempfile.TemporaryDirectory(prefix="ycs-") as place:
        path = Path(place) / "s"
        line = Shaky(target, f"unix://{path}", choose, seed)
        server = await asyncio.start_unix_server(line.accept, path)
        try:
            yield line
        finally:
            server.close()
            await line.end()
            await server.wait_closed()
