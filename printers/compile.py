"""A slip as the bytes a printer takes: dots in raster mode, its own characters in a native mode.

Commands are those of the ESC/POS command reference (Seiko Epson, "ESC/POS Command
Reference") that Chinese 58 and 80 mm printers share: ESC @, ESC a, ESC E, ESC J, ESC 3,
FS &, FS ( C, GS !, GS B, GS v 0, GS ( k (through python-escpos), GS V, GS ( H, GS r.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
import segno
from escpos.printer import Dummy

from printers.encoding import TextMode, columns, encode
from printers.layout import (
    PAPER_80_MM,
    Block,
    Cut,
    Logo,
    Marks,
    Number,
    Qr,
    Role,
    Rule,
    Space,
    Words,
    lay_out,
)
from printers.render import QR_DOTS, DrawnRuler, Type, draw
from printers.slip import Slip
from printers.strips import Feed, Strip, strips

START = b"\x1b@"
KANJI_MODE = b"\x1c&"
UTF8_MODE = b"\x1c(C\x02\x0002"
LINE_SPACING = b"\x1b3\x24"
CUT = b"\x1dVB\x00"
"""GS V 66 0: feed to the cutter and cut, leaving one point so that the slip does not fall."""

CELL = 12
"""Dots of a half-width character; a full-width one has 24, both are 24 dots tall."""

LOOK_ALIKE = re.compile(rb"\x10[\x04\x05\x14]")
"""DLE EOT, DLE ENQ and DLE DC4: printers obey them wherever they stand, even inside a picture."""

_BIGGEST = 6
_LEADING = 8
"""Dots that a tall line needs below it, because line spacing only reaches lines of plain height."""

_LEFT, _CENTRE = 0, 1

_SCALE = {
    Role.HALL: (1, 2, True),
    Role.CATEGORY: (2, 2, False),
    Role.MATTER: (1, 1, True),
    Role.LEAD: (1, 2, True),
    Role.CODE: (1, 2, True),
    Role.TITLE: (1, 1, True),
}
"""Times the width, times the height, emphasised; every other role is plain."""


class Compiled(msgspec.Struct, frozen=True):
    """Bytes ready to send, and the characters that no font here could draw."""

    data: bytes
    missing: tuple[str, ...] = ()


def compile_slip(slip: Slip, dots: int = PAPER_80_MM, text_mode: TextMode = TextMode.RASTER) -> Compiled:
    """A slip's bytes from reset to cut; raises ValueError for a number that cannot be whole."""
    if text_mode is TextMode.RASTER:
        drawing = draw(lay_out(slip, dots, DrawnRuler(dots)), dots)
        return Compiled(START + dots_of(strips(drawing.image)) + CUT, drawing.missing)
    setter = _Typesetter(dots, text_mode)
    for block in lay_out(slip, dots, _CellRuler(text_mode)):
        setter.set(block)
    return Compiled(bytes(setter.data), tuple(dict.fromkeys(setter.missing)))


def process_id_request(process_id: str) -> bytes:
    """GS ( H function 48: answer with these four characters once everything before it is on paper."""
    if not re.fullmatch(r"[ -~]{4}", process_id):
        raise ValueError(f"a process id is four printable ASCII characters, not {process_id!r}")
    return b"\x1d(H\x06\x0000" + process_id.encode("ascii")


STATUS_REQUEST = b"\x1dr1"
"""GS r 49: answer with the paper sensor's status once the job up to here is done."""


def without_look_alikes(data: bytes) -> bytes:
    """Picture data in which no real-time command can be seen.

    The byte after a 0x10 that would complete one gets the dot 0x08 added, which is the
    left neighbour of its own ink, 0.125 mm wide. The result is no 0x10 and no second byte
    of a look-alike, so one pass from left to right leaves none, and text stays text.
    """
    return LOOK_ALIKE.sub(lambda pair: bytes((0x10, pair[0][1] | 0x08)), data)


def dots_of(pieces: Iterable[Strip | Feed]) -> bytes:
    """Strips and feeds as bytes, starting and ending left-aligned."""
    out = bytearray()
    align = _LEFT
    for piece in pieces:
        if isinstance(piece, Feed):
            out += _feed(piece.rows)
            continue
        if piece.centred != align:
            align = _CENTRE if piece.centred else _LEFT
            out += b"\x1ba" + bytes((align,))
        out += _raster(piece)
    return bytes(out) + (b"\x1ba\x00" if align else b"")


def _feed(dots: int) -> bytes:
    """ESC J: print what is waiting and feed; at most 255 dots a command."""
    full, rest = divmod(dots, 255)
    return b"\x1bJ\xff" * full + (b"\x1bJ" + bytes((rest,)) if rest else b"")


def _raster(strip: Strip, mode: int = 0) -> bytes:
    """GS v 0 m xL xH yL yH d…: one strip of dots; m = 3 doubles both ways."""
    head = b"\x1dv0" + bytes((mode, strip.width & 255, strip.width >> 8, strip.rows & 255, strip.rows >> 8))
    return head + without_look_alikes(strip.data)


def native_qr(content: str) -> bytes:
    """GS ( k: a QR code drawn by the printer, in whole modules and no wider than a drawn one."""
    modules = int(segno.make_qr(content, error="m", boost_error=False, mask=0).symbol_size(border=0)[0])
    printer = Dummy()
    printer.qr(content, native=True, size=min(16, max(3, QR_DOTS // modules)), ec=1)
    return bytes(printer.output)


class _CellRuler:
    """Measures text in the printer's own cells."""

    def __init__(self, mode: TextMode) -> None:
        self._mode = mode

    def width(self, text: str, role: Role) -> int:
        wide = _SCALE.get(role, (1, 1, False))[0]
        return sum(columns(char, self._mode) for char in text) * CELL * wide

    def column(self, dots: int) -> int:
        """In a printer's line mode nothing stands beside a QR code."""
        return 0


def _drawn_type(role: Role) -> Type:
    wide, tall, bold = _SCALE.get(role, (1, 1, False))
    size = CELL * (wide + tall) - (8 if tall > wide else 0)
    return Type(size, size, bold, 1.4)


DRAWN_TYPES = {role: _drawn_type(role) for role in Role}
"""Sizes at which lines are drawn that stand between lines in the printer's characters."""


class _Typesetter:
    """Collects bytes in a native mode: a style only when it changes, blank paper in one feed."""

    def __init__(self, dots: int, mode: TextMode) -> None:
        self.data = bytearray(START + (UTF8_MODE if mode is TextMode.UTF8 else KANJI_MODE) + LINE_SPACING)
        self.missing: list[str] = []
        self._dots = dots
        self._mode = mode
        self._gap = 0
        self._style = {b"\x1ba": _LEFT, b"\x1d!": 0, b"\x1bE": 0, b"\x1dB": 0}

    def set(self, block: Block) -> None:
        if isinstance(block, Space):
            self._gap += block.dots if block.dots >= _LEADING else 0
            return
        self.data += b"" if isinstance(block, Cut) else _feed(self._gap)  # the cut feeds by itself
        self._gap = 0
        match block:
            case Words():
                self._words(block)
            case Number(text=text):
                self._number(text)
            case Marks(texts=texts):
                self._marks(texts)
            case Rule(heavy=heavy):
                self._rule(heavy)
            case Qr(content=content):
                self._qr(content)
            case Logo():
                self._draw(block)
            case Cut():
                self.data += CUT

    def _words(self, words: Words) -> None:
        text = ("□ " if words.box else " " * (words.indent // CELL)) + words.text
        ready = encode(text, self._mode)
        if ready is None:
            self._draw(words)
            return
        wide, tall, bold = _SCALE.get(words.role, (1, 1, False))
        self._look(align=_CENTRE if words.centred else _LEFT, wide=wide, tall=tall, bold=bold)
        self.data += ready + b"\n"
        self._gap = _LEADING if tall > 1 else 0

    def _number(self, text: str) -> None:
        ready = encode(text, self._mode)
        times = min(_BIGGEST, self._dots // (CELL * max(1, _cells(text, self._mode))))
        if ready is None or times < 3:
            self._draw(Number(text))
            return
        self._look(align=_CENTRE, wide=times, tall=times)
        self.data += ready + b"\n"

    def _marks(self, texts: tuple[str, ...]) -> None:
        ready = [encode(f" {text} ", self._mode) for text in texts]
        room = sum(_cells(text, self._mode) + 3 for text in texts) * CELL
        if None in ready or room > self._dots:
            self._draw(Marks(texts))
            return
        times = 2 if 2 * room <= self._dots else 1
        for at, mark in enumerate(ready):
            self._look(align=_CENTRE, wide=times, tall=times)
            self.data += b" " if at else b""
            self._look(align=_CENTRE, wide=times, tall=times, inverse=True)
            self.data += mark or b""
        self._look(align=_CENTRE, wide=times, tall=times)
        self.data += b"\n"

    def _rule(self, heavy: bool) -> None:
        """One row of dots, doubled both ways by the printer; a thin rule is short, which saves bytes."""
        width = self._dots // (16 if heavy else 48)
        self._look(align=_LEFT if heavy else _CENTRE)
        self.data += _raster(Strip(width, 1, b"\xff" * width), mode=3)

    def _qr(self, content: str) -> None:
        self._look(align=_CENTRE)
        self.data += native_qr(content)

    def _draw(self, block: Block) -> None:
        drawing = draw([block], self._dots, DRAWN_TYPES)
        self.missing += drawing.missing
        self._look(align=_LEFT)
        self.data += dots_of(strips(drawing.image))

    def _look(
        self, align: int, wide: int = 1, tall: int = 1, bold: bool = False, inverse: bool = False
    ) -> None:
        wanted = {b"\x1ba": align, b"\x1d!": (wide - 1) << 4 | (tall - 1), b"\x1bE": bold, b"\x1dB": inverse}
        for command, value in wanted.items():
            if self._style[command] != value:
                self.data += command + bytes((value,))
        self._style = wanted


def _cells(text: str, mode: TextMode) -> int:
    return sum(columns(char, mode) for char in text)
