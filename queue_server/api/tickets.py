"""Tickets over HTTP: take, follow, and everything that happens to one."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from kiosk import qr
from kiosk.menu import Receipt
from queue_server import views, wire
from queue_server.access.limits import spend_ticket
from queue_server.access.principals import HOLDER, check_code, may_see_tickets, ticket_secret
from queue_server.api import needs, persons
from queue_server.api.calls import Call
from queue_server.api.live import data_at
from queue_server.api.problems import Unfit
from queue_server.api.who import Halls
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.day import Day
from queue_server.hall.model import Answer, Booking
from queue_server.hall.refusals import Conflict, NotYours, Refused
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
    await spend_ticket(call.hall.store, call.hall.id, call.principal, call.halls.allowance)
    body = await call.body(wire.TakeTicket)
    source = {"kiosk": "kiosk", "clerk": "desk", "manager": "desk", "floor": "floor"}
    person = await persons.of(call, body.matters, body.person)
    place = persons.Claim(call, person, body.category)
    command = do.TakeTicket(
        ticket=await place.take(new_ticket()),
        category=body.category,
        cls=body.cls,
        kind=persons.kind_of(call, person, body),
        matters=body.matters,
        language=body.language,
        source=source.get(call.principal.role, "kiosk"),
        visit=body.visit,
    )
    return await _taken(call, command, place, body.needs)


async def _taken(
    call: Call, command: do.TakeTicket | do.CheckIn, place: persons.Claim, named: tuple[str, ...]
) -> Receipt:
    """The receipt of a ticket, with the needs that were named; a refusal gives the person's place back."""
    try:
        receipt = await call.change_and_look(command, receipts(call))
    except Refused as refusal:
        await place.give_back(refusal)
        raise
    await needs.name(call, receipt.ticket, named)
    return receipt


async def check_in(call: Call) -> Receipt:
    """A booked visitor is here."""
    body = await call.body(wire.CheckIn)
    asked = Booking(code=body.code, category="", slot=0, date="")
    call.must_be_allowed(do.CheckIn(ticket="", booking=asked))
    booking = await call.hall.booking(body.code)
    person = await persons.of(call, booking.matters, body.person)
    place = persons.Claim(call, person, booking.category)
    command = do.CheckIn(ticket=await place.take(new_ticket()), booking=booking, language=body.language)
    return await _taken(call, command, place, body.needs)


def phone_page(halls: Halls, hall: Hall, ticket: str) -> str:
    """Where a ticket's phone page is: the secret stands in the fragment, which no server sees."""
    return f"{halls.public_url}/t/{hall.id}/{ticket}#{ticket_secret(hall.secret(ticket), ticket)}"


async def enter_by_hand(call: Call) -> Receipt:
    """补录: a number written by hand while the hall was down gets its true place."""
    body = await call.body(wire.EnterByHand)
    command = do.EnterByHand(
        ticket=new_ticket(),
        category=body.category,
        number=body.number,
        taken_at=body.taken_at,
        language=body.language,
    )
    return await call.change_and_look(command, receipts(call))


def receipts(call: Call) -> Callable[[Day, Answer], Receipt]:
    """What makes the receipt of a ticket that has just been taken."""

    def words(day: Day, answer: Answer) -> Receipt:
        code = check_code(call.hall.secret(answer.ticket), answer.ticket)
        ticket = day.ticket(answer.ticket)
        rules = (views.missed_rule(day.plan),)
        page = phone_page(call.halls, call.hall, ticket.id)
        return views.receipt(day, ticket, page, code, rules, answer.calling_from)

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
    return wire.QrCode(svg=qr.svg(phone_page(call.halls, call.hall, id)))


async def visit(call: Call) -> wire.Visit:
    """All tickets of the visit that a ticket belongs to, for staff."""
    if not may_see_tickets(call.principal):
        raise NotYours("not_allowed")
    id = call.params["id"]

    def linked(day: Day) -> wire.Visit:
        tickets = [day.tickets[one] for one in day.visits[day.ticket(id).visit]]
        return wire.Visit(tuple(views.ticket_view(day, t) for t in tickets))

    return await call.hall.look(linked, call.at_least)


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
    command = do.Transfer(
        ticket=call.params["id"], category=body.category, window=body.window, clerk=body.clerk, note=body.note
    )
    return done(await call.change(command))


async def spoken(call: Call) -> wire.Done:
    """A voice has spoken a call, named by its log sequence as boards know it."""
    body = await call.body(wire.Spoken)
    text = call.params["seq"]
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Unfit(422, "bad_path", "a call is named by its log sequence, at most 12 digits")
    seq = int(text)
    call.must_be_allowed(do.Spoken(ticket="", call=seq, spoken_at=body.spoken_at))
    ticket, made = await call.hall.look(lambda day: called_as(day, seq))
    # A loudspeaker's clock may be wrong: nothing is heard before it was called, nor in the future.
    heard = max(made, min(body.spoken_at, call.now))
    return done(await call.change(do.Spoken(ticket=ticket, call=seq, spoken_at=heard)))


def called_as(day: Day, seq: int) -> tuple[str, int]:
    """The ticket and time of the call with this sequence; refuses ``stale`` once it was taken back."""
    at_windows = [day.tickets[w.present] for w in day.windows.values() if w.present]
    for ticket in (*at_windows, *day.tickets.values()):
        for call in ticket.calls:
            if call.seq == seq:
                return ticket.id, call.at
    raise Conflict("stale")


async def cancel(call: Call) -> wire.Done:
    """Cancel: by its holder, or by staff for a reason."""
    body = await call.body(wire.Reason)
    staff = call.principal.role != HOLDER
    return done(await call.change(do.Cancel(ticket=call.params["id"], staff=staff, reason=body.reason)))


async def let_pass(call: Call) -> wire.Done:
    """The holder needs a while; others are called meanwhile."""
    await call.body(wire.Nothing)
    return done(await call.change(do.LetPass(ticket=call.params["id"])))


async def ready(call: Call) -> wire.Done:
    """The holder who let others pass is back."""
    await call.body(wire.Nothing)
    return done(await call.change(do.ReadyAgain(ticket=call.params["id"])))


async def rate(call: Call) -> wire.Done:
    """How the service was, by the ticket's holder."""
    body = await call.body(wire.Rate)
    return done(await call.change(do.Rate(ticket=call.params["id"], level=body.level)))


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
