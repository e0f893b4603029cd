"""An agent's console (全程代办): the tickets of all principals in one list, and new ones taken at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size

from queue_server import wire
from queue_server.console import agent_flows as flows
from queue_server.console.client import HallClient, Unreachable
from queue_server.console.clock import HallClock
from queue_server.console.desk import MOVES, Desk
from queue_server.console.dialogs import Place, Reading
from queue_server.console.keys import FREE, Keys, Why
from queue_server.console.listed import Listed
from queue_server.console.overview_panels import around, at_clock
from queue_server.console.panels import Corner, headline, lines, link_trouble
from queue_server.console.requests import Request
from queue_server.console.scene import AgentScene
from queue_server.console.station import Answered
from queue_server.console.words import fit, say, wide

KEYS = {"help": "f1", "agent_take": "f2", "agent_phone": "f3", "agent_cancel": "f4"}
SOON = 3
"""People ahead from whom on an agent should be near the window."""


def why_not(act: str, scene: AgentScene) -> Why | None:
    """Why an act cannot be done now; None when it can."""
    if act in FREE:
        return None
    if not scene.up or scene.view is None:
        return Why("link")
    if scene.hall is None or scene.me is None:
        return Why("hall")
    if act == "agent_take" and scene.view.held >= scene.view.limit:
        return Why("agent_full", {"limit": scene.view.limit})
    return _on_ticket(act, scene.ticket) if act in ("agent_phone", "agent_cancel") else None


def _on_ticket(act: str, ticket: wire.AgentTicket | None) -> Why | None:
    """What is done with the marked ticket."""
    if ticket is None:
        return Why("no_ticket")
    if act == "agent_phone" or ticket.state in ("waiting", "called", "missed", "parked"):
        return None
    return Why("ticket_over" if ticket.end else "started", {"number": ticket.number})


AGENT = Keys(
    KEYS,
    why_not,
    lambda act, _: act,
    lambda act, scene: say(f"act.{act}", scene.lang),
    (),
    ("help.leave",),
)


class AgentHead(Corner[AgentScene]):
    """The hall, the agent, the clock, and whether the link brings the truth."""

    def draw(self, scene: AgentScene, size: Size) -> Content:
        who = scene.me.name or scene.me.id if scene.me is not None else ""
        return headline(scene, size.width, say("head.agent", scene.lang), who)


class AgentStrip(Corner[AgentScene]):
    """One line for what comes first: no link, who is called, or how many tickets may still be taken."""

    def draw(self, scene: AgentScene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        self.set_class(not scene.up or view is None, "alarm")
        if not scene.up or view is None:
            return Content(fit(f" {link_trouble(scene)}", size.width))
        called = [t for t in view.tickets if t.state == "called"]
        self.set_class(bool(called), "warn")
        told = [say("agent.called", lang, number=t.number, window=t.window or 0) for t in called]
        soon = [t.number for t in view.tickets if t.ahead is not None and t.ahead < SOON]
        if soon:
            told.append(say("agent.soon", lang, numbers=" ".join(soon)))
        room = say("agent.room", lang, held=view.held, limit=view.limit)
        return Content(fit(f" {'   '.join(told) or room}", size.width))


class AgentTickets(Corner[AgentScene]):
    """The day's tickets, those of which something may still come first."""

    def draw(self, scene: AgentScene, size: Size) -> Content:
        tickets, marked = scene.tickets, scene.ticket
        self.border_title = say("panel.agent_tickets", scene.lang, n=len(tickets))
        if marked is None:
            return Content.styled(fit(say("empty.agent_tickets", scene.lang), size.width), "$faint")
        at = tickets.index(marked)
        places = around(at, len(tickets), max(1, size.height))
        return lines(*(self._row(tickets[place], scene, size.width, place == at) for place in places))

    def _row(self, t: wire.AgentTicket, scene: AgentScene, width: int, marked: bool) -> tuple[str, str]:
        lang = scene.lang
        state = say(f"end.{t.end}" if t.end else f"ticket.{t.state}", lang)
        ahead = say("agent.ahead", lang, n=t.ahead) if t.ahead is not None else ""
        where = say("agent.at", lang, window=t.window) if t.window and not t.end else ahead
        text = (
            f"{'>' if marked else ' '}{wide(t.principal, 12)}{wide(t.number, 7)}{wide(state, 14)}"
            f"{wide(where, 14)}{wide(at_clock(t.taken_at, scene), 7)}{scene.category(t.category)}"
        )
        style = "$warning bold" if t.state == "called" else "$faint" if t.end else ""
        return wide(text, width), f"{style} reverse" if marked else style


class AgentDesk(Desk[AgentScene]):
    """The one screen of an agent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *AGENT.bindings(),
        *MOVES,
    ]
    keys = AGENT

    def panels(self) -> ComposeResult:
        """The list, and nothing else."""
        yield AgentHead(id="head")
        yield AgentStrip(id="strip")
        yield AgentTickets(id="cases")


class AgentDeskApp(Listed):
    """The console of an agent."""

    keys = AGENT
    scene: AgentScene

    def __init__(
        self, client: HallClient, lang: str = "zh", theme: str = "dark", clock: HallClock | None = None
    ) -> None:
        super().__init__(client, AgentDesk(), theme, clock)
        self.scene = AgentScene(lang=lang)

    async def look(self) -> wire.AgentTickets:
        """The tickets of all principals."""
        return await self.client.agent_tickets()

    def ids(self) -> tuple[Sequence[str], str]:
        """The tickets' ids, and the marked one."""
        marked = self.scene.ticket
        return [t.ticket for t in self.scene.tickets], marked.ticket if marked is not None else ""

    async def perform(self, act: str) -> Answered | None:
        """Take tickets, or show where the marked one can be followed."""
        if act == "quit":
            await self.end()
            return None
        if act == "agent_phone":
            marked = self.scene.ticket
            if marked is not None:
                title = f"{marked.number}  {marked.principal}"
                await self.push_screen_wait(Reading(self.scene.lang, title, Content(marked.phone)))
            return Answered(act)
        marked = self.scene.ticket
        if act == "agent_cancel":
            request = await flows.give_up(self, marked) if marked is not None else None
            told = await self._given_up(request) if request is not None else ""
        else:
            request = await flows.take(self)
            told = await self._taken(request) if request is not None else ""
        return Answered(act, told=told)

    async def _taken(self, request: Request) -> str:
        """Take what was named. Raises NotDone."""
        if not self.scene.up:
            raise Unreachable(request.path)
        assert isinstance(request.body, wire.TakeForPrincipals)
        taken = (await self.client.take_for_principals(request.body)).tickets
        self.see(view=await self.look())
        return say("did.agent_take", self.scene.lang, numbers="  ".join(t.number for t in taken))

    async def _given_up(self, request: Request) -> str:
        """Give up a ticket. Raises NotDone."""
        done = await self.send(request)
        self.see(view=await self.look())
        return say("did.agent_cancel", self.scene.lang, number=done.number)

    async def shelf(self, title: str, about: str) -> str | None:
        """A principal's reference, typed."""
        return await self.push_screen_wait(Place(self.scene.lang, title, about))
