"""A manager's console: every window and every line at once, live, and what can be done about them by key."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from kiosk.menu import Guide
from queue_server import wire
from queue_server.console import overview_flows as flows
from queue_server.console.by_hand import Slips, Written, enter_many
from queue_server.console.client import HallClient
from queue_server.console.clock import HallClock
from queue_server.console.desk import MOVES, Desk
from queue_server.console.device_flows import look_after_devices
from queue_server.console.dialogs import Reading
from queue_server.console.edition_flows import look_after_catalogue
from queue_server.console.entry import Form
from queue_server.console.link import LinkEvent
from queue_server.console.overview_acts import FLOOR
from queue_server.console.overview_panels import Alarms, FloorHead, FloorStrip, Lines, Windows, shares_of
from queue_server.console.scene import FloorScene
from queue_server.console.station import Answered, Station
from queue_server.console.words import say

SIDES = {"left": "False", "right": "True", "tab": "None", "shift+tab": "None"}


SIDEWAYS: list[BindingType] = [
    Binding(key, f"app.side({to})", show=False, id=f"side-{key}") for key, to in SIDES.items()
]
"""Tab, left and right change between windows and lines."""


class Floor(Desk[FloorScene]):
    """The one screen of a manager."""

    BINDINGS: ClassVar[list[BindingType]] = [*FLOOR.bindings(), *MOVES, *SIDEWAYS]

    keys = FLOOR

    def panels(self) -> ComposeResult:
        """Windows on the left, lines and alarms on the right."""
        yield FloorHead(id="head")
        yield FloorStrip(id="strip")
        with Horizontal(id="body"):
            yield Windows(id="windows")
            with Vertical(id="right"):
                yield Lines(id="lines")
                yield Alarms(id="alarms")


class OverviewApp(Station):
    """The console of a manager: no window of its own."""

    keys = FLOOR
    scene: FloorScene

    def __init__(
        self, client: HallClient, lang: str = "zh", theme: str = "dark", clock: HallClock | None = None
    ) -> None:
        super().__init__(client, Floor(), theme, clock)
        self.scene = FloorScene(lang=lang)

    def live(self) -> AsyncGenerator[LinkEvent, None]:
        """The floor's state, pushed."""
        return self.client.live_floor()

    def action_move(self, by: int) -> None:
        """Mark another window, or another line."""
        scene = self.scene
        if scene.view is None or scene.window is None or scene.line is None:
            return
        if scene.on_lines:
            letters = [c.category for c in scene.view.categories]
            self.see(at_line=letters[_moved(letters.index(scene.line.category), by, len(letters))])
        else:
            numbers = [w.number for w in scene.view.windows]
            self.see(at_window=numbers[_moved(numbers.index(scene.window.number), by, len(numbers))])

    def action_side(self, on_lines: bool | None) -> None:
        """Move among the windows, or among the lines."""
        self.see(on_lines=not self.scene.on_lines if on_lines is None else on_lines)

    async def perform(self, act: str) -> Answered | None:
        """Ask the manager what has to be asked, then the hall."""
        if act == "quit":
            await self.end()
            return None
        if act == "by_hand":
            count = await enter_many(self, self.client)
            return Answered(act, told=say("did.by_hand", self.scene.lang, n=count) if count else "")
        if act == "devices":
            return Answered(act, told=await look_after_devices(self))
        if act == "catalogue":
            return Answered(act, told=await look_after_catalogue(self))
        if act == "shares":
            lang = self.scene.lang
            await self.read(say("title.shares", lang), shares_of(self.scene))
            return Answered(act)
        request = await flows.request_for(act, self)
        if request is None:
            return Answered(act)
        if request.act == "assign":
            return Answered(act, await flows.assigned(self, request))
        return Answered(request.act, await self.send(request))

    async def enrolments(self) -> wire.Enrolments:
        """The codes that wait for an answer now."""
        return await self.client.enrolments()

    async def editions(self) -> wire.Editions:
        """The editions of the catalogue."""
        return await self.client.editions()

    async def guides(self) -> tuple[Guide, ...]:
        """The guides in force."""
        return await self.client.guides()

    async def preview(self, chosen: wire.ChooseCatalogue) -> wire.CataloguePreview:
        """What a catalogue would change."""
        return await self.client.preview(chosen)

    async def read(self, title: str, text: Content) -> None:
        """Something to read."""
        await self.push_screen_wait(Reading(self.scene.lang, title, text))

    async def devices(self) -> wire.Devices:
        """The hall's devices as they are now."""
        return await self.client.devices()

    # --- asking the manager (overview_flows.Manager, by_hand.AtTheTable) -------------------------

    async def typed(self, title: str, labels: tuple[str, ...], about: str = "") -> tuple[str, ...] | None:
        """Lines that are typed; None when the manager goes back."""
        return await self.form(Form(self.scene.lang, title, labels, about))

    async def slips(self, written: Written, done: tuple[str, ...], about: str) -> Written | None:
        """The next number that was written by hand; None when there is no more."""
        return await self.push_screen_wait(Slips(self.scene, written, done, about))


def _moved(at: int, by: int, count: int) -> int:
    """Where a mark comes to; it stops at both ends."""
    return min(max(0, at + by), count - 1)
