"""Serving: start, finish, send on, park, cancel, and taking the last act back."""

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
    in_state,
    park_until,
    picked,
    running,
)
from queue_server.hall.matters import finish_events
from queue_server.hall.model import CALLED, CLOSED, MISSED, PARKED, SERVING, WAITING, Answer, Ticket
from queue_server.hall.plan import MINUTE, ORDINARY, PRIORITY
from queue_server.hall.refusals import Conflict, NotYours, Unknown, Unusable


def start(day: Day, ask: Ask, c: do.Start) -> Decision:
    """The visitor is at the window."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, CALLED)
    window = at_own_window(day, ask, ticket)
    return Decision((ev.Started(ticket=ticket.id, window=window.number, clerk=ask.by),), about(ticket))


def finish(day: Day, ask: Ask, c: do.Finish) -> Decision:
    """已办, with an outcome per matter; matters named here for the first time are added (D7)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, SERVING)
    at_own_window(day, ask, ticket)
    return Decision(finish_events(day, ask, ticket, c.outcomes), about(ticket))


def add_matters(day: Day, ask: Ask, c: do.AddMatters) -> Decision:
    """The visitor brought more than the ticket names: one ticket, one call (D7)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, SERVING, CALLED)
    at_own_window(day, ask, ticket)
    new = tuple(dict.fromkeys(m for m in c.matters if m not in ticket.matters))
    for matter in new:
        day.matter(matter)
    if not new:
        raise Conflict("stale")
    return Decision((ev.MattersAdded(ticket=ticket.id, matters=new),), about(ticket))


# --- sending on ----------------------------------------------------------------------------


def transfer(day: Day, ask: Ask, c: do.Transfer) -> Decision:
    """转办: reference, class and number stay; the due is computed anew, so nobody jumps (D1)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, WAITING, CALLED, SERVING)
    if ticket.state != WAITING:
        at_own_window(day, ask, ticket)
    if sum(x is not None for x in (c.category, c.window, c.clerk)) != 1:
        raise Unusable("one_target")
    if c.category is not None:
        return _to_category(day, ticket, c.category, c.note)
    return _direct(day, ticket, c)


def _to_category(day: Day, ticket: Ticket, category: str, note: str) -> Decision:
    day.category(category)
    agreed = day.plan.category(category)
    if agreed is not None and agreed.instant:
        slow = next((matter for matter in day.guides(ticket) if not matter.instant), None)
        if slow is not None:
            raise Unusable("not_instant", matter=slow.id, category=slow.category)
    due = due_in(day, category, ticket.cls, ticket.reference)
    ahead = day.line.before(category, (due, day.seq + 1))
    moved = ev.Transferred(ticket=ticket.id, category=category, due=due, note=note)
    return Decision((moved,), Answer(ticket=ticket.id, number=ticket.number, ahead=ahead))


def _direct(day: Day, ticket: Ticket, c: do.Transfer) -> Decision:
    if c.window is not None:
        window = day.window(c.window)
        if window.state == CLOSED:
            raise Conflict("window_state", window=c.window, state=CLOSED)
    elif day.window_of(c.clerk or "") is None:
        raise Unknown("unknown_clerk", clerk=c.clerk or "")
    directed = ev.Directed(ticket=ticket.id, window=c.window, clerk=c.clerk or "", note=c.note)
    return Decision((directed,), about(ticket, c.window or 0))


def park(day: Day, ask: Ask, c: do.Park) -> Decision:
    """挂起: the visitor fills in a form and comes back to this window (D25)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, CALLED, SERVING)
    at_own_window(day, ask, ticket)
    if not 1 <= c.minutes <= 240:
        raise Unusable("bad_time", at=c.minutes)
    until = ask.at + c.minutes * MINUTE
    return Decision((ev.Parked(ticket=ticket.id, until=until, reason=c.reason),), about(ticket))


def unpark(day: Day, ask: Ask, c: do.Unpark) -> Decision:
    """The parked visitor is back: next at that window, or in line at its key if the window is closed."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, PARKED)
    window = day.windows.get(ticket.window or 0)
    back = ev.Directed(ticket=ticket.id, window=ticket.window, why="park")
    if window is None or window.state == CLOSED:
        return Decision((back, ev.FlowedBack(ticket=ticket.id)), about(ticket, 0))
    return Decision((back,), about(ticket))


def park_lapsed(day: Day, ask: Ask, c: do.ParkLapsed) -> Decision:
    """A parked visitor is overdue: the window is told, nothing is voided."""
    ticket = day.ticket(c.ticket)
    if ticket.state != PARKED or ticket.park_overdue or ask.at < (park_until(day, ticket) or 0):
        raise Conflict("stale")
    return Decision((ev.ParkOverdue(ticket=ticket.id),), about(ticket))


def cancel(day: Day, ask: Ask, c: do.Cancel) -> Decision:
    """Cancelled by its holder, or by staff for a picked reason; one that is called by its own window (S9)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, WAITING, CALLED, PARKED, MISSED)
    if c.staff and ticket.state == CALLED:
        at_own_window(day, ask, ticket)
    reason = picked(day, "cancel", c.reason) if c.staff else ""
    return Decision((ev.Cancelled(ticket=ticket.id, staff=c.staff, reason=reason),), about(ticket, 0))


def change_class(day: Day, ask: Ask, c: do.ChangeClass) -> Decision:
    """Grant priority, or let a visitor fall back to the ordinary due and wait on, without a miss (D19)."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, WAITING, CALLED)
    if c.cls not in (ORDINARY, PRIORITY):
        raise Unusable("unknown_class", cls=c.cls)
    if c.cls == ticket.cls:
        raise Conflict("class_unchanged", number=ticket.number)
    reason = picked(day, "priority", c.reason)
    if ticket.state == CALLED:
        at_own_window(day, ask, ticket)
    due = due_in(day, ticket.category, c.cls, ticket.reference)
    passed = max(
        0, day.line.before(ticket.category, ticket.key) - day.line.before(ticket.category, (due, day.seq))
    )
    changed = ev.ClassChanged(
        ticket=ticket.id, cls=c.cls, due=due, reason=reason, kind=c.kind, passed_over=passed
    )
    if ticket.state == CALLED and c.cls == ORDINARY:
        return Decision((ev.PutBack(ticket=ticket.id, why="unjustified"), changed), about(ticket, 0))
    return Decision((changed,), about(ticket))


# --- taking back ----------------------------------------------------------------------------


def undo(day: Day, ask: Ask, c: do.Undo) -> Decision:
    """Take back a call (unless started), a finish, a miss or a park, within the undo seconds (D22)."""
    running(day)
    ticket = day.ticket(c.ticket)
    undoable = day.undoables.get(ticket.id)
    if undoable is None:
        raise Conflict("nothing_to_undo", number=ticket.number)
    window = day.window(undoable.window)
    if window.clerk != ask.by:
        raise NotYours("not_your_window", window=window.number, clerk=window.clerk)
    if ask.at - undoable.at > day.plan.rules.undo:
        raise Conflict("undo_over", number=ticket.number, seconds=day.plan.rules.undo // 1000)
    if undoable.kind != "call" and window.present:
        raise Conflict("visitor_present", window=window.number, number=day.tickets[window.present].number)
    if undoable.kind != "call" and window.state == CLOSED:
        raise Conflict("window_state", window=window.number, state=CLOSED)
    other = day.elsewhere(ticket)
    if undoable.kind != "call" and other is not None:
        raise Conflict("visitor_elsewhere", number=other.number, window=other.window or 0)
    undone = ev.Undone(ticket=ticket.id, act=undoable.kind, window=undoable.window)
    return Decision((undone,), about(ticket, undoable.window, detail=undoable.kind))
