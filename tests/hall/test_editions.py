"""Editions of the catalogue: in force at once, while what was begun under an earlier one ends under it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from queue_server.hall import commands as do
from queue_server.hall import register as book
from queue_server.hall import snapshot
from queue_server.hall.commands import Ask
from queue_server.hall.editions import CataloguePublished, PublishCatalogue
from queue_server.hall.model import Booking
from queue_server.hall.plan import Joint, Matter
from queue_server.hall.refusals import Refused
from queue_server.hall.register import PublishPlan, Register
from tests.hall.floor import DATE, Floor, a_hall, clock, matter

PLAN = a_hall({1: "A", 2: "B"})
NEW = replace(matter("A10", "A"), name={"zh": "新增事项"})
NARROWED = replace(PLAN.matters[0], materials=("身份证",), instant=False, promised_limit="5个工作日")
"""A1 as the next edition has it."""


def go_on(floor: Floor, edition: int, matters: tuple[Matter, ...], at: str) -> None:
    """The day goes on under an edition."""
    floor.ask(do.ChangeCatalogue(edition, matters), at, by="time")


def without(*ids: str) -> tuple[Matter, ...]:
    """The hall file's matters but for these."""
    return tuple(each for each in PLAN.matters if each.id not in ids)


def test_a_new_matter_is_taken_and_a_retired_one_refused_from_that_event_on() -> None:
    floor = Floor(PLAN)
    with floor.refuses("unknown_matter"):
        floor.take("A", "09:00", matters=("A10",))
    go_on(floor, 1, (*without("A2"), NEW), "09:01")
    assert floor[floor.take("A", "09:02", matters=("A10",))].edition == 1
    with floor.refuses("matter_retired", matter="A2"):
        floor.take("A", "09:02", matters=("A2",))
    with floor.refuses("unknown_matter", matter="A99"):
        floor.take("A", "09:02", matters=("A99",))
    assert floor.replayed().picture() == floor.day.picture()


def test_a_ticket_ends_under_the_edition_it_was_issued_under() -> None:
    floor = Floor(PLAN)
    number = floor.take("A", "09:00", matters=("A1", "A2"))
    go_on(floor, 1, (NARROWED, *without("A1", "A2")), "09:01")
    ticket = floor[number]
    assert ticket.edition == 0
    assert [each.materials for each in floor.day.guides(ticket)] == [("材料",), ("材料",)]
    floor.open(1, "09:01")
    floor.call(1, "09:02")
    floor.start(number, "09:03")
    floor.ask(do.CloseMatter(ticket.id, "A2", "accepted"), "09:04", by="staff:1")
    floor.ask(do.CloseMatter(ticket.id, "A1", "accepted"), "09:05", by="staff:1")
    taken = [end.case for end in floor[number].closed if end.case]
    assert [case.version for case in taken] == [PLAN.guide_versions["A2"], PLAN.guide_versions["A1"]]
    assert [case.promised for case in taken] == [None, None]
    go_on(floor, 2, without("A3"), "09:05")
    with floor.refuses("matter_retired", matter="A3"):
        floor.ask(do.AddMatters(ticket.id, ("A3",)), "09:06", by="staff:1")


def test_a_booked_visitor_comes_for_what_is_left_and_hears_of_what_is_not() -> None:
    floor = Floor(PLAN)
    go_on(floor, 1, without("A2"), "09:01")
    slot = clock("09:00")
    both = Booking(code="c1", category="A", slot=slot, date=DATE, matters=("A1", "A2"))
    floor.ask(do.CheckIn("b1", both, "zh"), "09:02", by="device:k1")
    assert floor.day.ticket("b1").matters == ("A1",)
    with floor.refuses("matter_retired", matter="A2"):
        floor.ask(do.CheckIn("b2", replace(both, code="c2", matters=("A2",)), "zh"), "09:02", by="device:k1")


def test_an_older_edition_never_comes_after_a_newer_one() -> None:
    floor = Floor(PLAN)
    go_on(floor, 2, without("A2"), "09:00")
    with floor.refuses("stale"):
        go_on(floor, 1, PLAN.matters, "09:01")
    with floor.refuses("stale"):
        go_on(floor, 2, PLAN.matters, "09:01")


def test_what_the_days_own_plan_has_no_place_for_waits_until_tomorrow() -> None:
    floor = Floor(PLAN)
    go_on(floor, 1, (*PLAN.matters, matter("Q1", "Q"), NEW), "09:00")
    assert floor.day.plan.matter("Q1") is None
    assert floor.day.plan.matter("A10") == NEW


# --- the register ---------------------------------------------------------------------------


def asked(register: Register, command: do.Command, by: str = "staff:wang") -> str:
    """A command that lands, and what it answers; its entry survives the log."""
    entries, answer = book.act(register, Ask(at=1000, by=by, command=command))
    assert [book.decode(book.encode(entry)) for entry in entries] == entries
    register.settle()
    return answer.detail


def refusal(register: Register, command: do.Command) -> str:
    """Why a command is refused."""
    with pytest.raises(Refused) as caught:
        book.act(register, Ask(at=1000, by="staff:wang", command=command))
    return str(caught.value)


def begun() -> Register:
    """A register in which the hall file's plan was published."""
    register = Register()
    asked(register, PublishPlan(PLAN), by="system")
    return register


def test_an_edition_has_its_author_reason_and_what_it_changed() -> None:
    register = begun()
    entries, _ = book.act(
        register,
        Ask(1000, "staff:wang", PublishCatalogue(0, (NARROWED, *without("A1", "A2"), NEW), "权力清单调整")),
    )
    fact = entries[0].e
    assert isinstance(fact, CataloguePublished)
    assert (fact.added, fact.changed, fact.retired) == (("A10",), ("A1",), ("A2",))
    one = register.editions[1]
    assert (one.by, one.reason, one.at) == ("staff:wang", "权力清单调整", 1000)
    assert register.edition == 1


def test_a_register_that_begins_at_a_snapshot_has_every_edition() -> None:
    register = begun()
    asked(register, PublishCatalogue(0, without("A2"), "停办"), by="staff:wang")
    kept = snapshot.read(snapshot.taken_at(register, "blake2b:x"))
    assert kept is not None
    again = snapshot.restored(kept)
    assert again.editions == register.editions
    assert again.plan == register.plan
    with pytest.raises(Refused, match="catalogue_moved"):
        asked(again, PublishCatalogue(0, without("A1"), "停办"), by="staff:li")


def test_of_two_who_publish_at_once_one_is_told() -> None:
    register = begun()
    asked(register, PublishCatalogue(0, without("A2"), "停办"), by="staff:wang")
    assert refusal(register, PublishCatalogue(0, without("A3"), "停办")) == "catalogue_moved (edition=1)"
    assert asked(register, PublishCatalogue(1, without("A2", "A3"), "停办")) == "2"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (PublishCatalogue(0, without("A2"), "  "), "reason_needed (act=catalogue)"),
        (PublishCatalogue(0, (), "停办"), "catalogue_unfit (matter=)"),
        (PublishCatalogue(0, (*PLAN.matters, matter("Q1", "Q")), "新增"), "catalogue_unfit (matter=Q1)"),
        (PublishCatalogue(0, PLAN.matters, "无变化"), "stale"),
    ],
)
def test_what_cannot_be_published_changes_nothing(command: PublishCatalogue, said: str) -> None:
    register = begun()
    assert refusal(register, command) == said
    assert (register.edition, register.plan) == (0, PLAN)


def test_a_published_catalogue_outlives_the_hall_file() -> None:
    register = begun()
    asked(register, PublishCatalogue(0, (*without("A2"), NEW), "调整"))
    assert refusal(register, PublishPlan(PLAN)) == "stale"
    asked(register, PublishPlan(replace(PLAN, name={"zh": "改名大厅"})), by="system")
    plan = register.plan
    assert plan is not None
    assert (plan.name, plan.matter("A2"), plan.matter("A10")) == ({"zh": "改名大厅"}, None, NEW)
    assert register.edition_of(plan) == 1
    only_a = replace(PLAN, categories=tuple(c for c in PLAN.categories if c.letter == "A"))
    assert refusal(register, PublishPlan(only_a)) == "catalogue_unfit (matter=B1)"


def test_what_a_joint_errand_needs_cannot_be_retired() -> None:
    register = Register()
    joint = Joint("JA", {"zh": "一件事"}, "A", ("A1", "B1"))
    asked(register, PublishPlan(replace(PLAN, joints=(joint,))), by="system")
    assert refusal(register, PublishCatalogue(0, without("B1"), "停办")) == "catalogue_unfit (matter=B1)"
    assert asked(register, PublishCatalogue(0, without("B2"), "停办")) == "1"


def test_a_retired_matters_name_and_every_version_of_a_guide_stay_known() -> None:
    register = begun()
    asked(register, PublishCatalogue(0, (NARROWED, *without("A1", "A2")), "调整"))
    plan = register.plan
    assert plan is not None
    assert register.guide("A2") == PLAN.matter("A2")
    assert register.guide("A1") == NARROWED
    assert register.guide("A1", PLAN.guide_versions["A1"]) == PLAN.matter("A1")
    assert register.guide("A1", "of another software") == NARROWED
    assert register.guide("A77") is None
