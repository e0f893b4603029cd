"""LED strips: a text becomes a frame by the strip's own template and goes out by TCP, UDP or serial line.

A strip is written to by a task of its own that holds only the newest text, so that one that is gone or slow
delays nothing and nobody. Every step has a deadline. A strip that cannot be reached is told of once, and once
again when it is back; the newest text is sent as soon as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import Protocol

import msgspec

DEADLINE = 3.0
"""Seconds that reaching a strip and writing a frame may take."""
AGAIN = 5.0
"""Seconds until a strip that could not be reached is tried again."""
REFRESH = 15.0
"""Seconds after which a text is sent once more: a strip that restarted is dark, one that is gone noticed."""
ENCODING = "gb2312"


class Template(msgspec.Struct, frozen=True):
    """How a strip is spoken to: `prefix`, the `unit`'s byte if it has one, the text, a checksum, `suffix`."""

    prefix: bytes = b""
    unit: int | None = None
    checksum: str = "none"
    suffix: bytes = b""


def frame(template: Template, text: str) -> bytes:
    """A text as a strip is sent it. A character that GB2312 lacks goes as a full-width blank."""
    content = b"".join(_encoded(letter) for letter in text)
    head = template.prefix + (b"" if template.unit is None else bytes((template.unit,)))
    whole = head + content
    return whole + CHECKSUMS[template.checksum](whole) + template.suffix


def _encoded(letter: str) -> bytes:
    try:
        return letter.encode(ENCODING)
    except UnicodeEncodeError:
        return "　".encode(ENCODING)  # a question mark would be taken for one


def sum8(content: bytes) -> bytes:
    """The lowest byte of the sum."""
    return bytes((sum(content) & 0xFF,))


def xor8(content: bytes) -> bytes:
    """All bytes, exclusive or."""
    value = 0
    for byte in content:
        value ^= byte
    return bytes((value,))


def crc16(content: bytes) -> bytes:
    """CRC-16 as in MODBUS over serial line 1.02, 6.2.2: polynomial A001, start FFFF, low byte first."""
    value = 0xFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda _: b"", "sum8": sum8, "xor8": xor8, "crc16": crc16,
}  # fmt: skip


class Driver(Protocol):
    """A way to a strip."""

    async def send(self, content: bytes) -> None:
        """Bring a frame to the strip. Raises OSError (TimeoutError among them) when it cannot."""
        ...


class TcpDriver:
    """A strip behind a TCP port; each frame has a connection of its own, as strips that restart need."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)

    async def send(self, content: bytes) -> None:
        """Connect, write, and hang up."""
        async with asyncio.timeout(DEADLINE):
            _, writer = await asyncio.open_connection(*self._place)
            try:
                writer.write(content)
                await writer.drain()
                writer.write_eof()
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError):  # it hung up first: it has the frame or will not
                    await writer.wait_closed()


class UdpDriver:
    """A strip that takes datagrams; nobody confirms them."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)

    async def send(self, content: bytes) -> None:
        """Send one datagram."""
        async with asyncio.timeout(DEADLINE):
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                asyncio.DatagramProtocol, remote_addr=self._place
            )
            try:
                transport.sendto(content)
            finally:
                transport.close()


class SerialDriver:
    """A strip on a serial line, eight bits, no parity, one stop bit. The line is opened for each frame."""

    def __init__(self, path: str, speed: int) -> None:
        self._path = path
        self._speed = speed

    async def send(self, content: bytes) -> None:
        """Open the line, write the frame, and wait until it has gone."""
        loop = asyncio.get_running_loop()
        line = open_line(self._path, self._speed)
        try:
            async with asyncio.timeout(DEADLINE):
                rest = content
                while rest:
                    try:
                        rest = rest[os.write(line, rest) :]
                    except BlockingIOError:
                        await _writable(loop, line)
        finally:
            os.close(line)


def open_line(path: str, speed: int) -> int:
    """A serial line as a file descriptor that never blocks. Raises OSError for what is none."""
    import termios

    line = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        settings = termios.tcgetattr(line)
        settings[0] = settings[1] = settings[3] = 0  # as it is: no echo, no translation, no signals
        settings[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
        settings[4] = settings[5] = getattr(termios, f"B{speed}")
        termios.tcsetattr(line, termios.TCSANOW, settings)
    except (termios.error, AttributeError) as error:
        os.close(line)
        raise OSError(f"{path} at {speed} is no serial line: {error}") from error
    return line


async def _writable(loop: asyncio.AbstractEventLoop, line: int) -> None:
    ready = asyncio.Event()
    loop.add_writer(line, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(line)


def driver_for(transport: str, address: str) -> Driver:
    """The way to a strip as the hall file names it."""
    if transport == "serial":
        path, _, speed = address.partition("@")
        return SerialDriver(path, int(speed or 9600))
    host, _, port = address.rpartition(":")
    place = host.strip("[]"), int(port)
    return UdpDriver(*place) if transport == "udp" else TcpDriver(*place)


class Strip:
    """One strip and the newest text for it. `told` is told of each outcome: "" when the text is there."""

    def __init__(self, driver: Driver, template: Template, told: Callable[[str, str], None]) -> None:
        self._driver = driver
        self._template = template
        self._told = told
        self._wanted: str | None = None
        self._news = asyncio.Event()

    def show(self, text: str) -> None:
        """Show a text; one that was not sent yet is forgotten. Never waits."""
        if text != self._wanted:
            self._wanted = text
            self._news.set()

    async def run(self, again: float = AGAIN, refresh: float = REFRESH) -> None:
        """Send whatever is newest, and again from time to time, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(refresh):
                    await self._news.wait()
            self._news.clear()
            if self._wanted is None:
                continue
            text = self._wanted
            try:
                await self._driver.send(frame(self._template, text))
            except OSError as error:
                self._told(text, str(error) or type(error).__name__)
                self._news.set()
                await asyncio.sleep(again)
            else:
                self._told(text, "")
