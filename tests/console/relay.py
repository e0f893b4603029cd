"""A stretch of network between a console and its hall that can be cut, frozen and mended."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

KEY = re.compile(rb"idempotency-key: (\w+)", re.IGNORECASE)
POST = re.compile(rb"POST (\S+) HTTP")


class Relay:
    """Carries connections to `target`, a port on this machine.

    `posts` are the acts that went to the hall, as (path, idempotency key), repetitions included.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.base = ""
        self.posts: list[tuple[str, str]] = []
        self._lost_answers = 0
        self._cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Unplug: every connection ends, and none comes about."""
        self._cut = True
        for line in self._lines:
            line.transport.abort()

    def freeze(self) -> None:
        """A switch without power: connections stay, and nothing passes in either direction."""
        self._flowing.clear()

    def mend(self) -> None:
        """Plug in again."""
        self._cut = False
        self._flowing.set()

    def lose_answers(self, many: int) -> None:
        """Carry the next `many` acts to the hall, and drop the connection instead of the answer."""
        self._lost_answers = many

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from the console until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._lines.add(writer)
        beyond = None
        try:
            if self._cut:
                return
            away, beyond = await asyncio.open_connection("127.0.0.1", self.target)
            self._lines.add(beyond)
            losing = asyncio.Event()
            ways = [
                asyncio.ensure_future(self._there(reader, beyond, losing)),
                asyncio.ensure_future(self._back(away, writer, losing)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            # A line that breaks ends both ways; how each of them noticed is all the same.
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            return  # nobody listens beyond: the console sees its connection end, as on a real network
        finally:
            for line in (writer, beyond):
                if line is not None:
                    self._lines.discard(line)
                    line.transport.abort()
            self._tasks.discard(task)

    async def _there(
        self, reader: asyncio.StreamReader, beyond: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while piece := await reader.read(65536):
            await self._flowing.wait()
            key, post = KEY.search(piece), POST.search(piece)
            if key is not None and post is not None:
                self.posts.append((post[1].decode(), key[1].decode()))
                if self._lost_answers:
                    self._lost_answers -= 1
                    losing.set()
            beyond.write(piece)
            await beyond.drain()

    async def _back(
        self, away: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while piece := await away.read(65536):
            await self._flowing.wait()
            if losing.is_set():
                return
            writer.write(piece)
            await writer.drain()

    async def finish(self) -> None:
        """End every connection and wait until it has."""
        self.mend()
        for line in list(self._lines):
            line.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def relayed(base: str) -> AsyncIterator[Relay]:
    """A relay to a server's address while the block runs; `base` of the relay is its own address."""
    relay = Relay(int(base.rpartition(":")[2]))
    listening = await asyncio.start_server(relay.carry, "127.0.0.1", 0)
    relay.base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        listening.close()
        await relay.finish()
        await listening.wait_closed()
