"""What one screen of the hall shows: a board of its own lines, a window's sign, its rating pad. Pure."""

from __future__ import annotations

import hashlib
from functools import cache

import msgspec
from msgspec.structs import replace

from displays import board as b
from displays.layout import Screen as Measures
from queue_server import views
from queue_server.hall.day import Day
from queue_server.hall.decision import serving_windows
from queue_server.hall.model import CALLED, CLOSED, DONE, SERVING, Ticket
from queue_server.hall.plan import Plan, Screen, Theme
from queue_server.hall.refusals import Unknown

SHOWN = (CALLED, SERVING)
ASKED_FOR = 90_000
"""How long (ms) a rating pad asks about a service that has ended."""


def screen_of(plan: Plan, id: str) -> Screen:
    """The screen with this id; refuses ``unknown_screen``."""
    screen = plan.screen(id)
    if screen is None:
        raise Unknown("unknown_screen", screen=id)
    return screen


def measures(plan: Plan, screen: Screen) -> Measures:
    """The screen as its layout is computed, with room for the longest number and window of the hall."""
    return Measures(
        diagonal=screen.diagonal,
        width=screen.width,
        height=screen.height,
        distance=screen.distance,
        longest_window=len(str(max((w.number for w in plan.windows), default=1))),
    )


def version_of(assets: str, screen: Screen, theme: Theme | None) -> str:
    """The version of one screen's page: another one when its files, its settings or its colours change."""
    return f"{assets}.{_digest(screen, theme)}"


def _digest(screen: Screen, theme: Theme | None) -> str:
    return _digested(msgspec.json.encode((screen, theme)))


@cache
def _digested(settings: bytes) -> str:
    return hashlib.sha256(settings).hexdigest()[:8]


def shown(day: Day, plan: Plan, id: str, data_at: int, assets: str) -> b.Board | b.Sign:
    """What a screen shows now. The screen is that of `plan`, the one in force; refuses ``unknown_screen``."""
    screen = screen_of(plan, id)
    version = version_of(assets, screen, plan.theme(screen.theme))
    if screen.window is not None:
        return sign(day, screen.window, data_at, version)
    return board(day, screen, data_at, version)


def board(day: Day, screen: Screen, data_at: int, version: str = "") -> b.Board:
    """The hall's board, of the screen's categories and windows only, with the next numbers."""
    whole = views.board(day, data_at, version)
    return replace(
        whole,
        current=tuple(c for c in whole.current if _concerns(day, screen, c.number, c.window)),
        recent=tuple(c for c in whole.recent if _concerns(day, screen, c.number, c.window)),
        queues=tuple(q for q in whole.queues if _lists(day, screen, q.category)),
        coming=coming(day, screen),
    )


def _concerns(day: Day, screen: Screen, number: str, window: int) -> bool:
    """Whether a call belongs on a screen: by its window, or by its ticket's category."""
    if not screen.categories and not screen.windows:
        return True
    ticket = day.tickets.get(day.numbers.get(number, ""))
    return window in screen.windows or (ticket is not None and ticket.category in screen.categories)


def _lists(day: Day, screen: Screen, category: str) -> bool:
    """Whether a category's line belongs on a screen: it is named, or one of its windows serves it."""
    if not screen.categories and not screen.windows:
        return True
    here = (w for number in screen.windows if (w := day.windows.get(number)) is not None)
    return category in screen.categories or any(w.calls(category, None) for w in here)


def coming(day: Day, screen: Screen) -> tuple[b.Next, ...]:
    """The next numbers of a screen, the earliest due first; whoever is at a window already is left out."""
    if not screen.prepare:
        return ()
    first = []
    for (category, cls), places in day.line.pairs():
        if day.categories[category].paused or not day.open_windows(category, cls):
            continue
        if _lists(day, screen, category):
            first += places[: screen.prepare + 5]
    tickets = (day.tickets[id] for _, _, id in sorted(first))
    waiting = [ticket for ticket in tickets if day.elsewhere(ticket) is None]
    return tuple(_next(day, ticket) for ticket in waiting[: screen.prepare])


def _next(day: Day, ticket: Ticket) -> b.Next:
    windows = day.open_windows(ticket.category, ticket.cls) or serving_windows(
        day, ticket.category, ticket.cls
    )
    where = {views.place_of(day, number) for number in windows}
    floor, area = where.pop() if len(where) == 1 else ("", "")  # two places: only the call says which
    return b.Next(ticket.number, windows, floor, area)


# --- a window's sign ---------------------------------------------------------------------------


def sign(day: Day, number: int, data_at: int, version: str = "") -> b.Sign:
    """The sign of a window: the number called or served there, its state, and the staff number."""
    window = day.window(number)
    agreed = day.plan.window(number)
    ticket = day.tickets[window.present] if window.present else None
    reasons = day.plan.reasons.get("pause", {})
    return b.Sign(
        hall=day.plan.name,
        seq=day.seq,
        data_at=data_at,
        window=number,
        name=agreed.name if agreed else {"zh": str(number)},
        state=window.state,
        staff=staff_number(window.clerk) if window.state != CLOSED else "",
        reason=reasons.get(window.reason, {}) if window.state == "paused" else {},
        call=views.call_of(day, window, ticket)
        if ticket and ticket.calls and ticket.state in SHOWN
        else None,
        notices=(b.Notice(text=dict(day.now.notice), at=day.now.notice_at),) if day.now.notice else (),
        version=version,
    )


# --- a window's rating pad --------------------------------------------------------------------


def pad(day: Day, number: int, now: int, data_at: int, version: str = "") -> b.Pad:
    """The rating pad of a window: it asks about the service that has just ended there, and about no other."""
    ticket = asked_about(day, number, now)
    shown = b.Pad(hall=day.plan.name, seq=day.seq, data_at=data_at, window=number, version=version)
    if ticket is None:
        return shown
    return replace(shown, ticket=ticket.id, number=ticket.number, language=ticket.language)


def asked_about(day: Day, number: int, now: int) -> Ticket | None:
    """Whose service a window's pad asks about at a time (ms); None when it asks nobody.

    Until it is rated, for `ASKED_FOR` at most, and not once the next visitor sits there: nobody says
    how somebody else was served.
    """
    window = day.window(number)
    ticket = day.tickets.get(day.finished.get(number, ""))
    if ticket is None or ticket.end != DONE or ticket.rated or not ticket.stations:
        return None
    if ticket.stations[-1].window != number or now - (ticket.ended_at or 0) > ASKED_FOR:
        return None
    present = day.present(window)
    return None if present is not None and present.state == SERVING else ticket


def staff_number(clerk: str) -> str:
    """What a clerk's badge says: the name that the token was granted for, without what kind it is."""
    return clerk.rpartition(":")[2]
