"""What leaves for the printer: the right characters, no stray command, few bytes."""

from __future__ import annotations

import re

import msgspec
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from printers.commissioning import SAMPLES as COMMISSIONING_SAMPLES
from printers.commissioning import commissioning_slip
from printers.compile import (
    DRAWN_TYPES,
    LOOK_ALIKE,
    compile_slip,
    dots_of,
    process_id_request,
    without_look_alikes,
)
from printers.encoding import TextMode, encode
from printers.head import Head
from printers.layout import Role, Words
from printers.render import draw, draw_slip
from printers.slip import Slip
from printers.strips import Feed, Strip, strips
from tests.printers.slip_samples import PAGE, RARE, SAMPLES, ZH

NATIVE = (TextMode.GB18030, TextMode.GBK, TextMode.UTF8)


def printed(slip: Slip, mode: TextMode, dots: int = 576) -> tuple[Head, list[str], list[str], Image.Image]:
    """A slip as the independent head reads it: head, text lines, QR contents, picture."""
    head = Head(dots)
    head.feed(compile_slip(slip, dots, mode).data)
    assert head.cut, "the slip was not cut"
    assert head.unknown == []
    lines, codes = head.lines, head.qr
    return head, lines, codes, head.take_slip()


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    """Pictures of any height with ink anywhere, in bytes that look like commands too."""
    stride = draw(st.integers(1, 6))
    kinds = st.sampled_from((b"\xff", b"\xef\xfb", b"\xef\xeb", b"\xf7", b"\x00"))
    rows = draw(
        st.lists(st.tuples(st.integers(1, 40), st.lists(kinds, max_size=stride)), min_size=1, max_size=8)
    )
    data = b"".join(b"".join(ink)[:stride].rjust(stride, b"\xff") * times for times, ink in rows)
    return Image.frombytes("1", (stride * 8, len(data) // stride), data)


@pytest.mark.parametrize("dots", [576, 384])
@pytest.mark.parametrize("slip", SAMPLES.values(), ids=SAMPLES)
def test_raster_bytes_read_back_are_the_drawn_slip(slip: Slip, dots: int) -> None:
    _, lines, _, paper = printed(slip, TextMode.RASTER, dots)
    drawn = draw_slip(slip, dots).image.crop((0, 0, dots, paper.height))
    differing = ImageChops.logical_xor(paper, drawn).histogram()[255]
    assert lines == []
    assert differing <= 2, "more than the few dots that break look-alikes of commands"


@given(st.binary(max_size=400))
def test_no_real_time_command_is_left_in_any_picture_data(data: bytes) -> None:
    safe = without_look_alikes(data)
    assert not LOOK_ALIKE.search(safe)
    assert len(safe) == len(data)
    assert all(new & old == old for new, old in zip(safe, data, strict=True)), "ink was taken away"


@given(pictures())
def test_any_picture_is_rebuilt_from_its_strips_and_holds_no_look_alike(picture: Image.Image) -> None:
    paper = Image.new("1", picture.size, 255)
    top = 0
    for piece in strips(picture):
        if isinstance(piece, Strip):
            assert 0 < piece.rows <= 128
            ink = Image.frombytes("1", (piece.width * 8, piece.rows), piece.data)
            left = ((picture.width + 7) // 8 * 8 - ink.width) // 2 if piece.centred else 0
            paper.paste(ImageChops.invert(ink), (left, top))
        top += piece.rows
    assert top == picture.height
    assert not ImageChops.logical_xor(paper, picture).getbbox()
    assert not LOOK_ALIKE.search(dots_of(strips(picture)))


@pytest.mark.parametrize("mode", TextMode)
@pytest.mark.parametrize("slip", [*SAMPLES.values(), RARE], ids=[*SAMPLES, "rare"])
def test_no_job_holds_a_look_alike_anywhere(slip: Slip, mode: TextMode) -> None:
    assert not LOOK_ALIKE.search(compile_slip(slip, 576, mode).data)


def test_strips_are_at_most_128_dots_and_rebuild_the_picture() -> None:
    picture = draw_slip(ZH).image
    paper = Image.new("1", picture.size, 255)
    top = 0
    for piece in strips(picture):
        if isinstance(piece, Strip):
            assert piece.rows <= 128
            ink = Image.frombytes("1", (piece.width * 8, piece.rows), piece.data).point(lambda dot: 255 - dot)
            paper.paste(ink, ((picture.width - ink.width) // 2 if piece.centred else 0, top))
        else:
            assert isinstance(piece, Feed)
        top += piece.rows
    assert top == picture.height
    assert ImageChops.difference(paper.convert("L"), picture.convert("L")).getbbox() is None


@pytest.mark.proves("S34")
@pytest.mark.parametrize("mode", NATIVE)
def test_what_the_mode_holds_arrives_as_its_own_characters(mode: TextMode) -> None:
    _, lines, codes, _ = printed(ZH, mode)
    assert "图们市政务服务中心" in lines
    assert "综合服务" in lines
    assert "A023" in lines
    assert "可办窗口：1、2、3、4号" in lines
    assert codes == [PAGE]


@pytest.mark.proves("S34")
def test_gb18030_decodes_to_the_window_s_name_and_to_rare_characters() -> None:
    _, lines, _, _ = printed(msgspec.structs.replace(RARE, matters=("䶮文 㛃芳",)), TextMode.GB18030)
    assert "综合服务窗口" in lines
    assert "䶮文 㛃芳" in lines
    assert "工本费 ￥20" in lines


@pytest.mark.proves("S34")
@pytest.mark.parametrize("mode", [TextMode.GB18030, TextMode.GBK])
@pytest.mark.parametrize("text", ["𠮷祥", "조선어 안내", "𠮷 조선어"])
def test_what_a_code_page_cannot_hold_goes_out_as_dots_never_as_a_question_mark(
    text: str, mode: TextMode
) -> None:
    slip = Slip(hall="政务服务中心", number="A001", category="综合", lines=("前面有4人", text))
    _, lines, _, paper = printed(slip, mode)
    assert lines == ["政务服务中心", "A001", "综合", "前面有4人"], "only what the mode holds is text"
    line = draw([Words(text, Role.BODY)], 576, DRAWN_TYPES).image.point(lambda dot: 255 - dot)
    inked = line.crop(line.getbbox())
    found = [
        top for top in range(paper.height - inked.height + 1) if _same(paper, inked, line.getbbox(), top)
    ]
    assert found, "the pixels of the text are not on the paper"


def _same(paper: Image.Image, inked: Image.Image, box: tuple[int, int, int, int] | None, top: int) -> bool:
    assert box is not None
    there = paper.crop((box[0], top, box[2], top + inked.height)).point(lambda dot: 255 - dot)
    return there.tobytes() == inked.tobytes()


@given(st.text(max_size=20), st.sampled_from(NATIVE))
def test_native_bytes_decode_to_the_same_text_or_are_refused(text: str, mode: TextMode) -> None:
    data = encode(text, mode)
    if data is not None:
        assert data.decode(mode.value) == text.replace("¥", "￥")
        assert not re.search(rb"[\x00-\x1f\x7f]", data)


@pytest.mark.proves("S35")
@pytest.mark.parametrize("mode", TextMode)
def test_no_control_character_of_any_name_reaches_the_printer(mode: TextMode) -> None:
    attack = "\x1b@\x1dV\x00\x10\x04\x01\x1bp\x00$(reboot)`x`\x9b\u202e"
    harmless = "@V" + "p$(reboot)`x`"
    fields = dict.fromkeys(("hall", "category", "place", "code"), f"中心{attack}")
    clean = dict.fromkeys(fields, f"中心{harmless}")
    lists = dict.fromkeys(("matters", "lines", "rules", "marks", "checklist", "note"), (f"中心{attack}",))
    clean_lists = dict.fromkeys(lists, (f"中心{harmless}",))
    attacked = Slip(number="A001\x1d!", qr=f"https://x/{attack}", **fields, **lists)  # type: ignore[arg-type]
    wanted = Slip(number="A001!", qr=f"https://x/{harmless}", **clean, **clean_lists)  # type: ignore[arg-type]
    assert compile_slip(attacked, 576, mode) == compile_slip(wanted, 576, mode)


def test_the_standard_slip_is_small_on_the_wire() -> None:
    assert len(compile_slip(ZH, 576, TextMode.GB18030).data) <= 700
    assert len(compile_slip(ZH, 576, TextMode.RASTER).data) <= 30_000


def test_a_process_id_is_four_printable_characters() -> None:
    assert process_id_request("0042") == b"\x1d(H\x06\x00000042"
    with pytest.raises(ValueError, match="four printable"):
        process_id_request("42")


@given(st.binary(max_size=600))
def test_a_head_survives_any_bytes(data: bytes) -> None:
    head = Head(384)
    head.feed(data)
    assert head.rows >= 0


def test_the_commissioning_slip_shows_every_mode_a_ruler_and_both_qr_codes() -> None:
    head = Head(576)
    head.feed(commissioning_slip())
    assert head.cut
    assert head.unknown == []
    assert {"gb18030", "gbk", "utf8", *COMMISSIONING_SAMPLES.values()} <= set(head.lines)
    codes = zxingcpp.read_barcodes(ImageOps.expand(head.take_slip().convert("L"), 32, 255))
    assert [code.text for code in codes] == ["https://example.org/A1000"] * 2
