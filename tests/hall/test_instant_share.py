"""即办率 by cases: what was finished on the spot of what was accepted, recomputed from the day's log."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from queue_server.hall import commands as do
from queue_server.hall.figures import figures
from queue_server.hall.instant import Share, catalogue_share, department_shares, instant_share, share
from queue_server.hall.matters import LISTED
from queue_server.hall.model import DONE
from tests.hall.floor import Floor, a_hall, clock

OUTCOMES = {
    outcome: {"zh": outcome}
    for outcome in ("done", "accepted", "deferred", "supplement", "rejected", "transferred", "consult")
}
PLAN = replace(a_hall({1: "A G", 2: "A G"}), outcomes=OUTCOMES)


def a_floor() -> Floor:
    floor = Floor(PLAN)
    floor.open(1, "08:30")
    return floor


def served(floor: Floor, category: str, **outcomes: str) -> str:
    """A visitor with these matters, each with its result; those of other queues come up at the window."""
    own = tuple(matter for matter in outcomes if matter.startswith(category))
    number = floor.take(category, "08:31", matters=own)
    assert floor.call(1, "08:32") == number
    floor.start(number, "08:33")
    for matter, outcome in outcomes.items():
        papers = ("材料",) if outcome in LISTED else ()
        command = do.CloseMatter(floor[number].id, matter, outcome, "unmet", papers)
        floor.ask(command, clock("08:34"), by="staff:1")
    floor.finish(number, "08:34")
    return number


def test_cases_are_counted_and_not_rows_of_the_catalogue() -> None:
    floor = a_floor()
    for _ in range(3):
        served(floor, "G", G1="done")
    served(floor, "A", A1="accepted", A2="deferred")
    assert instant_share(floor.day) == Share(3, 5, 600, red=True)
    assert instant_share(floor.day, "G") == Share(3, 3, 1000, red=False)
    assert instant_share(floor.day, "A") == Share(0, 2, 0, red=True)


def test_what_was_not_accepted_is_no_case() -> None:
    floor = a_floor()
    served(floor, "A", A1="supplement", A2="rejected", A3="transferred")
    served(floor, "A", A1="consult")
    floor.take("A", "08:40", matters=("A1",))  # still waiting
    assert instant_share(floor.day) == Share(0, 0, None, red=False)


def test_a_matter_counts_in_its_own_category_whatever_the_ticket_s_queue_was() -> None:
    floor = a_floor()
    served(floor, "A", A1="accepted", G1="done")
    assert instant_share(floor.day, "G") == Share(1, 1, 1000, red=False)
    assert instant_share(floor.day, "A") == Share(0, 1, 0, red=True)


def test_a_finish_that_was_taken_back_is_not_counted() -> None:
    floor = a_floor()
    number = served(floor, "A", A1="done")
    floor.undo(number, "08:34:05")
    assert instant_share(floor.day) == Share(0, 0, None, red=False)


def test_exactly_seventy_percent_is_not_red_and_a_hair_less_is() -> None:
    assert share(70, 100) == Share(70, 100, 700, red=False)
    assert share(699, 1000) == Share(699, 1000, 699, red=True)
    assert share(6999, 10000) == Share(6999, 10000, 699, red=True)


@given(st.lists(st.tuples(st.sampled_from("AG"), st.sampled_from(sorted(OUTCOMES))), max_size=12))
def test_the_figures_of_the_log_are_those_of_the_day_and_the_categories_add_up(
    results: list[tuple[str, str]],
) -> None:
    floor = a_floor()
    for category, outcome in results:
        served(floor, category, **{f"{category}1": outcome})
    told = figures(floor.day)
    anew = [o for t in floor.replayed().tickets.values() if t.end == DONE for _, o in t.outcomes]
    assert told.instant == share(anew.count("done"), sum(map(anew.count, ("done", "accepted", "deferred"))))
    assert msgspec.json.encode(figures(floor.replayed())) == msgspec.json.encode(told)
    parts = told.instant_by_category.values()
    assert told.instant == share(sum(p.on_the_spot for p in parts), sum(p.accepted for p in parts))
    outcomes = [outcome for _, outcome in results]
    assert told.instant.on_the_spot == outcomes.count("done")
    assert told.instant.accepted == sum(map(outcomes.count, ("done", "accepted", "deferred")))


def test_each_department_has_its_own_share_by_the_cases_of_its_matters() -> None:
    matters = tuple(replace(m, department="market" if m.category == "A" else "social") for m in PLAN.matters)
    floor = Floor(replace(PLAN, matters=matters))
    floor.open(1, "08:30")
    served(floor, "A", A1="accepted", A2="done")
    served(floor, "G", G1="done")
    assert department_shares(floor.day) == {
        "market": Share(1, 2, 500, red=True),
        "social": Share(1, 1, 1000, red=False),
    }
    assert catalogue_share(m for m in matters if m.department == "market").accepted == 9


def test_a_retired_matters_cases_still_count_where_they_were_accepted() -> None:
    matters = tuple(replace(m, department="market") for m in PLAN.matters)
    floor = Floor(replace(PLAN, matters=matters))
    floor.open(1, "08:30")
    served(floor, "A", A1="accepted")
    floor.ask(do.ChangeCatalogue(1, tuple(m for m in matters if m.category == "G")), "08:40", by="time")
    assert instant_share(floor.day, "A") == Share(0, 1, 0, red=True)
    assert department_shares(floor.day) == {"market": Share(0, 1, 0, red=True)}
