"""The QR code on the kiosk's screen: a reader that did not write it reads it back."""

from __future__ import annotations

import re

import pytest
import segno
import zxingcpp
from PIL import Image, ImageDraw

from kiosk.qr import svg

ADDRESSES = (
    "https://hall.example/t/county/9Xb2kQpV4mZc7RtL#0f0e0d0c0b0a09080706050403020100",
    "http://192.0.2.7:8080/t/示例/9Xb2kQpV4mZc7RtL#0f0e",
)


def picture(drawn: str) -> Image.Image:
    """The drawing as pixels: the stroke of segno's path is one module high."""
    side = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])  # type: ignore[index]
    image = Image.new("1", (side * 4, side * 4), 1)
    pen = ImageDraw.Draw(image)
    path = re.search(r' d="(M4 4\.5[^"]+)"', drawn)
    assert path is not None
    x = y = 0.0
    for act, numbers in re.findall(r"([Mmh])([-\d. ]+)", path[1]):
        values = [float(n) for n in numbers.replace("-", " -").split()]
        if act == "h":
            pen.rectangle((x * 4, (y - 0.5) * 4, (x + values[0]) * 4 - 1, (y + 0.5) * 4 - 1), fill=0)
            x += values[0]
        else:
            x, y = (values[0], values[1]) if act == "M" else (x + values[0], y + values[1])
    return image


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_phone_reads_the_address(address: str) -> None:
    (found,) = zxingcpp.read_barcodes(picture(svg(address)))
    assert found.text == address


def test_the_drawing_has_no_size_and_no_style_so_that_the_page_decides() -> None:
    drawn = svg(ADDRESSES[0])
    assert "style=" not in drawn
    assert not re.search(r"\s(width|height)=", drawn)
    assert 'class="qr"' in drawn


def test_no_address_is_no_code_and_one_that_fits_no_code_is_an_error() -> None:
    assert svg("") == ""
    with pytest.raises(segno.DataOverflowError):
        svg("x" * 5000)
