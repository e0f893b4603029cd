"""Strips for tests: each keeps what it was sent, and a TCP one can be unplugged."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress


class TcpStrip:
    """A strip behind a TCP port; `got` are the frames, one for each connection."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.got.append(await reader.read())
        writer.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def tcp_strip() -> AsyncIterator[TcpStrip]:
    strip = TcpStrip()
    await strip.plug()
    try:
        yield strip
    finally:
        await strip.unplug()


@asynccontextmanager
async def mute_strip() -> AsyncIterator[str]:
    """A strip that takes connections and never reads: it gives its address."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0, limit=1)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        for writer in held:
            writer.transport.abort()
        server.close()
        await server.wait_closed()


class UdpStrip(asyncio.DatagramProtocol):
    """A strip that takes datagrams."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.address = ""

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append(data)


@asynccontextmanager
async def udp_strip() -> AsyncIterator[UdpStrip]:
    loop = asyncio.get_running_loop()
    transport, strip = await loop.create_datagram_endpoint(UdpStrip, local_addr=("127.0.0.1", 0))
    strip.address = "127.0.0.1:{}".format(transport.get_extra_info("sockname")[1])
    try:
        yield strip
    finally:
        transport.close()


class SerialStrip:
    """A strip at the other end of a serial line."""

    def __init__(self, ours: int, path: str) -> None:
        self._ours = ours
        self.path = path
        self.got = b""

    def read(self) -> bytes:
        """All that has come so far."""
        with suppress(BlockingIOError):  # nothing new
            self.got += os.read(self._ours, 4096)
        return self.got


@contextmanager
def serial_strip() -> Iterator[SerialStrip]:
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    try:
        yield SerialStrip(ours, os.ttyname(theirs))
    finally:
        os.close(ours)
        os.close(theirs)
