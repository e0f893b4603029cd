"""A system that is told what happens in a hall: it takes messages over HTTP and checks their signatures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from standardwebhooks.webhooks import Webhook as Checker

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw" * 2


class Receiver:
    """What came in. `answer` gives the status for the n-th message, or None for no answer at all."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.url = ""
        self.answer: Callable[[int], int | None] = lambda _: 204
        self._checker = Checker(SECRET)
        self.unsigned = 0

    @property
    def taken(self) -> list[tuple[str, str]]:
        """The kind and number of each message, in the order in which they came."""
        return [(message["type"], str(message["data"].get("number", ""))) for message in self.messages]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one message."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            status = self.answer(len(self.ids))
            self.ids.append(headers["webhook-id"])
            if status is None:
                await reader.read()
                return
            if 200 <= status < 300:
                self._take(body, headers)
            writer.write(f"HTTP/1.1 {status} said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # whoever told us went away in the middle
        finally:
            writer.close()

    def _take(self, body: bytes, headers: dict[str, str]) -> None:
        self._checker.verify(body, headers)
        self.messages.append(msgspec.json.decode(body))


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/told"
    async with server:
        yield receiver
