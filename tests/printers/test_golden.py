"""Slips that a person has looked at, compared dot by dot, and read back by a reader that did not draw them.

The pictures hold for one font only. On another the comparison fails and says so; draw
them anew with `python -m tests.printers.test_golden`, and look at each.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from printers.compile import compile_slip
from printers.encoding import TextMode
from printers.fonts import fingerprint
from printers.head import Head
from printers.render import draw_slip, preview
from printers.slip import Slip
from tests.printers.slip_samples import EXACTING, PAGE, SAMPLES

GOLDEN = Path(__file__).parent / "golden"
SLIPS = {
    f"{name}-{width}": (slip, dots)
    for name, slip in {**SAMPLES, **EXACTING}.items()
    for width, dots in {"80mm": 576, "58mm": 384}.items()
}


def fonts_here() -> str:
    """The font files that slips are drawn in, each with its hash; every golden picture names them."""
    return f"{fingerprint(bold=False)}\n{fingerprint(bold=True)}"


def compare(path: Path, drawn: Image.Image) -> None:
    """Fail unless a slip is dot by dot the picture that was looked at; first of all for another font."""
    with Image.open(path) as golden:
        there = golden.info.get("Font")
        assert there == fonts_here(), f"drawn in\n{there}\nbut this machine has\n{fonts_here()}\nlook anew"
        assert drawn.size == golden.size
        assert ImageChops.difference(drawn.convert("L"), golden.convert("L")).getbbox() is None


@pytest.mark.proves("S6")
@pytest.mark.proves("S34")
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_looks_as_it_did_when_it_was_looked_at(name: str) -> None:
    slip, dots = SLIPS[name]
    compare(GOLDEN / f"{name}.png", draw_slip(slip, dots).image)


def test_every_golden_picture_is_compared() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SLIPS)


def test_a_golden_picture_of_another_font_fails_and_says_so(tmp_path: Path) -> None:
    slip, dots = SLIPS["zh-80mm"]
    keep(slip, dots, tmp_path / "zh.png", "OtherSans.ttf 00ff")
    with pytest.raises(AssertionError, match=r"(?s)drawn in\s+OtherSans.ttf 00ff\s+but this machine has"):
        compare(tmp_path / "zh.png", draw_slip(slip, dots).image)


def test_a_golden_picture_that_differs_in_one_dot_fails(tmp_path: Path) -> None:
    slip, dots = SLIPS["zh-80mm"]
    keep(slip, dots, tmp_path / "zh.png", fonts_here())
    drawn = draw_slip(slip, dots).image
    drawn.paste(ImageChops.invert(drawn.crop((300, 200, 301, 201))), (300, 200))
    with pytest.raises(AssertionError):
        compare(tmp_path / "zh.png", drawn)


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


def keep(slip: Slip, dots: int, path: Path, font: str) -> None:
    """Write a golden picture, which names its font."""
    about = PngInfo()
    about.add_text("Font", font)
    draw_slip(slip, dots).image.save(path, optimize=True, pnginfo=about)


def draw_anew() -> None:
    """Draw every golden slip in this machine's font, for a person to look at."""
    GOLDEN.mkdir(exist_ok=True)
    for name, (slip, dots) in SLIPS.items():
        keep(slip, dots, GOLDEN / f"{name}.png", fonts_here())


if __name__ == "__main__":
    draw_anew()
