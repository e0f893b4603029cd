"""Agents (全程代办): one person who takes tickets for several principals, all at once if wanted.

A principal is named by the agent's own reference, whose form has no room for a name, an identity number or a
telephone number: who that is stands in the agent's papers, never in the log. An agent is one person, so their
tickets are one visit: while one is called the others are skipped, not missed. An agent gives up the own
tickets alone.
"""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, running
from queue_server.hall.evolve import supposing
from queue_server.hall.joint import wished
from queue_server.hall.model import DONE, HOLD_OVER, VOID_MISSED, Answer, Ticket
from queue_server.hall.plan import ORDINARY
from queue_server.hall.refusals import Conflict, NotYours, Unusable
from queue_server.hall.serving import cancel
from queue_server.hall.taking import LIVE, issue, known_language, may_issue

REFERENCE = re.compile(r"[A-Z]{1,4}-?[0-9]{1,6}", re.ASCII)


class Errand(msgspec.Struct, frozen=True):
    """One principal's wish: `ticket` is the id that its number will have."""

    ticket: str
    principal: str
    category: str
    matters: tuple[str, ...] = ()


class TakeForPrincipals(Command, frozen=True):
    """An agent takes a ticket for each of these, or none at all."""

    errands: tuple[Errand, ...]
    language: str = "zh"


class GiveUpErrand(Command, frozen=True):
    """An agent gives up a ticket that they took for a principal."""

    ticket: str


def take_for_principals(day: Day, ask: Ask, c: TakeForPrincipals) -> Decision:
    """All tickets of one wish; the answer's detail are their ids, in order."""
    running(day)
    known_language(day, c.language)
    held = held_by(day, ask.by)
    limit = day.plan.rules.agent_tickets
    if not c.errands or len(held) + len(c.errands) > limit:
        raise Conflict("agent_full", limit=limit, held=len(held))
    visit = held[0].visit if held else c.errands[0].ticket
    taken: list[ev.AnyEvent] = []
    for errand in c.errands:
        with supposing(day, ask, taken):
            taken.append(_take(day, ask, errand, visit, c.language))
    first = taken[0]
    assert isinstance(first, ev.TicketTaken)
    ids = ",".join(errand.ticket for errand in c.errands)
    return Decision(tuple(taken), Answer(ticket=first.ticket, number=first.number, detail=ids))


def _take(day: Day, ask: Ask, errand: Errand, visit: str, language: str) -> ev.TicketTaken:
    if not REFERENCE.fullmatch(errand.principal):
        raise Unusable("bad_principal")
    day.category(errand.category)
    joint, matters = wished(day, errand.category, errand.matters)
    for other in held_by(day, ask.by):
        if (other.principal, other.category) == (errand.principal, errand.category):
            raise Conflict("principal_waiting", principal=errand.principal, number=other.number)
    may_issue(day, errand.category, ORDINARY, ask.at)
    return issue(
        day,
        ask.at,
        errand.ticket,
        errand.category,
        ORDINARY,
        ask.at,
        visit,
        matters,
        language,
        "agent",
        agent=ask.by,
        principal=errand.principal,
        joint=joint,
    )[0]


def give_up_errand(day: Day, ask: Ask, c: GiveUpErrand) -> Decision:
    """As its holder would: the agent holds it."""
    if day.ticket(c.ticket).agent != ask.by:
        raise NotYours("not_allowed")
    return cancel(day, ask, do.Cancel(c.ticket))


def held_by(day: Day, agent: str) -> list[Ticket]:
    """The tickets of an agent of which something may still come, in the order in which they were taken."""
    return [t for t in day.tickets.values() if t.agent == agent and t.state in LIVE]


class AgentFigures(msgspec.Struct, frozen=True):
    """What agents brought, apart from what people brought themselves; all of it is in the hall's figures too.

    `principals` counts references, each of one agent: two agents' equal references are two principals.
    """

    issued: int
    done: int
    abandoned: int
    agents: int
    principals: int


def agent_figures(day: Day) -> AgentFigures:
    """The day's tickets that agents took."""
    brought = [t for t in day.tickets.values() if t.agent]
    ends = Counter(t.end for t in brought)
    return AgentFigures(
        issued=len(brought),
        done=ends[DONE],
        abandoned=ends[VOID_MISSED] + ends[HOLD_OVER],
        agents=len({t.agent for t in brought}),
        principals=len({(t.agent, t.principal) for t in brought}),
    )
