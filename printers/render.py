"""A slip as dots: drawn in one bit without dithering.

Thermal heads know black and white only, so text is drawn by the font's own hinting for
one-bit output, never shaded. Lines that were drawn before are kept, so that a hall's
name, rules and checklists cost nothing from the second slip on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO

import msgspec
import segno
from PIL import Image, ImageChops, ImageDraw

from printers import fonts
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
from printers.slip import Slip

TRIPLE = 72
"""Dots an em of three times the printers' own 24-dot characters: the least a number may be."""


class Type(msgspec.Struct, frozen=True):
    """How a role is drawn: dots an em on 80 mm and on 58 mm paper, weight, and dots from line to line."""

    wide: int
    narrow: int
    bold: bool
    leading: float

    def size(self, dots: int) -> int:
        """Dots an em on paper of this width."""
        return self.wide if dots >= PAPER_80_MM else self.narrow


TYPES = {
    Role.HALL: Type(36, 32, True, 1.28),
    Role.HALL_SECOND: Type(28, 25, False, 1.3),
    Role.PLACE: Type(26, 24, False, 1.3),
    Role.CATEGORY: Type(46, 38, True, 1.25),
    Role.CATEGORY_SECOND: Type(32, 28, False, 1.3),
    Role.MATTER: Type(27, 26, True, 1.36),
    Role.LEAD: Type(32, 30, True, 1.3),
    Role.BODY: Type(27, 26, False, 1.36),
    Role.BODY_SECOND: Type(24, 23, False, 1.36),
    Role.CODE: Type(32, 30, True, 1.3),
    Role.SMALL: Type(23, 22, False, 1.36),
    Role.SMALL_SECOND: Type(22, 21, False, 1.36),
    Role.TITLE: Type(30, 28, True, 1.3),
    Role.TITLE_SECOND: Type(26, 24, False, 1.3),
}


class Drawing(msgspec.Struct, frozen=True, eq=False):
    """A drawn slip (ink is 0, paper 255, mode "1") and the characters no font here could draw."""

    image: Image.Image
    missing: tuple[str, ...] = ()


class DrawnRuler:
    """Measures text as it will be drawn on paper of one width."""

    def __init__(self, dots: int) -> None:
        self._dots = dots
        self._sizes = {role: (kind.size(dots), kind.bold) for role, kind in TYPES.items()}

    def width(self, text: str, role: Role) -> int:
        """Dots of the drawn text."""
        size, bold = self._sizes[role]
        return sum(_advance(char, size, bold) for char in text)

    def column(self, dots: int) -> int:
        """Text stands beside the QR code on 80 mm paper only."""
        return dots - QR_DOTS - QR_GAP if dots >= PAPER_80_MM else 0


QR_DOTS = 178
QR_GAP = 28
"""A QR code is at most 22 mm wide and keeps 3.5 mm from the text beside it."""


def preview(slip: Slip, width: int = PAPER_80_MM) -> Image.Image:
    """The slip as it will look, with the paper's margins."""
    image = draw_slip(slip, width).image
    paper = Image.new("1", (width + 64, image.height + 64), 255)
    paper.paste(image, (32, 32))
    return paper


def draw_slip(slip: Slip, width: int = PAPER_80_MM) -> Drawing:
    """Lay a slip out and draw it for paper of `width` dots."""
    return draw(lay_out(slip, width, DrawnRuler(width)), width)


def draw(blocks: Sequence[Block], dots: int, types: Mapping[Role, Type] = TYPES) -> Drawing:
    """Draw blocks one below the other; raises ValueError for a number that cannot be whole."""
    pieces = [_picture(block, dots, types) for block in blocks]
    image = Image.new("1", (dots, max(1, sum(piece.height for piece in pieces))), 255)
    at = 0
    for piece in pieces:
        image.paste(piece, (0, at))
        at += piece.height
    return Drawing(image, _missing(blocks))


def _picture(block: Block, dots: int, types: Mapping[Role, Type]) -> Image.Image:
    match block:
        case Space(dots=height):
            return _blank(dots, height)
        case Rule(heavy=heavy):
            return Image.new("1", (dots, 3 if heavy else 1), 0)
        case Number(text=text):
            return _number(text, dots)
        case Marks(texts=texts):
            return _marks(texts, dots)
        case Words():
            return _words(block, dots, types)
        case Qr():
            return _qr(block, dots, types)
        case Logo(picture=picture):
            return _logo(picture, dots)
        case Cut():
            return _blank(dots, 0)


def _words(words: Words, dots: int, types: Mapping[Role, Type]) -> Image.Image:
    kind = types[words.role]
    size = _fitting(words.text, kind.size(dots), kind.bold, dots - words.indent)
    image = _blank(dots, round(size * kind.leading))
    line = _line(words.text, size, kind.bold)
    left = (dots - line.width) // 2 if words.centred else words.indent
    image.paste(line, (left, (image.height - line.height) // 2))
    if words.box:
        side = round(size * 0.78)
        top = (image.height - side) // 2 + 1
        ImageDraw.Draw(image).rectangle((1, top, 1 + side, top + side), outline=0, width=2)
    return image


def _fitting(text: str, size: int, bold: bool, width: int) -> int:
    """The role's size, or less for a line that was broken by another ruler."""
    while size > 8 and sum(_advance(char, size, bold) for char in text) > width:
        size -= 1
    return size


def _number(text: str, dots: int) -> Image.Image:
    size = 180 if dots >= PAPER_80_MM else 132
    line = _tight(text, size)
    while line.width > dots - 8:
        size = min(size - 2, size * (dots - 8) // line.width)
        if size < TRIPLE:
            raise ValueError(f"number {text!r} is too long for triple size on paper of {dots} dots")
        line = _tight(text, size)
    image = _blank(dots, line.height)
    image.paste(line, ((dots - line.width) // 2, 0))
    return image


def _marks(texts: tuple[str, ...], dots: int) -> Image.Image:
    size = 34 if dots >= PAPER_80_MM else 30
    pills = [_pill(text, size) for text in texts]
    rows: list[list[Image.Image]] = [[]]
    for pill in pills:
        if rows[-1] and sum(p.width + 12 for p in rows[-1]) + pill.width > dots:
            rows.append([])
        rows[-1].append(pill)
    image = _blank(dots, len(rows) * (pills[0].height + 8) - 8)
    for at, row in enumerate(rows):
        left = (dots - sum(p.width + 12 for p in row) + 12) // 2
        for pill in row:
            image.paste(pill, (left, at * (pill.height + 8)))
            left += pill.width + 12
    return image


def _pill(text: str, size: int) -> Image.Image:
    line = _line(text, size, True)
    image = _blank(line.width + size, round(size * 1.5))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, image.width - 1, image.height - 1), radius=8, fill=0)
    image.paste(ImageChops.invert(line), (size // 2, (image.height - line.height) // 2))
    return image


def _qr(block: Qr, dots: int, types: Mapping[Role, Type]) -> Image.Image:
    code = qr_picture(block.content, QR_DOTS)
    if not block.beside:
        image = _blank(dots, code.height)
        image.paste(code, ((dots - code.width) // 2, 0))
        return image
    column = dots - QR_DOTS - QR_GAP
    lines = [_picture(words, column, types) for words in block.beside]
    height = sum(line.height for line in lines)
    image = _blank(dots, max(code.height, height))
    image.paste(code, (0, 0))
    at = max(0, (code.height - height) // 2)
    for line in lines:
        image.paste(line, (QR_DOTS + QR_GAP, at))
        at += line.height
    return image


@lru_cache(maxsize=8)
def _logo(picture: bytes, dots: int) -> Image.Image:
    """The hall's logo in the middle, made smaller where the paper is narrower; never shaded."""
    try:
        with Image.open(BytesIO(picture), formats=("PNG",)) as opened:
            logo = opened.convert("L")
    except OSError as error:
        raise ValueError(f"the logo is no PNG picture: {error}") from error
    if logo.width > dots:
        logo = logo.resize((dots, max(1, logo.height * dots // logo.width)), Image.Resampling.BOX)
    image = _blank(dots, logo.height)
    image.paste(logo.point(lambda dot: 255 if dot >= 128 else 0, "1"), ((dots - logo.width) // 2, 0))
    return image


@lru_cache(maxsize=32)
def qr_picture(content: str, dots: int) -> Image.Image:
    """A QR code (ISO/IEC 18004) of at most `dots` width in whole modules; the paper is its quiet zone."""
    code = segno.make_qr(content, error="m", boost_error=False)
    modules = int(code.symbol_size(border=0)[0])
    scale = max(3, dots // modules)
    image = Image.new("1", (modules, modules), 255)
    image.putdata([0 if module else 255 for row in code.matrix for module in row])
    return image.resize((modules * scale, modules * scale), Image.Resampling.NEAREST)


def _blank(width: int, height: int) -> Image.Image:
    return Image.new("1", (width, height), 255)


@lru_cache(maxsize=4096)
def _advance(char: str, size: int, bold: bool) -> int:
    face = fonts.typeface(bold).face_of(char)
    return size if face is None else round(face.at(size).getlength(char))


@lru_cache(maxsize=1024)
def _line(text: str, size: int, bold: bool) -> Image.Image:
    """One line of text, as high as its font's ascent and descent; cached, callers must not draw on it."""
    width = sum(_advance(char, size, bold) for char in text)
    image = _blank(max(1, width), round(size * 1.2))
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    left, baseline = 0, round(size * 0.98)
    for face, run in fonts.typeface(bold).runs(text):
        if face is None:
            _stand_in(pen, run, left, size)
        else:
            pen.text((left, baseline), run, font=face.at(size), fill=0, anchor="ls")
        left += sum(_advance(char, size, bold) for char in run)
    return image


def _stand_in(pen: ImageDraw.ImageDraw, char: str, left: int, size: int) -> None:
    """A box with the character's code point, so that a missing glyph is seen and can be looked up."""
    pen.rectangle((left + 1, 3, left + size - 3, size - 1), outline=0)
    digits = f"{ord(char):X}"
    font = fonts.typeface().faces[0].at(max(8, size // 3))
    half = (len(digits) + 1) // 2
    for row, part in enumerate((digits[:half], digits[half:])):
        pen.text((left + size // 2 - 1, 3 + size * (1 + 2 * row) // 4), part, font=font, fill=0, anchor="mm")


@lru_cache(maxsize=256)
def _tight(text: str, size: int) -> Image.Image:
    """A number without the blank that its font keeps above and below."""
    line = _line(text, size, True)
    box = ImageChops.invert(line).getbbox()
    return line.crop((0, box[1], line.width, box[3])) if box else line


def _missing(blocks: Sequence[Block]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for block in blocks:
        for text, bold in _texts(block):
            found.update(dict.fromkeys(fonts.typeface(bold).missing(text)))
    return tuple(found)


def _texts(block: Block) -> Iterator[tuple[str, bool]]:
    match block:
        case Words(text=text, role=role):
            yield text, TYPES[role].bold
        case Number(text=text):
            yield text, True
        case Marks(texts=texts):
            yield from ((text, True) for text in texts)
        case Qr(beside=beside):
            for words in beside:
                yield from _texts(words)
        case _:
            return
