"""What the bench reckons with: goals, medians, its own frames, and its days."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import slips
from bench.days import busy_day, waiting_day
from bench.figures import Row, ratios, row, table, write
from bench.screens import TEXT, client_frame, frame_in, seq_of
from displays.sockets import text_frame
from queue_server.config import read_hall
from queue_server.demo import COUNTY, demo_plan
from queue_server.hall import events
from queue_server.hall.day import Day
from queue_server.hall.evolve import evolve


@pytest.mark.parametrize(
    ("value", "goal", "reached"),
    [
        (0.6, ">= 0.6", True),
        (0.599, ">= 0.6", False),
        (1.3, "<= 1.3", True),
        (1.301, "<= 1.3", False),
        (1.5, "< 1.5", False),
        (1.49, "< 1.5", True),
        (99.0, "", True),
    ],
)
def test_a_goal_is_reached_or_missed(value: float, goal: str, reached: bool) -> None:
    one = Row("x", value, "s", goal)
    assert one.reached() is reached
    assert ("MISSED" in table([one])) is not reached


def test_a_goal_that_nobody_understands_is_no_goal_reached() -> None:
    with pytest.raises(KeyError):
        Row("x", 1.0, "s", "about 1").reached()


def test_a_row_is_the_median_of_the_pairs_and_says_how_far_they_lie_apart() -> None:
    assert ratios([2, 9, 3], [1, 3, 3]) == [2, 3, 1]
    one = row("x", ratios([2, 9, 3], [1, 3, 3]), "ratio", "<= 2")
    assert (one.value, one.spread) == (2, (1, 3))


def test_pairs_that_do_not_belong_together_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([1, 2], [1])


def test_the_rows_are_kept_as_a_list_of_name_value_unit_goal_and_spread(tmp_path: Path) -> None:
    place = tmp_path / "build" / "bench.json"
    write([row("x", [1.0, 2.0], "s", "< 3"), row("y", [5], "KiB")], place)
    assert json.loads(place.read_text()) == [
        {"name": "x", "value": 1.5, "unit": "s", "goal": "< 3", "spread": [1, 2]},
        {"name": "y", "value": 5, "unit": "KiB", "goal": "", "spread": [5, 5]},
    ]


def test_a_missed_goal_is_said_and_ends_in_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "RESULT", tmp_path / "bench.json")
    assert bench.report([Row("well", 1, "s", "< 2"), Row("late", 3, "s", "< 2")]) == 1
    assert capsys.readouterr().out.count("MISSED") == 1
    assert bench.report([Row("well", 1, "s", "< 2")]) == 0


def test_a_part_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["issuing", "isuing"]) == 2
    said = capsys.readouterr().err
    assert "isuing" in said
    assert "boards" in said


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_servers_frame_is_read_once_it_is_whole(size: int) -> None:
    frame = text_frame(b"x" * size)
    assert frame_in(frame[:-1]) is None
    assert frame_in(frame + b"next") == (TEXT, b"x" * size, len(frame))


def test_a_clients_frame_is_masked_by_nothing() -> None:
    assert client_frame(TEXT, b"hello") == b"\x81\x85\0\0\0\0hello"
    assert client_frame(TEXT, b"x" * 300)[:8] == b"\x81\xfe\x01\x2c\0\0\0\0"


def test_a_boards_sequence_is_found_in_its_bytes() -> None:
    assert seq_of(b'{"type":"board","hall":{"zh":"x"},"seq":1234,"data_at":5}') == 1234


def rebuilt(bodies: list[bytes]) -> Day:
    """A day from the entries of its log; a contradiction is an error."""
    opened = events.decode(bodies[0]).e
    assert isinstance(opened, events.DayOpened)
    day = Day(demo_plan(time.time_ns() // 1_000_000), opened.date)
    for seq, body in enumerate(bodies, 1):
        evolve(day, events.decode(body), seq)
    return day


def test_the_busy_day_serves_everybody_in_six_events_each_or_so() -> None:
    bodies = busy_day(demo_plan(time.time_ns() // 1_000_000), 200)
    day = rebuilt(bodies)
    assert day.ends == {"done": 200}
    assert 5 <= len(bodies) / 200 <= 8


def test_on_the_long_day_everybody_waits() -> None:
    day = rebuilt(waiting_day(demo_plan(time.time_ns() // 1_000_000), 300))
    assert sum(len(line) for _, line in day.line.pairs()) == 300
    assert day.line.count("D") >= 100


def test_the_bench_s_slips_are_of_different_tickets_and_keep_to_their_bytes() -> None:
    plan = read_hall(COUNTY)
    one, two = slips.standard_slip(plan, 24), slips.standard_slip(plan, 25)
    assert all(a != b for a, b in ((one.number, two.number), (one.code, two.code), (one.qr, two.qr)))
    assert {one.number, *one.marks, one.code} <= {text for text, _ in slips.text_of(one)}
    native, raster = slips.measure(pairs=1, batch=1)[:2]
    assert native.reached()
    assert raster.reached()
