"""A window: what its clerk asks, and all that its console shows."""

from __future__ import annotations

from typing import Literal

import msgspec

from queue_server.wire.tickets import TicketView
from queue_server.wire.words import (
    Code,
    Codes,
    Line,
    Moment,
    Outcomes,
    Text,
    TicketClass,
    WindowNumber,
    WindowState,
)


class ServeWithoutTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """直接受理: serve a visitor who has no ticket, for a picked reason.

    Who came for the cases of a receipt brings the number of one of them (`case`) and its check `code`;
    without the code a document was looked at, of which nothing is noted.
    """

    category: Code
    reason: Code
    matters: Codes = ()
    case: Code = ""
    code: Code = ""


class CallNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call a given number out of order, for a picked reason."""

    number: Code
    reason: Code


class CallNext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call the next visitor. With `finish` the present service is ended first (办结并叫下一位)."""

    finish: bool = False
    outcomes: Outcomes = {}


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sit down at a window. `take_over` replaces whoever holds it.

    `leftover` says what to do with a visitor whom the last clerk left in service:
    ``close`` (with `ended_at`, the time it really ended) or ``continue``.
    """

    take_over: bool = False
    leftover: Literal["", "close", "continue"] = ""
    ended_at: Moment | None = None


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pause a window. `now` also sends the called visitor back at the same place."""

    reason: Code
    now: bool = False


class CloseWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Close a window; `for_today` says that it does not reopen today."""

    reason: Line = ""
    for_today: bool = False


class AssignWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a window its (category, class) pairs, written ``A``, ``A:ordinary`` or ``*:priority``.

    `successor` names the window that takes over the categories nobody else would serve.
    """

    serves: Codes
    successor: WindowNumber | None = None


class QueueLine(msgspec.Struct, frozen=True):
    """One waiting ticket in a window's list; `why` says why it stands here.

    `why` is ``directed``, ``priority``, ``booked``, ``returned`` or ``order``.
    """

    ticket: str
    number: str
    category: str
    cls: TicketClass
    taken_at: int
    due: int
    why: str


class CategoryLine(msgspec.Struct, frozen=True):
    """One category as staff see it; `longest` is the longest present wait in ms."""

    category: str
    name: Text
    waiting: int
    longest: int
    windows: tuple[int, ...]
    paused: bool


class OwnFigures(msgspec.Struct, frozen=True):
    """Today at this window: visitors served, called, missed; mean service time in ms (None without one)."""

    served: int
    called: int
    missed: int
    mean_service: int | None


class WindowView(msgspec.Struct, frozen=True, tag="window"):
    """All that a window's console shows, pushed whole: the newest `seq`/`data_at` wins.

    `present` is the visitor called or in service; `queue` the next tickets in calling
    order (at most 20), `waiting` how many in all; `missed` and `parked` those who may
    come back to this window's categories. `miss_opens_at` is when the miss key opens
    (None: not yet enough calls); `undo` names what F9 would take back until `undo_until`
    and `undo_ticket` whose last act that is. `needs` are those of the present visitor. `troubles`
    says of each printer that needs somebody what to do. `summons` is an urgent call to the staff here, since
    `summoned_at` (ms), until it is answered. `catalogue` is the version of the hall's matters.
    """

    hall: str
    seq: int
    data_at: int
    window: int
    name: Text
    state: WindowState
    pausing: bool
    reason: str
    clerk: str
    serves: tuple[str, ...]
    present: TicketView | None
    queue: tuple[QueueLine, ...]
    waiting: int
    missed: tuple[TicketView, ...]
    parked: tuple[TicketView, ...]
    categories: tuple[CategoryLine, ...]
    figures: OwnFigures
    calls_needed: int
    miss_opens_at: int | None
    undo: str
    undo_until: int | None
    notices: tuple[Text, ...] = ()
    undo_ticket: str = ""
    needs: tuple[str, ...] = ()
    troubles: tuple[Text, ...] = ()
    summons: Text = {}
    summoned_at: int = 0
    catalogue: str = ""
