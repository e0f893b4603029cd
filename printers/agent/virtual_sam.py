"""An identity card reader that is none: it answers on a pseudo-terminal as a SAM module does.

Cards are of nobody. `noise` goes out before every answer, `torn` sends each answer byte by byte, `garbled`
spoils so many answers, `silent` gives none: what lines do.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import tty

from printers.agent import sam

LOOK = 0.05
"""Seconds between two looks whether the reader has been taken away."""


def card_text(number: str, birth: str = "") -> bytes:
    """The 256 bytes of text of a card: its number and birth date, the rest blank."""
    text = bytearray("\u0020".encode("utf-16-le") * (sam.TEXT // 2))
    text[sam.BORN] = (birth or number[6:14]).encode("utf-16-le")
    text[sam.NUMBER] = number.encode("utf-16-le")
    return bytes(text)


def card_data(text: bytes) -> bytes:
    """What the module sends of a card: two lengths, the text, a picture."""
    return len(text).to_bytes(2, "big") + sam.PICTURE.to_bytes(2, "big") + text + bytes(sam.PICTURE)


class VirtualSam:
    """A reader on a pseudo-terminal at `path`; `lay` puts a card on it, `asked` is what it has heard."""

    def __init__(self, noise: bytes = b"", torn: bool = False, garbled: int = 0) -> None:
        self.asked: list[bytes] = []
        self.silent = False
        self.noise, self.torn, self.garbled = noise, torn, garbled
        self._text = b""
        self._selected = False
        self._end, line = pty.openpty()
        tty.setraw(line)
        self.path = os.ttyname(line)
        self._line = line
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def lay(self, text: bytes) -> None:
        """Put a card with this text on the reader."""
        self._selected, self._text = False, text

    def lift(self) -> None:
        """Take the card away."""
        self.lay(b"")

    def close(self) -> None:
        """Take the reader away."""
        self._ended.set()
        self._thread.join()
        for end in (self._line, self._end):
            os.close(end)

    def _serve(self) -> None:
        commands = {sam.command(one): one for one in (sam.FIND, sam.SELECT, sam.READ)}
        held = b""
        while not self._ended.is_set():
            if not select.select([self._end], [], [], LOOK)[0]:
                continue
            held += os.read(self._end, 64)
            while whole := next((frame for frame in commands if held.startswith(frame)), None):
                held = held[len(whole) :]
                self.asked.append(commands[whole])
                if not self.silent:
                    self._say(self._answer(commands[whole]))

    def _answer(self, asked: bytes) -> bytes:
        if asked == sam.FIND:
            # A card that was read is found again only after it has been lifted.
            there = bool(self._text) and not self._selected
            return sam.answer(sam.FOUND, bytes(4)) if there else sam.answer(sam.NO_CARD)
        if asked == sam.SELECT:
            self._selected = bool(self._text)
            return sam.answer(sam.DONE, bytes(8)) if self._selected else sam.answer(0x81)
        return sam.answer(sam.DONE, card_data(self._text)) if self._text else sam.answer(0x41)

    def _say(self, frame: bytes) -> None:
        if self.garbled:
            self.garbled -= 1
            frame = frame[:-1] + bytes((frame[-1] ^ 0x5A,))
        for piece in (bytes((one,)) for one in self.noise + frame) if self.torn else (self.noise + frame,):
            os.write(self._end, piece)
