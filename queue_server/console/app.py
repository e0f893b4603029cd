"""A window's console: one screen, live over the network, every act one key."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from queue_server.console import acts, flows, hand_out, matter_flows, seat
from queue_server.console.choices import Choice
from queue_server.console.client import HallClient
from queue_server.console.clock import HallClock
from queue_server.console.desk import Desk
from queue_server.console.dialogs import CaseNumber, CheckCode, Outcomes, Reading
from queue_server.console.guides import told_of
from queue_server.console.link import LinkEvent
from queue_server.console.panels import Aside, Figures, Head, Present, Queue, Strip
from queue_server.console.scene import Scene, person
from queue_server.console.station import Answered, Station
from queue_server.console.words import between, say
from queue_server.wire import Claim, PrintReceipt, TicketView

FLOWS = {**flows.FLOWS, **matter_flows.FLOWS}
"""What is asked before each act that needs it."""


class Counter(Desk[Scene]):
    """The one screen of a window."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *acts.WINDOW.bindings(),
        Binding("space", "app.act('heard')", description="act.heard", tooltip="tip.heard", id="heard"),
    ]

    keys = acts.WINDOW

    def panels(self) -> ComposeResult:
        """The visitor on the left, the queue on the right."""
        yield Head(id="head")
        yield Strip(id="strip")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Present(id="present")
                yield Aside(id="aside")
            with Vertical(id="right"):
                yield Queue(id="queue")
                yield Figures(id="figures")

    def show(self, scene: Scene) -> None:
        """Draw every panel for this scene."""
        super().show(scene)
        view = scene.view
        self.set_class(view is not None and bool(view.missed or view.parked), "some-aside")
        self.set_class(scene.large, "large")


class ConsoleApp(Station):
    """The console of one window."""

    keys = acts.WINDOW
    scene: Scene

    def __init__(
        self,
        client: HallClient,
        window: int,
        lang: str = "zh",
        theme: str = "dark",
        clock: HallClock | None = None,
        large: bool = False,
    ) -> None:
        super().__init__(client, Counter(), theme, clock)
        self.scene = Scene(lang=lang, window=window, large=large)
        self._wants_seat = True
        self._was_seated = False
        self._first_claim = Claim()
        self._summoned_at = 0

    def live(self) -> AsyncGenerator[LinkEvent, None]:
        """The window's state, pushed."""
        return self.client.live(self.scene.window)

    def learned(self) -> None:
        """Claim the window at the start, and again when our claim lapsed; never fight over it."""
        scene = self.scene
        summoned_at = scene.view.summoned_at if scene.view is not None else 0
        if summoned_at > self._summoned_at:
            self.bell()
        self._summoned_at = summoned_at
        if scene.seated:
            self._was_seated = True
        elif self._was_seated and scene.view is not None and scene.view.clerk:
            self._wants_seat = self._was_seated = False
            self.alarm(say("told.taken_over", scene.lang, clerk=person(scene.view.clerk)))
        elif (
            self._wants_seat
            and not scene.busy
            and scene.up
            and scene.me is not None
            and scene.view is not None
        ):
            self.go("claim")

    def over(self, answer: Answered) -> None:
        """Whoever has sat down or left says so by it."""
        if answer.act in ("claim", "release"):
            self._wants_seat = answer.done is not None and answer.act == "claim"
            self._was_seated = False

    async def perform(self, act: str) -> Answered | None:
        """Ask the clerk what has to be asked, then the hall."""
        if acts.meaning(act, self.scene) == "claim":
            claim, self._first_claim = self._first_claim, Claim()
            return Answered("claim", await seat.sit_down(self, self.client, claim))
        if act == "quit":
            return await self._quit()
        if act == "hand_over":
            return await self._hand_over()
        if act == "guide":
            await self._show_guide()
            return Answered(act)
        if act == "receipt":
            return Answered(act, told=await self._print_receipt())
        if act == "finish" and not await self._cases_done():
            return Answered(act)
        if act == "large":
            self.see(large=not self.scene.large)
            return Answered(act)
        request = await flows.request_for(act, self, FLOWS)
        return Answered(act) if request is None else Answered(request.act, await self.send(request))

    async def _quit(self) -> Answered | None:
        """Leave the window or keep it, then end."""
        scene = self.scene
        if scene.seated and scene.up:
            leave = Choice("release", say("pick.quit_release", scene.lang))
            keep = Choice("keep", say("pick.quit_keep", scene.lang))
            picked = await self.pick(say("act.quit", scene.lang), [leave, keep])
            request = await flows.release(self) if picked == "release" else None
            if picked is None or (picked == "release" and request is None):
                return Answered("quit")
            if request is not None:
                await self.send(request)
        await self.end()
        return None

    async def _hand_over(self) -> Answered | None:
        """A colleague signs in here and goes on with the window and its visitor (交接)."""
        scene = self.scene
        present = scene.present
        told = "pick.hand_over_visitor" if present is not None else "pick.hand_over"
        about = say(told, scene.lang, number=present.number if present is not None else "")
        yes = Choice("yes", say("pick.hand_over_yes", scene.lang))
        no = Choice("no", say("pick.stay", scene.lang))
        if await self.pick(say("title.hand_over", scene.lang), [yes, no], about) != "yes":
            return Answered("hand_over")
        await self.client.sign_out()
        self._wants_seat, self._was_seated = True, False
        self._first_claim = Claim(take_over=True, leftover="continue")
        self.see(me=None, view=None, up=False, down="connecting")
        self.begin(say("form.hand_over", scene.lang, window=scene.window))
        return Answered("hand_over")

    async def _show_guide(self) -> None:
        """The guide of one of the present visitor's matters."""
        scene = self.scene
        matters = scene.present.matters if scene.present is not None else ()
        choices = [Choice(id, scene.matter(id)) for id in matters]
        title = say("title.guide", scene.lang)
        picked = matters[0] if len(matters) == 1 else await self.pick(title, choices)
        earlier = (
            scene.present.edition if scene.present and picked in {m.id for m in scene.guides()} else None
        )
        guide = await self.client.guide(picked, earlier) if picked is not None else None
        if guide is not None:
            name, text = scene.matter(guide.id), told_of(guide, scene.lang)
            await self.push_screen_wait(Reading(scene.lang, name, text))

    async def _cases_done(self) -> bool:
        """Whether a visitor who came for cases has been served with them; True for any other visitor."""
        present = self.scene.present
        return present is None or not present.cases or await hand_out.serve(self, present)

    async def _print_receipt(self) -> str:
        """Print the receipt of the present visitor's cases, in the visitor's language."""
        present = self.scene.present
        if present is None:
            return ""
        printed = await self.client.print_receipt(present.id, PrintReceipt(language=present.language))
        lang, number, shown = self.scene.lang, present.number, printed.shown
        if shown is None:
            return say("did.receipt_again" if printed.again else "did.receipt", lang, number=number)
        if not shown.cases:
            return say("did.receipt_failed", lang, number=number)
        cases = between(lang).join(case.number for case in shown.cases)
        return say("did.receipt_shown", lang, cases=cases, code=shown.code)

    async def case_number(self, title: str, about: str) -> str | None:
        """The number of a case on a receipt, or "" without one; None when the clerk goes back."""
        return await self.push_screen_wait(CaseNumber(self.scene.lang, title, about))

    async def code(self, title: str, about: str) -> str | None:
        """A receipt's check code, or "" where a document was looked at; None when the clerk goes back."""
        return await self.push_screen_wait(CheckCode(self.scene.lang, title, about))

    async def outcomes(self, ticket: TicketView) -> dict[str, str] | None:
        """The result of each matter; None when the clerk goes back (flows.Ask)."""
        return await self.push_screen_wait(Outcomes(self.scene, ticket))
