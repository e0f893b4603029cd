"""Signing in at the console: name and password, and a new password the first time."""

from __future__ import annotations

from typing import Protocol

from textual import events
from textual.content import Content

from queue_server.console.answers import not_done
from queue_server.console.client import HallClient, NotDone
from queue_server.console.dialogs import ROOM, Dialog
from queue_server.console.panels import Line, lines
from queue_server.console.words import fit, say, wide

LONGEST = 128


class Form(Dialog[tuple[str, ...]]):
    """Lines to type into; Enter goes on, and at the last line it is done. A hidden line shows stars."""

    def __init__(
        self, lang: str, title: str, labels: tuple[str, ...], about: str = "", hidden: tuple[bool, ...] = ()
    ) -> None:
        super().__init__(lang, title, about)
        self.labels = labels
        self.hidden = hidden or (False,) * len(labels)
        self.typed = [""] * len(labels)
        self.at = 0

    def answers(self) -> Content:
        """All lines as they stand."""
        rows: list[Line] = []
        for place, label in enumerate(self.labels):
            text = "*" * len(self.typed[place]) if self.hidden[place] else self.typed[place]
            mark, cursor = (">", "_") if place == self.at else (" ", "")
            row = f"{mark} {wide(label, 16)} {text[-(ROOM - 24) :]}{cursor}"
            rows.append((fit(row, ROOM), "bold" if place == self.at else ""))
        return lines(*rows)

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.form", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Whatever prints is typed."""
        last = len(self.typed) - 1
        if event.key == "enter" and self.at == last:
            if all(self.typed):
                self.dismiss(tuple(self.typed))
        elif event.key in ("enter", "down", "tab"):
            self.at = min(self.at + 1, last)
        elif event.key in ("up", "shift+tab"):
            self.at = max(0, self.at - 1)
        elif event.key == "backspace":
            self.typed[self.at] = self.typed[self.at][:-1]
        elif event.character is not None and event.character.isprintable():
            self._type(event.character)
        else:
            return
        event.stop()
        event.prevent_default()
        if self.is_current:
            self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        """A password may come from a password store."""
        self._type(event.text.strip())
        event.stop()
        self.redraw()

    def _type(self, text: str) -> None:
        if text.isprintable():
            self.typed[self.at] = (self.typed[self.at] + text)[:LONGEST]


class AtTheDoor(Protocol):
    """Whoever can put a form before the clerk; None when the clerk goes away."""

    async def form(self, form: Form) -> tuple[str, ...] | None: ...


async def enter(door: AtTheDoor, client: HallClient, lang: str, about: str = "") -> bool:
    """Ask for name and password until the hall lets the clerk in; False when the clerk goes away."""
    while True:
        labels = (say("form.login", lang), say("form.password", lang))
        typed = await door.form(Form(lang, say("title.sign_in", lang), labels, about, (False, True)))
        if typed is None:
            return False
        try:
            signed = await client.sign_in(typed[0], typed[1])
        except NotDone as error:
            about = not_done(error, lang)
            continue
        if not signed.must_change or await _first_change(door, client, typed[1], lang):
            return True
        await client.sign_out()
        about = ""


async def _first_change(door: AtTheDoor, client: HallClient, old: str, lang: str) -> bool:
    """The first password opens nothing but its change; False when the clerk goes back."""
    about = say("form.first", lang)
    while True:
        labels = (say("form.new", lang), say("form.again", lang))
        typed = await door.form(Form(lang, say("title.new_password", lang), labels, about, (True, True)))
        if typed is None:
            return False
        if typed[0] != typed[1]:
            about = say("form.differ", lang)
            continue
        try:
            await client.change_password(old, typed[0])
        except NotDone as error:
            about = not_done(error, lang)
        else:
            return True
