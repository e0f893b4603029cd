"""Agents take tickets for several principals at once: named by reference, one visit, reported apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.hall.behalf import (
    REFERENCE,
    Errand,
    GiveUpErrand,
    TakeForPrincipals,
    agent_figures,
    held_by,
)
from queue_server.hall.figures import figures
from queue_server.hall.plan import Rules
from queue_server.hall.refusals import Refused
from tests.hall.floor import Floor, a_hall

AGENT = "staff:zhao"


def a_floor(**rules: int) -> Floor:
    floor = Floor(a_hall({1: "D", 2: "F"}, Rules(**rules)))  # type: ignore[arg-type]
    for window in (1, 2):
        floor.open(window)
    return floor


def takes(floor: Floor, at: str, *wishes: str, by: str = AGENT) -> list[str]:
    """An agent takes tickets for ``P-1 D`` and the like; gives the ids."""
    errands = []
    for n, wish in enumerate(wishes):
        principal, category = wish.split()
        errands.append(Errand(f"{by}{at}{n}", principal, category))
    return floor.ask(TakeForPrincipals(tuple(errands)), at, by=by).detail.split(",")


def test_an_agent_takes_all_tickets_of_a_wish_or_none() -> None:
    floor = a_floor()
    takes(floor, "09:00", "P-1 D", "P-2 D", "P-1 F")
    assert [(t.number, t.principal, t.ahead) for t in held_by(floor.day, AGENT)] == [
        ("D001", "P-1", 0), ("D002", "P-2", 1), ("F001", "P-1", 0),
    ]  # fmt: skip
    with floor.refuses("principal_waiting"):
        takes(floor, "09:01", "P-3 D", "P-2 D")
    with floor.refuses("agent_full"):
        takes(floor, "09:01", "P-4 D", "P-5 D", "P-6 D")
    with floor.refuses("bad_principal"):
        takes(floor, "09:01", "王芳 D")
    assert floor.replayed().picture() == floor.day.picture()


def test_an_agent_gives_up_the_own_tickets_alone() -> None:
    floor = a_floor()
    (mine,) = takes(floor, "09:00", "P-1 D")
    (anothers,) = takes(floor, "09:00", "P-1 D", by="staff:qian")
    walk_in = floor.take("D", "09:01")
    floor.ask(GiveUpErrand(mine), "09:02", by=AGENT)
    assert (floor.day.ticket(mine).end, held_by(floor.day, AGENT)) == ("cancelled_by_visitor", [])
    for ticket in (anothers, floor[walk_in].id):
        with floor.refuses("not_allowed"):
            floor.ask(GiveUpErrand(ticket), "09:03", by=AGENT)
    with floor.refuses("ticket_ended"):
        floor.ask(GiveUpErrand(mine), "09:03", by=AGENT)
    assert floor.replayed().picture() == floor.day.picture()


def test_an_agent_is_one_person_so_nobody_misses_a_call_while_at_another_window() -> None:
    floor = a_floor()
    takes(floor, "09:00", "P-1 D", "P-2 F")
    walk_in = floor.take("F", "09:01")
    floor.call(1, "09:02")
    assert floor.call(2, "09:03") == walk_in, "the agent is at window 1: the next one is called"
    assert floor["F001"].state == "waiting"


def test_what_agents_bring_is_reported_apart_and_counted_in_the_whole() -> None:
    floor = a_floor()
    takes(floor, "09:00", "P-1 D", "P-2 D")
    takes(floor, "09:01", "P-1 D", by="staff:qian")
    floor.take("D", "09:02")
    floor.serve(1, "09:03", "09:09")
    told = figures(floor.day)
    apart = told.by_agents
    assert (told.issued, apart.issued, apart.done, apart.agents, apart.principals) == (4, 3, 1, 2, 3)
    assert agent_figures(floor.replayed()) == apart, "recomputed from the bytes of the log"


@given(st.text(max_size=20))
def test_a_reference_has_no_room_for_a_name_or_a_number_of_a_person(text: str) -> None:
    fits = REFERENCE.fullmatch(text) is not None
    assert not fits or (text.isascii() and 1 < len(text) <= 11 and sum(c.isdigit() for c in text) <= 6)


@given(
    st.lists(
        st.lists(st.sampled_from(["P-1 D", "P-2 D", "P-3 F", "Q9 D"]), min_size=1, max_size=4), max_size=6
    )
)
def test_numbers_stay_contiguous_whatever_is_taken_or_refused(wishes: list[list[str]]) -> None:
    floor = a_floor(agent_tickets=6)
    for minute, wish in enumerate(wishes):
        before = floor.day.picture()
        try:
            ids = takes(floor, f"09:{minute:02}", *wish)
        except Refused:
            assert floor.day.picture() == before
        else:
            assert len(ids) == len(wish)
    held = held_by(floor.day, AGENT)
    assert len({(t.principal, t.category) for t in held}) == len(held) <= 6
    assert len({t.visit for t in held}) <= 1
    for letter in "DF":
        numbers = [t.number for t in held if t.category == letter]
        assert numbers == [f"{letter}{n:03}" for n in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("good", ["P-0012", "A1", "QYDB123456"])
def test_references_as_agents_write_them_fit(good: str) -> None:
    assert REFERENCE.fullmatch(good)
