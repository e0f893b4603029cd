"""Several matters, one call: each is over by itself, and what became of it is said completely."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from queue_server.cases.limits import Limit
from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.instant import Share, instant_share
from queue_server.hall.model import Answer
from queue_server.hall.plan import Matter
from tests.hall.floor import DATE, Floor, a_hall, clock, matter

CODES = ("done", "accepted", "deferred", "supplement", "rejected", "transferred", "consult")


def guided(id: str, **more: object) -> Matter:
    return replace(
        matter(id, "A", instant=False),
        materials=("申请书", "营业执照", "租赁合同"),
        legal_limit="20日",
        promised_limit="5工作日",
        department="market",
        **more,
    )


BASE = a_hall({1: "A", 2: "A"})
PLAN = replace(
    BASE,
    matters=(*(m for m in BASE.matters if m.category != "A"), guided("A1"), guided("A2"), guided("A3"),
             guided("A4", handled_at="county", exits=("village", "town"))),
    outcomes={code: {"zh": code} for code in CODES},
    reasons={**BASE.reasons, "reject": {"unmet": {"zh": "不符合条件"}}},
)  # fmt: skip


def at_the_window(*matters: str) -> tuple[Floor, str]:
    floor = Floor(PLAN)
    floor.open(1, "08:30")
    number = floor.take("A", "08:31", matters=matters)
    floor.call(1, "08:32")
    floor.start(number, "08:33")
    return floor, number


def close(floor: Floor, number: str, matter: str, outcome: str, at: str = "08:40", **more: object) -> Answer:
    command = do.CloseMatter(floor[number].id, matter, outcome, **more)  # type: ignore[arg-type]
    return floor.ask(command, clock(at), by="staff:1")


def events(floor: Floor) -> list[ev.AnyEvent]:
    return [ev.decode(body).e for body in floor.log]


def test_three_matters_are_closed_one_by_one_with_their_own_times() -> None:
    floor, number = at_the_window("A1", "A2", "A3")
    close(floor, number, "A1", "done", "08:36")
    case = close(floor, number, "A2", "accepted", "08:41").detail
    close(floor, number, "A3", "supplement", "08:45", papers=("租赁合同",))
    ends = floor[number].closed
    assert [(e.matter, e.outcome, e.at) for e in ends] == [
        ("A1", "done", clock("08:36")),
        ("A2", "accepted", clock("08:41")),
        ("A3", "supplement", clock("08:45")),
    ]
    assert [e.case and e.case.id for e in ends] == [None, case, None]
    floor.finish(number, "08:46")
    assert floor[number].outcomes == (("A1", "done"), ("A2", "accepted"), ("A3", "supplement"))
    assert instant_share(floor.day) == Share(1, 2, 500, red=True)


def test_an_acceptance_carries_all_that_its_case_needs() -> None:
    floor, number = at_the_window("A4")
    papers = ("申请书", "营业执照")
    answer = close(floor, number, "A4", "deferred", papers=papers, until="2026-12-01", exit="town")
    event = events(floor)[-1]
    assert isinstance(event, ev.MatterClosed)
    assert event.case is not None
    assert (event.papers, event.until) == (papers, "2026-12-01")
    case = event.case
    assert (case.id, case.department, case.at, case.exit) == (answer.detail, "market", "county", "town")
    assert (case.promised, case.legal) == (Limit(5), Limit(20, "calendar_days"))
    assert case.version == PLAN.guide_versions["A4"]


def test_what_is_owed_is_owed_for_the_hall_s_number_of_days_unless_the_clerk_names_one() -> None:
    floor, number = at_the_window("A1")
    close(floor, number, "A1", "deferred", papers=("申请书",))
    assert (DATE, floor[number].closed[0].until) == ("2026-11-24", "2026-12-04")


@pytest.mark.parametrize(
    ("code", "outcome", "more"),
    [
        ("list_unclear", "supplement", {}),
        ("list_unclear", "supplement", {"papers": ("其他材料",)}),
        ("list_unclear", "deferred", {"papers": ("申请书", "申请书")}),
        ("bad_time", "deferred", {"papers": ("申请书",), "until": "2026-11-23"}),
        ("bad_time", "deferred", {"papers": ("申请书",), "until": "tomorrow"}),
        ("reason_needed", "rejected", {}),
        ("unknown_reason", "rejected", {"reason": "mood"}),
        ("unknown_outcome", "lost", {}),
        ("unknown_exit", "accepted", {"exit": "moon"}),
    ],
)
def test_a_result_that_says_too_little_is_refused(code: str, outcome: str, more: dict[str, Any]) -> None:
    floor, number = at_the_window("A1")
    with floor.refuses(code):
        close(floor, number, "A1", outcome, **more)


def test_a_matter_is_closed_once_and_only_at_its_own_window() -> None:
    floor, number = at_the_window("A1")
    close(floor, number, "A1", "accepted")
    with floor.refuses("matter_closed"):
        close(floor, number, "A1", "done")
    with floor.refuses("matter_closed"):
        floor.finish(number, "08:50", A1="done")
    floor.open(2, "08:50")
    with floor.refuses("not_your_window"):
        floor.ask(do.CloseMatter(floor[number].id, "A2", "done"), clock("08:51"), by="staff:2")


def test_finishing_opens_the_cases_of_what_was_accepted_and_asks_for_lists_first() -> None:
    floor, number = at_the_window("A1", "A2")
    with floor.refuses("details_needed"):
        floor.finish(number, "08:50", A1="supplement")
    floor.finish(number, "08:51", A1="accepted", A3="accepted")
    opened = [e.case.id for e in events(floor) if isinstance(e, ev.MatterClosed) and e.case]
    assert opened == [e.case.id for e in floor[number].closed if e.case]
    assert floor[number].outcomes == (("A1", "accepted"), ("A2", "done"), ("A3", "accepted"))


def test_a_finish_that_is_taken_back_leaves_the_cases_that_were_opened() -> None:
    floor, number = at_the_window("A1")
    floor.finish(number, "08:50", A1="accepted")
    case = floor[number].closed[0].case
    floor.undo(number, "08:50:05")
    assert [e.case for e in floor[number].closed] == [case]
    floor.finish(number, "08:52", A1="accepted")
    assert sum(isinstance(e, ev.MatterClosed) for e in events(floor)) == 1, "it is not accepted twice"


def test_a_service_that_nobody_finished_keeps_what_was_said_of_its_matters() -> None:
    floor, number = at_the_window("A1", "A2")
    close(floor, number, "A1", "accepted")
    floor.close_day("17:00", role="manager", reason="power_cut")
    assert floor[number].outcomes == (("A1", "accepted"), ("A2", "unrecorded"))
