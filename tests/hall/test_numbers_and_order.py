"""What queue systems in the field fail at, asked of the rules alone: numbers, order, conflicts."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from queue_server.hall import commands as do
from queue_server.hall.calling import people_ahead, why_ahead
from queue_server.hall.model import CANCELLED_BY_VISITOR, DONE, MISSED, PARKED, SERVING, WAITING
from queue_server.hall.plan import Category, Plan
from tests.hall.floor import Floor, a_hall, clock, rules


def uncut(windows: dict[int, str]) -> Plan:
    """A hall that issues as long as it is open."""
    return a_hall(windows, rules(cutoff_grace=None))


# --- numbers ------------------------------------------------------------------------------


@pytest.mark.proves("S4")
def test_a_number_that_is_still_alive_is_widened_never_given_twice() -> None:
    """Two categories of digits-only numbers: 1 + 10 + one digit would run into 11 + 0 + one digit."""
    plan = replace(
        uncut({1: "A B"}),
        categories=(Category("A", {"zh": "A"}, prefix="1"), Category("B", {"zh": "B"}, prefix="11")),
        rules=rules(cutoff_grace=None, number_digits=2),
    )
    floor = Floor(plan)
    numbers = [floor.take(category, "09:00") for category in "AB" * 150]
    assert len(set(numbers)) == 300
    assert set(numbers) == set(floor.day.numbers)
    assert "1100" in numbers
    assert sum(floor[number].category == "A" for number in numbers) == 150


@pytest.mark.proves("S4")
def test_a_number_written_by_hand_is_not_issued_again() -> None:
    floor = Floor(a_hall({1: "A"}))
    floor.enter_by_hand("A", "A002", taken="08:05", at="08:30")
    assert [floor.take("A", "08:31") for _ in range(3)] == ["A001", "A0002", "A003"]


@pytest.mark.proves("S6")
def test_the_thousandth_ticket_has_four_digits_and_window_100_its_three() -> None:
    floor = Floor(uncut({100: "A"}))
    numbers = floor.take_many("A", 1001, "09:00")
    assert numbers[998:] == ["A999", "A1000", "A1001"]
    assert len(set(numbers)) == 1001
    floor.open(100)
    assert floor.call(100, "09:01") == "A001"
    assert floor["A001"].window == 100
    assert floor.line("A")[-2:] == ["A1000", "A1001"]


# --- conflicts -----------------------------------------------------------------------------


def taken_by_another(how: str) -> Floor:
    """A001, which window 2 wants, was just changed by window 1."""
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.open(2)
    floor.call(1, "09:10")
    if how in ("starts", "parks"):
        floor.start("A001", "09:10")
    if how == "parks":
        floor.park("A001", "09:11")
    return floor


@pytest.mark.proves("S9")
@pytest.mark.parametrize(("how", "state"), [("calls", "called"), ("starts", "serving"), ("parks", "parked")])
def test_who_comes_second_is_told_who_has_the_visitor(how: str, state: str) -> None:
    floor = taken_by_another(how)
    with floor.refuses("ticket_state", number="A001", state=state, window=1, clerk="staff:1"):
        floor.call_number(2, "A001", "09:12")


@pytest.mark.proves("S9")
def test_who_calls_a_ticket_that_was_cancelled_or_sent_on_meanwhile_is_told_so() -> None:
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.take("A", "09:00")
    floor.open(1)
    floor.open(2)
    floor.call(1, "09:10")
    floor.transfer("A001", "09:11", window=2)
    with floor.refuses("ticket_state", number="A001", state=WAITING):
        floor.start("A001", "09:12", by="staff:1")
    floor.cancels("A001", "09:13")
    with floor.refuses("ticket_ended", number="A001", end=CANCELLED_BY_VISITOR):
        floor.call_number(1, "A001", "09:14")


def test_another_windows_visitor_cannot_be_touched() -> None:
    floor = taken_by_another("starts")
    for touch in (floor.finish, floor.park):
        with floor.refuses("not_your_window", window=1, clerk="staff:1"):
            touch("A001", "09:12", by="staff:2")
    with floor.refuses("not_your_window", window=1, clerk="staff:1"):
        floor.transfer("A001", "09:12", by="staff:2", category="A")


@pytest.mark.proves("S10")
def test_a_finished_cancelled_missed_or_parked_ticket_cannot_be_called_by_number() -> None:
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.take_many("A", 4, "09:00")
    floor.open(1)
    floor.open(2)
    floor.serve(1, "09:10", "09:20")
    floor.cancels("A002", "09:20")
    floor.call_and_miss(1, "09:21")
    floor.call(1, "09:23")
    floor.start("A004", "09:23")
    floor.park("A004", "09:24")
    for number, end in (("A001", DONE), ("A002", CANCELLED_BY_VISITOR)):
        with floor.refuses("ticket_ended", number=number, end=end):
            floor.call_number(2, number, "09:25")
    for number, state in (("A003", MISSED), ("A004", PARKED)):
        with floor.refuses("ticket_state", number=number, state=state):
            floor.call_number(2, number, "09:25")
    with floor.refuses("unknown_number", number="A005"):
        floor.call_number(2, "A005", "09:25")


def test_calling_out_of_order_needs_a_picked_reason_and_counts_those_passed_over() -> None:
    floor = Floor(a_hall({1: "A"}))
    for minute in ("09:00", "09:01", "09:02"):
        floor.take("A", minute)
    floor.open(1)
    for reason, code in (("", "reason_needed"), ("my cousin", "unknown_reason")):
        with floor.refuses(code, act="out_of_order"):
            floor.at_window(1, do.CallNumber(1, "A003", reason), "09:10")
    floor.call_number(1, "A003", "09:10")
    called = msgspec.json.decode(floor.log[-1])["e"]
    assert (called["out_of_order"], called["passed_over"]) == ("frail", 2)


def test_the_same_key_gives_the_first_answer_and_with_another_body_is_refused() -> None:
    floor = Floor(a_hall({1: "A"}))
    first = floor.ask(do.TakeTicket("x", "A"), "09:00", key="k")
    length = len(floor.log)
    assert floor.ask(do.TakeTicket("x", "A"), "09:05", key="k") == first
    assert len(floor.log) == length
    assert first.number == "A001"
    with floor.refuses("key_reused"):
        floor.ask(do.TakeTicket("y", "A"), "09:06", key="k")


# --- others are left alone -------------------------------------------------------------------


@pytest.mark.proves("S13")
def test_changing_one_ticket_leaves_the_others_byte_for_byte() -> None:
    floor = Floor(a_hall({1: "A B", 2: "A B"}))
    for minute in range(5):
        floor.take("A", f"09:0{minute}")
        floor.take("B", f"09:0{minute}")
    floor.open(1)
    floor.open(2)
    assert floor.call(2, "09:09") == "A001"

    def others(number: str) -> dict[str, bytes]:
        tickets = floor.day.tickets.values()
        return {t.number: msgspec.json.encode(t) for t in tickets if t.number != number}

    acts: list[Callable[[], object]] = [
        lambda: floor.call_number(1, "B001", "09:10"),
        lambda: floor.recall("B001", "09:10:20"),
        lambda: floor.recall("B001", "09:10:40"),
        lambda: floor.miss("B001", "09:11"),
        lambda: floor.returns("B001", "09:12"),
        lambda: floor.call_number(1, "B001", "09:13"),
        lambda: floor.undo("B001", "09:13:05"),
        lambda: floor.call_number(1, "B001", "09:14"),
        lambda: floor.change_class("B001", "priority", "09:14:10"),
        lambda: floor.start("B001", "09:14:20"),
        lambda: floor.park("B001", "09:15"),
        lambda: floor.unpark("B001", "09:16"),
        lambda: floor.transfer("B001", "09:17", category="A"),
        lambda: floor.transfer("B001", "09:18", window=2),
        lambda: floor.cancels("B001", "09:19"),
    ]
    for act in acts:
        before = others("B001")
        mine = floor["B001"]
        act()
        assert others("B001") == before
        assert floor["B001"] != mine


# --- order --------------------------------------------------------------------------------------


@pytest.mark.proves("S15")
def test_the_same_log_gives_the_same_order_on_every_run_with_equal_times_too() -> None:
    floor = Floor(a_hall({1: "A"}))
    for cls in ("ordinary", "priority", "ordinary", "priority"):
        floor.take("A", "09:00", cls=cls)
    floor.check_in("A", "09:10", "09:00", code="B1")
    floor.check_in("A", "09:10", "09:00", code="B2")
    order = floor.line("A")
    # Dues: priority 09:15, booked 09:20, ordinary 09:30; equal ones as they came.
    assert order == ["A002", "A004", "A005", "A006", "A001", "A003"]
    for _ in range(3):
        again = floor.replayed()
        assert [again.tickets[id].number for _, _, id in again.line.in_order("A")] == order


@pytest.mark.proves("S16", "S33")
def test_after_every_change_the_order_is_a_full_sort_and_people_ahead_agree_with_it() -> None:
    floor = Floor(a_hall({1: "A B", 2: "A"}))
    for minute in range(6):
        floor.take("A", f"09:0{minute}")
        floor.take("B", f"09:0{minute}", cls="priority")
    floor.open(1)
    floor.open(2)
    changes: list[Callable[[], object]] = [
        lambda: floor.call_and_miss(2, "09:10"),
        lambda: floor.returns("A001", "09:12"),
        lambda: floor.change_class("A006", "priority", "09:13"),
        lambda: floor.transfer("B006", "09:14", category="A"),
        lambda: floor.transfer("A003", "09:14", window=2),
        lambda: floor.call(2, "09:15"),
        lambda: floor.park("A003", "09:15:05"),
        lambda: floor.check_in("A", "09:20", "09:16"),
        lambda: floor.call(1, "09:17"),
        lambda: floor.change_class("B001", "ordinary", "09:17:10"),
    ]
    for change in changes:
        change()
        for category in "AB":
            waiting = [t for t in floor.day.tickets.values() if t.in_line and t.category == category]
            in_order = sorted(waiting, key=lambda t: t.key)
            assert floor.line(category) == [t.number for t in in_order]
            for ahead, ticket in enumerate(in_order):
                assert people_ahead(floor.day, ticket) == ahead
                assert sum(why_ahead(floor.day, ticket).values()) == ahead


@pytest.mark.proves("S33")
def test_people_ahead_on_the_slip_are_those_who_wait_before_it_and_nobody_else() -> None:
    """Called, served, parked, missed and directed visitors, and other categories, do not count."""
    floor = Floor(a_hall({1: "A", 2: "A", 3: "A", 4: "B"}))
    for minute in range(7):
        floor.take("A", f"09:0{minute}")
    floor.take("B", "09:00")
    for window in (1, 2, 3):
        floor.open(window)
    floor.call_and_miss(1, "09:10")
    floor.call(2, "09:11")
    floor.start("A002", "09:11")
    floor.park("A002", "09:12")
    floor.call(2, "09:12")
    floor.start("A003", "09:12")
    floor.call(3, "09:13")
    floor.transfer("A005", "09:14", window=3)
    answer = floor.ask(do.TakeTicket("x", "A"), "09:15")
    assert floor.line("A") == ["A006", "A007", "A008"]
    assert answer.ahead == 2
    assert floor["A008"].ahead == 2
    assert people_ahead(floor.day, floor["A003"]) is None
    assert floor["A003"].state == SERVING


def test_why_those_ahead_are_ahead_is_told_by_name() -> None:
    """前面4人：1人预约、1人优先、2人比您早到 (WORDING.md)."""
    floor = Floor(a_hall({1: "A"}))
    floor.take("A", "09:00")
    floor.take("A", "09:01")
    mine = floor.take("A", "09:05")
    floor.take("A", "09:06", cls="priority")
    floor.check_in("A", "09:10", "09:07")
    floor.take("A", "09:08")
    assert why_ahead(floor.day, floor[mine]) == {"booked": 1, "priority": 1, "earlier": 2, "returned": 0}


def test_nobody_who_arrives_more_than_the_credit_later_passes() -> None:
    floor = Floor(a_hall({1: "A"}))
    mine = floor.take("A", "09:00")
    within = floor.take("A", "09:14:59", cls="priority")
    later = floor.take("A", "09:15:01", cls="priority")
    assert floor.line("A") == [within, mine, later]


def test_references_never_run_backwards() -> None:
    floor = Floor(a_hall({1: "A"}))
    first = floor.take("A", "09:10")
    second = floor.take("A", "09:05")  # a clock that stepped back
    assert floor[second].reference == clock("09:10")
    assert floor.line("A") == [first, second]
