"""The frames of an identity card reader with a SAM module (二代身份证), as its published protocol has them.

``AA AA AA 96 69``, two bytes of length, the content, and one byte by which length and content come to nought
under XOR. A line brings frames in pieces, and noise between them; what is not wholly right is no answer.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

import msgspec

from printers import id_card

PREAMBLE = bytes.fromhex("aaaaaa9669")
FIND, SELECT, READ = b"\x20\x01", b"\x20\x02", b"\x30\x01"
FOUND, DONE = 0x9F, 0x90
NO_CARD = 0x80
"""What the module says (SW3): a card lies there, it was done, there is none."""
STATUS = 3
TEXT, PICTURE = 256, 1024
LONGEST = STATUS + 6 + TEXT + 2 * PICTURE + 1
"""The longest content that the protocol knows: text, picture and finger prints."""

BORN, NUMBER = slice(36, 52), slice(122, 158)
"""Where birth date and number stand in the text; name, address and picture are never looked at."""


class Answer(msgspec.Struct, frozen=True):
    """What the module said: its status, and data."""

    status: int
    data: bytes


class Broken(msgspec.Struct, frozen=True):
    """A frame that is none, and why."""

    why: str


class Unreadable(Exception):
    """What the module sent is no identity card's text."""


def command(asked: bytes) -> bytes:
    """The frame of a command."""
    return _framed(asked)


def answer(status: int, data: bytes = b"") -> bytes:
    """The frame of an answer, as the module sends it."""
    return _framed(bytes((0, 0, status)) + data)


def _framed(content: bytes) -> bytes:
    body = (len(content) + 1).to_bytes(2, "big") + content
    return PREAMBLE + body + bytes((reduce(xor, body),))


class Frames:
    """Takes a line's bytes as they come and gives the answers in them."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[Answer | Broken]:
        """The answers, and what was broken, that these bytes have brought to an end."""
        self._held += data
        found: list[Answer | Broken] = []
        while (one := self._next()) is not None:
            found.append(one)
        return found

    def _next(self) -> Answer | Broken | None:
        start = self._held.find(PREAMBLE)
        if start < 0:
            self._held = self._held[-len(PREAMBLE) + 1 :]  # the next bytes may complete it
            return None
        self._held = self._held[start:]
        head = len(PREAMBLE) + 2
        if len(self._held) < head:
            return None
        length = int.from_bytes(self._held[len(PREAMBLE) : head], "big")
        if not STATUS < length <= LONGEST:
            return self._skip("length")
        if len(self._held) < head + length:
            return None
        body = self._held[len(PREAMBLE) : head + length]
        if reduce(xor, body) != 0:
            return self._skip("checksum")
        self._held = self._held[head + length :]
        return Answer(status=body[4], data=body[2 + STATUS : -1])

    def _skip(self, why: str) -> Broken:
        """Look for the next frame behind this one's beginning: a whole one may stand in what follows."""
        self._held = self._held[1:]
        return Broken(why)


def number_in(data: bytes) -> str:
    """The identity number in what the module read; raises `Unreadable` unless lengths, check digit and
    birth date all fit.
    """
    text_length, picture_length = (int.from_bytes(data[at : at + 2], "big") for at in (0, 2))
    if len(data) != 4 + text_length + picture_length or text_length != TEXT:
        raise Unreadable("lengths")
    text = data[4 : 4 + TEXT]
    try:
        number, birth = (text[where].decode("utf-16-le") for where in (NUMBER, BORN))
        if id_card.born(number).strftime("%Y%m%d") != birth:
            raise Unreadable("birth date")
    except (UnicodeDecodeError, id_card.NoNumber):
        raise Unreadable("number") from None
    return number
