"""A slip on its way to paper: its bytes, and what drawing it costs beyond drawing its text.

The standard slip is one of the demo hall's on 80 mm paper, in Chinese and without a logo: a priority visitor
with one matter, its three materials, four people ahead and an expected call. Rendering is from its words to
the picture: layout, text, marks, rules and the QR code. Beside it Pillow draws the same lines of text alone,
in the same faces and sizes, onto one picture, with its fonts loaded. Both are warm; every slip is another
ticket with a number, time, code and address of its own, so that only what a hall's slips have in common can
have been drawn before. Times are the processor's, because these are computations and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace
from PIL import Image, ImageDraw

from bench.cores import SERVER_CORE, on
from bench.figures import Row, ratios, row
from printers import fonts
from printers.compile import compile_slip
from printers.encoding import TextMode
from printers.layout import PAPER_80_MM, Block, Marks, Number, Qr, Words, lay_out
from printers.render import TYPES, DrawnRuler, draw_slip
from printers.slip import Slip
from queue_server.config import read_hall
from queue_server.demo import COUNTY
from queue_server.hall.plan import PRIORITY, Plan
from queue_server.slips import Told, word

T = TypeVar("T")

NUMBER_SIZE = 180
MARK_SIZE = 34
"""Dots an em in which the server draws a number and a mark on 80 mm paper."""


def measure(pairs: int = 20, batch: int = 10) -> list[Row]:
    """Weigh the standard slip, then draw batches of slips and of their text in turns."""
    plan = read_hall(COUNTY)
    standard = standard_slip(plan, 23)
    native = len(compile_slip(standard, PAPER_80_MM, TextMode.GB18030).data)
    raster = len(compile_slip(standard, PAPER_80_MM).data)
    slips = [standard_slip(plan, n) for n in range(24, 24 + (pairs + 1) * batch)]
    batches = [slips[at : at + batch] for at in range(0, len(slips), batch)]
    with on(SERVER_CORE):
        rendered, text, compiled = _in_turns(batches)
    return [
        row("standard slip in the printer's characters", [native], "bytes", "<= 700"),
        row("standard slip as dots", [raster], "bytes", "<= 30000"),
        row("a slip rendered ÷ its text drawn by Pillow", ratios(rendered, text), "", "<= 2"),
        row("  a slip rendered", rendered, "ms"),
        row("  its text drawn by Pillow", text, "ms"),
        row("a slip rendered and made bytes", compiled, "ms"),
    ]


def standard_slip(plan: Plan, n: int) -> Slip:
    """The demo hall's slip of the `n`-th ticket of its first matter's category."""
    matter = plan.matters[0]
    told = Told(
        number=f"{matter.category}{n % 1000:03d}",
        category=matter.category,
        cls=PRIORITY,
        matters=(matter.id,),
        ahead=4,
        windows=(1, 2),
        floor="2",
        area={"zh": "企业服务区"},
        time=f"2026-11-24 {9 + n // 60 % 8:02d}:{n % 60:02d}",
        url=f"https://hall.example/t/{plan.hall}/{n:016x}#{n * 2654435761 % 2**128:032x}",
        code=f"{n * 7919 % 100000:05d}",
        expected=("10:05", "10:25"),
    )
    return word(plan, told, ("zh",))


def _in_turns(batches: Sequence[Sequence[Slip]]) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds a slip: rendered, its text alone, made bytes. The first batch only warms up."""
    rendered, text, compiled = [], [], []
    for batch in batches:
        lines = [list(text_of(slip)) for slip in batch]
        rendered.append(_each(draw_slip, batch))
        text.append(_each(_draw, lines))
        compiled.append(_each(compile_slip, [_another(slip) for slip in batch]))
    return rendered[1:], text[1:], compiled[1:]


def _another(slip: Slip) -> Slip:
    """The slip of one more ticket, so that nothing of its own has been drawn yet."""
    code, url = slip.code[::-1], slip.qr + "0"
    return replace(slip, number=f"B{slip.number[1:]}", code=code, qr=url)


def _each(work: Callable[[T], object], things: Sequence[T]) -> float:
    """The processor's milliseconds for one of several things."""
    began = time.process_time()
    for thing in things:
        work(thing)
    return 1000 * (time.process_time() - began) / len(things)


Line = tuple[str, fonts.Font]


def text_of(slip: Slip) -> Iterator[Line]:
    """Every line of text on a slip with the font it is drawn in, loaded."""
    for block in lay_out(slip, PAPER_80_MM, DrawnRuler(PAPER_80_MM)):
        yield from _lines(block)


def _lines(block: Block) -> Iterator[Line]:
    match block:
        case Words(text=text, role=role):
            yield text, _font(TYPES[role].size(PAPER_80_MM), TYPES[role].bold)
        case Number(text=text):
            yield text, _font(NUMBER_SIZE, True)
        case Marks(texts=texts):
            yield from ((text, _font(MARK_SIZE, True)) for text in texts)
        case Qr(beside=beside):
            for line in beside:
                yield from _lines(line)
        case _:
            return


def _font(size: int, bold: bool) -> fonts.Font:
    return fonts.typeface(bold).faces[0].at(size)


def _draw(lines: Sequence[Line]) -> Image.Image:
    """The lines one below the other, by Pillow alone."""
    height = sum(round(font.size * 1.3) for _, font in lines)
    image = Image.new("1", (PAPER_80_MM, height), 255)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    for at, (text, font) in enumerate(lines):
        pen.text((0, height * at // len(lines)), text, font=font, fill=0)
    return image
