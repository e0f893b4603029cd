"""Agents over HTTP: tickets for their principals, taken at once and looked after together."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from queue_server import wire
from queue_server.access.principals import AGENT, Principal, See
from queue_server.api.calls import Call
from queue_server.api.live import PREFIX, Live, data_at, only_a_socket, to_people
from queue_server.api.tickets import done, new_ticket, phone_page
from queue_server.api.who import Halls
from queue_server.desk.hall import Hall
from queue_server.hall.behalf import Errand, GiveUpErrand, TakeForPrincipals, held_by
from queue_server.hall.calling import people_ahead
from queue_server.hall.day import Day
from queue_server.hall.expecting import expect, shown
from queue_server.hall.model import Answer, Ticket

SOCKET = "/agent-tickets/live"


async def take(call: Call) -> wire.AgentTickets:
    """Take a ticket for each principal, or none at all."""
    body = await call.body(wire.TakeForPrincipals)
    errands = tuple(Errand(new_ticket(), e.principal, e.category, e.matters) for e in body.errands)
    tell = _Teller(call.halls, call.hall, call.principal)

    def taken(day: Day, answer: Answer) -> wire.AgentTickets:
        tickets = [day.ticket(id) for id in answer.detail.split(",")]
        return tell(day, tickets, data_at(call.hall, call.hall.today()))

    return await call.change_and_look(TakeForPrincipals(errands, body.language), taken)


async def give_up(call: Call) -> wire.Done:
    """An agent gives up one of the own tickets."""
    await call.body(wire.Nothing)
    return done(await call.change(GiveUpErrand(call.params["id"])))


async def show(call: Call) -> wire.AgentTickets:
    """Today's tickets of the agent who asks; for who looks after the hall those of every agent."""
    tell = _Teller(call.halls, call.hall, call.principal)

    def brought(day: Day) -> wire.AgentTickets:
        return tell(day, tell.brought(day), data_at(call.hall, call.hall.today()))

    return await call.hall.look(brought, call.at_least)


class _Teller:
    """Tells somebody of the tickets that agents took: an agent of the own ones."""

    def __init__(self, halls: Halls, hall: Hall, who: Principal) -> None:
        self._halls = halls
        self._hall = hall
        self._who = who
        self._own = who.role == AGENT

    def brought(self, day: Day) -> list[Ticket]:
        """The day's tickets that concern who asks."""
        return [t for t in day.tickets.values() if t.agent and (not self._own or t.agent == self._who.id)]

    def __call__(self, day: Day, tickets: list[Ticket], at: int) -> wire.AgentTickets:
        return wire.AgentTickets(
            tickets=tuple(self._line(day, t) for t in tickets),
            held=len(held_by(day, self._who.id)) if self._own else 0,
            limit=day.plan.rules.agent_tickets,
            data_at=at,
            seq=day.seq,
        )

    def _line(self, day: Day, t: Ticket) -> wire.AgentTicket:
        ahead = people_ahead(day, t)
        # Who was an agent this morning looks on now, and one view is made for all who look on.
        own = self._own and t.agent == self._who.id
        return wire.AgentTicket(
            ticket=t.id,
            number=t.number,
            agent=t.agent,
            principal=t.principal,
            category=t.category,
            matters=t.matters,
            state=t.state,
            end=t.end,
            ahead=ahead,
            window=t.window,
            taken_at=t.taken_at,
            phone=phone_page(self._halls, self._hall, t.id) if own else "",
            expected=shown(expect(day, t.category, t.cls, ahead, self._hall.clock())) if ahead else None,
        )


def routes(halls: Halls, live: Live) -> list[BaseRoute]:
    """The socket of whoever takes tickets for principals."""

    def view(websocket: WebSocket, hall: Hall, who: Principal) -> Awaitable[None]:
        tell = _Teller(halls, hall, who)
        # An agent sees the own tickets with their secrets, nobody else does.
        name = f"agent-tickets/{hall.id}/{who.id if who.role == AGENT else ''}"
        return live.serve(websocket, hall, name, lambda day, at: tell(day, tell.brought(day), at))

    show = to_people(halls, live, See.AGENT_TICKETS, view)
    return [WebSocketRoute(PREFIX + SOCKET, show), Route(PREFIX + SOCKET, only_a_socket)]
