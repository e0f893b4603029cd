"""A line to a store that loses answers on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Dropping:
    """Passes everything on; once told, it lets the next question through and cuts before its answer."""

    def __init__(self, target: str, url: str) -> None:
        self.url = url
        self.dropped = 0
        self._target = target.removeprefix("unix://")
        self._drop_next = False

    def drop_next_answer(self) -> None:
        self._drop_next = True

    async def serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_unix_connection(self._target)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(client, writer))
                both.create_task(self._answer(reader, answer, writer))
        except* (ConnectionError, EOFError):
            pass  # either side hung up, which is what this is for
        finally:
            for end in (writer, answer):
                end.close()
                with contextlib.suppress(ConnectionError):
                    await end.wait_closed()

    async def _pass_on(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await client.read(65536):
            writer.write(part)
            await writer.drain()
        raise EOFError

    async def _answer(
        self, reader: asyncio.StreamReader, answer: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        while part := await reader.read(65536):
            if self._drop_next:
                self._drop_next = False
                self.dropped += 1
                raise EOFError
            answer.write(part)
            await answer.drain()
        raise EOFError


@asynccontextmanager
async def dropping(target: str) -> AsyncIterator[Dropping]:
    """A `Dropping` line in front of the store at `target`, a unix socket's URL."""
    with tempfile.TemporaryDirectory(prefix="ycd-") as place:
        path = Path(place) / "s"
        line = Dropping(target, f"unix://{path}")
        server = await asyncio.start_unix_server(line.serve, path)
        try:
            yield line
        finally:
            server.close()
            await server.wait_closed()
