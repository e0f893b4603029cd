"""Editions of the catalogue over HTTP: put one in force, and see who put which in force and why."""

from __future__ import annotations

import asyncio

from queue_server import wire
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit
from queue_server.api.tickets import done
from queue_server.config.catalogue import inspect_matters
from queue_server.config.faults import Fault
from queue_server.hall.editions import Edition, PublishCatalogue
from queue_server.hall.refusals import NotNow
from queue_server.hall.register import Register

MOST_BYTES = 8 * 1024 * 1024
"""Of a catalogue, as of a department's file."""
TOLD = 100
"""Faults that an answer names."""


async def show(call: Call) -> wire.Editions:
    """The editions that were published."""
    return await call.hall.register.look(_editions, call.at_least)


async def publish(call: Call) -> wire.Done:
    """Put a catalogue in force, if nothing is wrong with it and its author has seen the one before."""
    body = await call.body(wire.PublishCatalogue, MOST_BYTES)
    call.must_be_allowed(PublishCatalogue(body.base, (), body.reason))
    plan = call.hall.register.state.plan
    if plan is None:
        raise NotNow("day_not_open")
    # Ten thousand guides take seconds to read, and nobody else may wait for that.
    found = await asyncio.to_thread(inspect_matters, list(body.matters), plan)
    if found.errors:
        raise Unfit(422, "bad_catalogue", _told(found.errors))
    return done(await call.change_register(PublishCatalogue(body.base, found.matters, body.reason)))


def _told(faults: tuple[Fault, ...]) -> str:
    """Every fault with its place, one a line."""
    more = [f"and {len(faults) - TOLD} more"] if len(faults) > TOLD else []
    return "\n".join([*(f"{fault.where}: {fault.sentence}" for fault in faults[:TOLD]), *more])


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
