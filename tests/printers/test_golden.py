"""Slips that a person has looked at, compared dot by dot, and read back by a reader that did not draw them.

The pictures hold for one font only. On another the comparison fails and says so; draw
them anew with `python -m tests.printers.test_golden`, and look at each.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from printers.compile import compile_slip
from printers.encoding import TextMode
from printers.fonts import fingerprint
from printers.head import Head
from printers.render import draw_slip, preview
from printers.slip import Slip
from tests.printers.slip_samples import PAGE, RARE, SAMPLES

GOLDEN = Path(__file__).parent / "golden"
FONTS = GOLDEN / "fonts.txt"
SLIPS = {
    f"{name}-{width}": (slip, dots)
    for name, slip in {**SAMPLES, "rare": RARE}.items()
    for width, dots in {"80mm": 576, "58mm": 384}.items()
}


def fonts_here() -> str:
    return f"{fingerprint(bold=False)}\n{fingerprint(bold=True)}\n"


def test_the_golden_slips_were_drawn_in_the_font_of_this_machine() -> None:
    here, there = fonts_here(), FONTS.read_text()
    assert here == there, f"golden slips are for\n{there}but this machine has\n{here}look at them anew"


@pytest.mark.proves("S6")
@pytest.mark.proves("S34")
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_looks_as_it_did_when_it_was_looked_at(name: str) -> None:
    slip, dots = SLIPS[name]
    with Image.open(GOLDEN / f"{name}.png") as golden:
        drawn = draw_slip(slip, dots).image
        assert drawn.size == golden.size
        assert ImageChops.difference(drawn.convert("L"), golden.convert("L")).getbbox() is None


@pytest.mark.parametrize("mode", TextMode)
@pytest.mark.parametrize("dots", [576, 384])
@pytest.mark.parametrize("slip", SAMPLES.values(), ids=SAMPLES)
def test_the_qr_code_on_paper_is_the_visitor_s_page(slip: Slip, dots: int, mode: TextMode) -> None:
    head = Head(dots)
    head.feed(compile_slip(slip, dots, mode).data)
    paper = ImageOps.expand(head.take_slip().convert("L"), 32, 255)
    assert [code.text for code in zxingcpp.read_barcodes(paper)] == [PAGE]


def test_the_preview_adds_the_paper_s_margins() -> None:
    slip, dots = SLIPS["zh-80mm"]
    assert preview(slip, dots).width == dots + 64


def draw_anew() -> None:
    """Draw every golden slip in this machine's font, for a person to look at."""
    GOLDEN.mkdir(exist_ok=True)
    FONTS.write_text(fonts_here())
    for name, (slip, dots) in SLIPS.items():
        draw_slip(slip, dots).image.save(GOLDEN / f"{name}.png", optimize=True)


if __name__ == "__main__":
    draw_anew()
