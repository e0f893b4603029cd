"""What every console of a hall does: sign in, listen, keep the time, one act at a time.

Workers talk to the hall and post messages; only message handlers change what is shown. One act
is in flight at a time; a second press is refused with a word, and nothing waits behind a dead link.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from queue_server.console.answers import not_done, outcome
from queue_server.console.choices import Choice
from queue_server.console.client import HallClient, NotDone, Refused, Unreachable
from queue_server.console.clock import HallClock
from queue_server.console.desk import Desk
from queue_server.console.dialogs import Find, Help, Number, Pick, Several
from queue_server.console.entry import Form, enter
from queue_server.console.keys import Keys
from queue_server.console.link import LinkDown, LinkEvent, LinkUp
from queue_server.console.panels import Key, Said
from queue_server.console.requests import Request
from queue_server.console.scene import Known
from queue_server.console.themes import THEMES
from queue_server.console.words import say
from queue_server.wire import AgentTickets, Beat, Cases, Done, FloorView, Hall, Printers, WhoAmI, WindowView

TICK = 0.25
"""Seconds between two looks at the clock."""
SEEN = 1.5
"""Seconds that an accepted act may take to show in the live view before keys answer again."""
ASK_AGAIN = 2.0
"""Seconds between two attempts to learn about the hall."""


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
    """An act is over: `done` by the hall, not done for `error`, or neither: whoever asked went back.

    `told` is what came of an act that is more than one request.
    """

    def __init__(
        self, act: str, done: Done | None = None, error: NotDone | None = None, told: str = ""
    ) -> None:
        super().__init__()
        self.told = told
        self.act = act
        self.done = done
        self.error = error


class Station(App[None]):
    """One console. `scene` is what it knows, `keys` what can be done, `desk` the screen that shows it.

    `theme` is one of ``dark``, ``light`` and ``plain``.
    """

    CSS_PATH = Path(__file__).with_name("console.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", description="act.quit", tooltip="tip.quit", id="quit"),
        Binding("ctrl+p", "find", description="act.find", tooltip="tip.find", id="find"),
    ]
    keys: ClassVar[Keys]
    scene: Known

    def __init__(
        self, client: HallClient, desk: Desk[Any], theme: str = "dark", clock: HallClock | None = None
    ) -> None:
        super().__init__()
        self.desk = desk
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.set_class(theme == "plain", "plain")
        self.client = client
        self._clock = clock or HallClock()
        self._awaited = 0
        self._answered_at = 0.0

    def get_default_screen(self) -> Screen[Any]:
        """The desk is all there is, questions apart."""
        return self.desk

    # --- what each console says for itself ----------------------------------------------------

    def live(self) -> AsyncGenerator[LinkEvent, None]:
        """The live link of this console."""
        raise NotImplementedError

    async def perform(self, act: str) -> Answered | None:
        """Ask whoever sits here what has to be asked, then the hall. Raises NotDone."""
        raise NotImplementedError

    def learned(self) -> None:
        """The hall and the person are known now, or the view has changed."""

    def over(self, answer: Answered) -> None:
        """An act is over."""

    # --- running ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Listen, learn and keep the time from now on."""
        self.begin()
        self.set_interval(TICK, self._tick)
        self.see()

    # --- signing in -------------------------------------------------------------------------

    def begin(self, about: str = "") -> None:
        """Listen to the hall, after the clerk has signed in where no token was given.

        With `about` somebody has to sign in anew, and reads why.
        """
        if self.client.known and not about:
            self.run_worker(self._listen(), name="link", group="link", exclusive=True)
        else:
            self.run_worker(self._enter(about), name="door", group="link", exclusive=True)

    async def _enter(self, about: str) -> None:
        if await enter(self, self.client, self.scene.lang, about):
            self.call_next(self.begin)
        else:
            self.exit()

    async def form(self, form: Form) -> tuple[str, ...] | None:
        """Lines that the clerk types; None when the clerk goes away (entry.AtTheDoor)."""
        return await self.push_screen_wait(form)

    # --- what the hall says ---------------------------------------------------------------

    async def _listen(self) -> None:
        async for event in self.live():
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
        self.see(hall=message.hall, me=message.me)
        self.learned()

    @on(Heard)
    def _hear(self, message: Heard) -> None:
        """Take in what the link says. Whatever arrives, the newest state wins."""
        event = message.event
        if isinstance(event, LinkUp):
            self.see(up=True, down="")
            # Names, windows and pick lists hold for a day: whoever was away may have missed its turn.
            self.run_worker(self._learn(), name="hall", group="hall", exclusive=True)
        elif isinstance(event, LinkDown):
            self.see(up=False, down=event.why)
            if event.why == "status 401" and self.client.by_password:
                self.begin(say("form.ended", self.scene.lang))
        elif isinstance(event, Beat):
            self._clock.heard(event.data_at, time.monotonic())
            self._tick()
        elif isinstance(event, WindowView | FloorView | Cases | AgentTickets):
            self._clock.heard(event.data_at, time.monotonic())
            self._keep_up(event)
            self.see(view=event)
            self._release_keys()
            self.learned()

    def _keep_up(self, view: WindowView | FloorView | Cases | AgentTickets) -> None:
        """Learn the hall's matters anew when another edition of the catalogue is in force."""
        hall = self.scene.hall
        if hall is None or isinstance(view, Cases | AgentTickets):
            return
        if view.catalogue != hall.catalogue:
            self.run_worker(self._learn(), name="hall", group="hall", exclusive=True)

    # --- what is done -----------------------------------------------------------------------

    def action_act(self, act: str) -> None:
        """A key was pressed."""
        lang = self.scene.lang
        if act == "help":
            self.push_screen(Help(self.scene, self.keys))
        elif self.scene.busy:
            self._refuse(say("why.busy", lang, act=say(f"act.{self.scene.busy}", lang)))
        elif (why := self.keys.why_not(act, self.scene)) is not None:
            self._refuse(why.sentence(lang))
        else:
            self.go(act)

    def action_leave(self) -> None:
        """Quit, unless a question stands on the screen."""
        if self.screen is self.desk:
            self.action_act("quit")

    def action_find(self) -> None:
        """Every act by its name, unless a question stands on the screen."""
        if self.screen is self.desk:
            self.action_act("find")

    def action_help_quit(self) -> None:
        """Ctrl+C copies elsewhere: here it only says how to leave."""
        self._refuse(say("help.leave", self.scene.lang))

    @on(Key.Pressed)
    def _clicked(self, message: Key.Pressed) -> None:
        self.action_act(message.act)

    def go(self, act: str) -> None:
        """Begin an act."""
        self.see(busy=self.keys.meaning(act, self.scene))
        self.run_worker(self._perform(act), name=act, group="acts")

    async def _perform(self, act: str) -> None:
        answer: Answered | None = Answered(act)
        try:
            chosen = await self._chosen(act)
            if chosen is not None:
                act = chosen
                answer = await self.perform(act)
        except NotDone as error:
            answer = Answered(act, error=error)
        if answer is not None:
            self.post_message(answer)

    async def send(self, request: Request) -> Done:
        """Ask the hall. Raises NotDone."""
        # The link may have gone while somebody was picking: nothing is sent on a guess.
        if not self.scene.up:
            raise Unreachable(request.path)
        for each in request.first:
            await self.client.act(each.path, each.body)
        return await self.client.act(request.path, request.body)

    async def _chosen(self, act: str) -> str | None:
        """The act itself, or the one that was picked where it stands for a list."""
        lang = self.scene.lang
        if act == "more":
            return await self.pick(say("act.more", lang), [self._choice(each) for each in self.keys.more])
        if act == "find":
            every = [*self.keys.table, *self.keys.more]
            choices = [self._choice(each) for each in every if each not in ("help", "more")]
            return await self.push_screen_wait(Find(lang, say("title.find", lang), choices))
        return act

    def _choice(self, act: str) -> Choice:
        """An act in a list: what it does now, its key, and why it cannot be done."""
        why = self.keys.why_not(act, self.scene)
        key = self.keys.table.get(act, "").upper()
        tip = self.keys.tip(act, self.scene)
        return Choice(act, tip, key, why=why.sentence(self.scene.lang) if why else "")

    async def end(self) -> None:
        """Sign out and end."""
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
        self.over(message)
        if message.error is not None:
            self.see(busy="")
            self.alarm(not_done(message.error, lang))
        elif message.done is None:
            self.see(busy="")
            if message.told:
                self._say(message.told, "information")
        else:
            self._awaited, self._answered_at = message.done.seq, time.monotonic()
            self._say(outcome(message.act, message.done, lang), "information")
            self._release_keys()

    def _release_keys(self) -> None:
        """The last act is over once the view shows it, or has had its time."""
        if not self._awaited:
            return
        seen = self.scene.seq >= self._awaited
        if seen or not self.scene.up or time.monotonic() - self._answered_at > SEEN:
            self._awaited = 0
            self.see(busy="")

    # --- what is shown --------------------------------------------------------------------

    def _tick(self) -> None:
        """Count on, second by second."""
        now = self._clock.now(time.monotonic())
        if now // 1000 != self.scene.now // 1000:
            self.scene = msgspec.structs.replace(self.scene, now=now)
            self.desk.count_on(self.scene)
        self._release_keys()

    def see(self, **changes: object) -> None:
        """The scene as it is from now on, shown."""
        now = self._clock.now(time.monotonic())
        self.scene = msgspec.structs.replace(self.scene, now=now, **changes)
        if changes.keys() == {"busy"}:
            self.desk.tell(self.scene)
        else:
            self.desk.show(self.scene)

    def _refuse(self, why: str) -> None:
        self._say(why, "warning")

    def alarm(self, what: str) -> None:
        """Say what must not be overlooked."""
        self._say(what, "error")
        self.bell()

    def _say(self, text: str, severity: Any) -> None:
        """Said in one line until the next word; what nobody expected stands out for a while too."""
        style = {"information": "$success", "warning": "$warning", "error": "$error"}[severity]
        self.desk.query_one(Said).said = (text, style)
        self.clear_notifications()
        if severity != "information":
            self.notify(text, severity=severity, timeout=4, markup=False)

    # --- asking whoever sits here ---------------------------------------------------------

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit; None when the clerk goes back."""
        return await self.push_screen_wait(Pick(self.scene.lang, title, choices, about))

    async def several(
        self, title: str, choices: Sequence[Choice], ticked: Sequence[str]
    ) -> tuple[str, ...] | None:
        """As many of these as are wanted; None when whoever sits here goes back."""
        return await self.push_screen_wait(Several(self.scene.lang, title, choices, ticked))

    async def number(self, title: str, about: str = "", letter: bool = True) -> str | None:
        """A number, or with `letter` a ticket's number; None when the clerk goes back."""
        return await self.push_screen_wait(Number(self.scene.lang, title, about, letter))

    async def printers(self) -> Printers:
        """How the hall's printers are now. Raises NotDone."""
        return await self.client.printers()
