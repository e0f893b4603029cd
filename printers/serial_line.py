"""A printer on a serial port: RS-232, or a USB cable that looks like one.

On POSIX the port is set up here and waited for by the event loop; on Windows pyserial does both in a
thread. The port is taken for one opener alone: two that write at once would print each other's slips.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
from typing import Any

from printers.address import Serial
from printers.aside import Aside
from printers.device import DeviceLine
from printers.lines import PIECE, Line, LineDown

LOOK = 0.02
"""Seconds between two looks whether the port has sent what it holds."""


async def open_serial(at: Serial, connect: float, write: float) -> Line:
    """A serial port, set up as its address says; raises `LineDown` when it cannot be had in time."""
    if sys.platform == "win32":
        return await _opened_by_pyserial(at, connect, write)
    return await _opened_here(at, connect, write)


# --- POSIX -------------------------------------------------------------------------------


class SerialLine(DeviceLine):
    """A serial port waited for by the event loop."""

    async def close(self) -> None:
        """Give the port the write deadline to send what it holds: closing it would wait for up to 30 s."""
        import termios

        try:
            with contextlib.suppress(TimeoutError, OSError):  # stuck: dropped; gone: nothing to wait for
                async with asyncio.timeout(self._write_deadline):
                    while _held(self._fd):  # noqa: ASYNC110 - the port tells nobody
                        await asyncio.sleep(LOOK)
        finally:
            with contextlib.suppress(termios.error):  # the port is gone
                termios.tcflush(self._fd, termios.TCOFLUSH)
            os.close(self._fd)


def _held(fd: int) -> int:
    """Bytes that the port has taken and not yet sent."""
    import fcntl
    import termios

    return int.from_bytes(fcntl.ioctl(fd, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


async def _opened_here(at: Serial, connect: float, write: float) -> Line:
    aside = Aside(f"printer {at.path}")
    try:
        fd = await aside.do(connect, lambda: _set_up(at), os.close)
    except TimeoutError:
        raise LineDown(f"{at}: not open within {connect:g} s") from None
    except OSError as error:
        raise LineDown(f"{at}: {error.strerror or error}") from error
    finally:
        aside.end()
    return SerialLine(fd, str(at), write)


def _set_up(at: Serial) -> int:
    """Open a port raw, for us alone, with its speed and framing; raises OSError."""
    import fcntl
    import termios

    fd = os.open(at.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(fd, termios.TIOCEXCL)
        termios.tcsetattr(fd, termios.TCSANOW, _raw(at, termios.tcgetattr(fd)))
        termios.tcflush(fd, termios.TCIOFLUSH)  # what somebody asked before us is not our answer
    except termios.error as error:
        os.close(fd)
        raise OSError(*error.args) from error
    except OSError:
        os.close(fd)
        raise
    return fd


def _raw(at: Serial, before: list[Any]) -> list[Any]:
    """A terminal's attributes for bytes that nobody interprets on the way."""
    import termios as t

    iflag = (t.IXON | t.IXOFF) if at.flow == "xonxoff" else 0
    cflag = t.CREAD | t.CLOCAL | (t.CS7 if at.bits == 7 else t.CS8)
    if at.parity != "none":
        cflag |= t.PARENB | (t.PARODD if at.parity == "odd" else 0)
    if at.stop == 2:
        cflag |= t.CSTOPB
    if at.flow == "rtscts":
        cflag |= t.CRTSCTS
    speed = getattr(t, f"B{at.baud}")
    control = list(before[6])
    control[t.VMIN], control[t.VTIME] = 1, 0
    return [iflag, 0, cflag, 0, speed, speed, control]


# --- Windows -----------------------------------------------------------------------------


class PyserialLine:
    """A serial port that pyserial writes and reads in a thread of its own."""

    def __init__(self, port: Any, aside: Aside, name: str, write_deadline: float) -> None:
        self._port = port
        self._aside = aside
        self._name = name
        self._write_deadline = write_deadline

    async def write(self, data: bytes) -> None:
        """Hand over the bytes piece by piece, each within the write deadline."""
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            try:
                # pyserial's own deadline comes first; ours is for a driver that forgets it.
                await self._aside.do(self._write_deadline + 1.0, lambda piece=piece: self._port.write(piece))  # type: ignore[misc]
            except TimeoutError:
                raise LineDown(f"{self._name}: took no more bytes for {self._write_deadline:g} s") from None
            except OSError as error:  # pyserial's errors are OSErrors, its time-out too
                raise LineDown(f"{self._name}: {error}") from error

    async def read(self, seconds: float) -> bytes:
        """Up to 256 bytes of answer, waiting at most `seconds`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            try:
                data: bytes = await self._aside.do(self._write_deadline + 1.0, self._there)
            except (TimeoutError, OSError) as error:
                raise LineDown(f"{self._name}: hung up: {error}") from error
            if data or loop.time() >= until:
                return data
            await asyncio.sleep(min(LOOK, max(0.0, until - loop.time())))

    def _there(self) -> bytes:
        data: bytes = self._port.read(min(256, self._port.in_waiting))
        return data

    async def close(self) -> None:
        """Let go of the port; what is stuck in it is dropped."""
        with contextlib.suppress(TimeoutError, OSError):  # a port that is gone is gone
            await self._aside.do(self._write_deadline + 1.0, self._port.close)
        self._aside.end()


async def _opened_by_pyserial(at: Serial, connect: float, write: float) -> Line:
    aside = Aside(f"printer {at.path}")
    try:
        port = await aside.do(connect, lambda: _by_pyserial(at, write), lambda late: late.close())
    except TimeoutError:
        aside.end()
        raise LineDown(f"{at}: not open within {connect:g} s") from None
    except (OSError, ImportError) as error:
        aside.end()
        raise LineDown(f"{at}: {error}") from error
    return PyserialLine(port, aside, str(at), write)


def _by_pyserial(at: Serial, write: float) -> Any:
    serial = importlib.import_module("serial")
    return serial.Serial(
        at.path,
        at.baud,
        bytesize=at.bits,
        parity={"none": "N", "even": "E", "odd": "O"}[at.parity],
        stopbits=at.stop,
        timeout=0,
        write_timeout=write,
        rtscts=at.flow == "rtscts",
        xonxoff=at.flow == "xonxoff",
        exclusive=None if sys.platform == "win32" else True,  # Windows lets nobody else in anyway
    )
