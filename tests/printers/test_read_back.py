"""Slips read back by readers that did not write them: the text by tesseract, the QR code by zxing-cpp."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PIL import Image

from printers.compile import compile_slip
from printers.encoding import TextMode
from printers.head import Head
from printers.render import draw_slip
from printers.slip import Slip
from tests.printers.reading import bare, likeness, marks, number, qr_codes, text, words_of
from tests.printers.slip_samples import EXACTING, PAGE, PLAIN, SAMPLES, THOUSAND, ZH, ZH_KO

pytestmark = pytest.mark.timeout(150)  # a reader takes about a second, on a busy machine many

SLIPS = {**SAMPLES, **EXACTING}
LANGUAGES = {"ko": "kor", "en": "eng", "zh+ko": "chi_sim+kor", "rare": "chi_sim+kor"}
"""Which languages the reader must know for a slip; Chinese alone for those not named."""

ALIKE = 0.92
"""Measured: 0.94 to 0.99 on slips whose every character the reader knows."""

ALIKE_RARE = 0.84
"""Measured: 0.87 and 0.90, because the reader itself does not know 𠮷, 䶮 and 㛃."""


def paper(slip: Slip, dots: int) -> Image.Image:
    """What comes out of a printer that is sent the slip as dots."""
    head = Head(dots)
    head.feed(compile_slip(slip, dots).data)
    return head.take_slip()


@pytest.mark.proves("S34")
@pytest.mark.parametrize("dots", [576, 384])
@pytest.mark.parametrize("name", SLIPS)
def test_a_reader_reads_the_number_exactly_and_finds_the_words(name: str, dots: int) -> None:
    slip, printed = SLIPS[name], paper(SLIPS[name], dots)
    assert number(printed) == slip.number
    read = text(printed, LANGUAGES.get(name, "chi_sim"))
    assert likeness(read, words_of(slip)) >= (ALIKE_RARE if name == "rare" else ALIKE), read
    assert qr_codes(printed) == ([slip.qr] if slip.qr else [])


@pytest.mark.proves("S6")
@pytest.mark.parametrize("dots", [576, 384])
def test_a_reader_reads_ticket_1000_and_window_100_whole(dots: int) -> None:
    printed = paper(THOUSAND, dots)
    assert number(printed) == "A1000"
    assert "9899100" in bare(text(printed, "chi_sim"))


@pytest.mark.proves("S6")
@pytest.mark.parametrize("mode", [TextMode.GB18030, TextMode.GBK, TextMode.UTF8])
def test_ticket_1000_and_window_100_are_whole_in_the_printers_own_characters(mode: TextMode) -> None:
    head = Head(384)
    head.feed(compile_slip(THOUSAND, 384, mode).data)
    assert {"A1000", "可办窗口：98、99、100"} <= set(head.lines)


@pytest.mark.parametrize("dots", [576, 384])
@pytest.mark.parametrize(
    ("mark", "languages"), [("优先", "chi_sim"), ("补打", "chi_sim"), ("REPRINT", "eng")]
)
def test_a_mark_in_white_on_black_is_read(mark: str, languages: str, dots: int) -> None:
    assert marks(paper(replace(PLAIN, marks=(mark,)), dots), languages) == mark


def test_both_marks_stand_in_both_languages_in_one_row() -> None:
    assert marks(paper(ZH_KO, 576), "chi_sim+kor") == "优先우선补打재발급"


def test_the_reader_tells_another_number_and_other_words() -> None:
    printed = draw_slip(replace(ZH, number="A028")).image
    assert number(printed) == "A028"
    assert likeness(text(printed, "chi_sim"), words_of(THOUSAND)) < ALIKE
    assert qr_codes(draw_slip(replace(ZH, qr=PAGE + "0")).image) == [PAGE + "0"]
