"""A printer's answers are told apart by shape, and what has none is no status."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.status import (
    AtEnd,
    Immediate,
    Listener,
    Malformed,
    Process,
    State,
    Unasked,
    interpret,
    interpret_unasked,
)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ((0x12, 0x12, 0x12, 0x12), State.READY),
        ((0x12, 0x12, 0x12, 0x1E), State.PAPER_LOW),
        ((0x1A, 0x32, 0x12, 0x7E), State.PAPER_OUT),
        ((0x1A, 0x16, 0x12, 0x12), State.COVER_OPEN),
        ((0x1A, 0x36, 0x12, 0x7E), State.COVER_OPEN),
        ((0x1A, 0x52, 0x1A, 0x12), State.CUTTER_ERROR),
        ((0x1A, 0x12, 0x12, 0x12), State.OFFLINE),
        ((0x1A, 0x52, 0x32, 0x12), State.OFFLINE),
        ((0x16, 0x12, 0x12, 0x12), State.READY),  # the drawer's pin says nothing of paper
        ((0x1A,), State.OFFLINE),
    ],
)
def test_four_answers_make_one_state(answers: tuple[int, ...], state: State) -> None:
    assert interpret(*answers) is state


def test_what_a_printer_says_by_itself_is_read_the_same_way() -> None:
    assert interpret_unasked(b"\x10\x00\x00\x00") is State.READY
    assert interpret_unasked(b"\x10\x00\x03\x00") is State.PAPER_LOW
    assert interpret_unasked(b"\x18\x00\x0c\x0f") is State.PAPER_OUT
    assert interpret_unasked(b"\x38\x00\x00\x00") is State.COVER_OPEN


MIXED = [
    (b"\x12", Immediate(0x12)),
    (b"\x18\x00\x0c\x0f", Unasked(b"\x18\x00\x0c\x0f")),
    (b"\x00", AtEnd(0)),
    (b"7\x220042\x00", Process("0042")),
    (b"\xff", Malformed(0xFF)),
]


@given(st.lists(st.sampled_from(MIXED), max_size=12), st.data())
def test_answers_are_found_whatever_pieces_they_arrive_in(
    said: list[tuple[bytes, object]], data: st.DataObject
) -> None:
    stream = b"".join(part for part, _ in said)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    listener = Listener()
    heard = [
        answer
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for answer in listener.hear(stream[start:end])
    ]
    assert heard == [answer for _, answer in said]


def test_flow_control_is_no_answer() -> None:
    assert Listener().hear(b"\x11\x13\x12") == [Immediate(0x12)]


@given(st.binary(max_size=64))
def test_no_bytes_break_the_listener_and_none_is_a_status_by_mistake(noise: bytes) -> None:
    for answer in Listener().hear(noise):
        if isinstance(answer, Immediate):
            assert answer.byte & 0x93 == 0x12
        if isinstance(answer, AtEnd):
            assert answer.byte & 0x90 == 0
