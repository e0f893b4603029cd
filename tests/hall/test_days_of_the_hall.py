"""Days in the life of the hall itself: opening, cut-off, power cuts, closing (docs/scenarios.md)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.decision import hold_used
from queue_server.hall.model import CALLED, HALL_CLOSED, HOLD_OVER, PARKED, VOID_MISSED, WAITING
from queue_server.hall.plan import BOOKED, Serve
from tests.hall.floor import Floor, a_hall, clock, rules


def floor_after_a_power_cut() -> Floor:
    """Power failed 10:00-10:40; A023 was called at 09:59:50."""
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.already_issued("A", 20)
    for minute in ("09:00", "09:01", "09:02", "09:03"):
        floor.take("A", minute)
    floor.open(1)
    floor.open(2)
    assert floor.call_and_miss(1, "09:50") == "A021"
    assert floor.call(2, "09:55") == "A022"
    floor.start("A022", "09:55")
    floor.park("A022", "09:56", minutes=10)
    assert floor.call(1, "09:59:50") == "A023"
    floor.down("10:00", "10:40", at="10:40:05")
    return floor


@pytest.mark.proves("D10")
def test_down_time_counts_for_nobodys_hold_park_or_lateness() -> None:
    floor = floor_after_a_power_cut()
    missed_at = floor["A021"].missed_at or 0
    assert hold_used(floor.day, floor["A021"], clock("10:45")) == clock("10:05") - missed_at
    booked = floor.check_in("A", "10:00", "10:44")
    assert (floor[booked].cls, floor[booked].reference) == (BOOKED, clock("10:00"))
    assert floor.time_passes("10:45:59") == []
    assert floor.time_passes("10:46") == [do.ParkLapsed(floor["A022"].id)]
    assert floor["A022"].state == PARKED
    floor.returns("A021", "10:59")
    assert floor["A021"].state == WAITING


@pytest.mark.proves("D10")
def test_a_ticket_called_just_before_a_power_cut_is_back_at_its_key_and_silent() -> None:
    floor = floor_after_a_power_cut()
    assert (floor["A023"].state, floor["A023"].misses) == (WAITING, 0)
    assert floor.line("A") == ["A023", "A024"]
    assert floor["A023"].calls == ()  # nothing is left that a voice could say
    assert [w.present for w in floor.day.windows.values()] == ["", ""]


@pytest.mark.proves("D10")
def test_numbers_written_by_hand_are_entered_with_their_true_times_and_sorted_by_them() -> None:
    floor = floor_after_a_power_cut()
    after = floor.take("A", "10:41")
    by_hand = [f"Z{i:02}" for i in range(1, 21)]
    for i, number in reversed(list(enumerate(by_hand))):
        floor.enter_by_hand("A", number, taken=f"10:{i + 10}", at="10:50")

    assert floor.line("A") == ["A023", "A024", *by_hand, after]
    assert {floor[number].source for number in by_hand} == {"paper"}
    assert after == "A025"
    with floor.refuses("number_taken", number="Z05"):
        floor.enter_by_hand("A", "Z05", taken="10:20", at="10:51")
    with floor.refuses("bad_time"):
        floor.enter_by_hand("A", "Z21", taken="10:59", at="10:51")


def test_a_number_by_hand_cannot_be_older_than_the_day() -> None:
    floor = Floor(a_hall({1: "A"}))
    with floor.refuses("bad_time"):
        floor.ask(do.EnterByHand("t", "A", "Z01", clock("16:00", "2026-11-23")), "09:00")


@pytest.mark.proves("D18")
def test_at_closing_no_new_numbers_and_all_thirty_are_served() -> None:
    floor = Floor(a_hall({1: "A", 2: "A", 3: "A"}))
    floor.take_many("A", 30, "14:00")
    for window in (1, 2, 3):
        floor.open(window, "14:00")
    with floor.refuses("closed", until=clock("16:30")):
        floor.take("A", "16:30")
    with floor.refuses("people_waiting", waiting=30):
        floor.close_day("16:31")
    served = [floor.serve(1 + i % 3, f"16:{31 + i // 3}", f"16:{32 + i // 3}") for i in range(30)]
    assert served == [f"A{i:03}" for i in range(1, 31)]
    floor.close_day("17:00")
    assert floor.day.ends == {"done": 30}


@pytest.mark.proves("D18")
def test_a_manager_with_a_reason_closes_and_those_left_have_a_code_for_tomorrow() -> None:
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.take_many("A", 30, "14:00")
    floor.open(1, "14:00")
    floor.call_and_miss(1, "16:00")
    floor.call(1, "16:20")
    with floor.refuses("reason_needed", act="close_day"):
        floor.close_day("17:00", role="manager")
    floor.close_day("17:00", role="manager", reason="power_cut")

    assert floor.day.ends == {HALL_CLOSED: 30}
    assert VOID_MISSED not in floor.day.ends
    assert HOLD_OVER not in floor.day.ends
    codes = {t.tomorrow for t in floor.day.tickets.values()}
    assert len(codes) == 30
    assert all(len(code) == 7 for code in codes)
    with floor.refuses("day_closed"):
        floor.take("A", "17:01")


def test_at_the_boundary_the_system_closes_the_day_by_itself() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "14:00")
    night = clock("02:59:59", "2026-11-25")
    assert floor.day.now.opened
    assert [type(c) for c in floor.time_passes("26:59:59")] == []
    floor.time_passes("27:00")
    assert floor.day.now.closed
    closing = ev.decode(floor.log[-1]).e
    assert isinstance(closing, ev.DayClosed)
    assert (closing.unserved, closing.boundary) == (1, True)
    assert ev.decode(floor.log[-1]).at > night


def test_issuing_stops_when_those_who_wait_fill_the_time_until_closing_and_its_grace() -> None:
    """One window, 10 minutes each: at 15:00 there are 90 + 20 minutes, room for eleven who wait."""
    floor = Floor(a_hall({1: "A"}))
    floor.take_many("A", 12, "15:00")
    with floor.refuses("cut_off", category="A"):
        floor.take("A", "15:00")
    floor.open(1)
    assert floor.call(1, "15:00") == "A001"
    assert floor.take("A", "15:00") == "A013"


def test_no_open_window_is_no_refusal_but_no_planned_window_is() -> None:
    floor = Floor(a_hall({1: "A", 2: "B"}))
    assert floor.take("A", "08:10") == "A001"
    floor.open(1)
    with floor.refuses("last_window", window=1, category="A"):
        floor.close(1, "08:30", for_today=True)
    floor.serve(1, "08:31", "08:40")
    floor.close(1, "08:40", for_today=True)
    with floor.refuses("no_window_today", category="A"):
        floor.take("A", "08:41")
    assert floor.take("B", "08:41") == "B001"


def test_tickets_are_taken_before_the_windows_open_and_not_before_that() -> None:
    floor = Floor(a_hall({1: "A"}), opens="03:00")
    with floor.refuses("not_yet_issuing", since=clock("08:00")):
        floor.take("A", "07:59")
    answer = floor.ask(do.TakeTicket("x", "A"), "08:00")
    assert answer.calling_from == clock("08:30")


def test_lunch_never_touches_the_queue_and_the_slip_says_when_calling_goes_on() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "11:20")
    before = floor["A001"]
    answer = floor.ask(do.TakeTicket("x", "A"), "12:00")
    assert answer.calling_from == clock("13:00")
    assert floor.time_passes("13:00") == []
    assert floor["A001"] == before


def test_the_last_window_of_a_category_in_which_people_wait_needs_a_successor() -> None:
    floor = Floor(a_hall({1: "A", 2: "B"}))
    for minute in ("09:00", "09:01"):
        floor.take("A", minute)
    keys = {t.number: t.key for t in floor.day.tickets.values()}
    only_b = (Serve("B"),)
    with floor.refuses("last_window", window=1, category="A"):
        floor.ask(do.AssignWindow(1, only_b), "09:05")
    floor.ask(do.AssignWindow(1, only_b, successor=2), "09:05")
    floor.open(2)
    assert floor.call(2, "09:06") == "A001"
    assert {t.number: t.key for t in floor.day.tickets.values()} == keys


def test_a_quota_issues_so_many_numbers_and_no_more() -> None:
    """One at a time; the store's tests let fifty ask at once (S5)."""
    plan = a_hall({1: "A", 2: "A"})
    floor = Floor(replace(plan, categories=(replace(plan.categories[0], quota=10),)))
    assert floor.take_many("A", 10, "09:00")[-1] == "A010"
    for _ in range(40):
        with floor.refuses("quota_reached", category="A", quota=10):
            floor.take("A", "09:01")


def test_a_paused_category_is_not_called_and_counts_against_nobody() -> None:
    floor = Floor(a_hall({1: "A B"}))
    floor.take("A", "09:00")
    floor.take("A", "09:00")
    floor.take("B", "09:01")
    floor.open(1)
    floor.call_and_miss(1, "09:05")
    missed_at = floor["A001"].missed_at or 0
    floor.ask(do.PauseCategory("A", "system_down", issuing=False), "09:10")
    with floor.refuses("category_paused", category="A"):
        floor.take("A", "09:11")
    assert floor.call(1, "09:12") == "B001"
    floor.ask(do.ResumeCategory("A"), "10:10")
    assert hold_used(floor.day, floor["A001"], clock("10:20")) == clock("09:20") - missed_at
    floor.start("B001", "10:20")
    floor.finish("B001", "10:20")
    assert floor.call(1, "10:20") == "A002"
    assert floor["A002"].state == CALLED


def test_a_window_that_leaves_generalists_work_to_specialists_waits_out_its_penalty() -> None:
    floor = Floor(a_hall({1: "A+5 B", 2: "A"}))
    floor.take("A", "09:00")
    floor.take("B", "09:04")
    floor.take("A", "09:10")
    floor.take("B", "09:16")
    floor.open(1)
    assert [floor.serve(1, "09:20", "09:20") for _ in range(4)] == ["B001", "A001", "A002", "B002"]


def test_the_ratio_setting_calls_one_priority_visitor_for_every_n_ordinary() -> None:
    floor = Floor(a_hall({1: "A"}, rules(ratio=2)))
    for minute in range(6):
        floor.take("A", f"09:0{minute}")
    for minute in range(3):
        floor.take("A", f"09:0{minute}", cls="priority")
    floor.open(1)
    called = [floor[floor.serve(1, "09:20", "09:20")].cls for _ in range(9)]
    o, p = "ordinary", "priority"
    assert called == [o, o, p, o, o, p, o, o, p]
