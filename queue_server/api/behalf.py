"""Agents over HTTP: tickets for their principals, taken at once and looked after together."""

from __future__ import annotations

from queue_server import wire
from queue_server.access.principals import AGENT
from queue_server.api.calls import Call
from queue_server.api.live import data_at
from queue_server.api.tickets import address, new_ticket
from queue_server.hall.behalf import Errand, TakeForPrincipals, held_by
from queue_server.hall.calling import people_ahead
from queue_server.hall.day import Day
from queue_server.hall.model import Answer, Ticket


async def take(call: Call) -> wire.AgentTickets:
    """Take a ticket for each principal, or none at all."""
    body = await call.body(wire.TakeForPrincipals)
    errands = tuple(Errand(new_ticket(), e.principal, e.category, e.matters) for e in body.errands)

    def taken(day: Day, answer: Answer) -> wire.AgentTickets:
        return _told(call, day, [day.ticket(id) for id in answer.detail.split(",")])

    return await call.change_and_look(TakeForPrincipals(errands, body.language), taken)


async def show(call: Call) -> wire.AgentTickets:
    """Today's tickets of the agent who asks; for who looks after the hall those of every agent."""
    own = call.principal.role == AGENT

    def brought(day: Day) -> wire.AgentTickets:
        mine = (t for t in day.tickets.values() if t.agent and (not own or t.agent == call.principal.id))
        return _told(call, day, list(mine))

    return await call.hall.look(brought, call.at_least)


def _told(call: Call, day: Day, tickets: list[Ticket]) -> wire.AgentTickets:
    return wire.AgentTickets(
        tickets=tuple(_line(call, day, t) for t in tickets),
        held=len(held_by(day, call.principal.id)),
        limit=day.plan.rules.agent_tickets,
        data_at=data_at(call.hall, call.hall.today()),
    )


def _line(call: Call, day: Day, t: Ticket) -> wire.AgentTicket:
    return wire.AgentTicket(
        ticket=t.id,
        number=t.number,
        agent=t.agent,
        principal=t.principal,
        category=t.category,
        matters=t.matters,
        state=t.state,
        end=t.end,
        ahead=people_ahead(day, t),
        window=t.window,
        taken_at=t.taken_at,
        phone=address(call, t.id) if t.agent == call.principal.id else "",
    )
