"""The codes of matters: what their structure must be, and which character is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.config.codes import (
    credit_check,
    faults_of_basic,
    faults_of_credit,
    faults_of_implementation,
)

CREDIT = "91350100M000100Y43"  # the worked example of GB 32100-2015
BASIC = "220107001000"
CODE = CREDIT + "4" + BASIC


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("000131018000", "XK"),
        (BASIC, "XK"),
        ("222011003001", "GG"),
        ("220707003000", "QR"),
        ("221010101000", "QL"),
        ("XK00101000", "XK"),
        ("XK0010100Y", "XK"),
        ("QT00101000", "QL"),
    ],
)
def test_a_code_of_either_shape_is_fine(code: str, kind: str) -> None:
    assert faults_of_basic(code, kind) == []


@pytest.mark.parametrize(
    ("code", "kind", "fault"),
    [
        ("22010700100", "XK", "is no 基本编码"),
        ("2201070010000", "XK", "is no 基本编码"),
        ("22010700100A", "XK", "is no 基本编码"),
        ("２２0107001000", "XK", "is no 基本编码"),
        ("XK0010100N", "XK", "is no 基本编码"),
        ("990107001000", "XK", 'no region is numbered "99"'),
        ("221107001000", "XK", 'no kind of matter is numbered "11"'),
        ("220707001000", "XK", "says kind QR, and the matter is XK"),
        ("QR00101000", "XK", "says kind QR, and the matter is XK"),
        ("220100000001", "XK", "numbers no matter"),
    ],
)
def test_what_is_wrong_with_a_basic_code_is_named(code: str, kind: str, fault: str) -> None:
    (found,) = faults_of_basic(code, kind)
    assert fault in found


def test_an_implementation_code_is_credit_code_level_and_basic_code() -> None:
    assert len(CODE) == 31
    assert faults_of_implementation(CODE, "XK", BASIC) == []
    assert faults_of_implementation(CODE, "XK", "XK00101000") == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (CODE[:-1], "has 30 characters; a 实施编码 has 31"),
        (CREDIT + "7" + BASIC, '"7" (character 19) is no level'),
        (
            CREDIT[:-1] + "5" + CODE[18:],
            'the check character of 91350100M000100Y4 is "3", and "5" stands there',
        ),
        ("9135010OM000100Y43" + CODE[18:], '"O" (character 8) never stands in a 统一社会信用代码'),
        (CREDIT + "4" + "990107001000", 'characters 20-31: no region is numbered "99"'),
    ],
)
def test_what_is_wrong_with_an_implementation_code_is_named(code: str, fault: str) -> None:
    assert any(fault in found for found in faults_of_implementation(code, "XK"))


def test_an_implementation_code_must_end_in_the_basic_code_beside_it() -> None:
    (fault,) = faults_of_implementation(CODE, "XK", "220107002000")
    assert fault == f"ends in {BASIC}, and the 基本编码 is 220107002000"


LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text(LETTERS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(LETTERS))
def test_one_mistyped_character_never_passes(first: str, place: int, typed: str) -> None:
    code = first + credit_check(first)
    assert faults_of_credit(code) == []
    mistyped = code[:place] + typed + code[place + 1 :]
    assert bool(faults_of_credit(mistyped)) == (mistyped != code)
