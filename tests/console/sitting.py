"""A clerk at a real console over real sockets: what is pressed, and what the screen then says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from textual.pilot import Pilot
from textual.strip import Strip

from queue_server.console.agent_desk import AgentDeskApp
from queue_server.console.app import ConsoleApp
from queue_server.console.back_office import BackOfficeApp
from queue_server.console.client import HallClient
from queue_server.console.dialogs import Dialog
from queue_server.console.overview import OverviewApp
from queue_server.console.panels import Said
from queue_server.console.scene import AgentScene, BackScene, FloorScene, Scene
from queue_server.console.station import Station
from queue_server.store import keys
from tests.api.hall import Served
from tests.waiting import wait_until

PATIENCE = 20.0
"""Seconds (of a loaded machine) after which what should have happened will not."""


class Person:
    """Somebody at a console of whatever kind."""

    app: Station

    def __init__(self, app: Station, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def said(self) -> str:
        """What the console said last."""
        return self.app.desk.query_one(Said).said[0]

    def screen(self) -> str:
        """The whole screen as it stands, in plain text."""
        return text_of(self.app)

    async def press(self, *pressed: str) -> None:
        """Press keys, one after the other, each when the console has taken in the one before."""
        await self.pilot.press(*pressed)

    async def hurry(self, *pressed: str) -> None:
        """Press keys at once, before the console could take in the first."""
        for key in pressed:
            self.app.simulate_key(key)
        await self.pilot.pause()

    async def until(self, look: Callable[[], Any]) -> None:
        """Wait until something is so."""
        await wait_until(look, PATIENCE)

    async def shows(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        await self.until(lambda: text in self.screen())

    async def told(self, text: str) -> None:
        """Wait until the console says a sentence and the keys answer again."""
        await self.until(lambda: text in self.said and not self.app.scene.busy)

    async def asked(self, title: str) -> None:
        """Wait until a question stands on the screen."""
        await self.until(lambda: isinstance(self.app.screen, Dialog) and title in self.app.screen.heading)

    async def does(self, *pressed: str, said: str) -> None:
        """Press a key, answer each question that follows by the next, and wait for the sentence."""
        self._forget_what_was_said()
        *asking, last = pressed
        for key in asking:
            await self.asks(key)
        await self.press(last)
        await self.told(said)

    def _forget_what_was_said(self) -> None:
        """So that a sentence which is waited for is a new one."""
        self.app.desk.query_one(Said).said = ("", "")

    async def asks(self, key: str) -> None:
        """Press a key and wait for the question that it brings, or the next one."""
        before = self.app.screen
        await self.press(key)
        await self.until(lambda: self.app.screen is not before and isinstance(self.app.screen, Dialog))

    async def says(self, *pressed: str, said: str) -> None:
        """Press keys that the console answers by itself, and wait for the sentence."""
        self._forget_what_was_said()
        await self.press(*pressed)
        await self.until(lambda: said in self.said)


class Clerk(Person):
    """Somebody at a window."""

    app: ConsoleApp

    @property
    def scene(self) -> Scene:
        """What the console knows."""
        return self.app.scene

    @property
    def number(self) -> str:
        """The number of the present visitor; "" when there is none."""
        return self.scene.present.number if self.scene.present is not None else ""


class Manager(Person):
    """Somebody who looks after the whole floor."""

    app: OverviewApp

    @property
    def scene(self) -> FloorScene:
        """What the console knows."""
        return self.app.scene

    async def marks(self, window: int) -> None:
        """Move the mark to a window."""
        await self.press("left", "home")
        while self.scene.window is not None and self.scene.window.number < window:
            await self.press("down")
        assert self.scene.window is not None
        assert self.scene.window.number == window

    async def marks_line(self, letter: str) -> None:
        """Move the mark to a line."""
        await self.press("right", "home")
        while self.scene.line is not None and self.scene.line.category != letter:
            await self.press("down")


P = TypeVar("P", bound=Person)


@asynccontextmanager
async def _running(
    who: type[P],
    console: Callable[[HallClient, str], OverviewApp | BackOfficeApp | AgentDeskApp],
    client: HallClient,
    lang: str,
    size: tuple[int, int],
) -> AsyncIterator[P]:
    """Somebody's console while the block runs; it has seen its view, the hall and who sits there."""
    async with client:
        app = console(client, lang)
        async with app.run_test(size=size) as pilot:
            person = who(app, pilot)
            await person.until(lambda: app.scene.view and app.scene.hall and app.scene.me)
            yield person


@asynccontextmanager
async def managing(
    hall: str,
    base: str,
    token: str = "manager",
    *,
    lang: str = "zh",
    size: tuple[int, int] = (80, 24),
    **settings: Any,
) -> AsyncIterator[Manager]:
    """A manager's console while the block runs; it has seen the floor."""
    async with _running(
        Manager, OverviewApp, HallClient(base, hall, token, **settings), lang, size
    ) as manager:
        yield manager


class Officer(Person):
    """Somebody of a department."""

    app: BackOfficeApp

    @property
    def scene(self) -> BackScene:
        """What the console knows."""
        return self.app.scene


@asynccontextmanager
async def at_the_back(
    hall: str, base: str, token: str, *, lang: str = "zh", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Officer]:
    """A department's console while the block runs; it has seen its cases."""
    async with _running(Officer, BackOfficeApp, HallClient(base, hall, token), lang, size) as officer:
        yield officer


class Agent(Person):
    """Somebody who takes tickets for others."""

    app: AgentDeskApp

    @property
    def scene(self) -> AgentScene:
        """What the console knows."""
        return self.app.scene


@asynccontextmanager
async def for_principals(
    hall: str, base: str, token: str, *, lang: str = "zh", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Agent]:
    """An agent's console while the block runs; it has seen the day's tickets."""
    async with _running(Agent, AgentDeskApp, HallClient(base, hall, token), lang, size) as agent:
        yield agent


@asynccontextmanager
async def sitting(
    hall: str, base: str, window: int, token: str = "", *, lang: str = "zh", **settings: Any
) -> AsyncIterator[Clerk]:
    """A console at a window while the block runs; it has seen the hall and taken its seat if it is free."""
    async with at_console(hall, base, window, token, lang=lang, **settings) as clerk:
        await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
        yield clerk


@asynccontextmanager
async def at_console(
    hall: str,
    base: str,
    window: int,
    token: str = "",
    *,
    lang: str = "zh",
    size: tuple[int, int] = (80, 24),
    **settings: Any,
) -> AsyncIterator[Clerk]:
    """A console that was just started, whatever it finds."""
    async with HallClient(base, hall, token or f"clerk{window}", **settings) as client:
        app = ConsoleApp(client, window, lang)
        async with app.run_test(size=size) as pilot:
            yield Clerk(app, pilot)


async def open_window(clerk: Clerk) -> None:
    """Open the window for calling."""
    await clerk.does("f11", said="窗口已开")


async def take(hall: Served, *categories: str, **more: Any) -> list[str]:
    """Visitors take tickets; gives their numbers."""
    numbers = []
    for category in categories:
        answer = await hall.post("kiosk", "tickets", {"category": category, **more})
        assert answer.status_code == 201, answer.text
        numbers.append(answer.json()["number"])
    return numbers


async def state_of(hall: Served, number: str) -> tuple[str, str]:
    """The state and the end of a ticket."""
    found = (await hall.get("floor", f"/numbers/{number}")).json()
    return found["state"], found["end"]


async def log_of(hall: Served) -> list[dict[str, Any]]:
    """The day's log as it is stored."""
    name = keys.day(hall.hall, hall.site.halls[hall.hall].today().state.date)
    return [msgspec.json.decode(entry.body) for entry in await hall.site.store.read(name, 0)]


def text_of(app: Station) -> str:
    """What a terminal would show, without its colours."""
    # Textual has pictures of a screen but no text: these strips are what its pictures are made of.
    strips = app.screen._compositor.render_strips()
    return "\n".join(_line(strip) for strip in strips) + "\n"


def _line(strip: Strip) -> str:
    return strip.text.rstrip()
