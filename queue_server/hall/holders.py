"""What a ticket's holder asks for: let others pass for a while, and say how it was, there or by phone."""

from __future__ import annotations

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, about, in_state, running
from queue_server.hall.model import DONE, ENDED, LEVELS, WAITING
from queue_server.hall.refusals import Conflict, NotNow, Unusable


def let_pass(day: Day, ask: Ask, c: do.LetPass) -> Decision:
    """再等我10分钟: the holder keeps the place and is not called meanwhile; others are.

    Nothing counts against the visitor. How long and how often, the hall says.
    """
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, WAITING)
    rules = day.plan.rules
    if rules.let_pass is None or ticket.passes >= rules.let_pass_times:
        raise NotNow(
            "let_pass_over", number=ticket.number, times=rules.let_pass_times if rules.let_pass else 0
        )
    if ticket.passing_until is not None:
        raise Conflict("stale")
    return Decision((ev.LetPass(ticket=ticket.id, until=ask.at + rules.let_pass),), about(ticket))


def ready(day: Day, ask: Ask, c: do.ReadyAgain) -> Decision:
    """The holder is back earlier: whoever is free may call at once."""
    running(day)
    ticket = day.ticket(c.ticket)
    if ticket.passing_until is None:
        raise Conflict("stale")
    return Decision((ev.ReadyAgain(ticket=ticket.id),), about(ticket))


def pass_lapsed(day: Day, ask: Ask, c: do.PassLapsed) -> Decision:
    """The time for which others were let pass is over."""
    ticket = day.ticket(c.ticket)
    if ticket.passing_until is None or ask.at < ticket.passing_until:
        raise Conflict("stale")
    return Decision((ev.ReadyAgain(ticket=ticket.id),), about(ticket))


def rate(day: Day, ask: Ask, c: do.Rate) -> Decision:
    """好差评: one of five levels, once for each service, for whoever finished it (D16)."""
    running(day)
    ticket = day.ticket(c.ticket)
    if c.level not in LEVELS:
        raise Unusable("unknown_level", level=c.level)
    if ticket.rated:
        raise Conflict("rated_already", number=ticket.number)
    in_state(ticket, ENDED)
    if ticket.end != DONE or not ticket.stations:
        raise Conflict("not_served", number=ticket.number)
    clerk = ticket.stations[-1].clerk
    return Decision((ev.Rated(ticket=ticket.id, level=c.level, clerk=clerk),), about(ticket))


def rate_at_window(day: Day, ask: Ask, c: do.RateAtWindow) -> Decision:
    """The same on a window's pad: only a service that ended there, whatever the pad says."""
    ticket = day.ticket(c.ticket)
    if ticket.stations and ticket.stations[-1].window != c.window:
        raise Conflict("not_served_here", number=ticket.number, window=c.window)
    return rate(day, ask, do.Rate(c.ticket, c.level))
