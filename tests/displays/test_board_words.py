"""What a board is told: golden messages that the pages' tests read too."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from displays.board import Beat, Board, Call, Next, Sign

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("name", "words"), [("board_busy", Board), ("board_quiet", Board), ("sign_paused", Sign), ("beat", Beat)]
)
def test_the_golden_messages_are_what_the_server_writes(
    name: str, words: type[Board] | type[Sign] | type[Beat]
) -> None:
    golden = (GOLDEN / f"{name}.json").read_bytes()
    message = msgspec.json.decode(golden, type=words)
    assert msgspec.json.format(msgspec.json.encode(message), indent=2) + b"\n" == golden


@pytest.mark.proves("S38")
def test_a_call_carries_public_fields_only() -> None:
    fields = {"seq", "number", "window", "at", "times", "state", "floor", "area"}
    assert set(Call.__struct_fields__) == fields
    board = {"hall", "seq", "data_at", "current", "recent", "queues", "notices", "version", "coming"}
    assert set(Board.__struct_fields__) == board
    assert set(Next.__struct_fields__) == {"number", "windows", "floor", "area"}
    sign = {
        "hall",
        "seq",
        "data_at",
        "window",
        "name",
        "state",
        "staff",
        "reason",
        "call",
        "notices",
        "version",
    }
    assert set(Sign.__struct_fields__) == sign
