"""A printer behind a file: a device such as ``/dev/usb/lp0``, a serial port, or a file that collects.

A device is read and written without blocking and waited for by the event loop. A plain file,
and any file on Windows, is written by a thread of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from printers.aside import Aside
from printers.lines import PIECE, Line, LineDown

NOTHING_YET = 0.02
"""Seconds between two looks at a device that says "nothing" at once instead of letting us wait."""


class DeviceLine:
    """A device that can be waited for (POSIX). `writable_only` is one that cannot answer."""

    def __init__(self, fd: int, name: str, write_deadline: float, writable_only: bool = False) -> None:
        self._fd = fd
        self._name = name
        self._write_deadline = write_deadline
        self._mute = writable_only

    async def write(self, data: bytes) -> None:
        """Hand over the bytes piece by piece, each within the write deadline."""
        for at in range(0, len(data), PIECE):
            try:
                async with asyncio.timeout(self._write_deadline):
                    await self._write_piece(data[at : at + PIECE])
            except TimeoutError:
                raise LineDown(f"{self._name}: took no more bytes for {self._write_deadline:g} s") from None

    async def _write_piece(self, piece: bytes) -> None:
        while piece:
            try:
                piece = piece[os.write(self._fd, piece) :]
            except BlockingIOError:
                await self._ready(asyncio.get_running_loop().add_writer, "remove_writer")
            except OSError as error:
                raise LineDown(f"{self._name}: {error}") from error

    async def read(self, seconds: float) -> bytes:
        """Up to 256 bytes of answer, waiting at most `seconds`; b"" from one that cannot answer."""
        if self._mute:
            await asyncio.sleep(seconds)
            return b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # The end of a file is no end of a device: it has nothing to say yet.
                while not (data := await self._read_now()):  # noqa: ASYNC110 - the device tells nobody
                    await asyncio.sleep(NOTHING_YET)
                return data
        return b""

    async def _read_now(self) -> bytes:
        while True:
            try:
                return os.read(self._fd, 256)
            except BlockingIOError:
                await self._ready(asyncio.get_running_loop().add_reader, "remove_reader")
            except OSError as error:
                raise LineDown(f"{self._name}: hung up: {error}") from error

    async def _ready(self, watch: Callable[[int, Callable[[], None]], object], forget: str) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        watch(self._fd, ready.set)
        try:
            await ready.wait()
        finally:
            getattr(loop, forget)(self._fd)

    async def close(self) -> None:
        """Let go of the device."""
        os.close(self._fd)


class FileLine:
    """A plain file that collects what would be printed; it answers nothing."""

    def __init__(self, fd: int, aside: Aside, name: str, write_deadline: float) -> None:
        self._fd = fd
        self._aside = aside
        self._name = name
        self._write_deadline = write_deadline

    async def write(self, data: bytes) -> None:
        """Append the bytes, each piece within the write deadline."""
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            try:
                await self._aside.do(self._write_deadline, lambda piece=piece: self._append(piece))  # type: ignore[misc]
            except TimeoutError:
                raise LineDown(f"{self._name}: took no more bytes for {self._write_deadline:g} s") from None
            except OSError as error:
                raise LineDown(f"{self._name}: {error}") from error

    def _append(self, piece: bytes) -> None:
        while piece:
            piece = piece[os.write(self._fd, piece) :]

    async def read(self, seconds: float) -> bytes:
        """Nothing, after `seconds`."""
        await asyncio.sleep(seconds)
        return b""

    async def close(self) -> None:
        """Close the file behind whatever is still being written."""
        with contextlib.suppress(TimeoutError):  # then it closes when the write comes back
            await self._aside.do(self._write_deadline, lambda: os.close(self._fd))
        self._aside.end()


async def open_device(path: str, connect: float, write: float) -> Line:
    """A device file or a plain file; raises `LineDown` when it cannot be opened in time."""
    aside = Aside(f"printer {path}")
    try:
        fd, answers, waits = await aside.do(connect, lambda: _opened(path), lambda late: os.close(late[0]))
    except TimeoutError:
        aside.end()
        raise LineDown(f"{path}: not open within {connect:g} s") from None
    except OSError as error:
        aside.end()
        raise LineDown(f"{path}: {error.strerror or error}") from error
    if not waits:
        return FileLine(fd, aside, path, write)
    aside.end()
    return DeviceLine(fd, path, write, writable_only=not answers)


def _opened(path: str) -> tuple[int, bool, bool]:
    """An open file, whether it can answer, and whether the event loop can wait for it."""
    without_waiting = getattr(os, "O_NONBLOCK", 0)
    kind = _kind(path)
    if not without_waiting or stat.S_ISREG(kind):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        return os.open(path, flags, 0o600), False, False
    if stat.S_ISFIFO(kind):  # whoever opens a FIFO for both would read its own bytes
        return os.open(path, os.O_WRONLY | without_waiting), False, True
    flags = without_waiting | getattr(os, "O_NOCTTY", 0)
    try:
        return os.open(path, os.O_RDWR | flags), True, True
    except PermissionError:  # a printer that only takes: its driver lets nobody read
        return os.open(path, os.O_WRONLY | flags), False, True


def _kind(path: str) -> int:
    try:
        return Path(path).stat().st_mode
    except FileNotFoundError:
        if path.startswith("/dev/"):  # a device that is not plugged in must not become a file
            raise
        return stat.S_IFREG
