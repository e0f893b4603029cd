"""Agents (全程代办): the tickets that one person takes for several principals."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.menu import Between
from queue_server.wire.words import Code, Codes

Principal = Annotated[str, Meta(pattern=r"^[A-Z]{1,4}-?[0-9]{1,6}$(?!\n)")]
"""An agent's own reference to somebody: no room for a name, an identity number or a telephone number."""

# --- what clients send -------------------------------------------------------------


class Errand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket for one principal."""

    principal: Principal
    category: Code
    matters: Codes = ()


class TakeForPrincipals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take a ticket for each of these, or, where one of them is refused, none."""

    errands: Annotated[tuple[Errand, ...], Meta(min_length=1, max_length=50)]
    language: Code = "zh"


# --- what the server answers --------------------------------------------------------


class AgentTicket(msgspec.Struct, frozen=True):
    """A ticket that an agent took, and for whom. `phone` is its page's address, for that agent alone;
    `expected` from when to when (ms) its call is expected, where that is known."""

    ticket: str
    number: str
    agent: str
    principal: str
    category: str
    matters: tuple[str, ...]
    state: str
    end: str
    ahead: int | None
    window: int | None
    taken_at: int
    phone: str = ""
    expected: Between | None = None


class AgentTickets(msgspec.Struct, frozen=True, tag="agent_tickets"):
    """Today's tickets of an agent (or of all, for who looks after the hall); `limit` may be held at once.

    Pushed whole: the newest `seq`/`data_at` wins.
    """

    tickets: tuple[AgentTicket, ...]
    held: int
    limit: int
    data_at: int
    seq: int = 0


class AgentsNow(msgspec.Struct, frozen=True):
    """What agents brought today, apart: tickets, those served, those given up, agents, their principals."""

    issued: int = 0
    done: int = 0
    abandoned: int = 0
    agents: int = 0
    principals: int = 0
