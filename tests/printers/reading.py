"""Reading paper with readers that know nothing of how it was drawn: tesseract for text, zxing-cpp for QR.

Both get the picture as a scanner would give it: larger, with a margin.
"""

from __future__ import annotations

import os
import string
import subprocess
import unicodedata
from difflib import SequenceMatcher
from io import BytesIO

import zxingcpp
from PIL import Image, ImageDraw, ImageOps

from printers.slip import Part, Slip

TESSERACT = "tesseract"  # Debian's, from `scripts/setup ocr`
ENLARGED = 2
"""Text of 24 dots is small for a reader made for scans at 300 dpi."""

MARGIN = 32


def qr_codes(paper: Image.Image) -> list[str]:
    """What the QR codes on a paper say."""
    return [code.text for code in zxingcpp.read_barcodes(with_margin(paper))]


def number(paper: Image.Image) -> str:
    """The number: what the tallest line of a paper says, its QR codes covered."""
    page = without_qr(paper)
    top, bottom = ink_bands(page)[tallest(page)]
    line = with_margin(page.crop((0, top, page.width, bottom)))
    # A reader knows letters of a scan's size; these are many times as tall.
    small = line.resize((line.width // 2, line.height // 2))
    return ocr(small, "eng", layout=7, only=string.ascii_uppercase + string.digits).strip()


def marks(paper: Image.Image, languages: str) -> str:
    """What is said in white on black just above the number."""
    page = without_qr(paper)
    top, bottom = ink_bands(page)[tallest(page) - 1]
    row = ImageOps.invert(page.crop((0, top, page.width, bottom)))
    # The paper around the marks has become black: it goes, the letters stay.
    ImageDraw.floodfill(row, (0, 0), 255)
    ImageDraw.floodfill(row, (row.width - 1, 0), 255)
    return bare(ocr(with_margin(row), languages, layout=7))


def text(paper: Image.Image, languages: str) -> str:
    """Everything a paper says, its QR codes covered."""
    page = with_margin(without_qr(paper))
    large = page.resize((page.width * ENLARGED, page.height * ENLARGED), Image.Resampling.BICUBIC)
    return ocr(large, languages, layout=4)


def likeness(read: str, meant: str) -> float:
    """How alike two texts are, spaces and forms of punctuation aside: 1.0 is the same."""
    one, two = bare(read), bare(meant)
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def bare(words: str) -> str:
    """Letters, digits and ideographs only."""
    return "".join(c for c in unicodedata.normalize("NFKC", words) if c.isalnum())


def words_of(slip: Slip) -> str:
    """What a reader should find on a slip, from top to bottom."""
    parts: dict[Part, tuple[str, ...]] = {
        "hall": (slip.hall, slip.place),
        "number": (*slip.marks, slip.number, slip.category),
        "matters": slip.matters,
        "facts": slip.lines,
        "claim": (slip.code, *slip.rules),
        "checklist": (slip.checklist_title, *slip.checklist),
        "note": slip.note,
    }
    return "\n".join(line for part in slip.form.order for line in parts.get(part, ()))


def ocr(picture: Image.Image, languages: str, layout: int, only: str = "") -> str:
    """The text of a picture. `layout` is tesseract's (4: a column, 7: one line), `only` names its letters."""
    letters = ["-c", f"tessedit_char_whitelist={only}"] if only else []
    scan = BytesIO()
    picture.save(scan, "PNG")
    done = subprocess.run(
        [TESSERACT, "stdin", "stdout", "-l", languages, "--psm", str(layout), "--dpi", "300", *letters],
        input=scan.getvalue(),
        capture_output=True,
        check=True,
        timeout=100,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    return done.stdout.decode("utf-8")


def with_margin(paper: Image.Image) -> Image.Image:
    """Paper around what is printed, as there is around every slip."""
    return ImageOps.expand(paper.convert("L"), MARGIN, 255)


def without_qr(paper: Image.Image) -> Image.Image:
    """The paper with a white label on every QR code: a text reader would take it for letters."""
    covered = paper.convert("L")
    for code in zxingcpp.read_barcodes(with_margin(paper)):
        corners = (code.position.top_left, code.position.bottom_right)
        (left, top), (right, bottom) = ((corner.x - MARGIN, corner.y - MARGIN) for corner in corners)
        covered.paste(255, (max(0, left - 3), max(0, top - 3), right + 4, bottom + 4))
    return covered


def tallest(page: Image.Image) -> int:
    """Which band of a paper is the number's."""
    bands = ink_bands(page)
    return max(range(len(bands)), key=lambda at: bands[at][1] - bands[at][0])


def ink_bands(paper: Image.Image) -> list[tuple[int, int]]:
    """The runs of rows that have ink, from the top."""
    inked = [min(paper.crop((0, row, paper.width, row + 1)).getextrema()) == 0 for row in range(paper.height)]
    edges = [row for row in range(1, paper.height) if inked[row] != inked[row - 1]]
    bounds = [*([0] if inked[0] else []), *edges, *([paper.height] if inked[-1] else [])]
    return list(zip(bounds[::2], bounds[1::2], strict=True))
