"""Where words stand on paper: broken where a reader would, the number whole and large."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printers.layout import Block, Cut, Logo, Marks, Number, Qr, Role, Rule, Space, Words, lay_out
from printers.render import DrawnRuler, draw, draw_slip
from printers.slip import PARTS, Form, Part, Slip
from printers.text import cells, paragraphs, plain, wrap
from tests.printers.slip_samples import OWN_FORM, SAMPLES, ZH, logo

WIDTHS = (576, 384)


@given(st.text(max_size=60), st.integers(2, 40))
@example("/0\uaac3", 2)
def test_wrapping_loses_no_character_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(plain(text), width, cells)
    assert "".join("".join(lines).split()) == "".join(plain(text).split())
    assert all(cells(line) <= width for line in lines)


def test_a_line_never_starts_with_a_full_stop() -> None:
    assert wrap("排到三人之后。", 12, cells) == ["排到三人之", "后。"]


def test_a_word_longer_than_the_paper_breaks_behind_its_hyphen() -> None:
    assert wrap("Internationally-Recognised", 18, cells) == ["Internationally-", "Recognised"]
    assert wrap("办事指南/流程图A-B", 8, cells) == ["办事指南", "/流程图", "A-B"]


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


def blocks_of(slip: Slip) -> tuple[Block, ...]:
    return lay_out(slip, 576, DrawnRuler(576))


@given(st.lists(st.sampled_from(PARTS), unique=True))
def test_the_parts_stand_in_the_hall_s_order_with_one_separator_between_them(order: list[Part]) -> None:
    slip = msgspec.structs.replace(ZH, note=("谢谢",), form=Form(order=tuple(order), logo=logo()))
    blocks = blocks_of(slip)
    found = [name for block in blocks if (name := first_of(block))]
    assert found == [part for part in order if part not in ("facts", "matters", "checklist")]
    kinds = [type(block) for block in blocks if not isinstance(block, Space)]
    assert all((one, two) != (Rule, Rule) for one, two in pairwise(kinds))
    assert kinds[:1] != [Rule]
    assert kinds[-2:-1] != [Rule]
    assert kinds[-1] is Cut


def first_of(block: Block) -> str:
    """Which part a block begins, for those that have a block of their own."""
    match block:
        case Logo():
            return "logo"
        case Words(role=Role.HALL):
            return "hall"
        case Number():
            return "number"
        case Qr():
            return "claim"
        case Words(text="谢谢"):
            return "note"
        case _:
            return ""


def test_a_part_that_says_nothing_leaves_no_separator() -> None:
    empty = msgspec.structs.replace(ZH, matters=(), lines=(), checklist_title="", checklist=())
    without = msgspec.structs.replace(empty, form=Form(order=("hall", "number", "claim")))
    assert blocks_of(empty) == blocks_of(without)


def test_marks_stand_just_above_the_number() -> None:
    blocks = [block for block in blocks_of(ZH) if not isinstance(block, Space)]
    at = next(index for index, block in enumerate(blocks) if isinstance(block, Marks))
    assert isinstance(blocks[at + 1], Number)


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_logo_is_never_wider_than_the_paper_and_never_shaded(dots: int) -> None:
    slip = msgspec.structs.replace(OWN_FORM, form=Form(order=("logo", "number"), logo=logo(576, 120)))
    drawn = draw_slip(slip, dots).image
    assert (drawn.width, drawn.mode) == (dots, "1")
    frame = drawn.crop((0, 0, dots, 120 * dots // 576))
    assert frame.getpixel((0, 0)) == frame.getpixel((dots - 1, frame.height - 1)) == 0


def test_a_logo_that_is_no_picture_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no PNG"):
        draw_slip(msgspec.structs.replace(ZH, form=Form(logo=b"GIF89a")))
