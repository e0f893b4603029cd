"""A printer's head: reads ESC/POS and puts dots on paper, as the virtual printer does.

Written from the published ESC/POS command reference (Seiko Epson), not from our own
compiler, so that a slip seen here is a slip a real printer would print. It knows the
commands that ticket printers share; any other is noted in `unknown` and skipped as far
as its length can be told.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec
import segno
from PIL import Image, ImageDraw

from printers import fonts

Reading = Generator[int, bytes, bytes]
"""A reader asks for a number of bytes by yielding it, is sent them, and returns what it took."""

CELL, TALL = 12, 24
_ESCAPES = {
    **dict.fromkeys((b"@", b"2", b"i", b"m"), 0),
    **dict.fromkeys((b"a", b"E", b"G", b"J", b"d", b"3", b"!"), 1),
    **dict.fromkeys((b"-", b"t", b"R", b"M", b" ", b"{", b"=", b"V"), 1),
    **dict.fromkeys((b"$", b"\\"), 2),
    b"p": 3,
}
"""Bytes that follow each ESC command; those that `_look` and `_move` do not name are read and ignored."""

_WITHOUT_EFFECT = {
    **dict.fromkeys((b"P", b"L", b"W"), 2),
    **dict.fromkeys((b"b", b"f", b"h", b"w", b"H", b"I"), 1),
}
"""GS commands whose parameters are read and change nothing here."""

_TO_MONOSPACED = 5
"""Noto Sans CJK's collection holds five regional faces, then their monospaced companions."""

SPACING = 30
"""Dots from line to line after a reset (one sixth of an inch at 180 dpi, as most clones keep it)."""


class Style(msgspec.Struct):
    """How the next characters will look."""

    wide: int = 1
    tall: int = 1
    bold: bool = False
    inverse: bool = False


class Glyph(msgspec.Struct, frozen=True):
    """One character waiting in the line, with the look it was sent in."""

    char: str
    columns: int
    wide: int
    tall: int
    bold: bool
    inverse: bool


class Head:
    """Paper coming out of a printer of `dots` width.

    `lines` are the texts read from character data, `qr` the contents of QR codes the
    printer drew itself, `unknown` the commands it did not know, `rows` the paper so far.
    Answers to be sent to the host collect in `answers`. `tells` is what the host wants to be told by itself
    (GS a), and `wants_telling` that it has just said so.
    """

    def __init__(self, dots: int, encoding: str = "gb18030") -> None:
        self.dots = dots
        self.encoding = encoding
        self.lines: list[str] = []
        self.qr: list[str] = []
        self.unknown: list[str] = []
        self.answers: list[bytes] = []
        self.cut = False
        self.paper_status = 0
        self.tells = 0
        self.wants_telling = False
        self._pieces: list[Image.Image] = []
        self._waiting = bytearray()
        self._reader = self._read()
        self._need = next(self._reader)
        self._reset()

    @property
    def inside_data(self) -> bool:
        """Whether the next byte belongs to a command's parameters or picture."""
        return self._inside

    @property
    def rows(self) -> int:
        """Dots of paper fed since the last cut."""
        return sum(piece.height for piece in self._pieces)

    @property
    def blank(self) -> bool:
        """Whether nothing has been put on the paper since the last cut."""
        return not self._pieces and not self._line

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive, in pieces of any size; stops after a cut (see `take_slip`)."""
        self._waiting += data
        while len(self._waiting) >= self._need and not self.cut:
            part = bytes(self._waiting[: self._need])
            del self._waiting[: self._need]
            self._inside = True
            self._need = self._reader.send(part)

    def take_slip(self) -> Image.Image:
        """Tear off the paper printed so far and go on with what arrived after the cut."""
        image = Image.new("1", (self.dots, max(1, self.rows)), 255)
        top = 0
        for piece in self._pieces:
            image.paste(piece, (0, top))
            top += piece.height
        self._pieces, self.cut = [], False
        self.lines, self.qr = [], []
        return image

    def forget(self) -> None:
        """Drop what was read and not printed, and stand ready for a command."""
        self._waiting.clear()
        self._reader = self._read()
        self._need = next(self._reader)
        self._reset()

    def _reset(self) -> None:
        self._style = Style()
        self._line: list[Glyph] = []
        self._align = 0
        self._spacing = SPACING
        self._kanji = False
        self._utf8 = False
        self._qr_size, self._qr_level, self._qr_content = 3, "l", b""

    # --- reading -----------------------------------------------------------------------------

    def _read(self) -> Generator[int, bytes, None]:
        """The command loop. Between commands nothing is held, so a real-time request is legal there."""
        self._inside = False
        while True:
            self._inside = False
            byte = (yield 1)[0]
            match byte:
                case 0x1B:
                    yield from self._escape()
                case 0x1C:
                    yield from self._kanji_command()
                case 0x1D:
                    yield from self._group()
                case 0x0A:
                    self._line_feed()
                case 0x0D | 0x00:
                    pass
                case _ if byte >= 0x20:
                    yield from self._character(byte)
                case _:
                    self._note(bytes((byte,)))

    def _escape(self) -> Generator[int, bytes, None]:
        name = yield 1
        if name == b"*":
            yield from self._bit_image()
        elif name in _ESCAPES:
            parameters = yield from self._taken(_ESCAPES[name])
            self._look(name, parameters)
            self._move(name, parameters)
        else:
            self._note(b"\x1b" + name)

    def _look(self, name: bytes, parameters: bytes) -> None:
        """ESC commands that change how text looks."""
        match name:
            case b"@":
                self._reset()
            case b"a":
                self._align = parameters[0] & 3
            case b"E" | b"G":
                self._style.bold = bool(parameters[0] & 1)
            case b"!":
                self._select_mode(parameters[0])

    def _move(self, name: bytes, parameters: bytes) -> None:
        """ESC commands that move the paper or say how far a line moves it."""
        match name:
            case b"J":
                self._print_line(0)
                self._blank(parameters[0])
            case b"d":
                for _ in range(parameters[0]):
                    self._line_feed()
            case b"3":
                self._spacing = parameters[0]
            case b"2":
                self._spacing = SPACING
            case b"i" | b"m":
                self._finish()

    def _kanji_command(self) -> Generator[int, bytes, None]:
        name = yield 1
        match name:
            case b"&":
                self._kanji = True
            case b".":
                self._kanji = False
            case b"!":
                self._select_mode((yield 1)[0] & 0x8C, kanji=True)
            case b"-" | b"W":
                yield 1
            case b"S":
                yield 2
            case b"(":
                yield from self._character_system()
            case _:
                self._note(b"\x1c" + name)

    def _character_system(self) -> Generator[int, bytes, None]:
        name = yield 1
        low, high = yield 2
        data = yield from self._taken(low | high << 8)
        if name == b"C" and data[:1] == b"0":
            self._utf8 = data[1:2] in (b"\x02", b"2")
        else:
            self._note(b"\x1c(" + name)

    def _group(self) -> Generator[int, bytes, None]:
        name = yield 1
        match name:
            case b"!":
                size = (yield 1)[0]
                self._style.wide, self._style.tall = (size >> 4 & 7) + 1, (size & 7) + 1
            case b"B":
                self._style.inverse = bool((yield 1)[0] & 1)
            case b"V":
                if (yield 1)[0] in (65, 66, 103, 104):
                    yield 1
                self._finish()
            case b"v":
                yield from self._raster()
            case b"r":
                yield 1
                self.answers.append(bytes((self.paper_status,)))
            case b"(":
                yield from self._function()
            case b"a":
                self.tells = (yield 1)[0]
                self.wants_telling = True
            case _ if name in _WITHOUT_EFFECT:
                yield _WITHOUT_EFFECT[name]
            case _:
                self._note(b"\x1d" + name)

    def _function(self) -> Generator[int, bytes, None]:
        name = yield 1
        low, high = yield 2
        data = yield from self._taken(low | high << 8)
        if name == b"k":
            self._symbol(data)
        elif name == b"H" and data[:2] == b"00" and len(data) == 6:
            self.answers.append(b"7\x22" + data[2:] + b"\x00")
        else:
            self._note(b"\x1d(" + name)

    def _taken(self, count: int) -> Reading:
        return (yield count) if count else b""

    def _character(self, first: int) -> Generator[int, bytes, None]:
        """One character of text: ASCII, or as many bytes as the character system says."""
        if first < 0x80:
            self._put(chr(first), 1)
        elif self._utf8:
            rest = yield (1 if first < 0xE0 else 2 if first < 0xF0 else 3)
            self._put((bytes((first,)) + rest).decode("utf-8", "replace"), 2)
        elif self._kanji and first != 0x80 and first != 0xFF:
            second = yield 1
            rest = (yield 2) if 0x30 <= second[0] <= 0x39 and self.encoding == "gb18030" else b""
            self._put((bytes((first,)) + second + rest).decode(self.encoding, "replace"), 2)
        else:
            self._put(bytes((first,)).decode("cp437"), 1)

    # --- printing ----------------------------------------------------------------------------

    def _select_mode(self, mode: int, kanji: bool = False) -> None:
        self._style.wide = 2 if mode & (0x04 if kanji else 0x20) else 1
        self._style.tall = 2 if mode & (0x08 if kanji else 0x10) else 1
        self._style.bold = bool(mode & 0x08) and not kanji

    def _put(self, char: str, columns: int) -> None:
        style = self._style
        glyph = Glyph(char, columns, style.wide, style.tall, style.bold, style.inverse)
        if self._width([*self._line, glyph]) > self.dots:
            self._line_feed()
        self._line.append(glyph)

    def _line_feed(self) -> None:
        self._print_line(self._spacing)

    def _print_line(self, spacing: int) -> None:
        """Put the waiting line on paper; the feed is the line spacing or the tallest character."""
        if not self._line:
            self._blank(spacing)
            return
        text = "".join(glyph.char for glyph in self._line)
        self.lines.append(text.strip())
        height = max(glyph.tall * TALL for glyph in self._line)
        piece = Image.new("1", (self.dots, max(height, spacing)), 255)
        left = self._left(self._width(self._line))
        for glyph in self._line:
            cell = _cell(glyph)
            piece.paste(cell, (left, height - cell.height))
            left += cell.width
        self._pieces.append(piece)
        self._line = []

    def _width(self, line: list[Glyph]) -> int:
        return sum(glyph.columns * CELL * glyph.wide for glyph in line)

    def _left(self, width: int) -> int:
        return {0: 0, 1: (self.dots - width) // 2, 2: self.dots - width}.get(self._align, 0)

    def _blank(self, rows: int) -> None:
        if rows:
            self._pieces.append(Image.new("1", (self.dots, rows), 255))

    def _finish(self) -> None:
        if self._line:
            self._line_feed()
        self.cut = True

    def _raster(self) -> Generator[int, bytes, None]:
        """GS v 0 m xL xH yL yH d1…dk: x bytes a row, y rows; m doubles width (1), height (2) or both (3)."""
        kind, mode, x_low, x_high, y_low, y_high = yield 6
        if kind != 0x30:
            self._note(b"\x1dv" + bytes((kind,)))
        width, rows = x_low | x_high << 8, y_low | y_high << 8
        data = yield from self._taken(width * rows)
        self._image(Image.frombytes("1", (width * 8, rows), data), 1 + (mode & 1), 1 + (mode >> 1 & 1))

    def _bit_image(self) -> Generator[int, bytes, None]:
        """ESC * m nL nH d1…dk: columns of 8 or 24 dots, printed with the next line feed."""
        mode, low, high = yield 3
        deep = 3 if mode in (32, 33) else 1
        columns = low | high << 8
        data = yield from self._taken(columns * deep)
        image = Image.new("1", (max(1, columns), deep * 8), 0)
        for at, byte in enumerate(data):
            for bit in range(8):
                image.putpixel((at // deep, at % deep * 8 + bit), 255 * (byte >> (7 - bit) & 1))
        self._image(image, 1 if mode in (1, 33) else 2, 1 if deep == 3 else 3)

    def _image(self, inked: Image.Image, wide: int, tall: int) -> None:
        image = inked.point(lambda dot: 255 - dot)
        if wide > 1 or tall > 1:
            image = image.resize((image.width * wide, image.height * tall), Image.Resampling.NEAREST)
        piece = Image.new("1", (self.dots, image.height), 255)
        piece.paste(image, (max(0, self._left(image.width)), 0))
        self._pieces.append(piece)

    def _symbol(self, data: bytes) -> None:
        """GS ( k, cn = 49: the QR code functions 165, 167, 169, 180 and 181."""
        match data[:1], data[1:2]:
            case b"1", b"C":
                self._qr_size = data[2]
            case b"1", b"E":
                self._qr_level = "lmqh"[data[2] - 48]
            case b"1", b"P":
                self._qr_content = data[3:]
            case b"1", b"Q":
                self._print_qr()
            case b"1", b"A":
                pass
            case _:
                self._note(b"\x1d(k" + data[:2])

    def _print_qr(self) -> None:
        content = self._qr_content.decode("utf-8", "replace")
        self.qr.append(content)
        code = segno.make_qr(content, error=self._qr_level, boost_error=False)
        modules = int(code.symbol_size(border=0)[0])
        image = Image.new("1", (modules, modules))
        image.putdata([255 if module else 0 for row in code.matrix for module in row])
        self._image(image, self._qr_size, self._qr_size)

    def _note(self, command: bytes) -> None:
        self.unknown.append(command.hex(" "))


def _cell(glyph: Glyph) -> Image.Image:
    """A character as a printer makes it: from a 24-dot matrix, enlarged by repeating dots."""
    image = Image.new("1", (CELL * glyph.columns, TALL), 255)
    face = fonts.typeface(glyph.bold).face_of(glyph.char)
    if face is not None and not glyph.char.isspace():
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        pen.text((image.width // 2, 21), glyph.char, font=_matrix(face, glyph.columns), fill=0, anchor="ms")
    if glyph.inverse:
        image = image.point(lambda dot: 255 - dot)
    return image.resize((image.width * glyph.wide, image.height * glyph.tall), Image.Resampling.NEAREST)


def _matrix(face: fonts.Face, columns: int) -> fonts.Font:
    """The face in the printer's 24-dot matrix; half-width characters come from the monospaced one."""
    if columns == 1 and face.path.name.startswith("NotoSansCJK"):
        return msgspec.structs.replace(face, index=face.index + _TO_MONOSPACED).at(TALL)
    return face.at(TALL - 1)
