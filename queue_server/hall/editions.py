"""Editions of the catalogue (事项目录): each another set of matters, in force at once and for everybody.

The register keeps every edition with its author and reason; the day notes the one under which it goes on, and
a ticket the one under which it was issued. Edition 0 is the hall file's own catalogue, until the first one is
published (`docs/decisions/0014-a-published-catalogue-outlives-the-hall-file.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from queue_server.hall.accounts import Fact
from queue_server.hall.commands import Ask, Command
from queue_server.hall.model import Answer
from queue_server.hall.plan import Matter, Plan, plan_hash
from queue_server.hall.refusals import Conflict, NotNow, Unusable

if TYPE_CHECKING:
    from queue_server.hall.register import Register

LONGEST_REASON = 500


class Edition(msgspec.Struct, frozen=True):
    """An edition that was published: who put it in force, when (ms) and why, and the name of its plan.

    `added`, `changed` and `retired` are the ids of the matters that it changed.
    """

    number: int
    at: int
    by: str
    reason: str
    plan: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


class PublishCatalogue(Command, frozen=True):
    """Put other matters in force; `base` is the edition that its author has seen."""

    base: int
    matters: tuple[Matter, ...]
    reason: str


class CataloguePublished(Fact, frozen=True, tag="catalogue_published"):
    """An edition of the catalogue is in force, as part of the plan `hash`; the ids say what it changed."""

    edition: int
    hash: str
    plan: Plan
    reason: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


def publish(register: Register, ask: Ask, c: PublishCatalogue) -> tuple[Fact, Answer]:
    """Another edition, if nobody published one since its author looked."""
    plan = register.plan
    if plan is None:
        raise NotNow("day_not_open")
    reason = c.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Unusable("reason_needed", act="catalogue")
    if c.base != register.edition:
        raise Conflict("catalogue_moved", edition=register.edition)
    if not c.matters or (trouble := misfit(plan, c.matters)):
        raise Unusable("catalogue_unfit", matter=trouble if c.matters else "")
    if c.matters == plan.matters:
        raise Conflict("stale")
    after = with_matters(plan, c.matters)
    before, now = ({m.id: m for m in matters} for matters in (plan.matters, c.matters))
    number = register.edition + 1
    published = CataloguePublished(
        edition=number,
        hash=plan_hash(after),
        plan=after,
        reason=reason,
        added=tuple(id for id in now if id not in before),
        changed=tuple(id for id in now if id in before and now[id] != before[id]),
        retired=tuple(id for id in before if id not in now),
    )
    return published, Answer(detail=str(number))


def evolve(register: Register, fact: CataloguePublished, at: int, by: str) -> None:
    """The edition is in force."""
    edition = Edition(fact.edition, at, by, fact.reason, fact.hash, fact.added, fact.changed, fact.retired)
    register.put(register.plans, fact.hash, fact.plan)
    register.put(register.in_force, "plan", fact.hash)
    register.put(register.editions, fact.edition, edition)


def kept(register: Register, plan: Plan) -> Plan:
    """A hall file's plan with the matters in force: once editions are published, they are the catalogue.

    Refuses ``catalogue_unfit`` when those do not fit the plan's categories and departments.
    """
    if not register.edition or register.plan is None:
        return plan
    matters = register.plan.matters
    if trouble := misfit(plan, matters):
        raise Unusable("catalogue_unfit", matter=trouble)
    return with_matters(plan, matters)


def misfit(plan: Plan, matters: Sequence[Matter]) -> str:
    """The first matter that has no place in a plan, or that a joint errand of it would miss; "" for none."""
    there = {matter.id for matter in matters}
    missed = (id for joint in plan.joints for id in joint.matters if id not in there)
    return next((matter.id for matter in matters if not fits(plan, matter)), "") or next(missed, "")


def fits(plan: Plan, matter: Matter) -> bool:
    """Whether a plan has a matter's category and department; an instant category takes instant ones only."""
    category = plan.category(matter.category)
    known = not matter.department or not plan.departments or matter.department in plan.departments
    return category is not None and (matter.instant or not category.instant) and known


def with_matters(plan: Plan, matters: Sequence[Matter]) -> Plan:
    """The same plan with other matters."""
    return replace(plan, matters=tuple(matters))


def revised(plan: Plan, changed: Iterable[Matter], order: Iterable[str]) -> Plan:
    """A plan whose matters are those of `order`: as in `changed`, else as they were.

    Raises KeyError for a matter that is neither.
    """
    known = {m.id: m for m in plan.matters} | {m.id: m for m in changed}
    return with_matters(plan, [known[id] for id in order])
