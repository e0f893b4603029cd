"""What deciding a command gives: the events that follow, and the answer to whoever asked."""

from __future__ import annotations

from typing import NamedTuple

from queue_server.hall import events as ev
from queue_server.hall.accounts import MANAGER
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.hours import after_open_time, open_time
from queue_server.hall.model import CALLED, CLOSED, ENDED, PAUSED, Answer, Stop, Ticket, Window
from queue_server.hall.plan import Matter
from queue_server.hall.refusals import Conflict, NotNow, NotYours, Unknown, Unusable


class Decision(NamedTuple):
    """The events of an accepted command (at least one), and its first answer."""

    events: tuple[ev.AnyEvent, ...]
    answer: Answer


def about(ticket: Ticket, window: int | None = None, **more: str | int) -> Answer:
    """The answer that names a ticket."""
    at_window = ticket.window if window is None else window
    return Answer(ticket=ticket.id, number=ticket.number, window=at_window or 0, **more)  # type: ignore[arg-type]


# --- conditions that many commands share ----------------------------------------------

LONGEST = 500
"""Characters of a sentence that staff write themselves."""


def running(day: Day) -> None:
    """The day must be open."""
    if not day.now.opened:
        raise NotNow("day_not_open")
    if day.now.closed:
        raise NotNow("day_closed")


def in_state(ticket: Ticket, *states: str) -> None:
    """The ticket must be in one of these states; the refusal names who has it now (S9, S10)."""
    if ticket.state in states:
        return
    if ticket.state == ENDED:
        raise Conflict("ticket_ended", number=ticket.number, end=ticket.end)
    raise Conflict(
        "ticket_state",
        number=ticket.number,
        state=ticket.state,
        window=ticket.window or 0,
        clerk=ticket.clerk,
    )


def at_own_window(day: Day, ask: Ask, ticket: Ticket) -> Window:
    """The ticket must be at a window that the asking clerk holds."""
    if ticket.window is None:
        raise Conflict("ticket_state", number=ticket.number, state=ticket.state, window=0, clerk="")
    return held(day, ask, ticket.window)


def held(day: Day, ask: Ask, number: int) -> Window:
    """The window must be claimed by the asking clerk."""
    window = day.window(number)
    if not window.clerk:
        raise Conflict("not_claimed", window=number)
    if window.clerk != ask.by:
        raise NotYours("not_your_window", window=number, clerk=window.clerk)
    return window


def steered(day: Day, ask: Ask, number: int) -> Window:
    """The window must be claimed by the asking clerk, unless a manager sees to it from the floor."""
    return day.window(number) if ask.role == MANAGER else held(day, ask, number)


def ready_to_call(day: Day, window: Window) -> None:
    """The window must be open and free."""
    if window.state == PAUSED:
        raise NotNow("window_paused", window=window.number)
    if window.state == CLOSED:
        raise Conflict("window_state", window=window.number, state=CLOSED)
    if window.present:
        raise Conflict("visitor_present", window=window.number, number=day.tickets[window.present].number)


def said(day: Day, text: dict[str, str]) -> dict[str, str]:
    """A sentence by language as it may be shown: in the hall's languages, Chinese among them, or none."""
    lines = {language: line for language, line in text.items() if line}
    strange = next((language for language in lines if language not in day.plan.languages), "")
    if strange:
        raise Unusable("unknown_language", language=strange)
    if any(len(line) > LONGEST for line in lines.values()) or (lines and "zh" not in lines):
        raise Unusable("bad_text")
    return lines


def picked(day: Day, act: str, reason: str) -> str:
    """A reason must be picked from the plan's list for this act."""
    if not reason:
        raise Unusable("reason_needed", act=act)
    choices = day.plan.reasons.get(act)
    if choices is not None and reason not in choices:
        raise Unusable("unknown_reason", reason=reason, act=act)
    return reason


def known_matters(day: Day, category: str, matters: tuple[str, ...], already: int = 0) -> None:
    """Matters must exist, be accepted where the category is called, be few enough, and fit an instant one."""
    limit = day.plan.rules.matters_per_ticket
    if len(matters) + already > limit:
        raise Unusable("too_many_matters", limit=limit)
    letter = day.plan.category(category)
    accepted = day.together(category) if matters else ()
    for id in matters:
        matter = day.matter(id)
        if letter is not None and letter.instant and not matter.instant:
            raise Unusable("not_instant", matter=id, category=matter.category)
        if matter.category not in accepted:
            raise Unusable("matter_elsewhere", matter=id, category=matter.category)


def fitting_matters(day: Day, category: str) -> tuple[Matter, ...]:
    """What a ticket of this category may name, its own category's matters first."""
    agreed = day.plan.category(category)
    only_instant = agreed is not None and agreed.instant
    return tuple(
        matter
        for letter in day.together(category)
        for matter in day.plan.matters
        if matter.category == letter and (matter.instant or not only_instant)
    )


def due_in(day: Day, category: str, cls: str, reference: int) -> int:
    """``reference + target(category, class)``."""
    found = day.plan.category(category)
    if found is None:
        raise Unknown("unknown_category", category=category)
    return reference + day.plan.target(found, cls)


# --- time that counts --------------------------------------------------------------------


def stops_of(day: Day, category: str) -> tuple[Stop, ...]:
    """When nothing counts for a category: without an open window, paused, or the hall down."""
    return (*day.categories[category].stops, *day.now.down)


def hold_used(day: Day, ticket: Ticket, now: int) -> int:
    """How much of its hold a missed ticket has used, in open time (ms)."""
    if ticket.missed_at is None:
        return 0
    return open_time(day.plan, day.date, ticket.missed_at, now, stops_of(day, ticket.category))


def hold_until(day: Day, ticket: Ticket) -> int | None:
    """When a missed ticket's hold is over if nothing stops it further; None if not foreseeable today."""
    if ticket.missed_at is None:
        return None
    hold = day.plan.rules.hold
    return after_open_time(day.plan, day.date, ticket.missed_at, hold, stops_of(day, ticket.category))


def park_until(day: Day, ticket: Ticket) -> int | None:
    """When a parked visitor is overdue: down time does not count (D10); None unless parked."""
    since, until = ticket.parked_at, ticket.parked_until
    if since is None or until is None:
        return None
    for down in sorted(day.now.down, key=lambda s: s.since):
        if down.since < until and (down.until or 0) > since:
            until += (down.until or 0) - max(down.since, since)
    return until


def heard_at(day: Day, ticket: Ticket) -> list[int]:
    """When each present call was heard: as spoken, or as made where no voice speaks (or it is broken)."""
    window = day.windows.get(ticket.window or 0)
    voiced = window is not None and window.zone != "" and window.zone not in day.now.broken_zones
    if voiced:
        return [c.spoken_at for c in ticket.calls if c.spoken_at is not None]
    return [c.at if c.spoken_at is None else c.spoken_at for c in ticket.calls]


def miss_opens_at(day: Day, ticket: Ticket) -> int | None:
    """When the miss key opens for a called ticket; None while calls are missing."""
    rules = day.plan.rules
    heard = heard_at(day, ticket)
    if ticket.state != CALLED or len(heard) < rules.calls_before_miss:
        return None
    return max(heard[-1] + rules.miss_gap, ticket.found_until or 0)


def serving_windows(day: Day, category: str, cls: str) -> tuple[int, ...]:
    """The windows that may call this category and class: those open now, else those planned."""
    return day.open_windows(category, cls) or day.planned_windows(category, cls)
