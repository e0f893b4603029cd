"""Days in the life of clerks and their windows: what the rules make of them (docs/scenarios.md)."""

from __future__ import annotations

import pytest

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.decision import miss_opens_at
from queue_server.hall.evolve import service_time
from queue_server.hall.model import CALLED, DONE, MISSED, OPEN, PARKED, PAUSED, SERVING, UNRECORDED, WAITING
from queue_server.hall.plan import MINUTE
from tests.hall.floor import Floor, a_hall, clock


def floor_with_unfinished_s023() -> Floor:
    """Window 5's clerk went to lunch with S023 in service since 11:20."""
    floor = Floor(a_hall({5: "S"}))
    floor.already_issued("S", 22)
    floor.take("S", "11:00")
    floor.open(5)
    assert floor.call(5, "11:19") == "S023"
    floor.start("S023", "11:20")
    floor.release(5, "11:30")
    return floor


@pytest.mark.proves("D6")
def test_an_unfinished_service_is_flagged_and_closed_with_its_true_end() -> None:
    floor = floor_with_unfinished_s023()
    assert (floor["S023"].state, floor["S023"].left_open) == (SERVING, True)
    with floor.refuses("leftover_visitor", window=5, number="S023"):
        floor.claim(5, "13:00", by="staff:next")

    floor.claim(5, "13:00", by="staff:next", leftover="close", ended_at=clock("11:40"))

    assert (floor["S023"].end, floor["S023"].ended_at) == (DONE, clock("11:40"))
    assert floor["S023"].excluded
    tally = floor.day.tallies[5]
    assert (tally.served, tally.timed, tally.service) == (1, 0, 0)


@pytest.mark.proves("D6")
def test_an_unfinished_service_can_be_taken_over() -> None:
    floor = floor_with_unfinished_s023()
    floor.claim(5, "13:00", by="staff:next", leftover="continue")
    assert (floor["S023"].clerk, floor["S023"].left_open) == ("staff:next", False)
    floor.finish("S023", "13:05")
    assert floor["S023"].end == DONE


@pytest.mark.proves("D6")
def test_an_unfinished_service_reads_unrecorded_at_the_days_end() -> None:
    floor = floor_with_unfinished_s023()
    floor.ask(do.CloseDay(boundary=True, seed="x"), clock("03:00", "2026-11-25"), by="time")
    assert floor["S023"].outcomes == ((UNRECORDED, UNRECORDED),)
    assert (floor["S023"].end, floor["S023"].excluded) == (DONE, True)


def test_a_service_cannot_have_ended_before_it_began_or_after_now() -> None:
    floor = floor_with_unfinished_s023()
    for wrong in ("11:19", "13:01"):
        with floor.refuses("bad_time"):
            floor.claim(5, "13:00", by="staff:next", leftover="close", ended_at=clock(wrong))


@pytest.mark.proves("D14")
def test_service_without_a_ticket_moves_nobody_and_is_counted() -> None:
    floor = Floor(a_hall({1: "A"}))
    for minute in ("09:00", "09:01", "09:02"):
        floor.take("A", minute)
    floor.open(1)
    before = [floor[number] for number in floor.line("A")]
    with floor.refuses("reason_needed", act="without_ticket"):
        floor.serve_without_ticket(1, "A", "09:10", reason="")
    with floor.refuses("unknown_reason", reason="friend"):
        floor.serve_without_ticket(1, "A", "09:10", reason="friend")

    number = floor.serve_without_ticket(1, "A", "09:10")

    assert (floor[number].source, floor[number].state) == ("window", SERVING)
    assert [floor[number] for number in floor.line("A")] == before
    assert (floor.day.now.direct, floor.day.now.issued) == (1, 4)
    started = next(e for body in floor.log if isinstance(e := ev.decode(body).e, ev.Started))
    assert started.direct == "elderly"


@pytest.mark.proves("D16")
def test_clerks_who_change_in_mid_service_are_two_segments_of_one_handling() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:09")
    floor.start("A001", "09:10")
    floor.claim(1, "09:20", by="staff:second", take_over=True, leftover="continue")
    with floor.refuses("not_your_window", clerk="staff:second"):
        floor.finish("A001", "09:25", by="staff:1")
    floor.finish("A001", "09:30")

    first, second = floor["A001"].stations
    assert (first.clerk, first.since, first.until) == ("staff:1", clock("09:10"), clock("09:20"))
    assert (second.clerk, second.since, second.until) == ("staff:second", clock("09:20"), clock("09:30"))
    assert service_time(floor["A001"]) == 20 * MINUTE
    assert floor["A001"].clerk == "staff:second"
    assert floor.day.tallies[1].timed == 1


@pytest.mark.proves("D21")
def test_no_window_may_miss_before_its_own_three_calls_were_spoken() -> None:
    windows = range(1, 25)
    floor = Floor(a_hall(dict.fromkeys(windows, "A"), zone="hall"))
    floor.take_many("A", 24, "08:10")
    for window in windows:
        floor.open(window)
    called = [floor.call(window, "08:30") for window in windows]
    for round_ in range(2):
        for number in called:
            floor.recall(number, f"08:3{round_ + 1}")

    for turn, number in enumerate(called[:3]):
        for call in range(3):
            assert miss_opens_at(floor.day, floor[number]) is None
            with floor.refuses("calls_missing", number=number, heard=call):
                floor.miss(number, "08:40")
            floor.spoken(number, f"08:4{turn}:{call * 10:02}", call)
        last = clock(f"08:4{turn}:20")
        assert miss_opens_at(floor.day, floor[number]) == last + 20_000
        with floor.refuses("miss_too_early", since=last + 20_000):
            floor.miss(number, f"08:4{turn}:39")
        floor.miss(number, f"08:4{turn}:40")
    for number in called[3:]:
        with floor.refuses("calls_missing", number=number, heard=0):
            floor.miss(number, "09:30")


def test_where_the_sound_is_known_to_be_broken_the_time_of_the_call_counts() -> None:
    floor = Floor(a_hall({1: "A"}, zone="hall"))
    floor.take("A", "08:40")
    floor.open(1)
    floor.call(1, "09:00")
    floor.recall("A001", "09:00:20")
    floor.recall("A001", "09:00:40")
    with floor.refuses("calls_missing", heard=0):
        floor.miss("A001", "09:05")
    floor.ask(do.SoundState("hall", broken=True), "09:05")
    floor.miss("A001", "09:05")
    assert floor["A001"].state == MISSED


@pytest.mark.proves("D22")
def test_a_call_undone_after_six_seconds_is_back_at_its_key_and_asked_to_wait() -> None:
    floor = Floor(a_hall({1: "A"}, zone="hall"))
    floor.already_issued("A", 22)
    floor.take("A", "09:00")
    floor.take("A", "09:01")
    floor.open(1)
    key = floor["A023"].key
    floor.call(1, "09:10")
    call = floor["A023"].calls[-1].seq

    floor.undo("A023", "09:10:06")

    assert (floor["A023"].state, floor["A023"].key) == (WAITING, key)
    assert floor.line("A") == ["A023", "A024"]
    past = floor.day.now.past[0]
    assert (past.number, past.state) == ("A023", "wait")
    with floor.refuses("stale"):  # the unspoken call is gone: a voice that says it late is stale
        floor.ask(do.Spoken(floor["A023"].id, call, clock("09:10:07")), "09:10:07")


def test_an_undo_after_ten_seconds_or_after_the_start_is_refused() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:10")
    with floor.refuses("undo_over", number="A001", seconds=10):
        floor.ask(do.Undo(floor["A001"].id), clock("09:10:10") + 1, by="staff:1")
    floor.start("A001", "09:10:05")
    with floor.refuses("nothing_to_undo", number="A001"):
        floor.undo("A001", "09:10:06", by="staff:1")


def test_finish_miss_and_park_can_be_undone_and_leave_no_trace_in_the_counts() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:10")
    floor.recall("A001", "09:10:20")
    floor.recall("A001", "09:10:40")
    called = floor["A001"]
    floor.miss("A001", "09:11")
    floor.undo("A001", "09:11:05")
    assert floor["A001"] == called
    floor.start("A001", "09:11:10")
    serving = floor["A001"]
    floor.park("A001", "09:12")
    assert floor["A001"].state == PARKED
    floor.undo("A001", "09:12:05")
    assert floor["A001"] == serving
    floor.finish("A001", "09:20")
    floor.undo("A001", "09:20:05")
    assert floor["A001"] == serving
    tally = floor.day.tallies[1]
    assert (tally.called, tally.served, tally.missed, tally.timed, tally.service) == (1, 0, 0, 0, 0)
    assert sum(floor.day.ends.values()) == 0
    assert floor.window(1).present == floor["A001"].id


@pytest.mark.proves("D24")
def test_a_ticket_directed_to_a_window_that_closes_flows_back_at_its_key() -> None:
    floor = Floor(a_hall({8: "A", 9: "A"}))
    for minute in ("09:00", "09:01", "09:02"):
        floor.take("A", minute)
    floor.open(8)
    floor.open(9)
    floor.call(8, "09:05")
    floor.start("A001", "09:05")
    floor.transfer("A001", "09:10", window=9)
    assert floor.line("A") == ["A002", "A003"]
    due = floor["A001"].due

    floor.close(9, "09:12")

    assert floor["A001"].due == due
    assert floor.line("A") == ["A001", "A002", "A003"]


def test_a_directed_ticket_is_next_at_its_window_after_the_present_visitor() -> None:
    floor = Floor(a_hall({8: "A", 9: "A"}))
    for minute in ("09:00", "09:01", "09:02", "09:03"):
        floor.take("A", minute)
    floor.open(8)
    floor.open(9)
    floor.call(9, "09:05")
    floor.transfer("A004", "09:05", window=9)
    floor.start("A001", "09:06")
    assert floor.call(8, "09:07") == "A002"
    floor.finish("A001", "09:08")
    assert floor.call(9, "09:08") == "A004"


@pytest.mark.proves("D25")
def test_a_form_filler_is_next_at_that_window_and_an_overdue_form_only_alerts() -> None:
    floor = Floor(a_hall({1: "A"}))
    for minute in ("09:00", "09:01", "09:02"):
        floor.take("A", minute)
    floor.open(1)
    floor.call(1, "09:05")
    floor.start("A001", "09:05")
    floor.park("A001", "09:10", minutes=10)
    assert floor.call(1, "09:11") == "A002"
    floor.start("A002", "09:11")

    assert floor.time_passes("09:19:59") == []
    assert floor.time_passes("09:20") == [do.ParkLapsed(floor["A001"].id)]
    assert (floor["A001"].state, floor["A001"].park_overdue) == (PARKED, True)
    assert floor.time_passes("11:00") == []
    floor.unpark("A001", "11:01")
    floor.finish("A002", "11:02")
    assert floor.call(1, "11:02") == "A001"
    assert floor["A001"].misses == 0


def test_a_pause_takes_effect_after_the_present_visitor() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.take("A", "09:01")
    floor.open(1)
    floor.call(1, "09:05")
    floor.start("A001", "09:05")
    floor.pause(1, "09:06")
    assert floor["A001"].state == SERVING
    floor.finish("A001", "09:10")
    assert floor.window(1).state == PAUSED
    with floor.refuses("window_paused", window=1):
        floor.call(1, "09:11")


def test_pausing_now_returns_the_called_ticket_at_its_key_without_a_miss() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    key = floor["A001"].key
    floor.call(1, "09:05")
    floor.pause(1, "09:06", now=True)
    assert (floor["A001"].state, floor["A001"].key, floor["A001"].misses) == (WAITING, key, 0)
    assert floor.day.now.past[0].state == "wait"


def test_call_next_during_service_is_refused_and_finish_and_next_is_one_stroke() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.take("A", "09:01")
    floor.open(1)
    floor.call(1, "09:05")
    floor.start("A001", "09:05")
    with floor.refuses("visitor_present", window=1, number="A001"):
        floor.call(1, "09:10")
    assert floor.at_window(1, do.CallNext(1, finish=True), "09:10").number == "A002"
    assert (floor["A001"].end, floor["A002"].state) == (DONE, CALLED)
    floor.start("A002", "09:11")
    assert floor.at_window(1, do.CallNext(1, finish=True), "09:20").detail == "nobody_waits"
    assert floor["A002"].end == DONE


def test_a_short_loss_of_the_link_touches_nothing_and_the_same_clerk_goes_on() -> None:
    """Forty seconds are less than the claim's lapse; the same clerk sits down again unasked."""
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:05")
    floor.start("A001", "09:05")
    before = floor["A001"]
    assert floor.plan.rules.claim_lapse > 40_000
    floor.claim(1, "09:06")
    assert floor["A001"] == before
    floor.finish("A001", "09:10")
    assert floor.day.tallies[1].timed == 1


def test_taking_back_a_call_takes_back_neither_priority_nor_matters() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:10")
    floor.at_window(1, do.AddMatters(floor["A001"].id, ("A2",)), "09:10:01")
    floor.change_class("A001", "priority", "09:10:02")
    floor.undo("A001", "09:10:05")
    ticket = floor["A001"]
    assert (ticket.state, ticket.matters, ticket.cls) == (WAITING, ("A2",), "priority")
    assert ticket.due == clock("09:15")


def test_a_directed_visitor_who_was_called_flows_back_when_that_clerk_leaves() -> None:
    floor = Floor(a_hall({8: "A", 9: "A"}))
    floor.take("A", "09:00")
    floor.open(9)
    floor.transfer("A001", "09:01", window=9)
    assert floor.call(9, "09:02") == "A001"
    floor.release(9, "09:03")
    assert floor.line("A") == ["A001"]


def test_a_visitor_directed_to_a_clerk_whose_window_was_taken_over_flows_back() -> None:
    floor = Floor(a_hall({8: "A", 9: "A"}))
    floor.take("A", "09:00")
    floor.open(9)
    floor.transfer("A001", "09:01", clerk="staff:9")
    assert floor.line("A") == []
    floor.claim(9, "09:02", by="staff:other", take_over=True)
    assert floor.line("A") == ["A001"]


def test_a_directed_visitor_who_missed_the_call_returns_to_the_category_not_to_the_window() -> None:
    floor = Floor(a_hall({8: "A", 9: "A"}))
    floor.take("A", "09:00")
    floor.open(8)
    floor.open(9)
    floor.transfer("A001", "09:01", window=9)
    assert floor.call_and_miss(9, "09:02") == "A001"
    floor.close(9, "09:03")
    floor.returns("A001", "09:10")
    assert floor.line("A") == ["A001"]
    assert floor.call(8, "09:11") == "A001"


def test_a_finish_taken_back_puts_off_the_pause_that_began_with_it() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:05")
    floor.start("A001", "09:05")
    floor.pause(1, "09:06")
    floor.finish("A001", "09:10")
    assert floor.window(1).state == PAUSED
    floor.undo("A001", "09:10:05")
    assert (floor.window(1).state, floor.window(1).pausing) == (OPEN, True)
    floor.finish("A001", "09:11")
    assert floor.window(1).state == PAUSED


def test_at_a_window_that_has_closed_nothing_is_taken_back() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call(1, "09:05")
    floor.start("A001", "09:05")
    floor.finish("A001", "09:10")
    floor.close(1, "09:10:02")
    with floor.refuses("window_state", window=1):
        floor.undo("A001", "09:10:05")
