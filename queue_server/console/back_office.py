"""A department's console: its cases by their last day, and every step of the marked one a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size

from queue_server import wire
from queue_server.console import back_flows as flows
from queue_server.console.back_acts import BACK
from queue_server.console.client import HallClient
from queue_server.console.clock import HallClock
from queue_server.console.desk import MOVES, Desk
from queue_server.console.dialogs import Place, Reading
from queue_server.console.listed import Listed
from queue_server.console.overview_panels import around, at_clock
from queue_server.console.panels import Corner, headline, lines, link_trouble
from queue_server.console.scene import BackScene, person
from queue_server.console.station import Answered
from queue_server.console.words import fit, named, say, wide

OPEN = "accepted,handling,supplement,ready"
CLOSED = "issued,returned,withdrawn"
STYLES = {"yellow": "$warning", "orange": "$warning bold", "red": "$error", "unknown": "$faint"}


class BackHead(Corner[BackScene]):
    """The hall, the department, the clock, and whether the link brings the truth."""

    def draw(self, scene: BackScene, size: Size) -> Content:
        me = scene.me
        department = scene.department(me.department) if me is not None and me.department else ""
        who = (me.name or me.id) if me is not None else ""
        return headline(scene, size.width, say("head.back", scene.lang), department, who)


class BackStrip(Corner[BackScene]):
    """One line for what comes first: no link, or how many are late."""

    def draw(self, scene: BackScene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        self.set_class(not scene.up or view is None, "alarm")
        if not scene.up or view is None:
            return Content(fit(f" {link_trouble(scene)}", size.width))
        told = [
            say(f"standing.{each}", lang, n=view.standings[each])
            for each in ("red", "orange", "yellow", "unknown")
            if view.standings.get(each)
        ]
        return Content(fit(f" {'   '.join(told) or say('standing.none', lang)}", size.width))


class CaseList(Corner[BackScene]):
    """The cases, those first whose last day is first; the marked one with all that is owed below."""

    def draw(self, scene: BackScene, size: Size) -> Content:
        lang, view = scene.lang, scene.view
        cases = view.cases if view is not None else ()
        self.border_title = say("panel.closed_cases" if scene.closed else "panel.cases", lang, n=len(cases))
        marked = scene.case
        if marked is None:
            return Content.styled(fit(say("empty.cases", lang), size.width), "$faint")
        at = cases.index(marked)
        places = around(at, len(cases), max(1, size.height))
        return lines(*(self._row(cases[place], scene, size.width, place == at) for place in places))

    def _row(self, case: wire.CaseLine, scene: BackScene, width: int, marked: bool) -> tuple[str, str]:
        lang = scene.lang
        standing = say(f"stands.{case.standing}", lang) if case.standing else ""
        last = case.promised_by or case.legal_by or "-"
        waits = case.stopped and case.state != "supplement"
        state = say("case.stopped", lang) if waits else say(f"stage.{case.state}", lang)
        if case.bound:
            state = say("case.bound", lang, hall=scene.hall_named(case.bound))
        text = (
            f"{'>' if marked else ' '}{wide(case.number, 14)}{wide(fit(state, 10), 11)}{wide(last, 11)}"
            f"{wide(fit(standing, 8), 9)}{named(case.name, lang)}"
        )
        style = STYLES.get(case.standing, "")
        return wide(text, width), f"{style} reverse" if marked else style


class CaseNow(Corner[BackScene]):
    """The marked case: its matter whole, its limits, what is owed, where it lies."""

    def draw(self, scene: BackScene, size: Size) -> Content:
        lang, case = scene.lang, scene.case
        self.border_title = case.number if case is not None else ""
        if case is None:
            return Content("")
        limits = say(
            "case.limits",
            lang,
            promised=case.promised_by or "-",
            legal=case.legal_by or "-",
            on=case.accepted,
        )
        shown = [named(case.name, lang), limits]
        if len({case.hall, case.at, case.exit}) > 1:
            hall, at, exit = (scene.hall_named(each) for each in (case.hall, case.at, case.exit))
            shown.append(say("case.places", lang, hall=hall, at=at, exit=exit))
        if case.owed:
            shown.append(say("case.owed", lang, papers="、".join(case.owed)))
            if case.owed_until:
                shown[-1] += "  " + say("case.until", lang, until=case.owed_until)
        elif case.shelf:
            shown.append(say("case.shelf", lang, shelf=case.shelf))
        elif case.handler:
            shown.append(say("case.handler", lang, who=person(case.handler)))
        return lines(*(fit(each, size.width) for each in shown[: max(1, size.height)]))


class BackOffice(Desk[BackScene]):
    """The one screen of a department."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *BACK.bindings(),
        *MOVES,
    ]

    keys = BACK

    def panels(self) -> ComposeResult:
        """The list, the marked case."""
        yield BackHead(id="head")
        yield BackStrip(id="strip")
        yield CaseList(id="cases")
        yield CaseNow(id="case")


class BackOfficeApp(Listed):
    """The console of a department."""

    keys = BACK
    scene: BackScene

    def __init__(
        self, client: HallClient, lang: str = "zh", theme: str = "dark", clock: HallClock | None = None
    ) -> None:
        super().__init__(client, BackOffice(), theme, clock)
        self.scene = BackScene(lang=lang)

    async def look(self) -> wire.Cases:
        """Every page of the list."""
        state = CLOSED if self.scene.closed else OPEN
        page = await self.client.cases(state)
        found = list(page.cases)
        while page.after:
            page = await self.client.cases(state, page.after)
            found += page.cases
        return replace(page, cases=tuple(found), after="")

    def ids(self) -> tuple[Sequence[str], str]:
        """The cases' ids, and the marked one."""
        scene = self.scene
        cases = scene.view.cases if scene.view is not None else ()
        return [case.id for case in cases], scene.case.id if scene.case is not None else ""

    async def perform(self, act: str) -> Answered | None:
        """Ask what has to be asked, then the hall, and look at the list again."""
        if act == "quit":
            await self.end()
            return None
        if act == "case_closed":
            self.see(closed=not self.scene.closed)
            self.see(view=await self.look())
            return Answered(act)
        if act == "case_history":
            await self._show_history()
            return Answered(act)
        case = self.scene.case
        if act == "case_papers":
            request = await flows.papers(self)
        else:
            request = await flows.FLOWS[act](self, case) if case is not None else None
        if request is None:
            return Answered(act)
        done = await self.send(request)
        self.see(view=await self.look())
        return Answered(request.act, told=say(f"did.{request.act}", self.scene.lang, number=done.number))

    async def _show_history(self) -> None:
        """Everything that happened to the marked case."""
        scene = self.scene
        if scene.case is None:
            return
        known = await self.client.case(scene.case.id)
        rows = [self._told(step) for step in known.steps]
        await self.push_screen_wait(Reading(scene.lang, scene.case.number, lines(*rows)))

    def _told(self, step: wire.CaseStep) -> str:
        lang = self.scene.lang
        detail = self.scene.reason("case", step.detail)
        if step.what in ("opened", "sent"):
            detail = self.scene.hall_named(step.detail)
        return fit(
            f"{at_clock(step.at, self.scene, date=True)}  {wide(fit(say(f'step.{step.what}', lang), 13), 14)}"
            f"{wide(person(step.by), 10)}{detail}",
            70,
        )

    async def shelf(self, title: str, about: str) -> str | None:
        """A place on a shelf, typed."""
        return await self.push_screen_wait(Place(self.scene.lang, title, about))
