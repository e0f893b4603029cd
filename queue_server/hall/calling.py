"""Calling: who is next, calling again, and what happens when nobody comes."""

from __future__ import annotations

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import (
    Decision,
    about,
    at_own_window,
    due_in,
    heard_at,
    held,
    hold_used,
    in_state,
    miss_opens_at,
    picked,
    ready_to_call,
    running,
)
from queue_server.hall.evolve import supposing
from queue_server.hall.hours import lunches
from queue_server.hall.matters import finish_events
from queue_server.hall.model import CALLED, MISSED, OPEN, SERVING, WAITING, Answer, Ticket, Window
from queue_server.hall.plan import CLASSES, ORDINARY, PRIORITY
from queue_server.hall.refusals import Conflict, NotNow


def next_for(day: Day, window: Window) -> Ticket | None:
    """Whom a free window calls: those directed to it, then the smallest due it serves, penalty added.

    Tickets of a visitor who is at another window (D5), or lets others pass, are skipped, not missed.
    """
    return _next_directed(day, window) or _next_in_line(day, window)


def _next_directed(day: Day, window: Window) -> Ticket | None:
    waiting = [
        *day.line.directed_to(window.number),
        *(day.line.directed_to(window.clerk) if window.clerk else ()),
    ]
    for _, id in sorted(waiting):
        ticket = day.tickets[id]
        if not day.away(ticket):
            return ticket
    return None


def heads(day: Day, window: Window) -> list[tuple[int, int, Ticket]]:
    """The first callable ticket of each pair the window serves, as (due + penalty, place, ticket)."""
    found = []
    for (category, cls), places in day.line.pairs():
        penalties = [s.penalty for s in window.serves if s.covers(category, cls)]
        if not penalties or day.categories[category].paused:
            continue
        head = next((t for _, _, id in places if not day.away(t := day.tickets[id])), None)
        if head is not None:
            found.append((head.due + min(penalties), head.place, head))
    return found


def _next_in_line(day: Day, window: Window) -> Ticket | None:
    candidates = heads(day, window)
    if not candidates:
        return None
    first = min(candidates, key=lambda h: h[:2])[2]
    return _by_ratio(day, first, candidates) if day.plan.rules.ratio is not None else first


def _by_ratio(day: Day, first: Ticket, candidates: list[tuple[int, int, Ticket]]) -> Ticket:
    """The ratio setting: after n ordinary calls of a category a priority visitor, else an ordinary one."""
    turn = (
        PRIORITY if day.categories[first.category].ordinary_run >= (day.plan.rules.ratio or 0) else ORDINARY
    )
    same = [h for h in candidates if h[2].category == first.category and h[2].cls == turn]
    return min(same, key=lambda h: h[:2])[2] if same else first


def call_next(day: Day, ask: Ask, c: do.CallNext) -> Decision:
    """The next visitor to a window. With `finish` the present service ends in the same stroke."""
    running(day)
    window = held(day, ask, c.window)
    present = day.present(window)
    if c.finish and present is not None:
        return _finish_and_call(day, ask, c, window, present)
    ready_to_call(day, window)
    ticket = next_for(day, window)
    if ticket is None:
        raise NotNow("nobody_waits", window=c.window)
    return Decision((_call(ticket, ask, c.window),), about(ticket, c.window))


def _finish_and_call(day: Day, ask: Ask, c: do.CallNext, window: Window, present: Ticket) -> Decision:
    in_state(present, SERVING)
    finished = finish_events(day, ask, present, c.outcomes)
    with supposing(day, ask, finished):
        ticket = next_for(day, window) if day.windows[c.window].state == OPEN else None
    if ticket is None:
        why = "window_paused" if window.pausing or window.state != OPEN else "nobody_waits"
        return Decision(finished, Answer(window=c.window, detail=why))
    return Decision((*finished, _call(ticket, ask, c.window)), about(ticket, c.window))


def _call(ticket: Ticket, ask: Ask, window: int, reason: str = "", passed_over: int = 0) -> ev.Called:
    return ev.Called(
        ticket=ticket.id, window=window, clerk=ask.by, out_of_order=reason, passed_over=passed_over
    )


def call_number(day: Day, ask: Ask, c: do.CallNumber) -> Decision:
    """Call a number out of order: a picked reason, and those passed over are counted."""
    running(day)
    window = held(day, ask, c.window)
    ready_to_call(day, window)
    ticket = day.by_number(c.number)
    in_state(ticket, WAITING)
    other = day.elsewhere(ticket)
    if other is not None:
        raise Conflict("visitor_elsewhere", number=other.number, window=other.window or 0)
    reason = picked(day, "out_of_order", c.reason)
    passed = day.line.before(ticket.category, ticket.key)
    return Decision((_call(ticket, ask, c.window, reason, passed),), about(ticket, c.window))


def recall(day: Day, ask: Ask, c: do.Recall) -> Decision:
    """Call the same visitor again."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, CALLED)
    window = at_own_window(day, ask, ticket)
    return Decision((ev.Recalled(ticket=ticket.id, window=window.number),), about(ticket))


def spoken(day: Day, ask: Ask, c: do.Spoken) -> Decision:
    """A voice has spoken a call; a call already noted, or taken back, is stale."""
    ticket = day.ticket(c.ticket)
    call = next((u for u in ticket.calls if u.seq == c.call), None)
    if call is None or call.spoken_at is not None:
        raise Conflict("stale")
    return Decision((ev.CallSpoken(ticket=c.ticket, call=c.call, spoken_at=c.spoken_at),), about(ticket))


def sound_state(day: Day, ask: Ask, c: do.SoundState) -> Decision:
    """A voice zone is broken, or works again."""
    if (c.zone in day.now.broken_zones) == c.broken:
        raise Conflict("stale")
    return Decision((ev.SoundChanged(zone=c.zone, broken=c.broken),), Answer())


# --- nobody comes ------------------------------------------------------------------------


def mark_absent(day: Day, ask: Ask, c: do.MarkAbsent) -> Decision:
    """过号, never automatic: after enough calls were heard and a pause; at lunch it does not count (D4)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, CALLED)
    window = at_own_window(day, ask, ticket)
    _gate(day, ticket, ask.at)
    if away_at_lunch(day, ticket, ask.at):
        reference, due = place_after(day, ticket, ask.at)
        back = ev.SetBack(ticket=ticket.id, reference=reference, due=due)
        return Decision((back,), about(ticket, detail="set_back"))
    misses = ticket.misses + 1
    void = misses >= day.plan.rules.max_misses
    events: tuple[ev.AnyEvent, ...] = (ev.Missed(ticket=ticket.id, misses=misses, void=void),)
    return Decision(events, about(ticket, window.number, detail="void" if void else "missed"))


def _gate(day: Day, ticket: Ticket, now: int) -> None:
    opens = miss_opens_at(day, ticket)
    if opens is None:
        heard = len(heard_at(day, ticket))
        raise NotNow(
            "calls_missing", number=ticket.number, heard=heard, needed=day.plan.rules.calls_before_miss
        )
    if ticket.found_until is not None and now < ticket.found_until:
        raise NotNow("found_held", number=ticket.number, until=ticket.found_until)
    if now < opens:
        raise NotNow("miss_too_early", number=ticket.number, since=opens)


def away_at_lunch(day: Day, ticket: Ticket, now: int) -> bool:
    """Whether a visitor may still be at lunch: the number is older than its end, and the grace not over."""
    grace = day.plan.rules.lunch_grace
    return any(
        start <= now < end + grace and ticket.taken_at < end for start, end in lunches(day.plan, day.date)
    )


def place_after(day: Day, ticket: Ticket, now: int) -> tuple[int, int]:
    """The (reference, due) behind the third who waits, or behind the last of fewer.

    Never later than a visitor who takes a ticket now would stand.
    """
    line, rules = day.line, day.plan.rules
    place = line.nth(ticket.category, rules.reinsert_after) or line.last(ticket.category)
    fresh = due_in(day, ticket.category, ticket.cls, now)
    due = fresh if place is None else min(place[0], fresh)
    return now - (fresh - due), due


def found(day: Day, ask: Ask, c: do.Found) -> Decision:
    """已找到: somebody brings the visitor (D13)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, CALLED)
    until = ask.at + day.plan.rules.found_hold
    return Decision((ev.WasFound(ticket=ticket.id, until=until),), about(ticket))


def return_missed(day: Day, ask: Ask, c: do.ReturnMissed) -> Decision:
    """A missed visitor is back within the hold: placed behind the third who waits."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, MISSED)
    used = hold_used(day, ticket, ask.at)
    if used > day.plan.rules.hold:
        raise NotNow("hold_over", number=ticket.number, minutes=used // 60_000)
    reference, due = place_after(day, ticket, ask.at)
    ahead = day.line.before(ticket.category, (due, day.seq + 1))
    returned = ev.Returned(ticket=ticket.id, reference=reference, due=due)
    return Decision((returned,), Answer(ticket=ticket.id, number=ticket.number, ahead=ahead))


def hold_lapsed(day: Day, ask: Ask, c: do.HoldLapsed) -> Decision:
    """过号超时, brought about by time alone."""
    ticket = day.ticket(c.ticket)
    if ticket.state != MISSED or hold_used(day, ticket, ask.at) <= day.plan.rules.hold:
        raise Conflict("stale")
    return Decision((ev.HoldExpired(ticket=ticket.id),), about(ticket))


def people_ahead(day: Day, ticket: Ticket) -> int | None:
    """The waiting tickets of its category with an earlier place; None unless it stands in line."""
    return day.line.before(ticket.category, ticket.key) if ticket.in_line else None


def why_ahead(day: Day, ticket: Ticket) -> dict[str, int]:
    """Those ahead by why they are ahead: ``booked``, ``priority``, ``earlier``, ``returned``."""
    if not ticket.in_line:
        return {}
    counts = {cls: day.line.before_in(ticket.category, cls, ticket.key) for cls in CLASSES}
    back = [day.tickets[id] for id in day.line.returned.get(ticket.category, ())]
    returned = [t for t in back if t.key < ticket.key]
    for t in returned:
        counts[t.cls] -= 1
    earlier = counts[ORDINARY] + (counts.pop(ticket.cls) if ticket.cls != ORDINARY else 0)
    why = {"booked": counts.get("booked", 0), "priority": counts.get("priority", 0)}
    return why | {"earlier": earlier, "returned": len(returned)}
