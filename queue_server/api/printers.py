"""The hall's printers over HTTP: how each is, and a ticket's slip once more, at any of them."""

from __future__ import annotations

from queue_server import papers, wire
from queue_server.access.principals import KIOSK, may_see_tickets
from queue_server.api.calls import Call
from queue_server.api.claims import by_typed_number, must_be_its_code
from queue_server.api.tickets import done
from queue_server.hall import commands as do
from queue_server.hall.refusals import NotYours, Unknown
from queue_server.reactions.addresses import beside, named


async def show(call: Call) -> wire.Printers:
    """Every printer: its state, since when, and its last ten slips."""
    if not may_see_tickets(call.principal):
        raise NotYours("not_allowed")
    in_force = call.hall.register.state.plan
    return await call.hall.look(
        lambda day: wire.Printers(papers.lines(day, in_force or day.plan)), call.at_least
    )


async def slip(call: Call) -> wire.SlipPublic:
    """What became of a ticket's slip, for its holder: a kiosk that has no paper shows the number."""
    id = call.params["id"]
    if call.principal.ticket != id and not may_see_tickets(call.principal):
        raise NotYours("not_allowed")
    return await call.hall.look(lambda day: papers.of_ticket(day, day.ticket(id)), call.at_least)


async def reprint(call: Call) -> wire.Done:
    """Print the slip of a ticket once more, with its number."""
    body = await call.body(wire.Reprint)
    command = do.AskReprint(ticket=call.params["id"], printer=_printer(call, body))
    call.must_be_allowed(command)
    return await _asked(call, command, body)


async def reprint_number(call: Call) -> wire.Done:
    """The same, by its number: a visitor types it with the check code, staff without."""
    body = await call.body(wire.Reprint)
    call.must_be_allowed(do.AskReprint(ticket="", printer=""))
    number = call.params["number"]
    ticket = await call.hall.look(lambda day: by_typed_number(day, number))
    return await _asked(call, do.AskReprint(ticket=ticket, printer=_printer(call, body)), body)


def _printer(call: Call, body: wire.Reprint) -> str:
    """The printer that is meant: the one named, or the one beside the asking kiosk; "" for none."""
    agreed = call.hall.register.state.plan or call.hall.today().state.plan
    found = named(agreed, body.printer) if body.printer else beside(agreed, call.principal.id)
    return found.id if found else ""


async def _asked(call: Call, command: do.AskReprint, body: wire.Reprint) -> wire.Done:
    """Staff print any slip; at a kiosk the check code decides whose it is (D15)."""
    await call.hall.look(lambda day: day.ticket(command.ticket))  # refuses a ticket that is not there
    if call.principal.role == KIOSK:
        await must_be_its_code(call, command.ticket, body.code)
    if not command.printer:
        raise Unknown("unknown_printer", printer=body.printer or "-")
    return done(await call.change(command))
