"""Where words stand on paper: broken where a reader would, the number whole and large."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.layout import Number, Qr, Role, Words, lay_out
from printers.render import DrawnRuler, draw, draw_slip
from printers.slip import Slip
from printers.text import cells, paragraphs, plain, wrap
from tests.printers.slip_samples import SAMPLES, ZH

WIDTHS = (576, 384)


@given(st.text(max_size=60), st.integers(2, 40))
def test_wrapping_loses_no_character_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(plain(text), width, cells)
    assert "".join("".join(lines).split()) == "".join(plain(text).split())
    assert all(cells(line) <= width for line in lines)


def test_a_line_never_starts_with_a_full_stop() -> None:
    assert wrap("排到三人之后。", 12, cells) == ["排到三人之", "后。"]


def test_korean_words_stay_whole() -> None:
    assert wrap("부를 때 안 계시면 알려 주십시오", 14, cells) == ["부를 때 안", "계시면 알려", "주십시오"]


def test_a_word_longer_than_the_paper_is_broken_instead_of_lost() -> None:
    assert wrap("ab Donaudampfschifffahrt", 8, cells) == ["ab", "Donaudam", "pfschiff", "fahrt"]


def test_a_line_feed_starts_the_second_language() -> None:
    assert paragraphs("公安户政\n공안호정\r\n") == ["公安户政", "공안호정"]


def test_decomposed_hangul_is_composed_and_names_keep_their_compatibility_characters() -> None:
    assert plain("\u1112\u1161\u11ab") == "한"
    assert plain("\ufa0c") == "\ufa0c"


@pytest.mark.parametrize("dots", WIDTHS)
@pytest.mark.parametrize("slip", SAMPLES.values(), ids=SAMPLES)
def test_no_line_of_any_slip_is_wider_than_its_paper(slip: Slip, dots: int) -> None:
    ruler = DrawnRuler(dots)
    for block in lay_out(slip, dots, ruler):
        if isinstance(block, Words):
            assert block.indent + ruler.width(block.text, block.role) <= dots
        if isinstance(block, Qr):
            lines = [line for line in block.beside if isinstance(line, Words)]
            assert all(ruler.width(line.text, line.role) <= ruler.column(dots) for line in lines)


@pytest.mark.proves("S6")
@pytest.mark.parametrize("dots", WIDTHS)
@pytest.mark.parametrize("number", ["A023", "A1000", "Z10000"])
def test_a_number_is_whole_and_at_least_triple_size(number: str, dots: int) -> None:
    picture = draw([Number(number)], dots).image
    left, top, right, bottom = picture.point(lambda dot: 255 - dot).getbbox() or (0, 0, 0, 0)
    assert left > 0
    assert right < dots
    plain_height = 18  # capitals of a printer's own 24-dot characters
    assert bottom - top >= 3 * plain_height


@pytest.mark.proves("S6")
def test_window_100_stands_whole_on_one_line() -> None:
    slip = msgspec.structs.replace(ZH, lines=("可办窗口：98、99、100号",))
    said = [block.text for block in lay_out(slip, 384, DrawnRuler(384)) if isinstance(block, Words)]
    assert "可办窗口：98、99、100号" in said


def test_a_number_that_cannot_be_whole_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="A123456789"):
        draw_slip(msgspec.structs.replace(ZH, number="A123456789"), 384)


def test_marks_stand_above_the_number_in_white_on_black() -> None:
    marked, bare = (draw_slip(msgspec.structs.replace(ZH, marks=marks)).image for marks in (("补打",), ()))
    assert marked.height > bare.height
    assert Role.HALL in {
        block.role for block in lay_out(ZH, 576, DrawnRuler(576)) if isinstance(block, Words)
    }


def test_a_glyph_that_no_font_has_is_shown_as_its_code_point_and_reported() -> None:
    drawing = draw_slip(msgspec.structs.replace(ZH, category="\U0010f123窗口"))
    assert drawing.missing == ("\U0010f123",)


def test_rare_characters_of_names_have_glyphs() -> None:
    assert draw_slip(msgspec.structs.replace(ZH, matters=("𠮷 䶮 㛃 렐 룡",))).missing == ()
