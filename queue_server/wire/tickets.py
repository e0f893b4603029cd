"""A ticket: taking one, what becomes of it, and how staff and its holder see it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.menu import Between
from queue_server.wire.cases import MatterResult
from queue_server.wire.hall import MatterLine
from queue_server.wire.words import (
    Code,
    Codes,
    Line,
    Moment,
    Needs,
    Outcomes,
    Text,
    TicketClass,
    TicketState,
    WindowNumber,
)


class TakeTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take a ticket. `visit` links it to an earlier ticket's visit (再取一个号).

    `kind` names why the class is priority (a key of the plan's `priority_kinds`). `needs` are told to the
    clerk alone and wiped at night. `person` is the handle of a card that was shown, where a matter requires
    it.
    """

    category: Code
    matters: Codes = ()
    cls: Literal["ordinary", "priority"] = "ordinary"
    kind: Code = ""
    language: Code = "zh"
    visit: Code | None = None
    needs: Needs = ()
    person: Code = ""


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Book a slot: `slot` is its start (ms)."""

    category: Code
    slot: Moment
    matters: Codes = ()


class CheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Check in a booking by its code; `person` as in `TakeTicket`, if a matter of it requires a card."""

    code: Code
    language: Code = "zh"
    needs: Needs = ()
    person: Code = ""


class ClaimTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open a ticket by its number and the check code of its slip."""

    number: Code
    code: Code


class EnterByHand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """补录: enter a number that was written by hand while the hall was down, with its true time (ms)."""

    category: Code
    number: Code
    taken_at: Moment
    language: Code = "zh"


class Finish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """End the service with an outcome per matter.

    `outcomes` maps a matter id to an outcome code (`Hall.outcomes`); a matter left out
    is ``done``. Matters that were not on the ticket are added by naming them.
    """

    outcomes: Outcomes = {}


class Transfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Send the visitor on: to a category, or directed to a window or a clerk (exactly one)."""

    category: Code | None = None
    window: WindowNumber | None = None
    clerk: Code | None = None
    note: Line = ""


class Park(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let the visitor fill in a form and come back to this window within `minutes`."""

    minutes: Annotated[int, Meta(ge=1, le=240)] = 10
    reason: Line = ""


class ChangeClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Grant or take back priority, for a picked reason."""

    cls: Literal["ordinary", "priority"]
    reason: Code
    kind: Code = ""


class AddMatters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Add matters to a ticket in service (D7)."""

    matters: Codes


class Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a voice had spoken a call to its end (ms)."""

    spoken_at: Moment


class Station(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stretch of handling: which window and clerk, from when to when (ms)."""

    window: int
    clerk: str
    since: int
    until: int | None = None


class TicketView(msgspec.Struct, frozen=True):
    """A ticket as staff see it. `ahead` counts waiting tickets of its category with an earlier place.

    `paper` is what became of the slip: printed, unconfirmed, failed, expired, or "" while nobody knows.
    `closed` are the matters of which was said what became of them, `cases` those it came for (a pick-up,
    or papers that were owed), `principal` for whom an agent took it.
    `joint` is the joint errand whose matters it carries, `elsewhere` those of them on which nobody at its
    window can act now. `edition` is the one of the catalogue under which it was issued; `guides` are those of
    its matters that the catalogue in force has otherwise, or no more.
    """

    id: str
    number: str
    category: str
    cls: TicketClass
    kind: str
    state: TicketState
    end: str
    matters: tuple[str, ...]
    language: str
    visit: str
    source: str
    taken_at: int
    due: int
    ahead: int | None
    window: int | None
    times_called: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    misses: int
    note: str
    parked_until: int | None = None
    hold_until: int | None = None
    stations: tuple[Station, ...] = ()
    left_open: bool = False
    paper: str = ""
    closed: tuple[MatterResult, ...] = ()
    cases: tuple[str, ...] = ()
    principal: str = ""
    joint: str = ""
    elsewhere: tuple[str, ...] = ()
    edition: int = 0
    guides: tuple[MatterLine, ...] = ()


class MatterHeld(msgspec.Struct, frozen=True):
    """A matter of a ticket by the guide under which it was issued, whatever is in force now."""

    id: str
    name: Text
    version: str


class TicketPublic(msgspec.Struct, frozen=True, tag="place"):
    """A ticket as its holder sees it: only this ticket, with the reason for its place.

    `before` counts the people ahead by why they are ahead: ``booked``, ``priority``,
    ``earlier``, ``returned``; `ahead` is None unless it stands in its category's line.
    `window` is the one it was called to, is served at, is parked for or waits for alone; `windows`
    those that may call it, `floor` and `area` where they are (`area_name` in every language that the
    hall has it in). `calls` counts the calls to the
    present window. `tomorrow` is the code of one whom the hall closed before (闭厅未办).
    `passing_until` is until when its holder lets others pass; `may_pass` for how long (ms) that may be asked
    now, 0 when it may not. `expected` is from when to when (ms) the call is expected, where that is known.
    `rated` is the holder's word on the service, `may_rate` whether it may be given.
    `answered_at` less `data_at` is the age of the data in ms, whatever the reader's own clock says.
    """

    number: str
    category: str
    state: TicketState
    end: str
    ahead: int | None
    before: dict[str, int]
    window: int | None
    calling_from: int | None
    data_at: int
    seq: int = 0
    answered_at: int = 0
    language: str = "zh"
    category_name: Text = {}
    windows: tuple[int, ...] = ()
    floor: str = ""
    area: str = ""
    taken_at: int = 0
    calls: int = 0
    called_at: int | None = None
    hold_until: int | None = None
    parked_until: int | None = None
    misses: int = 0
    area_name: Text = {}
    tomorrow: str = ""
    passing_until: int | None = None
    may_pass: int = 0
    rated: str = ""
    may_rate: bool = False
    expected: Between | None = None
    matters: tuple[MatterHeld, ...] = ()


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the service was: ``very_satisfied`` to ``very_dissatisfied``, five levels."""

    level: Code


class RateHere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the service that has just ended at a window was, said on its rating pad."""

    ticket: Code
    level: Code


class SlipPublic(msgspec.Struct, frozen=True):
    """A ticket's slip as its holder may know it: printed, unconfirmed, failed, expired, or "" until then.

    `coming` is true while a slip that somebody asked for is under way. `printer` had the last one, which
    stands at `place`.
    """

    outcome: str
    coming: bool
    printer: str
    place: str


class Visit(msgspec.Struct, frozen=True):
    """One person's tickets of today, in the order they were taken; they are linked without identity."""

    tickets: tuple[TicketView, ...]


class Claimed(msgspec.Struct, frozen=True):
    """A ticket that was opened: with ``Authorization: Bearer TICKET.SECRET`` its holder acts on it."""

    ticket: str
    secret: str


class QrCode(msgspec.Struct, frozen=True):
    """The QR code of a ticket's phone page, an SVG without size."""

    svg: str
