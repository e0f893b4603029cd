"""A visitor who shows an identity card, where a matter requires it: one waiting ticket a person and category.

The number is in nothing but the request that brings it. What remains is a hash under the day's key, which is
destroyed at night, and whether the visitor is 60 or older; both expire. The request for the ticket carries
a handle instead: its digest goes into the log, and a digest of a number could be guessed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from zoneinfo import ZoneInfo

import msgspec

from printers import id_card
from queue_server import wire
from queue_server.access.principals import KIOSK
from queue_server.api.calls import Call
from queue_server.hall.day import Day
from queue_server.hall.hours import day_bounds
from queue_server.hall.model import CALLED, MISSED, PARKED, SERVING, WAITING
from queue_server.hall.plan import PRIORITY
from queue_server.hall.refusals import Conflict, NotNow, Refused, Unusable

SENIOR = 60
"""Years of age from which a person is a priority visitor (老年人)."""
ELDERLY = "elderly"
"""Its key among the plan's `priority_kinds`, if the hall has it."""
SHOWN = 5 * 60_000
"""How long (ms) a card that was shown may be used for a ticket."""
LANDING = 30_000
"""A ticket that was asked for this long ago (ms) and is in no log never came to be."""
LEAST = 60_000
_LIVE = (WAITING, CALLED, SERVING, PARKED, MISSED)


class Person(msgspec.Struct, frozen=True):
    """What remains of a card: the hash of its number under the day's key, and the flag 60+."""

    hash: str
    senior: bool


class Place(msgspec.Struct, frozen=True):
    """A person's place in a category: the ticket it is for, the request that asked for it, when (ms)."""

    ticket: str
    key: str
    at: int


NOBODY = Person("", False)


async def show(call: Call) -> wire.Person:
    """A card lies on the reader: keep its hash for a few minutes, under a handle."""
    body = await call.body(wire.ShowCard)
    try:
        birth = id_card.born(body.number.strip().upper())
    except id_card.NoNumber:
        raise Unusable("bad_card") from None
    today = dt.datetime.fromtimestamp(call.now / 1000, ZoneInfo(call.hall.today().state.plan.timezone)).date()
    number = b"person\n" + body.number.strip().upper().encode()
    digest = hmac.digest(call.hall.secret(), number, hashlib.sha256)
    person = Person(digest[:16].hex(), id_card.age_on(birth, today) >= SENIOR)
    handle = secrets.token_urlsafe(16)
    await call.hall.store.put_side(call.hall.id, f"shown:{handle}", msgspec.json.encode(person), SHOWN)
    return wire.Person(person=handle, senior=person.senior)


async def of(call: Call, matter_ids: tuple[str, ...], shown: str) -> Person:
    """Who takes a ticket at a kiosk; nobody, unless one of its matters requires an identity card.

    `shown` is the handle of a card.
    """
    plan = call.hall.today().state.plan
    matters = plan.wanted(matter_ids)
    if call.principal.role != KIOSK or not any(matter.identity for matter in matters):
        return NOBODY  # staff look at the card themselves
    kept = await call.hall.store.get_side(call.hall.id, f"shown:{shown}") if shown else None
    if kept is None:
        raise Unusable("card_required")
    return msgspec.json.decode(kept, type=Person)


def kind_of(call: Call, person: Person, asked: wire.TakeTicket) -> str:
    """Why a ticket is a priority one: what was said, or the age on the card."""
    known = ELDERLY in call.hall.today().state.plan.priority_kinds
    return ELDERLY if person.senior and asked.cls == PRIORITY and not asked.kind and known else asked.kind


class Claim:
    """A person's one place in a category, held from before the ticket is asked for.

    Places form a chain, so that of two requests at once only one gets the next link: the name of each comes
    from the ticket of the one before, which has ended.
    """

    def __init__(self, call: Call, person: Person, category: str) -> None:
        self._call = call
        self._name = f"person:{person.hash}:{category}"
        self._nobody = person == NOBODY

    async def take(self, ticket: str) -> str:
        """The id of the ticket to ask for: `ticket`, or the one of this very request sent before."""
        if self._nobody:
            return ticket
        call, first = self._call, self._name
        day = call.hall.today().state
        ttl = max(day_bounds(day.plan, day.date)[1] - call.now, LEAST)
        mine = Place(ticket, call.digest_of_key(), call.now)
        while True:
            kept = await call.hall.store.put_side_once(
                call.hall.id, self._name, msgspec.json.encode(mine), ttl
            )
            there = msgspec.json.decode(kept, type=Place)
            if there.key == mine.key:
                return there.ticket
            must_have_ended(call.hall.today().state, there, call.now)
            self._name = f"{first}:{there.ticket}"

    async def give_back(self, refusal: Refused) -> None:
        """The ticket was refused: the place is free. Where nobody knows yet, it stays until that is clear."""
        if not self._nobody and refusal.code != "store_gone":
            await self._call.hall.store.drop_side(self._call.hall.id, self._name)


def must_have_ended(day: Day, there: Place, now: int) -> None:
    """Refuse a second ticket while the first one lives, or may still land."""
    ticket = day.tickets.get(there.ticket)
    if ticket is not None and ticket.state in _LIVE:
        raise Conflict("already_waiting", number=ticket.number)
    if ticket is None and now - there.at < LANDING:
        raise NotNow("too_busy")
