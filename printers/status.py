"""How a printer is: its answers told apart by shape, and read into one state.

Shapes (Epson's and Citizen's references, "Identification of transmission status"):
DLE EOT answers 0xx1xx10; a block of Automatic Status Back starts 0xx1xx00 and has three
bytes 0xx0xxxx behind it; GS r answers one byte 0xx0xxxx; a process id stands between the
header 37 22 (hex) and NUL. What has none of these shapes is not a status.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

import msgspec

from printers.printer import Printer
from printers.transports import Line, LineDown, connected


class State(StrEnum):
    """What the hall needs to know of a printer. `unknown` is one that does not answer."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


MAY_PRINT = frozenset({State.READY, State.PAPER_LOW, State.UNKNOWN})
"""A mute printer may print; its slips are unconfirmed."""


class Immediate(msgspec.Struct, frozen=True):
    """The answer to one DLE EOT request."""

    byte: int


class Unasked(msgspec.Struct, frozen=True):
    """Four bytes that a printer sent by itself (Automatic Status Back)."""

    block: bytes


class AtEnd(msgspec.Struct, frozen=True):
    """The answer to GS r: everything sent before it has been worked off."""

    byte: int


class Process(msgspec.Struct, frozen=True):
    """The answer to GS ( H: the job with this id is on paper."""

    process_id: str


class Malformed(msgspec.Struct, frozen=True):
    """A byte that no printer says."""

    byte: int


Answer = Immediate | Unasked | AtEnd | Process | Malformed

_XON, _XOFF = 0x11, 0x13
_HEADER = 0x37


class Listener:
    """Sorts a printer's bytes into answers, whatever pieces they arrive in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def hear(self, data: bytes) -> list[Answer]:
        """The answers completed by these bytes."""
        self._held += bytes(byte for byte in data if byte not in (_XON, _XOFF))
        answers: list[Answer] = []
        while self._held and (answer := self._next()) is not None:
            answers.append(answer)
        return answers

    def _next(self) -> Answer | None:
        first = self._held[0]
        if first == _HEADER:
            return self._process()
        if first & 0x93 == 0x10:
            return self._unasked()
        del self._held[0]
        if first & 0x93 == 0x12:
            return Immediate(first)
        return AtEnd(first) if first & 0x90 == 0 else Malformed(first)

    def _unasked(self) -> Answer | None:
        rest = self._held[1:4]
        if any(byte & 0x90 for byte in rest):
            return Malformed(self._held.pop(0))
        if len(rest) < 3:
            return None
        block = bytes(self._held[:4])
        del self._held[:4]
        return Unasked(block)

    def _process(self) -> Answer | None:
        block = bytes(self._held[:7])
        if (
            block[1:2] not in (b"", b"\x22")
            or any(not 0x20 <= b <= 0x7E for b in block[2:6])
            or block[6:7] not in (b"", b"\0")
        ):
            return Malformed(self._held.pop(0))
        if len(block) < 7:
            return None
        del self._held[:7]
        return Process(block[2:6].decode("ascii"))


def request(part: int) -> bytes:
    """DLE EOT n: printer (1), offline cause (2), error cause (3), paper sensor (4)."""
    return b"\x10\x04" + bytes((part,))


FORGET = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: the printer drops what it holds, so that a slip given up does not come out later."""


def interpret(printer: int, offline: int = 0, error: int = 0, paper: int = 0) -> State:
    """One state out of the four DLE EOT bytes, the most telling first."""
    if offline & 0x04:
        return State.COVER_OPEN
    if offline & 0x20 or paper & 0x60:
        return State.PAPER_OUT
    if error & 0x08:
        return State.CUTTER_ERROR
    if printer & 0x08 or offline & 0x40 or error & 0x60:
        return State.OFFLINE
    return State.PAPER_LOW if paper & 0x0C else State.READY


def interpret_unasked(block: bytes) -> State:
    """The same out of an Automatic Status Back block of four bytes."""
    if block[0] & 0x20:
        return State.COVER_OPEN
    if block[2] & 0x0C:
        return State.PAPER_OUT
    if block[1] & 0x08:
        return State.CUTTER_ERROR
    if block[0] & 0x08 or block[1] & 0x60:
        return State.OFFLINE
    return State.PAPER_LOW if block[2] & 0x03 else State.READY


class Conversation:
    """One connection's questions and answers. What was not asked for is kept in `heard`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._listener = Listener()
        self.heard: list[Answer] = []

    async def state(self, seconds: float) -> State:
        """Ask the printer how it is; `unknown` when it does not answer within `seconds` a question.

        One question at a time: all four answers have the same shape, only their order names
        them. A printer that answers the first but not the others is judged by what it said.
        Raises `LineDown` when it hangs up.
        """
        said: list[int] = []
        for part in (1, 2, 3, 4):
            await self._line.write(request(part))
            answer = await self._next(seconds, lambda answer: isinstance(answer, Immediate))
            if not isinstance(answer, Immediate):
                break
            said.append(answer.byte)
        return interpret(*said) if said else State.UNKNOWN

    async def forget(self) -> None:
        """Drop what the printer said so far, so that nothing stale is taken for an answer."""
        while data := await self._line.read(0):
            self._listener.hear(data)
        self.heard.clear()

    async def hears(self, wanted: Answer | type[AtEnd], seconds: float) -> bool:
        """Whether the printer says this within `seconds`."""

        def matches(answer: Answer) -> bool:
            return isinstance(answer, AtEnd) if wanted is AtEnd else answer == wanted

        return any(map(matches, self.heard)) or await self._next(seconds, matches) is not None

    async def _next(self, seconds: float, wanted: Callable[[Answer], bool]) -> Answer | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        found: Answer | None = None
        while found is None and (left := until - loop.time()) > 0:
            for answer in self._listener.hear(await self._line.read(left)):
                if found is None and wanted(answer):
                    found = answer
                elif not isinstance(answer, Immediate):
                    self.heard.append(answer)
        return found


async def ask(printer: Printer) -> State:
    """How a printer is, asked over a connection of its own: `offline` when there is none."""
    try:
        async with connected(printer) as line:
            return await Conversation(line).state(printer.deadlines.answer)
    except LineDown:
        return State.OFFLINE
