"""What holders ask for from the phone: let others pass and keep the place, and say how the service was."""

from __future__ import annotations

import pytest

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.model import LEVELS, MISSED
from queue_server.hall.refusals import Refused
from tests.hall.floor import Floor, a_hall, clock, rules


@pytest.fixture
def floor() -> Floor:
    """Window 1 is open, three wait."""
    floor = Floor(a_hall({1: "A", 2: "A"}))
    floor.take_many("A", 3, "08:40")
    floor.open(1)
    return floor


def lets_pass(floor: Floor, number: str, at: str) -> None:
    floor.ask(do.LetPass(floor[number].id), at, by="holder")


def rates(floor: Floor, number: str, level: str, at: str) -> None:
    floor.ask(do.Rate(floor[number].id, level), at, by="holder")


def test_whoever_lets_others_pass_keeps_the_place_and_is_called_first_when_the_time_is_over(
    floor: Floor,
) -> None:
    lets_pass(floor, "A001", "09:00")
    assert floor.line("A") == ["A001", "A002", "A003"]
    floor.serve(1, "09:01", "09:05")
    assert floor["A002"].end == "done"
    assert floor.time_passes("09:09:59") == []
    assert floor.time_passes("09:10") == [do.PassLapsed(floor["A001"].id)]
    assert floor.call(1, "09:10") == "A001"
    assert floor["A001"].misses == 0


def test_whoever_is_back_earlier_is_called_at_once(floor: Floor) -> None:
    lets_pass(floor, "A001", "09:00")
    floor.ask(do.ReadyAgain(floor["A001"].id), "09:03", by="holder")
    assert floor.call(1, "09:03") == "A001"
    assert floor.time_passes("09:10") == []


def test_a_window_stays_free_when_all_who_wait_let_others_pass(floor: Floor) -> None:
    for number in ("A001", "A002", "A003"):
        lets_pass(floor, number, "09:00")
    with floor.refuses("nobody_waits"):
        floor.call(1, "09:01")


def test_one_ticket_may_do_so_twice_and_one_who_does_so_now_not_again(floor: Floor) -> None:
    lets_pass(floor, "A001", "09:00")
    with floor.refuses("stale"):
        lets_pass(floor, "A001", "09:01")
    floor.time_passes("09:10")
    lets_pass(floor, "A001", "09:11")
    floor.time_passes("09:21")
    with floor.refuses("let_pass_over", times=2):
        lets_pass(floor, "A001", "09:22")


def test_a_hall_may_not_have_it() -> None:
    floor = Floor(a_hall({1: "A"}, rules=rules(let_pass=None)))
    floor.take("A", "08:40")
    with floor.refuses("let_pass_over", times=0):
        lets_pass(floor, "A001", "09:00")


def test_somebody_who_was_called_cannot_let_others_pass(floor: Floor) -> None:
    floor.call(1, "09:00")
    with floor.refuses("ticket_state"):
        lets_pass(floor, "A001", "09:01")


def test_a_number_called_out_of_order_lets_nobody_pass_any_more(floor: Floor) -> None:
    lets_pass(floor, "A001", "09:00")
    floor.call_number(1, "A001", "09:02")
    assert floor["A001"].passing_until is None
    assert floor.time_passes("09:10") == []
    floor.recall("A001", "09:11")
    floor.recall("A001", "09:12")
    floor.miss("A001", "09:13")
    assert floor["A001"].state == MISSED


def test_a_cancelled_ticket_lets_nobody_pass(floor: Floor) -> None:
    lets_pass(floor, "A001", "09:00")
    floor.cancels("A001", "09:01")
    assert floor.time_passes("09:10") == []


def test_one_who_keeps_the_place_while_others_pass_still_counts_as_ahead(floor: Floor) -> None:
    lets_pass(floor, "A001", "09:00")
    assert floor.day.line.before("A", floor["A003"].key) == 2


@pytest.mark.proves("D16")
def test_the_rating_goes_to_whoever_finished_the_service(floor: Floor) -> None:
    floor.call(1, "09:00")
    floor.start("A001", "09:01")
    floor.release(1, "09:05")
    floor.claim(1, "09:06", by="staff:late", leftover="continue")
    floor.finish("A001", "09:10", by="staff:late")
    rates(floor, "A001", "satisfied", "09:11")
    rated = ev.decode(floor.log[-1]).e
    assert isinstance(rated, ev.Rated)
    assert (rated.level, rated.clerk) == ("satisfied", "staff:late")
    assert floor["A001"].rated == "satisfied"


def test_one_rating_for_each_service(floor: Floor) -> None:
    floor.serve(1, "09:00", "09:10")
    rates(floor, "A001", LEVELS[0], "09:11")
    with floor.refuses("rated_already"):
        rates(floor, "A001", LEVELS[4], "09:12")


@pytest.mark.parametrize("level", ["", "six", "SATISFIED"])
def test_there_are_five_levels_and_no_other(floor: Floor, level: str) -> None:
    floor.serve(1, "09:00", "09:10")
    with floor.refuses("unknown_level"):
        rates(floor, "A001", level, "09:11")


def test_what_was_not_served_is_not_rated(floor: Floor) -> None:
    with floor.refuses("ticket_state"):
        rates(floor, "A001", LEVELS[0], "09:00")
    floor.cancels("A001", "09:01")
    with floor.refuses("not_served"):
        rates(floor, "A001", LEVELS[0], "09:02")


def test_a_finish_that_is_taken_back_takes_its_rating_with_it(floor: Floor) -> None:
    floor.serve(1, "09:00", "09:10")
    rates(floor, "A001", LEVELS[1], "09:10:02")
    floor.undo("A001", "09:10:05", by="staff:1")
    assert floor["A001"].rated == ""
    floor.finish("A001", "09:12")
    rates(floor, "A001", LEVELS[0], "09:13")
    assert floor["A001"].ended_at == clock("09:12")


def test_the_pad_of_a_window_rates_what_ended_there_and_nothing_else(floor: Floor) -> None:
    floor.serve(1, "09:00", "09:10")
    ticket = floor["A001"].id
    with floor.refuses("not_served_here", window=2):
        floor.ask(do.RateAtWindow(2, ticket, LEVELS[0]), "09:11", by="device:pad2")
    floor.ask(do.RateAtWindow(1, ticket, LEVELS[0]), "09:11", by="device:pad1")
    assert floor["A001"].rated == LEVELS[0]
    with floor.refuses("rated_already"):
        floor.ask(do.RateAtWindow(1, ticket, LEVELS[4]), "09:12", by="device:pad1")


def test_a_slip_that_was_asked_for_is_coming_until_it_has_come_whatever_became_of_the_first() -> None:
    floor = Floor(a_hall({1: "A"}))
    number = floor.take("A", "08:40")
    id = floor[number].id
    floor.ask(do.AskReprint(id, "p2"), "08:41", by="staff:floor")
    floor.ask(do.NoteSlip(id, "failed", "paper_out", "p1", first=True), "08:42", by="printing")
    assert floor[number].paper_asked == clock("08:41")
    with pytest.raises(Refused, match="slip_coming"):
        floor.ask(do.AskReprint(id, "p2"), "08:42", by="staff:floor")
    floor.ask(do.NoteSlip(id, "printed", printer="p2"), "08:43", by="printing")
    assert (floor[number].paper, floor[number].paper_asked) == ("printed", None)
