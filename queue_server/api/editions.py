"""Editions of the catalogue over HTTP: put one in force, and see who put which in force and why."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit
from queue_server.api.tickets import done
from queue_server.config.catalogue import (
    Catalogue,
    Change,
    Figures,
    differences,
    figures,
    inspect_catalogue,
    inspect_matters,
)
from queue_server.config.faults import Fault
from queue_server.config.tables import MIB, MOST_ROWS
from queue_server.config.tables import MOST_BYTES as MOST_FILE
from queue_server.hall.editions import Edition, PublishCatalogue
from queue_server.hall.plan import Matter, Plan
from queue_server.hall.refusals import NotNow, Unknown
from queue_server.hall.register import Register

MOST_BYTES = MOST_FILE * 3 // 2
"""Of a request: base64 is longer than the file by a third."""
KINDS = (".toml", ".csv", ".xlsx")
TOLD = 100
"""Faults that an answer names."""


async def show(call: Call) -> wire.Editions:
    """The editions that were published."""
    return await call.hall.register.look(_editions, call.at_least)


async def publish(call: Call) -> wire.Done:
    """Put a catalogue in force, if nothing is wrong with it and its author has seen the one before."""
    body = await call.body(wire.PublishCatalogue, MOST_BYTES)
    call.must_be_allowed(PublishCatalogue(body.base, (), body.reason))
    matters = await _chosen(call, body, _plan(call))
    return done(await call.change_register(PublishCatalogue(body.base, matters, body.reason)))


async def preview(call: Call) -> wire.CataloguePreview:
    """What a catalogue would change, and its figures, before anybody puts it in force."""
    body, plan = await call.body(wire.ChooseCatalogue, MOST_BYTES), _plan(call)
    base = call.hall.register.state.edition
    matters = await _chosen(call, body, plan)
    changes, count = await asyncio.to_thread(_against, plan, matters)
    names = {matter.id: matter.name for matter in (*plan.matters, *matters)}

    def those(what: str) -> tuple[wire.MatterChange, ...]:
        fields: dict[str, tuple[str, ...]] = {}
        for change in changes:
            if change.what == what:
                fields[change.matter] = (*fields.get(change.matter, ()), *filter(None, [change.field]))
        return tuple(wire.MatterChange(id, names[id], changed) for id, changed in fields.items())

    return wire.CataloguePreview(
        base=base,
        added=those("added"),
        changed=those("changed"),
        retired=those("retired"),
        matters=count.matters,
        instant=count.instant,
        verified=count.verified,
        covered=count.covered or 0,
    )


def _against(plan: Plan, matters: tuple[Matter, ...]) -> tuple[list[Change], Figures]:
    return differences(plan.matters, matters), figures(matters, plan)


def _plan(call: Call) -> Plan:
    plan = call.hall.register.state.plan
    if plan is None:
        raise NotNow("day_not_open")
    return plan


async def _chosen(call: Call, body: wire.ChooseCatalogue, plan: Plan) -> tuple[Matter, ...]:
    """The matters that somebody means; refused with every fault of them."""
    ways = (body.matters, body.file, body.retire, body.edition)
    if sum(way not in ((), None) for way in ways) != 1:
        raise Unfit(422, "bad_catalogue", "say one of matters, file, retire and edition")
    if body.edition is not None:
        return _earlier(call, body.edition)
    if body.retire:
        if unknown := [id for id in body.retire if plan.matter(id) is None]:
            raise Unknown("unknown_matter", matter=unknown[0])
        retired = frozenset(body.retire)
        return tuple(matter for matter in plan.matters if matter.id not in retired)
    # Ten thousand guides take seconds to read, and nobody else may wait for that.
    if body.file is not None:
        if len(body.file.content) > MOST_FILE:
            raise Unfit(422, "bad_catalogue", f"the file is larger than {MOST_FILE // MIB} MiB")
        found = await asyncio.to_thread(_in_file, body.file, plan)
    else:
        found = await asyncio.to_thread(inspect_matters, list(body.matters), plan)
    if found.errors:
        raise Unfit(422, "bad_catalogue", _told(found.errors))
    if len(found.matters) > MOST_ROWS:
        raise Unfit(422, "bad_catalogue", f"the catalogue has more than {MOST_ROWS} matters")
    return found.matters


def _earlier(call: Call, edition: int) -> tuple[Matter, ...]:
    earlier = call.hall.register.state.plan_of(edition)
    if earlier is None:
        last = call.hall.register.state.edition
        raise Unfit(422, "bad_catalogue", f"there is no edition {edition}; the last one is {last}")
    return earlier.matters


def _in_file(file: wire.CatalogueFile, plan: Plan) -> Catalogue:
    """A file as it lies on its author's machine; read here by what reads it at the command line."""
    with TemporaryDirectory() as folder:
        suffix = Path(file.name).suffix.lower()
        place = Path(folder) / f"catalogue{suffix if suffix in KINDS else ''}"
        place.write_bytes(file.content)
        return inspect_catalogue(place, plan)


def _told(faults: tuple[Fault, ...]) -> str:
    """Every fault with its place, one a line."""
    more = [f"and {len(faults) - TOLD} more"] if len(faults) > TOLD else []
    return "\n".join([*map(_sentence, faults[:TOLD]), *more])


def _sentence(fault: Fault) -> str:
    place = ", ".join(filter(None, (f"line {fault.line}" if fault.line else "", fault.where)))
    return f"{place}: {fault.sentence}" if place else fault.sentence


def _editions(register: Register) -> wire.Editions:
    newest = sorted(register.editions.values(), key=lambda each: -each.number)
    return wire.Editions(register.edition, tuple(_line(register, each) for each in newest))


def _line(register: Register, edition: Edition) -> wire.EditionLine:
    plan = register.plans[edition.plan]
    return wire.EditionLine(
        number=edition.number,
        at=edition.at,
        by=edition.by,
        reason=edition.reason,
        catalogue=plan.catalogue,
        matters=len(plan.matters),
        added=edition.added,
        changed=edition.changed,
        retired=edition.retired,
    )
