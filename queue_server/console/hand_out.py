"""A visitor who came for cases: results go out one by one, or the papers that were owed are taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from queue_server import wire
from queue_server.console.choices import Choice
from queue_server.console.client import HallClient
from queue_server.console.requests import Request
from queue_server.console.scene import Scene
from queue_server.console.words import named, say

RECEIVERS = ("self", "agent", "other")
RUNNING = ("accepted", "handling", "supplement")
LEAVE = "leave"


class AtTheExit(Protocol):
    """The clerk, as this flow sees one."""

    client: HallClient

    @property
    def scene(self) -> Scene:
        """What is known right now."""

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def several(
        self, title: str, choices: Sequence[Choice], ticked: Sequence[str]
    ) -> tuple[str, ...] | None:
        """As many of these as are wanted."""

    async def code(self, title: str, about: str) -> str | None:
        """A check code, or nothing."""

    async def send(self, request: Request) -> wire.Done:
        """Ask the hall."""


def to_do(case: wire.CaseLine) -> bool:
    """Whether something can be done for a case now: its result lies here, or it waits for papers."""
    return case.state == "ready" or (case.state in RUNNING and bool(case.owed))


async def serve(ask: AtTheExit, ticket: wire.TicketView) -> bool:
    """Case after case until nothing is left to do; False when the clerk goes back. Raises NotDone."""
    lang = ask.scene.lang
    title = say("title.hand_out", lang, number=ticket.number)
    while cases := [case for case in (await ask.client.cases_of(ticket.id)).cases if to_do(case)]:
        leave = Choice(LEAVE, say("pick.leave_rest", lang))
        picked = await ask.pick(title, [*(choice(case, lang) for case in cases), leave])
        if picked is None:
            return False
        if picked == LEAVE:
            return True
        case = next(each for each in cases if each.id == picked)
        request = await (issue(ask, case) if case.state == "ready" else receive(ask, case))
        if request is not None:
            await ask.send(request)
    return True


def choice(case: wire.CaseLine, lang: str) -> Choice:
    """A case as a line: where its result lies, or what it waits for."""
    place = say("case.shelf", lang, shelf=case.shelf) if case.state == "ready" else "、".join(case.owed)
    return Choice(case.id, f"{case.number}  {named(case.name, lang)}", place)


async def issue(ask: AtTheExit, case: wire.CaseLine) -> Request | None:
    """Hand a result out: to whom, and by the receipt's code or after a look at a document."""
    lang = ask.scene.lang
    title = say("title.issue", lang, number=case.number, shelf=case.shelf)
    receivers = [Choice(each, say(f"receiver.{each}", lang)) for each in RECEIVERS]
    receiver = await ask.pick(title, receivers)
    code = await ask.code(title, say("pick.check_code", lang)) if receiver is not None else None
    if receiver is None or code is None:
        return None
    return Request("hand_out", f"cases/{case.id}/issue", wire.IssueCase(receiver, code))  # type: ignore[arg-type]


async def receive(ask: AtTheExit, case: wire.CaseLine) -> Request | None:
    """Take in papers that were owed; what is not ticked is still missing."""
    title = say("title.received", ask.scene.lang, number=case.number)
    brought = await ask.several(title, [Choice(each, each) for each in case.owed], case.owed)
    if brought is None:
        return None
    still = tuple(each for each in case.owed if each not in brought)
    return Request("case_received", f"cases/{case.id}/received", wire.ReceiveSupplement(still))
