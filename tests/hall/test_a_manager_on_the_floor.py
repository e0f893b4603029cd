"""What a manager does from the floor: windows steered without sitting there, quotas, alarms taken note of."""

from __future__ import annotations

import pytest

from queue_server.hall import commands as do
from queue_server.hall.model import CALLED, CLOSED, OPEN, PAUSED, WAITING
from queue_server.overview import overview
from queue_server.wire import AlarmLine
from tests.hall.floor import Floor, a_hall, clock


def managed(floor: Floor, command: do.Command, at: str) -> None:
    """The manager gives a command."""
    floor.ask(command, at, by="staff:boss", role="manager")


def test_a_manager_pauses_resumes_and_closes_a_window_where_somebody_else_sits() -> None:
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.open(1)
    managed(floor, do.PauseWindow(1, "meeting"), "09:10")
    assert floor.day.windows[1].state == PAUSED
    managed(floor, do.OpenWindow(1), "09:20")
    assert floor.day.windows[1].state == OPEN
    managed(floor, do.CloseWindow(1, "over", for_today=True), "09:30")
    assert (floor.day.windows[1].state, floor.day.windows[1].for_today) == (CLOSED, True)


def test_another_clerk_may_not() -> None:
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.open(1)
    with floor.refuses("not_your_window", window=1):
        floor.ask(do.PauseWindow(1, "meeting"), "09:10", by="staff:other")


def test_a_window_that_stays_closed_today_is_planned_again_but_opens_only_under_a_clerk() -> None:
    floor = Floor(a_hall({1: "A", 2: "A"}))
    managed(floor, do.CloseWindow(1, "over", for_today=True), "09:00")
    assert floor.day.planned_windows("A", "ordinary") == (2,)
    managed(floor, do.OpenWindow(1), "09:10")
    assert floor.day.planned_windows("A", "ordinary") == (1, 2)
    assert floor.day.windows[1].state == CLOSED
    with floor.refuses("not_claimed", window=1):
        managed(floor, do.OpenWindow(1), "09:11")


def test_a_window_whose_clerk_has_gone_is_freed_and_the_called_visitor_waits_on_without_a_miss() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:01")
    assert floor["A001"].state == CALLED
    managed(floor, do.ReleaseWindow(1), "09:05")
    assert (floor["A001"].state, floor["A001"].misses) == (WAITING, 0)
    assert floor.day.windows[1].clerk == ""
    with floor.refuses("not_claimed", window=1):
        managed(floor, do.ReleaseWindow(1), "09:06")


@pytest.mark.proves("S5")
def test_a_quota_of_today_holds_from_now_on_and_nobody_loses_a_number() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.take("A", "09:00")
    managed(floor, do.SetQuota("A", 3), "09:01")
    assert floor.take("A", "09:02") == "A003"
    with floor.refuses("quota_reached", quota=3):
        floor.take("A", "09:03")
    managed(floor, do.SetQuota("A", 1), "09:04")
    assert floor.line("A") == ["A001", "A002", "A003"]
    managed(floor, do.SetQuota("A", None), "09:05")
    assert floor.take("A", "09:06") == "A004"
    for senseless in (-1, 100_001):
        with floor.refuses("bad_quota"):
            managed(floor, do.SetQuota("A", senseless), "09:07")


def test_an_alarm_is_taken_note_of_once_and_is_new_when_it_comes_again() -> None:
    floor = Floor(a_hall({1: "A"}))
    first = AlarmLine(clock("09:00"), "clock_stepped", "hall", {"zh": "时钟"})
    again = AlarmLine(clock("09:30"), "clock_stepped", "hall", {"zh": "时钟"})
    assert overview(floor.day, 0, [first]).alarms[0].seen_by == ""
    managed(floor, do.AcknowledgeAlarm("clock_stepped", "hall", clock("09:00")), "09:10")
    noted = overview(floor.day, 0, [first]).alarms[0]
    assert (noted.seen_by, noted.seen_at) == ("staff:boss", clock("09:10"))
    with floor.refuses("stale"):
        managed(floor, do.AcknowledgeAlarm("clock_stepped", "hall", clock("09:00")), "09:11")
    with floor.refuses("bad_time"):
        managed(floor, do.AcknowledgeAlarm("clock_stepped", "hall", clock("10:00")), "09:12")
    new = overview(floor.day, 0, [first, again]).alarms
    assert [(a.at, a.times, a.seen_by) for a in new] == [(clock("09:30"), 2, "")]


def test_the_longest_wait_counts_whoever_was_sent_on_from_another_line() -> None:
    floor = Floor(a_hall({1: "A", 2: "B"}))
    floor.take("A", "09:00")
    floor.take("B", "09:20")
    floor.open(1)
    floor.call(1, "09:25")
    floor.transfer("A001", "09:26", category="B")
    line = next(c for c in overview(floor.day, 0).categories if c.category == "B")
    assert (line.waiting, line.oldest) == (2, clock("09:00"))


def test_an_urgent_call_stands_at_a_window_until_its_clerk_has_read_it_or_left() -> None:
    floor = Floor(a_hall({1: "A", 2: "A", 3: "A"}))
    floor.open(1)
    floor.open(2)
    with floor.refuses("nobody_sits"):
        managed(floor, do.SummonWindows((3,), {"zh": "请到咨询台"}), "09:01")
    for useless in ({}, {"zh": ""}, {"en": "Come"}):
        with floor.refuses("bad_text"):
            managed(floor, do.SummonWindows((), useless), "09:01")
    managed(floor, do.SummonWindows((), {"zh": "请到咨询台"}), "09:02")
    assert [w.number for w in floor.day.windows.values() if w.summons] == [1, 2]
    managed(floor, do.SummonWindows((1,), {"zh": "请接电话"}), "09:03")
    assert dict(floor.day.windows[1].summons) == {"zh": "请接电话"}
    assert overview(floor.day, clock("09:03")).windows[0].summoned_at == clock("09:03")
    with floor.refuses("not_your_window", window=1):
        floor.ask(do.AnswerSummons(1), "09:04", by="staff:other")
    floor.ask(do.AnswerSummons(1), "09:04", by=floor.day.windows[1].clerk)
    with floor.refuses("no_summons", window=1):
        floor.ask(do.AnswerSummons(1), "09:05", by=floor.day.windows[1].clerk)
    managed(floor, do.ReleaseWindow(2), "09:06")
    assert not floor.day.windows[2].summons
