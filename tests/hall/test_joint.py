"""Joint tickets (一件事): several departments under one number, the others called or the visitor sent on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from queue_server.desk.hall import tomorrows
from queue_server.hall import commands as do
from queue_server.hall.joint import CarryOn, elsewhere, still_open
from queue_server.hall.model import DONE, ENDED, UNRECORDED, Ticket
from queue_server.hall.plan import COME, MOVE, Joint, Plan
from queue_server.hall.refusals import Refused
from tests.hall.floor import Floor, a_hall

BIRTH = Joint("Y1", {"zh": "出生一件事"}, "D", ("D1", "F1", "G1"))
TEXT = {"zh": "请来联合办理"}


def a_plan(others: str, windows: dict[int, str] | None = None) -> Plan:
    plan = a_hall(windows or {1: "D", 2: "F", 3: "G"})
    return replace(plan, joints=(replace(BIRTH, others=others),))


def a_floor(others: str, **opens: dict[int, str]) -> Floor:
    floor = Floor(a_plan(others, **opens))
    for window in floor.day.windows:
        floor.open(window)
    return floor


def takes(floor: Floor, at: str) -> str:
    return floor.take("D", at, matters=("Y1",))


def serving(floor: Floor, window: int, at: str) -> str:
    number = floor.call(window, at)
    floor.start(number, at)
    return number


def ends(floor: Floor, number: str, matter: str, at: str) -> None:
    closing = do.CloseMatter(floor[number].id, matter, "done")
    floor.ask(closing, at, by=floor[number].clerk)


def carries_on(floor: Floor, number: str, at: str) -> str:
    return floor.ask(CarryOn(floor[number].id, TEXT), at, by=floor[number].clerk).detail


def test_a_joint_errand_is_one_number_with_every_matter_of_it() -> None:
    floor = a_floor(MOVE)
    number = takes(floor, "09:00")
    assert (floor[number].joint, floor[number].matters) == ("Y1", ("D1", "F1", "G1"))
    with floor.refuses("joint_alone"):
        floor.take("D", "09:01", matters=("Y1", "D2"))
    with floor.refuses("matter_elsewhere"):
        floor.take("F", "09:01", matters=("Y1",))


def test_a_booking_brings_its_joint_errand_and_what_the_hall_still_has_of_it() -> None:
    floor = a_floor(MOVE)
    number = floor.check_in("D", "09:30", "09:28", matters=("Y1",))
    assert (floor[number].joint, floor[number].matters, floor[number].cls) == (
        "Y1", ("D1", "F1", "G1"), "booked",
    )  # fmt: skip
    serving(floor, 1, "09:30")
    with floor.refuses("joint_open", number=number):
        floor.finish(number, "09:35")
    with floor.refuses("matter_retired", matter="Y9"):
        floor.check_in("D", "10:00", "09:58", code="B2", matters=("Y9",))
    single = floor.check_in("D", "10:00", "09:58", code="B3", matters=("D1", "gone"))
    assert (floor[single].joint, floor[single].matters) == ("", ("D1",))
    assert floor.replayed().picture() == floor.day.picture()


def test_whom_the_hall_left_unserved_brings_tomorrow_what_was_still_open() -> None:
    floor = a_floor(MOVE)
    joint = takes(floor, "14:00")
    serving(floor, 1, "14:01")
    ends(floor, joint, "D1", "14:05")
    carries_on(floor, joint, "14:06")
    single = floor.take("D", "14:10", matters=("D1", "D2"))
    results = floor.take("G", "14:11", cases=("c1",))
    floor.close_day("16:30", role="manager", reason="power_cut")

    tomorrow = "2026-11-25"
    carried = {each.code: each for each in tomorrows(floor.day, floor.plan, tomorrow)}
    assert len(carried) == 3
    next_day = Floor(floor.plan, tomorrow)

    def comes(number: str) -> Ticket:
        return next_day[next_day.comes(carried[floor[number].tomorrow], "08:35")]

    came = comes(joint)
    assert (came.joint, came.category, came.matters) == ("Y1", "F", ("F1", "G1")), "D1 is over"
    came = comes(single)
    assert (came.joint, came.category, came.matters) == ("", "D", ("D1", "D2"))
    assert comes(results).cases == ("c1",)
    with next_day.refuses("already_checked_in"):
        comes(joint)
    assert next_day.replayed().picture() == next_day.day.picture()


def test_the_visitor_moves_on_with_the_place_kept_until_all_is_done() -> None:
    floor = a_floor(MOVE)
    number = takes(floor, "09:00")
    other = floor.take("F", "09:05")
    serving(floor, 1, "09:10")
    with floor.refuses("joint_open", number=number):
        floor.finish(number, "09:15")
    with floor.refuses("joint_here", left="D1"):
        carries_on(floor, number, "09:15")
    with floor.refuses("joint_elsewhere", matter="F1"):
        ends(floor, number, "F1", "09:15")
    ends(floor, number, "D1", "09:15")
    assert carries_on(floor, number, "09:16") == "F"
    assert floor.line("F") == [number, other], "in the new line, where the arrival of 09:00 stands"
    for window, matter, last in ((2, "F1", False), (3, "G1", True)):
        serving(floor, window, "09:20")
        ends(floor, number, matter, "09:25")
        if not last:
            carries_on(floor, number, "09:26")
    floor.finish(number, "09:30")
    assert floor[number].outcomes == (("D1", "done"), ("F1", "done"), ("G1", "done"))
    assert [s.window for s in floor[number].stations] == [1, 2, 3]
    assert floor.replayed().picture() == floor.day.picture()


def test_the_others_are_called_to_the_visitor_and_act_once_they_have_come() -> None:
    floor = a_floor(COME, windows={1: "D", 2: "F", 3: "G", 4: "F"})
    busy = floor.take("F", "09:00")
    serving(floor, 2, "09:01")
    number = takes(floor, "09:02")
    serving(floor, 1, "09:03")
    assert carries_on(floor, number, "09:04") == "3 4", "whoever is free; window 4 for F, 3 for G"
    with floor.refuses("joint_elsewhere"):
        ends(floor, number, "F1", "09:05")
    floor.at_window(4, do.AnswerSummons(4), "09:06")
    assert elsewhere(floor.day, floor[number]) == ("G1",)
    with floor.refuses("joint_open"):
        floor.finish(number, "09:07", F1="accepted")
    floor.at_window(3, do.AnswerSummons(3), "09:08")
    floor.finish(number, "09:10", F1="accepted")
    assert floor[number].outcomes == (("D1", "done"), ("F1", "accepted"), ("G1", "done"))
    assert floor[busy].state == "serving"


def test_nobody_is_called_to_a_visitor_who_has_gone() -> None:
    floor = a_floor(COME)
    number = takes(floor, "09:00")
    serving(floor, 1, "09:01")
    carries_on(floor, number, "09:02")
    assert floor.window(2).summons
    floor.transfer(number, "09:03", category="F")
    assert not floor.window(2).summons
    serving(floor, 2, "09:04")
    assert floor[number].helpers == ()


def test_nobody_is_called_who_is_not_there_and_nothing_is_lost() -> None:
    floor = a_floor(COME)
    number = takes(floor, "09:00")
    floor.close(3, "09:01")
    serving(floor, 1, "09:02")
    with floor.refuses("joint_nobody", matter="G1"):
        carries_on(floor, number, "09:03")


def test_what_a_clerk_left_behind_is_not_said_to_be_done_by_others() -> None:
    floor = a_floor(MOVE)
    number = takes(floor, "09:00")
    serving(floor, 1, "09:01")
    floor.release(1, "09:05")
    floor.claim(1, "09:10", by="staff:7", leftover="close")
    assert floor[number].outcomes == (("D1", "done"), ("F1", UNRECORDED), ("G1", UNRECORDED))


def answer(floor: Floor, at: str) -> None:
    for window in [w.number for w in floor.day.windows.values() if w.summons]:
        floor.at_window(window, do.AnswerSummons(window), at)


def _ends(matter: str, floor: Floor, number: str, at: str) -> None:
    ends(floor, number, matter, at)


def _serves(window: int, floor: Floor, number: str, at: str) -> None:
    serving(floor, window, at)


Act = Callable[[Floor, str, str], object]
ACTS: dict[str, Act] = {
    "carry on": carries_on,
    "finish": lambda floor, number, at: floor.finish(number, at),
    "transfer": lambda floor, number, at: floor.transfer(number, at, category="G"),
    "answer": lambda floor, number, at: answer(floor, at),
    **{f"end {m}": partial(_ends, m) for m in BIRTH.matters},
    **{f"serve {w}": partial(_serves, w) for w in (1, 2, 3)},
}


@given(st.sampled_from([COME, MOVE]), st.lists(st.sampled_from(sorted(ACTS)), max_size=25))
def test_whatever_is_tried_each_matter_is_closed_once_and_only_by_who_accepts_it(
    others: str, acts: list[str]
) -> None:
    floor = a_floor(others)
    number = takes(floor, "09:00")
    born = floor[number]
    for minute, act in enumerate(acts, start=1):
        before = floor[number]
        reach = set(still_open(before)) - set(elsewhere(floor.day, before)) if before.window else set()
        try:
            ACTS[act](floor, number, f"09:{minute:02}")
        except Refused:
            assert floor[number] == before
            continue
        now = floor[number]
        assert (now.number, now.reference, now.matters) == (number, born.reference, born.matters)
        said = [end.matter for end in now.closed]
        assert len(set(said)) == len(said)
        assert set(said) - {end.matter for end in before.closed} <= reach
        if now.state == ENDED:
            assert now.end == DONE
            assert set(dict(now.outcomes)) == set(born.matters)
            assert not elsewhere(floor.day, before), "nobody goes home with a part that others must act on"
            break
    assert floor.replayed().picture() == floor.day.picture()


@pytest.mark.parametrize("others", [COME, MOVE])
def test_a_window_that_accepts_everything_needs_nobody(others: str) -> None:
    floor = a_floor(others, windows={1: "D F G"})
    number = takes(floor, "09:00")
    serving(floor, 1, "09:01")
    with floor.refuses("stale"):
        carries_on(floor, number, "09:02")
    floor.finish(number, "09:05")
    assert floor[number].end == DONE
