"""The one screen of a console: panels that are all drawn from one scene, and the bar of keys below."""

from __future__ import annotations

from typing import ClassVar, Generic

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from queue_server.console.keys import Keys
from queue_server.console.panels import Corner, Key, Said, Shown

WIDE = 100
"""Cells from which there is room for more than the least."""


STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10, "home": -10_000, "end": 10_000}
MOVES: list[BindingType] = [
    Binding(key, f"app.move({by})", show=False, id=f"move-{key}") for key, by in STEPS.items()
]
"""The keys that move the mark in a list, for a desk that has one."""


class Desk(Screen[None], Generic[Shown]):
    """A screen that shows the scene it was given last. Each kind of console says which panels it has."""

    keys: ClassVar[Keys]

    def __init__(self) -> None:
        super().__init__()
        self._scene: Shown | None = None

    def compose(self) -> ComposeResult:
        """The panels, what came of the last act, the keys."""
        yield from self.panels()
        yield Said(id="said")
        with Horizontal(id="keys"):
            for act in self.keys.table:
                yield Key(act, self.keys)

    def panels(self) -> ComposeResult:
        """Everything above the keys."""
        raise NotImplementedError

    def show(self, scene: Shown) -> None:
        """Draw every panel for this scene."""
        self._scene = scene
        for panel in self.query(Corner):
            panel.scene = scene

    def tell(self, scene: Shown) -> None:
        """Draw that an act is under way, or over: nothing else looks different by it."""
        self._scene = scene
        for said in self.query(Said):
            said.scene = scene

    def count_on(self, scene: Shown) -> None:
        """Draw what the clock alone has changed."""
        self._scene = scene
        for panel in self.query(Corner):
            if panel.counts:
                panel.scene = scene

    def on_mount(self) -> None:
        """The hall may have spoken before there was a panel to show it."""
        if self._scene is not None:
            self.show(self._scene)

    def on_resize(self, event: events.Resize) -> None:
        """A wider terminal shows more."""
        self.set_class(event.size.width >= WIDE, "wide")
