"""A hall file becomes the same plan however it is laid out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from queue_server.config import inspect_hall, read_hall
from queue_server.demo import county_plan
from queue_server.hall.plan import MINUTE, Plan, Rules, Serve, Span, plan_bytes, plan_hash
from tests.config.hall_files import SMALL, spoil, write


def test_what_is_written_is_what_the_day_runs_under(tmp_path: Path) -> None:
    plan = read_hall(write(tmp_path, SMALL))
    assert (plan.hall, plan.level, plan.timezone, plan.boundary) == (
        "small",
        "乡镇",
        "Asia/Shanghai",
        180 * MINUTE,
    )
    assert plan.hours.spans == (Span(510 * MINUTE, 690 * MINUTE), Span(780 * MINUTE, 990 * MINUTE))
    assert plan.hours.weekdays == (0, 1)
    assert [w.serves for w in plan.windows] == [
        (Serve("A"), Serve("G", "ordinary")),
        (Serve("*", "priority"), Serve("G", "*", 5 * MINUTE)),
    ]
    assert plan.rules == Rules()


def test_credits_that_are_left_out_keep_their_default(tmp_path: Path) -> None:
    plan = read_hall(write(tmp_path, spoil('hold = "30 min"', 'credits = { priority = "20 分钟" }')))
    assert plan.rules.credits == {**Rules().credits, "priority": 20 * MINUTE}


def test_off_switches_a_limit_off(tmp_path: Path) -> None:
    plan = read_hall(write(tmp_path, spoil('hold = "30 min"', 'cutoff_grace = "off"\nratio = 3')))
    assert (plan.rules.cutoff_grace, plan.rules.ratio) == (None, 3)


def test_seasons_and_dates_are_read(tmp_path: Path) -> None:
    more = '2026-10-01 = []\n2026-10-10 = ["09:00-24:00"]\n'
    season = '[[hours.season]]\nfirst = "10-15"\nlast = "04-30"\nopen = ["09:00-15:00"]\n'
    plan = read_hall(write(tmp_path, spoil("[rules]", f"[hours.dates]\n{more}{season}[rules]")))
    assert plan.hours.dates == {"2026-10-01": (), "2026-10-10": (Span(540 * MINUTE, 1440 * MINUTE),)}
    assert [(s.first, s.last, s.spans) for s in plan.hours.seasons] == [
        ("10-15", "04-30", (Span(540 * MINUTE, 900 * MINUTE),))
    ]


def test_a_hall_that_never_closes_may_turn_its_date_at_any_time(tmp_path: Path) -> None:
    text = spoil("[hours]", "[hours]\nalways = true").replace('"03:00"', '"12:00"')
    assert read_hall(write(tmp_path, text)).boundary == 720 * MINUTE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[rules]", "# 说明\n\n[rules]"),
        ('id = "small"\n', ""),
        (
            'zh = "小厅", ko = "작은 중심", en = "Small hall"',
            'en = "Small hall", "ko" = "작은 중심", zh = "小厅"',
        ),
        ('boundary = "03:00"\n', ""),
        ('hold = "30 min"', 'hold = "1800 s"'),
        ('"周二"', '"tue"'),
    ],
)
def test_comments_order_of_keys_and_ways_of_writing_do_not_change_the_hash(
    tmp_path: Path, old: str, new: str
) -> None:
    text = spoil(old, new)
    if new == "":
        text = text.replace('timezone = "Asia/Shanghai"\n', f'timezone = "Asia/Shanghai"\n{old}')
    assert plan_hash(read_hall(write(tmp_path, text))) == plan_hash(read_hall(write(tmp_path, SMALL)))


def test_another_number_is_another_hash(tmp_path: Path) -> None:
    before = plan_hash(read_hall(write(tmp_path, SMALL)))
    assert plan_hash(read_hall(write(tmp_path, spoil('hold = "30 min"', 'hold = "31 min"')))) != before


def test_the_register_gives_back_the_plan_that_was_read(tmp_path: Path) -> None:
    plan = read_hall(write(tmp_path, SMALL))
    again = msgspec.json.decode(plan_bytes(plan), type=Plan)
    assert again == plan
    assert list(again.outcomes) == list(plan.outcomes)
    assert plan_hash(again) == plan_hash(plan)


def test_pick_lists_keep_the_order_of_the_hall_file() -> None:
    plan = county_plan()
    assert list(plan.outcomes)[:3] == ["done", "accepted", "deferred"]
    assert list(plan.reasons["pause"])[:3] == ["rest", "meal", "meeting"]
    assert list(msgspec.json.decode(plan_bytes(plan), type=Plan).outcomes) == list(plan.outcomes)


def test_line_breaks_of_other_systems_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert inspect_hall(path).plan == read_hall(write(tmp_path, SMALL))
