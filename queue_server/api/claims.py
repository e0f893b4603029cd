"""A visitor whose slip has no QR reader to meet: number and check code open the ticket, five tries a ticket.

The tries are counted in the store, so that several processes count as one.
"""

from __future__ import annotations

from queue_server import wire
from queue_server.access.principals import check_code, same, ticket_secret
from queue_server.api.calls import Call
from queue_server.hall.day import Day
from queue_server.hall.refusals import NotYours

TRIES = 5
FORGOTTEN = 24 * 3_600_000
"""How long (ms) wrong tries are remembered: the ticket's own day."""
LOOK_ALIKES = str.maketrans("OI", "01")


async def claim(call: Call) -> wire.Claimed:
    """Whose ticket this is, by its number and the check code of its slip."""
    body = await call.body(wire.ClaimTicket)
    ticket = await call.hall.look(lambda day: by_typed_number(day, body.number), call.at_least)
    await must_be_its_code(call, ticket, body.code)
    return wire.Claimed(ticket=ticket, secret=ticket_secret(call.hall.secret(ticket), ticket))


async def must_be_its_code(call: Call, ticket: str, code: str) -> None:
    """Refuse a check code that is not this ticket's, and any once it was tried too often."""
    key = f"tries:{ticket}"
    # Counted before it is looked at: whoever tries many at once gets no more looks than one by one.
    tries = await call.hall.store.count_side(call.hall.id, key, FORGOTTEN)
    if tries > TRIES:
        raise NotYours("too_many_tries")
    if not same(code.strip().upper(), check_code(call.hall.secret(ticket), ticket)):
        raise NotYours("wrong_check_code", left=TRIES - tries)
    await call.hall.store.drop_side(call.hall.id, key)


def by_typed_number(day: Day, number: str) -> str:
    """A ticket by its number as typed: small letters are meant as large ones; 0 and 1 are no letters."""
    typed = number.strip().upper()
    return day.by_number(typed[:1] + typed[1:].translate(LOOK_ALIKES)).id
