"""What has to be picked before an agent's acts, and the request that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from queue_server import wire
from queue_server.console.choices import Choice, labelled
from queue_server.console.requests import Request
from queue_server.console.scene import AgentScene
from queue_server.console.words import named, say

NEXT, TAKE, ANY = "next", "take", "any"
YES, NO = "yes", "no"


class ForPrincipals(Protocol):
    """An agent, as a flow sees one. Every answer is None when they go back."""

    scene: AgentScene

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def shelf(self, title: str, about: str) -> str | None:
        """A principal's reference: letters, digits and dashes."""


async def take(ask: ForPrincipals) -> Request | None:
    """Principal after principal until all are named; nothing where the agent goes back."""
    scene, view = ask.scene, ask.scene.view
    room = view.limit - view.held if view is not None else 0
    errands: list[wire.Errand] = []
    while len(errands) < room:
        errand = await _errand(ask, errands)
        if errand is None:
            return None
        errands.append(errand)
        about = "  ".join(f"{e.principal} {scene.category(e.category)}" for e in errands)
        ends = [Choice(TAKE, say("pick.agent_now", scene.lang, n=len(errands)))]
        if len(errands) < room:
            ends.append(Choice(NEXT, say("pick.agent_next", scene.lang)))
        picked = await ask.pick(say("title.agent_take", scene.lang), ends, about)
        if picked is None:
            return None
        if picked == TAKE:
            break
    body = wire.TakeForPrincipals(tuple(errands))
    return Request("agent_take", "agent-tickets", body) if errands else None


async def _errand(ask: ForPrincipals, known: Sequence[wire.Errand]) -> wire.Errand | None:
    """One principal's wish: the reference, the category, the matter if it is known."""
    lang, hall = ask.scene.lang, ask.scene.hall
    title = say("title.agent_take", lang)
    if len(known) > 0:
        title = f"{title}  {len(known) + 1}"
    principal = await ask.shelf(title, say("pick.principal", lang))
    if principal is None or hall is None:
        return None
    category = await ask.pick(title, labelled(hall.categories, lang), principal)
    if category is None:
        return None
    matters = [Choice(m.id, named(m.name, lang)) for m in hall.matters if m.category == category]
    if not matters:
        return wire.Errand(principal, category)
    picked = await ask.pick(title, [*matters, Choice(ANY, say("pick.no_matter", lang))], principal)
    if picked is None:
        return None
    return wire.Errand(principal, category, () if picked == ANY else (picked,))


async def give_up(ask: ForPrincipals, ticket: wire.AgentTicket) -> Request | None:
    """The marked ticket is given up: its place is lost, so it is asked once more."""
    lang = ask.scene.lang
    about = f"{ticket.number}  {ticket.principal}  {ask.scene.category(ticket.category)}"
    choices = [Choice(NO, say("pick.keep_ticket", lang)), Choice(YES, say("pick.give_up", lang))]
    if await ask.pick(say("act.agent_cancel", lang), choices, about) != YES:
        return None
    return Request("agent_cancel", f"agent-tickets/{ticket.ticket}/cancel")
