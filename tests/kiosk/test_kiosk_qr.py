"""The QR code that the kiosk's page draws: a reader that did not write it reads it back."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest
import segno
import zxingcpp
from PIL import Image

SCRIPT = Path(__file__).parents[2] / "kiosk" / "static" / "kiosk-qr.js"
QUIET = 4

# One address for each of the ten versions, the last as long as it can be, and one that is no ASCII.
CAPACITIES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
ADDRESSES = [f"https://hall.example/t/{'9Xb2kQpV4mZc7RtL' * 14}"[:size] for size in CAPACITIES]
ALL = [*ADDRESSES, "https://政务.example/取号/번호?x=1", "x" * 214]


@cache
def drawn() -> dict[str, list[list[bool]] | None]:
    """The modules that the script gives for each address, by one run of Node."""
    code = f"""import {{ modules }} from {json.dumps(SCRIPT.as_uri())};
    console.log(JSON.stringify({json.dumps(ALL)}.map(modules)));"""
    told = subprocess.run(
        ["node", "--input-type=module", "-e", code], capture_output=True, text=True, check=True, timeout=30
    )
    return dict(zip(ALL, json.loads(told.stdout), strict=True))


def picture(rows: list[list[bool]]) -> Image.Image:
    side = len(rows) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            image.putpixel((x + QUIET, y + QUIET), not dark)
    return image.resize((side * 4, side * 4), Image.Resampling.NEAREST)


@pytest.mark.parametrize("address", ALL[:-1], ids=lambda text: f"{len(text.encode())} bytes")
def test_a_phone_reads_the_address_that_the_page_drew(address: str) -> None:
    rows = drawn()[address]
    assert rows is not None
    (found,) = zxingcpp.read_barcodes(picture(rows))
    assert found.text == address


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda text: f"{len(text)} bytes")
def test_the_drawing_is_module_by_module_what_another_encoder_draws_with_that_mask(address: str) -> None:
    rows = drawn()[address]
    assert rows is not None
    masked = [
        segno.make(address, error="m", boost_error=False, micro=False, mode="byte", mask=m) for m in range(8)
    ]
    assert [[int(dark) for dark in row] for row in rows] in [
        [list(row) for row in one.matrix] for one in masked
    ]


def test_an_address_that_no_code_holds_shows_none() -> None:
    assert drawn()["x" * 214] is None
