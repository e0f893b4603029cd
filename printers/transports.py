"""The way to a printer: one connection a job, a deadline on every step, nothing that blocks the loop.

`connected` is the one place that opens one, whatever its address: the network here, the rest in
`serial_line`, `usb_line` and `device`.

A write that succeeds proves nothing: a closed peer swallows the first one, and a stuck
one lets the operating system take megabytes. So the send buffer is kept small, every
piece has its own deadline, and whether paper came out is asked, never assumed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import AsyncIterator

from printers.address import Device, Serial, Usb
from printers.device import open_device
from printers.lines import PIECE, Line, LineDown
from printers.printer import Printer
from printers.serial_line import open_serial
from printers.usb_line import open_usb

__all__ = ["SEND_BUFFER", "Line", "LineDown", "NetworkLine", "connected", "open_line"]

SEND_BUFFER = 8192
"""Bytes the operating system may hold for us: the less, the sooner a stuck printer shows."""


class NetworkLine:
    """A TCP connection to a printer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, write_deadline: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._write_deadline = write_deadline
        self._given_up = False

    async def write(self, data: bytes) -> None:
        """Hand over the bytes piece by piece, each within the write deadline."""
        for at in range(0, len(data), PIECE):
            try:
                async with asyncio.timeout(self._write_deadline):
                    self._writer.write(data[at : at + PIECE])
                    await self._writer.drain()
            except TimeoutError:
                self._given_up = True
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
        """End the connection; bytes not yet taken are dropped after the write deadline.

        After a write that was given up they are dropped at once: the rest of half a picture, delivered late,
        would be printed as text.
        """
        if self._given_up:
            _drop_the_rest(self._writer)
            return
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):  # the printer is gone either way
            async with asyncio.timeout(self._write_deadline):
                await self._writer.wait_closed()
        self._writer.transport.abort()


@contextlib.asynccontextmanager
async def connected(printer: Printer) -> AsyncIterator[Line]:
    """A way to a printer for one job; raises `LineDown` when there is none in time."""
    line = await open_line(printer)
    try:
        yield line
    finally:
        await line.close()


async def open_line(printer: Printer) -> Line:
    """Open the way that a printer's address names; raises `LineDown` when it does not open in time."""
    connect, write = printer.deadlines.connect, printer.deadlines.write
    match printer.line:
        case Serial() as at:
            return await open_serial(at, connect, write)
        case Usb() as at:
            return await open_usb(at, connect, write)
        case Device(path):
            return await open_device(path, connect, write)
        case None:
            return await _open_network(printer)


async def _open_network(printer: Printer) -> NetworkLine:
    deadlines = printer.deadlines
    try:
        async with asyncio.timeout(deadlines.connect):
            reader, writer = await asyncio.open_connection(printer.host, printer.port)
    except TimeoutError:
        raise LineDown(f"{printer.name}: no connection within {deadlines.connect:g} s") from None
    except OSError as error:
        raise LineDown(f"{printer.name}: {error}") from error
    _hold_little(writer)
    return NetworkLine(reader, writer, deadlines.write)


def _drop_the_rest(writer: asyncio.StreamWriter) -> None:
    """End a connection by a reset, so that the system does not go on sending what it still holds."""
    taken: socket.socket | None = writer.get_extra_info("socket")
    if taken is not None:
        lingering = "hh" if sys.platform == "win32" else "ii"
        with contextlib.suppress(OSError):  # closed already
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(lingering, 1, 0))
    writer.transport.abort()


def _hold_little(writer: asyncio.StreamWriter) -> None:
    writer.transport.set_write_buffer_limits(high=0)
    taken: socket.socket | None = writer.get_extra_info("socket")
    if taken is not None:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
