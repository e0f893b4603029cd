"""Tickets over HTTP: take, follow, and everything that happens to one."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from kiosk import qr
from kiosk.menu import Receipt
from queue_server import views, wire
from queue_server.access.principals import HOLDER, check_code, may_see_tickets, ticket_secret
from queue_server.api.calls import Call
from queue_server.api.live import data_at
from queue_server.api.problems import Unfit
from queue_server.hall import commands as do
from queue_server.hall.day import Day
from queue_server.hall.model import Answer
from queue_server.hall.refusals import NotYours
from queue_server.hall.register import BookSlot
from queue_server.hall.running import code_from


def done(answer: Answer) -> wire.Done:
    """The answer to an accepted change."""
    return wire.Done(
        seq=answer.seq,
        ticket=answer.ticket,
        number=answer.number,
        window=answer.window,
        ahead=answer.ahead,
        calling_from=answer.calling_from,
        code=answer.code,
        detail=answer.detail,
    )


def new_ticket() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(12)


async def take(call: Call) -> Receipt:
    """Take a ticket; the answer is what the slip says."""
    body = await call.body(wire.TakeTicket)
    source = {"kiosk": "kiosk", "clerk": "desk", "manager": "desk", "floor": "floor"}
    command = do.TakeTicket(
        ticket=new_ticket(),
        category=body.category,
        cls=body.cls,
        kind=body.kind,
        matters=body.matters,
        language=body.language,
        source=source.get(call.principal.role, "kiosk"),
        visit=body.visit,
    )
    return await call.change_and_look(command, receipts(call))


async def check_in(call: Call) -> Receipt:
    """A booked visitor is here."""
    body = await call.body(wire.CheckIn)
    booking = await call.hall.booking(body.code)
    command = do.CheckIn(ticket=new_ticket(), booking=booking, language=body.language)
    return await call.change_and_look(command, receipts(call))


def address(call: Call, ticket: str) -> str:
    """Where a ticket's phone page is: the secret stands in the fragment, which no server sees."""
    secret = ticket_secret(call.hall.secret(ticket), ticket)
    return f"{call.halls.public_url}/t/{call.hall.id}/{ticket}#{secret}"


def receipts(call: Call) -> Callable[[Day, Answer], Receipt]:
    """What makes the receipt of a ticket that has just been taken."""

    def words(day: Day, answer: Answer) -> Receipt:
        code = check_code(call.hall.secret(answer.ticket), answer.ticket)
        ticket = day.ticket(answer.ticket)
        rules = (views.missed_rule(day.plan),)
        return views.receipt(day, ticket, address(call, ticket.id), code, rules, answer.calling_from)

    return words


async def show(call: Call) -> wire.TicketView:
    """A ticket as staff see it."""
    if not may_see_tickets(call.principal):
        raise NotYours("not_allowed")
    id = call.params["id"]
    return await call.hall.look(lambda day: views.ticket_view(day, day.ticket(id)), call.at_least)


async def place(call: Call) -> wire.TicketPublic:
    """A ticket as its holder sees it: the place in line, and why."""
    id = call.params["id"]
    if call.principal.ticket != id and not may_see_tickets(call.principal):
        raise NotYours("not_allowed")

    def words(day: Day) -> wire.TicketPublic:
        confirmed = data_at(call.hall, call.hall.today())
        return views.ticket_public(day, day.ticket(id), call.now, confirmed)

    return await call.hall.look(words, call.at_least)


async def qr_code(call: Call) -> wire.QrCode:
    """The QR code of a ticket's phone page, for whoever holds the ticket."""
    id = call.params["id"]
    if call.principal.ticket != id:
        raise NotYours("not_allowed")
    return wire.QrCode(svg=qr.svg(address(call, id)))


async def by_number(call: Call) -> wire.TicketView:
    """The ticket with a number, for staff."""
    if not may_see_tickets(call.principal):
        raise NotYours("not_allowed")
    number = call.params["number"]
    return await call.hall.look(lambda day: views.ticket_view(day, day.by_number(number)), call.at_least)


async def recall(call: Call) -> wire.Done:
    """Call the same visitor again."""
    await call.body(wire.Nothing)
    return done(await call.change(do.Recall(ticket=call.params["id"])))


async def start(call: Call) -> wire.Done:
    """The visitor is at the window."""
    await call.body(wire.Nothing)
    return done(await call.change(do.Start(ticket=call.params["id"])))


async def finish(call: Call) -> wire.Done:
    """End the service with an outcome per matter."""
    body = await call.body(wire.Finish)
    outcomes = tuple(body.outcomes.items())
    return done(await call.change(do.Finish(ticket=call.params["id"], outcomes=outcomes)))


async def miss(call: Call) -> wire.Done:
    """过号."""
    await call.body(wire.Nothing)
    return done(await call.change(do.MarkAbsent(ticket=call.params["id"])))


async def found(call: Call) -> wire.Done:
    """已找到."""
    await call.body(wire.Nothing)
    return done(await call.change(do.Found(ticket=call.params["id"])))


async def back(call: Call) -> wire.Done:
    """A missed visitor is back."""
    await call.body(wire.Nothing)
    return done(await call.change(do.ReturnMissed(ticket=call.params["id"])))


async def park(call: Call) -> wire.Done:
    """Let the visitor fill in a form."""
    body = await call.body(wire.Park)
    return done(
        await call.change(do.Park(ticket=call.params["id"], minutes=body.minutes, reason=body.reason))
    )


async def unpark(call: Call) -> wire.Done:
    """The parked visitor is back."""
    await call.body(wire.Nothing)
    return done(await call.change(do.Unpark(ticket=call.params["id"])))


async def transfer(call: Call) -> wire.Done:
    """Send the visitor on."""
    body = await call.body(wire.Transfer)
    if len(body.note) > 200:
        raise Unfit(422, "bad_body", "a note has at most 200 characters - at `$.note`")
    command = do.Transfer(
        ticket=call.params["id"], category=body.category, window=body.window, clerk=body.clerk, note=body.note
    )
    return done(await call.change(command))


async def cancel(call: Call) -> wire.Done:
    """Cancel: by its holder, or by staff for a reason."""
    body = await call.body(wire.Reason)
    staff = call.principal.role != HOLDER
    return done(await call.change(do.Cancel(ticket=call.params["id"], staff=staff, reason=body.reason)))


async def undo(call: Call) -> wire.Done:
    """Take back the last act on a ticket."""
    await call.body(wire.Nothing)
    return done(await call.change(do.Undo(ticket=call.params["id"])))


async def change_class(call: Call) -> wire.Done:
    """Grant or take back priority."""
    body = await call.body(wire.ChangeClass)
    command = do.ChangeClass(ticket=call.params["id"], cls=body.cls, reason=body.reason, kind=body.kind)
    return done(await call.change(command))


async def add_matters(call: Call) -> wire.Done:
    """Add matters to a ticket in service."""
    body = await call.body(wire.AddMatters)
    return done(await call.change(do.AddMatters(ticket=call.params["id"], matters=body.matters)))


async def book(call: Call) -> wire.Done:
    """Book a slot; the answer carries the code to check in with."""
    body = await call.body(wire.Book)
    code = code_from(secrets.token_hex(16))
    command = BookSlot(code=code, category=body.category, slot=body.slot, matters=body.matters)
    return done(await call.change_register(command))
