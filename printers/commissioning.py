"""The slip an installer prints once: shows by looking which text mode and width a printer has.

Each mode's line is sent raw, without the fallback that a visitor's slip has: the line
that reads right names the mode to configure. The ruler's last figure on the paper is the
width in millimetres, and the two QR codes show whether the printer draws its own.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from printers import fonts
from printers.compile import CUT, KANJI_MODE, START, UTF8_MODE, dots_of, native_qr
from printers.encoding import TextMode, encode
from printers.layout import PAPER_80_MM, Block, Number, Qr, Role, Space, Words
from printers.render import draw
from printers.strips import strips

DOTS_PER_MM = 8

SAMPLES = {
    TextMode.GB18030: "综合服务窗口 䶮㛃 ￥20",
    TextMode.GBK: "综合服务窗口 ￥20",
    TextMode.UTF8: "综合服务窗口 조선어 ￥20",
}
"""A line for each mode with what tells it from the others."""

_RASTER_SAMPLE = "综合服务窗口 𠮷䶮㛃 조선어 ¥20"


def commissioning_slip(number: str = "A1000", qr: str = "https://example.org/A1000") -> bytes:
    """Bytes of the slip, the same for every printer: 80 mm wide, so that a 58 mm head shows where it ends."""
    drawn: list[Block] = [
        Words("raster", Role.SMALL),
        Words(_RASTER_SAMPLE, Role.BODY),
        Space(12),
        Number(number),
        Space(16),
        Qr(qr),
        Space(16),
    ]
    paper = (
        START
        + dots_of(strips(_ruler(PAPER_80_MM)))
        + b"\x1bJ\x0c"
        + dots_of(strips(draw(drawn, PAPER_80_MM // 3 * 2).image))
    )
    for mode, sample in SAMPLES.items():
        enter = UTF8_MODE if mode is TextMode.UTF8 else KANJI_MODE
        paper += START + mode.value.encode() + b"\n" + enter + (encode(sample, mode) or b"") + b"\n"
    return paper + START + b"qr\n" + native_qr(qr) + b"\x1bJ\x10" + CUT


def _ruler(dots: int) -> Image.Image:
    """A scale in millimetres along the whole line, a figure at each centimetre."""
    image = Image.new("1", (dots, 56), 255)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    font = fonts.typeface().faces[0].at(20)
    for mm in range(dots // DOTS_PER_MM + 1):
        at = min(mm * DOTS_PER_MM, dots - 1)
        pen.line((at, 0, at, 24 if mm % 10 == 0 else 16 if mm % 5 == 0 else 8), fill=0)
        if mm % 10 == 0 and mm:
            pen.text((at, 50), str(mm), font=font, fill=0, anchor="rs")
    return image
