"""Days in the life of visitors: what the rules make of them (docs/scenarios.md)."""

from __future__ import annotations

import pytest

from queue_server.access.principals import check_code
from queue_server.hall import commands as do
from queue_server.hall.calling import next_for
from queue_server.hall.decision import hold_used
from queue_server.hall.model import CALLED, DONE, MISSED, SERVING, VOID_MISSED, WAITING
from queue_server.hall.plan import BOOKED, MINUTE, ORDINARY
from queue_server.hall.running import due
from queue_server.views import menu
from tests.hall.floor import Floor, a_hall, clock


@pytest.mark.proves("D1")
def test_a_visitor_of_the_wrong_category_keeps_the_number_and_jumps_nobody() -> None:
    floor = Floor(a_hall({1: "G", 2: "D"}))
    floor.already_issued("D", 30)
    floor.already_issued("G", 11)
    assert floor.take("D", "09:05") == "D031"
    assert floor.take("G", "09:20") == "G012"
    floor.open(1, "09:21")
    assert floor.call(1, "09:24") == "G012"
    floor.start("G012", "09:24:30")

    floor.transfer("G012", "09:25", category="D")

    assert floor["D031"].due == clock("09:35")
    assert floor["G012"].due == clock("09:50")
    assert floor.line("D") == ["D031", "G012"]
    assert floor["G012"].state == WAITING
    assert DONE not in floor.day.ends
    assert floor.day.tallies[1].served == 0


@pytest.mark.proves("D3")
def test_a_hold_counts_open_time_only() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "10:00")
    floor.open(1)
    floor.call(1, "11:24")
    floor.recall("A001", "11:24:10")
    floor.recall("A001", "11:24:20")
    floor.miss("A001", "11:25")
    floor.close(1, "11:30")
    floor.open(1, "13:00")

    assert hold_used(floor.day, floor["A001"], clock("13:10")) == 15 * MINUTE
    assert due(floor.day, clock("13:10")) == []
    floor.returns("A001", "13:10")
    assert floor["A001"].state == WAITING


def test_a_hold_is_over_after_thirty_minutes_of_open_time() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "08:40")
    floor.open(1)
    floor.call_and_miss(1, "09:00")
    missed_at = floor["A001"].missed_at or 0

    assert due(floor.day, missed_at + 30 * MINUTE) == []
    with floor.refuses("hold_over", number="A001", minutes=30):
        floor.ask(do.ReturnMissed(floor["A001"].id), missed_at + 30 * MINUTE + 1)
    assert due(floor.day, missed_at + 30 * MINUTE + 1) == [do.HoldLapsed(floor["A001"].id)]


@pytest.mark.proves("D4")
def test_a_visitor_at_lunch_is_placed_later_and_misses_nothing_before_a_quarter_past_one() -> None:
    floor = Floor(a_hall({17: "F"}, duty=(17,)))
    floor.already_issued("F", 39)
    floor.take("F", "10:00")
    for minute in range(10, 14):
        floor.take("F", f"10:{minute}")
    floor.open(17)
    assert floor.call_and_miss(17, "12:10") == "F040"

    assert floor["F040"].state == WAITING
    assert floor["F040"].misses == 0
    assert floor.line("F") == ["F041", "F042", "F043", "F040", "F044"]

    for until in ("12:20", "12:30", "12:40"):
        floor.serve(17, until, until)
    assert floor.call_and_miss(17, "13:14:39") == "F040"
    assert floor["F040"].misses == 0
    assert floor.serve(17, "13:15", "13:20") == "F044"
    assert floor.call_and_miss(17, "13:21") == "F040"
    assert floor["F040"].state == MISSED
    assert floor["F040"].misses == 1


@pytest.mark.proves("D5")
def test_a_linked_ticket_is_skipped_while_its_visitor_is_at_another_window() -> None:
    floor = Floor(a_hall({3: "B", 8: "D"}))
    floor.already_issued("B", 9)
    floor.already_issued("D", 19)
    assert floor.take("B", "09:00") == "B010"
    assert floor.take("D", "09:01", visit="B010") == "D020"
    floor.take("D", "09:02")
    floor.take("D", "09:03")
    floor.open(3)
    floor.open(8)
    floor.call(3, "09:10")
    floor.start("B010", "09:11")

    assert floor.call(8, "09:12") == "D021"
    assert floor["D020"].misses == 0
    assert floor.line("D") == ["D020", "D022"]
    floor.start("D021", "09:13")
    floor.finish("B010", "09:14")
    first = next_for(floor.day, floor.window(8))
    assert first is not None
    assert first.number == "D020"


@pytest.mark.proves("D5")
def test_unlinked_tickets_know_nothing_of_each_other() -> None:
    floor = Floor(a_hall({3: "B", 8: "D"}))
    floor.take("B", "09:00")
    floor.take("D", "09:01")
    floor.open(3)
    floor.open(8)
    floor.call_and_miss(3, "09:10")
    floor.call_and_miss(8, "09:10")

    assert [floor[n].state for n in ("B001", "D001")] == [MISSED, MISSED]
    floor.returns("B001", "09:15")
    floor.returns("D001", "09:16")
    assert [floor[n].state for n in ("B001", "D001")] == [WAITING, WAITING]


@pytest.mark.proves("D7")
def test_a_family_of_three_is_one_ticket_one_call_and_three_outcomes() -> None:
    floor = Floor(a_hall({1: "F"}))
    floor.already_issued("F", 17)
    assert floor.take("F", "09:00", matters=("F1",)) == "F018"
    floor.open(1)
    floor.call(1, "09:10")
    floor.start("F018", "09:11")
    floor.at_window(1, do.AddMatters(floor["F018"].id, ("F2", "F3")), "09:12")
    floor.finish("F018", "09:30", F1="done", F2="accepted", F3="refused")

    assert floor["F018"].outcomes == (("F1", "done"), ("F2", "accepted"), ("F3", "refused"))
    assert floor["F018"].times_called == 1
    assert floor.day.ends[DONE] == 1


@pytest.mark.proves("D8")
def test_an_agent_with_eight_files_takes_three_a_ticket_and_one_live_ticket_at_a_time() -> None:
    floor = Floor(a_hall({1: "F"}))
    files = tuple(f"F{i}" for i in range(1, 9))
    floor.open(1)
    with floor.refuses("too_many_matters", limit=3):
        floor.take("F", "09:00", matters=files)

    first = floor.take("F", "09:00", matters=files[:3])
    with floor.refuses("already_waiting", number=first):
        floor.take("F", "09:01", matters=files[3:6], visit=first)
    floor.serve(1, "09:10", "09:20")
    second = floor.take("F", "09:21", matters=files[3:6], visit=first)
    assert floor[second].reference == clock("09:21")
    floor.serve(1, "09:30", "09:40")
    third = floor.take("F", "09:41", matters=files[6:], visit=first)
    assert floor[third].reference == clock("09:41")
    assert {floor[n].visit for n in (first, second, third)} == {floor[first].id}


def test_one_ticket_holds_matters_of_several_categories_where_every_window_of_it_accepts_them() -> None:
    floor = Floor(a_hall({1: "A B", 2: "A B", 3: "B C", 4: "*:priority"}))
    assert floor.day.together("A") == ("A", "B")
    assert floor.day.together("B") == ("B",), "window 3 calls B and cannot do A"
    number = floor.take("A", "09:00", matters=("A1", "B1"))
    assert floor[number].matters == ("A1", "B1")
    with floor.refuses("matter_elsewhere", matter="A1", category="A"):
        floor.take("B", "09:00", matters=("B1", "A1"))
    with floor.refuses("matter_elsewhere", matter="C1", category="C"):
        floor.take("A", "09:00", matters=("A1", "C1"))
    offered = {choice.category: choice.matters for choice in menu(floor.day, clock("09:00"), 0).choices}
    assert [matter.id for matter in offered["A"]] == [f"{x}{i}" for x in "AB" for i in range(1, 10)]
    assert {matter.id[0] for matter in offered["B"]} == {"B"}


@pytest.mark.proves("D12")
def test_an_appointment_fourteen_minutes_late_keeps_its_class_and_sixteen_makes_a_walk_in() -> None:
    floor = Floor(a_hall({1: "A"}))
    in_time = floor.check_in("A", "10:00", "10:05", code="B1")
    late = floor.check_in("A", "10:00", "10:14", code="B2")
    too_late = floor.check_in("A", "10:00", "10:16", code="B3")

    assert (floor[in_time].cls, floor[in_time].reference) == (BOOKED, clock("10:00"))
    assert (floor[late].cls, floor[late].reference) == (BOOKED, clock("10:14"))
    assert (floor[too_late].cls, floor[too_late].reference) == (ORDINARY, clock("10:16"))


def test_an_early_appointment_keeps_its_slot_and_may_be_called_when_nobody_else_waits() -> None:
    floor = Floor(a_hall({1: "A"}))
    early = floor.check_in("A", "10:00", "09:00")
    assert floor[early].reference == clock("10:00")
    floor.open(1)
    assert floor.call(1, "09:01") == early
    with floor.refuses("already_checked_in", number=early):
        floor.check_in("A", "10:00", "09:02")


@pytest.mark.proves("D13")
def test_a_visitor_whom_somebody_found_cannot_be_missed_for_three_minutes() -> None:
    floor = Floor(a_hall({1: "S"}))
    floor.already_issued("S", 49)
    floor.take("S", "09:00")
    floor.open(1)
    assert floor.call(1, "09:10") == "S050"
    floor.recall("S050", "09:10:30")
    with floor.refuses("calls_missing", heard=2, needed=3):
        floor.miss("S050", "09:11")
    floor.finds("S050", "09:11")
    floor.recall("S050", "09:11:10")

    with floor.refuses("found_held", number="S050", until=clock("09:14")):
        floor.miss("S050", "09:13:59")
    floor.start("S050", "09:13:59")
    assert floor["S050"].misses == 0


def test_a_visitor_who_was_found_and_did_not_come_can_be_missed_afterwards() -> None:
    floor = Floor(a_hall({1: "S"}))
    floor.take("S", "09:00")
    floor.open(1)
    floor.call(1, "09:10")
    floor.recall("S001", "09:10:30")
    floor.recall("S001", "09:10:50")
    floor.finds("S001", "09:11")
    floor.miss("S001", "09:14")
    assert floor["S001"].state == MISSED


@pytest.mark.proves("D15")
def test_a_lost_slip_costs_nothing_because_the_number_suffices_and_the_check_code_decides() -> None:
    """A reprint is no command of the rules: nothing in the day depends on paper."""
    floor = Floor(a_hall({1: "A"}))
    lost, other = floor.take("A", "09:00"), floor.take("A", "09:00")
    floor.open(1)
    floor.call_and_miss(1, "09:10")
    floor.returns(lost, "09:20")
    assert floor[lost].state == WAITING
    floor.call_number(1, lost, "09:21")
    assert floor[lost].state == CALLED
    floor.start(lost, "09:22")
    assert floor[lost].state == SERVING

    codes = {check_code(b"the hall's key", floor[number].id) for number in (lost, other)}
    assert len(codes) == 2
    assert check_code(b"the hall's key", floor[lost].id) in codes


@pytest.mark.proves("D19")
def test_priority_that_is_not_justified_falls_back_to_the_ordinary_due_without_a_miss() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    claimed = floor.take("A", "09:10", cls="priority")
    floor.take("A", "09:12")
    floor.open(1)
    assert floor.call(1, "09:15") == claimed == "A002"

    floor.change_class("A002", "ordinary", "09:16")

    assert (floor["A002"].state, floor["A002"].misses) == (WAITING, 0)
    assert floor["A002"].due == clock("09:40")
    assert floor.line("A") == ["A001", "A002", "A003"]
    assert floor.window(1).present == ""


def test_a_second_miss_voids_the_ticket() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.call_and_miss(1, "09:10")
    floor.returns("A001", "09:15")
    floor.call_and_miss(1, "09:20")
    assert floor["A001"].end == VOID_MISSED
    with floor.refuses("ticket_ended", number="A001", end=VOID_MISSED):
        floor.returns("A001", "09:21")


def test_a_visitor_who_returns_stands_behind_the_third_who_waits() -> None:
    floor = Floor(a_hall({1: "A"}))
    for minute in range(6):
        floor.take("A", f"09:0{minute}")
    floor.open(1)
    floor.call_and_miss(1, "09:10")
    answer = floor.returns("A001", "09:12")
    assert answer.ahead == 3
    assert floor.line("A") == ["A002", "A003", "A004", "A001", "A005", "A006"]
    # The place replaces the reference: a later change of business does not bring the old one back.
    floor.transfer("A001", "09:13", category="A")
    assert floor.line("A").index("A001") == 3
