"""A window's console: one screen, live over the network, every act one key.

Workers talk to the hall and post messages; only message handlers change what is shown. One act
is in flight at a time; a second press is refused with a word, and nothing waits behind a dead link.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

import msgspec
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen

from queue_server.console import acts, flows, seat
from queue_server.console.answers import not_done, outcome
from queue_server.console.choices import Choice
from queue_server.console.client import HallClient, NotDone, Refused, Unreachable
from queue_server.console.clock import HallClock
from queue_server.console.dialogs import Help, Number, Outcomes, Pick
from queue_server.console.entry import Form, enter
from queue_server.console.link import LinkDown, LinkEvent, LinkUp
from queue_server.console.panels import Aside, Figures, Head, Key, Panel, Present, Queue, Said, Strip
from queue_server.console.scene import Scene, person
from queue_server.console.themes import THEMES
from queue_server.console.words import say
from queue_server.wire import Beat, Done, Hall, TicketView, WhoAmI, WindowView

TICK = 0.25
"""Seconds between two looks at the clock."""
SEEN = 1.5
"""Seconds that an accepted act may take to show in the live view before keys answer again."""
ASK_AGAIN = 2.0
"""Seconds between two attempts to learn about the hall."""
WIDE = 100
"""Cells from which there is room for more than the least."""


class Heard(Message):
    """The live link said something."""

    def __init__(self, event: LinkEvent) -> None:
        super().__init__()
        self.event = event


class Learned(Message):
    """We know the hall and who we are."""

    def __init__(self, hall: Hall, me: WhoAmI) -> None:
        super().__init__()
        self.hall = hall
        self.me = me


class Answered(Message):
    """An act is over: `done` by the hall, not done for `error`, or neither: the clerk went back."""

    def __init__(self, act: str, done: Done | None = None, error: NotDone | None = None) -> None:
        super().__init__()
        self.act = act
        self.done = done
        self.error = error


def _bindings() -> list[BindingType]:
    """Every key with the act's id. Words are in the catalogue, by the same name."""
    keys = {act: f"{key},{acts.ALSO[act]}" if act in acts.ALSO else key for act, key in acts.KEYS.items()}
    return [
        Binding(key, f"app.act('{act}')", description=f"act.{act}", tooltip=f"tip.{act}", id=act)
        for act, key in keys.items()
    ]


class Counter(Screen[None]):
    """The one screen of a window."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    def __init__(self) -> None:
        super().__init__()
        self._scene: Scene | None = None

    def compose(self) -> ComposeResult:
        """The visitor on the left, the queue on the right, the keys below."""
        yield Head(id="head")
        yield Strip(id="strip")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Present(id="present")
                yield Aside(id="aside")
            with Vertical(id="right"):
                yield Queue(id="queue")
                yield Figures(id="figures")
        yield Said(id="said")
        with Horizontal(id="keys"):
            for act in acts.KEYS:
                yield Key(act)

    def show(self, scene: Scene) -> None:
        """Draw every panel for this scene."""
        self._scene = scene
        view = scene.view
        self.set_class(view is not None and bool(view.missed or view.parked), "some-aside")
        for panel in self.query(Panel):
            panel.scene = scene

    def on_mount(self) -> None:
        """The hall may have spoken before there was a panel to show it."""
        if self._scene is not None:
            self.show(self._scene)

    def on_resize(self, event: events.Resize) -> None:
        """A wider terminal shows more."""
        self.set_class(event.size.width >= WIDE, "wide")


class ConsoleApp(App[None]):
    """The console of one window. `theme` is one of ``dark``, ``light`` and ``plain``."""

    CSS_PATH = "console.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", description="act.quit", tooltip="tip.quit", id="quit"),
    ]

    def __init__(
        self,
        client: HallClient,
        window: int,
        lang: str = "zh",
        theme: str = "dark",
        clock: HallClock | None = None,
    ) -> None:
        super().__init__()
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.set_class(theme == "plain", "plain")
        self.client = client
        self.scene = Scene(lang=lang, window=window)
        self._clock = clock or HallClock()
        self._counter = Counter()
        self._wants_seat = True
        self._was_seated = False
        self._awaited = 0
        self._answered_at = 0.0

    def get_default_screen(self) -> Screen[Any]:
        """The window's screen."""
        return self._counter

    def on_mount(self) -> None:
        """Listen, learn and keep the time from now on."""
        self._begin()
        self.set_interval(TICK, self._tick)
        self._see()

    # --- signing in -------------------------------------------------------------------------

    def _begin(self, about: str = "") -> None:
        """Listen to the hall, after the clerk has signed in where no token was given."""
        if self.client.known and not about:
            self.run_worker(self._listen(), name="link", group="link", exclusive=True)
        else:
            self.run_worker(self._enter(about), name="door", group="link", exclusive=True)

    async def _enter(self, about: str) -> None:
        if await enter(self, self.client, self.scene.lang, about):
            self.call_next(self._begin)
        else:
            self.exit()

    async def form(self, form: Form) -> tuple[str, str] | None:
        """Two lines that the clerk types; None when the clerk goes away (entry.AtTheDoor)."""
        return await self.push_screen_wait(form)

    # --- what the hall says ---------------------------------------------------------------

    async def _listen(self) -> None:
        async for event in self.client.live(self.scene.window):
            self.post_message(Heard(event))

    async def _learn(self) -> None:
        """Ask about the hall until it answers."""
        while True:
            try:
                learned = Learned(await self.client.hall(), await self.client.me())
            except NotDone as error:
                self.post_message(Answered("learn", error=error))
                await asyncio.sleep(ASK_AGAIN)
            else:
                self.post_message(learned)
                return

    @on(Learned)
    def _know_the_hall(self, message: Learned) -> None:
        self._see(hall=message.hall, me=message.me)
        self._sit_if_wanted()

    @on(Heard)
    def _hear(self, message: Heard) -> None:
        """Take in what the link says. Whatever arrives, the newest state wins."""
        event = message.event
        if isinstance(event, LinkUp):
            self._see(up=True, down="")
            # Names, windows and pick lists hold for a day: whoever was away may have missed its turn.
            self.run_worker(self._learn(), name="hall", group="hall", exclusive=True)
        elif isinstance(event, LinkDown):
            self._see(up=False, down=event.why)
            if event.why == "status 401" and self.client.by_password:
                self._begin(say("form.ended", self.scene.lang))
        elif isinstance(event, Beat):
            self._clock.heard(event.data_at, time.monotonic())
            self._tick()
        elif isinstance(event, WindowView):
            self._clock.heard(event.data_at, time.monotonic())
            self._see(view=event)
            self._release_keys()
            self._sit_if_wanted()

    def _sit_if_wanted(self) -> None:
        """Claim the window at the start, and again when our claim lapsed; never fight over it."""
        scene = self.scene
        if scene.seated:
            self._was_seated = True
        elif self._was_seated and scene.view is not None and scene.view.clerk:
            self._wants_seat = self._was_seated = False
            self._alarm(say("told.taken_over", scene.lang, clerk=person(scene.view.clerk)))
        elif (
            self._wants_seat
            and not scene.busy
            and scene.up
            and scene.me is not None
            and scene.view is not None
        ):
            self._go("claim")

    # --- what the clerk does --------------------------------------------------------------

    def action_act(self, act: str) -> None:
        """A key was pressed."""
        if act == "help":
            self.push_screen(Help(self.scene))
        elif self.scene.busy:
            self._refuse(say("why.busy", self.scene.lang, act=say(f"act.{self.scene.busy}", self.scene.lang)))
        elif (why := acts.why_not(act, self.scene)) is not None:
            self._refuse(why.sentence(self.scene.lang))
        else:
            self._go(act)

    def action_leave(self) -> None:
        """Quit; with a window claimed the clerk says what becomes of it."""
        if isinstance(self.screen, Counter):
            self.action_act("quit")

    def action_help_quit(self) -> None:
        """Ctrl+C copies elsewhere: here it only says how to leave."""
        self._refuse(say("help.leave", self.scene.lang))

    @on(Key.Pressed)
    def _clicked(self, message: Key.Pressed) -> None:
        self.action_act(message.act)

    def _go(self, act: str) -> None:
        self._see(busy=acts.meaning(act, self.scene))
        self.run_worker(self._perform(act), name=act, group="acts")

    async def _perform(self, act: str) -> None:
        """Ask the clerk what has to be asked, then the hall."""
        try:
            if act == "more":
                picked = await self._more()
                if picked is None:
                    self.post_message(Answered(act))
                    return
                act = picked
            if acts.meaning(act, self.scene) == "claim":
                self.post_message(Answered("claim", await seat.sit_down(self, self.client)))
            elif act == "quit":
                await self._quit()
            elif (request := await flows.request_for(act, self)) is None:
                self.post_message(Answered(act))
            else:
                self.post_message(Answered(request.act, await self._send(request)))
        except NotDone as error:
            self.post_message(Answered(act, error=error))

    async def _send(self, request: flows.Request) -> Done:
        # The link may have gone while the clerk was picking: nothing is sent on a guess.
        if not self.scene.up:
            raise Unreachable(request.path)
        return await self.client.act(request.path, request.body)

    async def _more(self) -> str | None:
        scene = self.scene
        choices = []
        for act in flows.MORE:
            why = acts.why_not(act, scene)
            choices.append(
                Choice(act, say(f"tip.{act}", scene.lang), why=why.sentence(scene.lang) if why else "")
            )
        return await self.pick(say("act.more", scene.lang), choices)

    async def _quit(self) -> None:
        """Leave the window or keep it, then end."""
        scene = self.scene
        if scene.seated and scene.up:
            leave = Choice("release", say("pick.quit_release", scene.lang))
            keep = Choice("keep", say("pick.quit_keep", scene.lang))
            picked = await self.pick(say("act.quit", scene.lang), [leave, keep])
            request = await flows.release(self) if picked == "release" else None
            if picked is None or (picked == "release" and request is None):
                self.post_message(Answered("quit"))
                return
            if request is not None:
                await self._send(request)
        with suppress(NotDone):  # the session ends by itself when nobody uses it
            await self.client.sign_out()
        self.exit()

    @on(Answered)
    def _answer(self, message: Answered) -> None:
        """Say what came of an act, and let the keys go when the screen shows it."""
        lang = self.scene.lang
        if message.act == "learn":
            # That the hall cannot be reached is said above already; only a no is news.
            if isinstance(message.error, Refused):
                self._say(not_done(message.error, lang), "warning")
            return
        if message.act in ("claim", "release"):
            self._wants_seat = message.done is not None and message.act == "claim"
            self._was_seated = False
        if message.error is not None:
            self._see(busy="")
            self._alarm(not_done(message.error, lang))
        elif message.done is None:
            self._see(busy="")
        else:
            self._awaited, self._answered_at = message.done.seq, time.monotonic()
            self._say(outcome(message.act, message.done, lang), "information")
            self._release_keys()

    def _release_keys(self) -> None:
        """The last act is over once the view shows it, or has had its time."""
        if not self._awaited:
            return
        view = self.scene.view
        seen = view is not None and view.seq >= self._awaited
        if seen or not self.scene.up or time.monotonic() - self._answered_at > SEEN:
            self._awaited = 0
            self._see(busy="")

    # --- what is shown --------------------------------------------------------------------

    def _tick(self) -> None:
        """Count on, second by second."""
        now = self._clock.now(time.monotonic())
        if now // 1000 != self.scene.now // 1000:
            self._see()
        self._release_keys()

    def _see(self, **changes: object) -> None:
        """The scene as it is from now on, shown."""
        now = self._clock.now(time.monotonic())
        self.scene = msgspec.structs.replace(self.scene, now=now, **changes)
        self._counter.show(self.scene)

    def _refuse(self, why: str) -> None:
        self._say(why, "warning")

    def _alarm(self, what: str) -> None:
        self._say(what, "error")
        self.bell()

    def _say(self, text: str, severity: Any) -> None:
        """Said in one line until the next word; what the clerk did not expect stands out for a while too."""
        style = {"information": "$success", "warning": "$warning", "error": "$error"}[severity]
        self._counter.query_one(Said).said = (text, style)
        self.clear_notifications()
        if severity != "information":
            self.notify(text, severity=severity, timeout=4, markup=False)

    # --- asking the clerk (flows.Ask) -------------------------------------------------------

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit; None when the clerk goes back."""
        return await self.push_screen_wait(Pick(self.scene.lang, title, choices, about))

    async def number(self, title: str, about: str = "") -> str | None:
        """A ticket's number; None when the clerk goes back."""
        return await self.push_screen_wait(Number(self.scene.lang, title, about))

    async def outcomes(self, ticket: TicketView) -> dict[str, str] | None:
        """The result of each matter; None when the clerk goes back."""
        return await self.push_screen_wait(Outcomes(self.scene, ticket))
