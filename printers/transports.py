"""The way to a printer: one connection a job, a deadline on every step, nothing that blocks the loop.

A write that succeeds proves nothing: a closed peer swallows the first one, and a stuck
one lets the operating system take megabytes. So the send buffer is kept small, every
piece has its own deadline, and whether paper came out is asked, never assumed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Protocol

from printers.printer import Printer

PIECE = 1024
"""Bytes handed over at once; each piece has the write deadline to itself, so a slow printer may be slow."""

SEND_BUFFER = 8192
"""Bytes the operating system may hold for us: the less, the sooner a stuck printer shows."""


class LineDown(ConnectionError):
    """The way to the printer failed: refused, unreachable, closed, or past its deadline."""


class Line(Protocol):
    """An open way to one printer."""

    async def write(self, data: bytes) -> None:
        """Hand over all bytes; raises `LineDown`."""
        ...

    async def read(self, seconds: float) -> bytes:
        """What the printer said, b"" when it said nothing in time; raises `LineDown` when it hung up."""
        ...


class NetworkLine:
    """A TCP connection to a printer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, write_deadline: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._write_deadline = write_deadline

    async def write(self, data: bytes) -> None:
        """Hand over the bytes piece by piece, each within the write deadline."""
        for at in range(0, len(data), PIECE):
            try:
                async with asyncio.timeout(self._write_deadline):
                    self._writer.write(data[at : at + PIECE])
                    await self._writer.drain()
            except TimeoutError:
                raise LineDown(f"took no more bytes for {self._write_deadline:g} s") from None
            except OSError as error:
                raise LineDown(f"hung up: {error}") from error

    async def read(self, seconds: float) -> bytes:
        """Up to 256 bytes of answer, waiting at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                data = await self._reader.read(256)
        except TimeoutError:
            return b""
        except OSError as error:
            raise LineDown(f"hung up: {error}") from error
        if not data:
            raise LineDown("hung up")
        return data

    async def close(self) -> None:
        """End the connection; bytes not yet taken are dropped after the write deadline."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):  # the printer is gone either way
            async with asyncio.timeout(self._write_deadline):
                await self._writer.wait_closed()
        self._writer.transport.abort()


@contextlib.asynccontextmanager
async def connected(printer: Printer) -> AsyncIterator[NetworkLine]:
    """A connection to a network printer for one job; raises `LineDown` when there is none in time."""
    deadlines = printer.deadlines
    try:
        async with asyncio.timeout(deadlines.connect):
            reader, writer = await asyncio.open_connection(printer.host, printer.port)
    except TimeoutError:
        raise LineDown(f"{printer.name}: no connection within {deadlines.connect:g} s") from None
    except OSError as error:
        raise LineDown(f"{printer.name}: {error}") from error
    _hold_little(writer)
    line = NetworkLine(reader, writer, deadlines.write)
    try:
        yield line
    finally:
        await line.close()


def _hold_little(writer: asyncio.StreamWriter) -> None:
    writer.transport.set_write_buffer_limits(high=0)
    taken: socket.socket | None = writer.get_extra_info("socket")
    if taken is not None:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
