"""The questions: pick lists, a number, the result of each matter, help. Digits answer all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from queue_server.console.choices import Choice
from queue_server.console.keys import Keys
from queue_server.console.panels import Line, lines
from queue_server.console.scene import Known, Scene
from queue_server.console.words import fit, found_by, named, say, wide
from queue_server.wire import TicketView

Answer = TypeVar("Answer")

PAGE = 10
"""Lines of a list on one page: every digit picks one, 0 the last."""
ROOM = 72
"""Cells that a line of a list may have on the narrowest screen."""
HELP_ROOM = 76
"""The same for the list of keys, which fills the screen."""


class Dialog(ModalScreen[Answer]):
    """A question over the screen. Escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "back", id="leave", tooltip="back")]

    def __init__(self, lang: str, title: str, about: str = "") -> None:
        super().__init__()
        self.lang = lang
        self.heading = title
        self.about = about

    def compose(self) -> ComposeResult:
        """A box with the question, what it is about, the answers and the keys."""
        with Vertical(id="box"):
            yield Static(Content(self.heading), id="title")
            if self.about:
                yield Static(Content(self.about), id="about")
            yield Static(self.answers(), id="list")
            yield Static(Content(self.foot()), id="foot")

    def answers(self) -> Content:
        """The answers as they stand now."""
        raise NotImplementedError

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.pick", self.lang)

    def redraw(self) -> None:
        """Show the answers anew."""
        self.query_one("#list", Static).update(self.answers())

    def action_leave(self) -> None:
        """Think better of it: nothing is done."""
        self.dismiss(None)


class Pick(Dialog[str]):
    """One of a list: by digit, or by arrows and Enter."""

    DIGITS: ClassVar[bool] = True

    def __init__(self, lang: str, title: str, choices: Sequence[Choice], about: str = "") -> None:
        super().__init__(lang, title, about)
        self.choices = list(choices)
        self.at = 0

    def answers(self) -> Content:
        """The page of the list on which the marked line stands."""
        if not self.choices:
            return Content(say("empty.list", self.lang))
        first = self.at - self.at % PAGE
        shown = self.choices[first : first + PAGE]
        column = min(ROOM - 5, max(cell_len(choice.label) for choice in self.choices))
        rows: list[Line] = [self._row(place, choice, column) for place, choice in enumerate(shown, first)]
        if len(self.choices) > PAGE:
            pages = -(-len(self.choices) // PAGE)
            rows.append(say("foot.page", self.lang, page=first // PAGE + 1, pages=pages))
        return lines(*rows)

    def _row(self, place: int, choice: Choice, column: int) -> Line:
        """One line: its digit, its name, and beside it a note, or why it cannot be picked now."""
        marked = place == self.at
        digit = f"{(place % PAGE + 1) % PAGE}  " if self.DIGITS else ""
        text = f"{'>' if marked else ' '} {digit}{wide(choice.label, column)}"
        note = choice.why or choice.note
        style = "$faint" if choice.why else ""
        return fit(f"{text}   {note}" if note else text, ROOM), f"{style} reverse" if marked else style

    def _take(self, place: int) -> None:
        """Pick a line; one that cannot be picked now says so beside itself and stays."""
        if place < len(self.choices) and not self.choices[place].why:
            self.dismiss(self.choices[place].value)
        else:
            self.app.bell()

    def on_key(self, event: events.Key) -> None:
        """Digits pick at once; arrows and pages move."""
        moves = {"up": -1, "down": 1, "pageup": -PAGE, "pagedown": PAGE, "left": -PAGE, "right": PAGE}
        if event.key in moves and self.choices:
            self.at = min(max(0, self.at + moves[event.key]), len(self.choices) - 1)
            self.redraw()
        elif event.key == "enter" and self.choices:
            self._take(self.at)
        elif (digit := digit_of(event)) is not None:
            self._take(self.at - self.at % PAGE + (digit - 1) % PAGE)
        else:
            return
        event.stop()


class Find(Pick):
    """One of a list by writing part of it: its name, the pinyin of it or the first letters of that, its key.

    What is written narrows the list; arrows and Enter pick. Digits are written too: a key is F10. What can
    be done now stands first.
    """

    DIGITS = False
    LONGEST = 24

    def __init__(self, lang: str, title: str, choices: Sequence[Choice]) -> None:
        super().__init__(lang, title, sorted(choices, key=lambda choice: bool(choice.why)))
        self.every = self.choices
        self.typed = ""

    def answers(self) -> Content:
        """What is written so far, and the lines that it fits."""
        written = Content.assemble(("> ", "bold"), (self.typed, "bold"), ("_", "blink"))
        return lines(written, "", super().answers())

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.find", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Whatever prints is written. Arrows, pages and Enter go on to `Pick`, as Textual hands keys up."""
        if event.key == "backspace":
            self._write(self.typed[:-1])
        elif event.character is not None and event.character.isprintable():
            self._write((self.typed + event.character)[: self.LONGEST])
        else:
            return
        event.stop()
        event.prevent_default()

    def _write(self, typed: str) -> None:
        self.typed = typed
        self.choices = [choice for choice in self.every if found_by(typed, choice.label, choice.note)]
        self.at = 0
        self.redraw()


class Several(Dialog[tuple[str, ...]]):
    """As many of a list as are wanted: digits or Space tick and untick, Enter ends."""

    def __init__(self, lang: str, title: str, choices: Sequence[Choice], ticked: Sequence[str]) -> None:
        super().__init__(lang, title)
        self.choices = list(choices)
        self.ticked = set(ticked)
        self.at = 0

    def answers(self) -> Content:
        """Every line with its digit and whether it is ticked."""
        rows: list[Line] = []
        for place, choice in enumerate(self.choices):
            digit = str((place + 1) % PAGE) if place < PAGE else " "
            tick = "[x]" if choice.value in self.ticked else "[ ]"
            mark = ">" if place == self.at else " "
            row = fit(f"{mark} {digit}  {tick} {choice.label}", ROOM)
            rows.append((row, "reverse" if place == self.at else ""))
        return lines(*rows)

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.several", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Arrows move, digits and Space tick."""
        digit = digit_of(event)
        if event.key in ("up", "down"):
            step = 1 if event.key == "down" else -1
            self.at = min(max(0, self.at + step), len(self.choices) - 1)
        elif event.key == "enter":
            self._end()
        elif event.key == "space":
            self._tick(self.at)
        elif digit is not None:
            self._tick((digit - 1) % PAGE)
        else:
            return
        event.stop()
        if self.is_current:
            self.redraw()

    def _tick(self, place: int) -> None:
        if place < len(self.choices):
            self.at = place
            self.ticked ^= {self.choices[place].value}

    def _end(self) -> None:
        if self.ticked:
            self.dismiss(tuple(c.value for c in self.choices if c.value in self.ticked))
        else:
            self.app.bell()


class Number(Dialog[str]):
    """A ticket's number, typed: digits are enough."""

    LONGEST = 6

    def __init__(self, lang: str, title: str, about: str = "", letter: bool = True) -> None:
        super().__init__(lang, title, about)
        self.typed = ""
        self.letter = letter

    def answers(self) -> Content:
        """What is typed so far."""
        return Content.assemble(("> ", "bold"), (self.typed, "bold"), ("_", "blink"))

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.number", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Digits and one letter before them."""
        typed = (event.character or "").upper()
        if event.key == "enter":
            if any(each.isdigit() for each in self.typed):
                self.dismiss(self.typed)
        elif event.key == "backspace":
            self.typed = self.typed[:-1]
        elif self._fits(typed):
            self.typed += typed
        else:
            return
        event.stop()
        if self.is_current:
            self.redraw()

    def _fits(self, typed: str) -> bool:
        if len(typed) != 1 or not typed.isascii() or len(self.typed) >= self.LONGEST:
            return False
        return typed.isdigit() or (self.letter and typed.isalpha() and not self.typed)


class CheckCode(Number):
    """The check code of a receipt; Enter alone says that a document was looked at instead."""

    LONGEST = 8

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.check_code", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Enter ends with whatever is typed."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.dismiss(self.typed)

    def _fits(self, typed: str) -> bool:
        return len(typed) == 1 and typed.isascii() and typed.isalnum() and len(self.typed) < self.LONGEST


class CaseNumber(CheckCode):
    """The number of a case, as it stands on a receipt; Enter alone says that there is none."""

    LONGEST = 16

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.case_number", self.lang)

    def _fits(self, typed: str) -> bool:
        return (typed.isdigit() or typed == "-") and typed.isascii() and len(self.typed) < self.LONGEST


class Place(Number):
    """A place on a shelf: letters, digits and dashes."""

    LONGEST = 12

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.place", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Enter ends once something is typed."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            if self.typed:
                self.dismiss(self.typed)

    def _fits(self, typed: str) -> bool:
        return (
            len(typed) == 1
            and typed.isascii()
            and len(self.typed) < self.LONGEST
            and (typed.isalnum() or typed == "-")
        )


class Outcomes(Dialog[dict[str, str]]):
    """The result of each matter, by digit, one matter after the other; Enter takes the rest as done."""

    def __init__(self, scene: Scene, ticket: TicketView) -> None:
        super().__init__(scene.lang, say("title.finish", scene.lang, number=ticket.number))
        closed = {end.matter for end in ticket.closed}
        self.matters = [id for id in ticket.matters if id not in closed]
        self.names = {id: scene.matter(id) for id in self.matters}
        self.results = scene.outcomes()
        self.picked: dict[str, str] = {}
        self.at = 0

    def answers(self) -> Content:
        """Every matter with its result, and the results to pick from."""
        rows: list[Line] = []
        for place, id in enumerate(self.matters):
            mark = ">" if place == self.at else " "
            rows.append(
                (fit(f"{mark} {wide(self.names[id], 38)} {self._result(id)}", ROOM), self._style(place))
            )
        rows.append("")
        rows += [
            fit(f"  {place}  {named(each.name, self.lang)}", ROOM)
            for place, each in enumerate(self.results, 1)
        ]
        return lines(*rows)

    def _result(self, id: str) -> str:
        code = self.picked.get(id, "done")
        found = next((each for each in self.results if each.code == code), None)
        return named(found.name, self.lang) if found is not None else say("pick.done", self.lang)

    def _style(self, place: int) -> str:
        return "reverse" if place == self.at else ""

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.outcomes", self.lang)

    def on_key(self, event: events.Key) -> None:
        """A digit is the marked matter's result; after the last matter Enter ends."""
        digit = digit_of(event)
        if event.key in ("up", "down"):
            step = 1 if event.key == "down" else -1
            self.at = min(max(0, self.at + step), len(self.matters) - 1)
        elif event.key in ("enter", "f5"):
            self.dismiss(dict(self.picked))
        elif digit is not None and 0 < digit <= len(self.results):
            self.picked[self.matters[self.at]] = self.results[digit - 1].code
            self.at = min(self.at + 1, len(self.matters) - 1)
        else:
            return
        event.stop()
        if self.is_current:
            self.redraw()


class Reading(Dialog[None]):
    """Something to read: it scrolls where it is longer than the screen."""

    def __init__(self, lang: str, title: str, text: Content) -> None:
        super().__init__(lang, title)
        self.text = text

    def compose(self) -> ComposeResult:
        """The text in a box of its own, between its title and the keys."""
        with Vertical(id="box"):
            yield Static(Content(self.heading), id="title")
            with VerticalScroll(id="page"):
                yield Static(self.text, id="list")
            yield Static(Content(say("foot.reading", self.lang)), id="foot")

    def on_key(self, event: events.Key) -> None:
        """Arrows and pages move the text, any other key closes."""
        page = self.query_one("#page", VerticalScroll)
        moves = {
            "up": page.scroll_up,
            "down": page.scroll_down,
            "pageup": page.scroll_page_up,
            "pagedown": page.scroll_page_down,
            "space": page.scroll_page_down,
            "home": page.scroll_home,
            "end": page.scroll_end,
        }
        event.stop()
        event.prevent_default()
        if event.key in moves:
            moves[event.key](animate=False)
        else:
            self.dismiss(None)


class Help(Dialog[None]):
    """Every key, what it does, and beside it why it cannot be used now."""

    def __init__(self, scene: Known, keys: Keys) -> None:
        super().__init__(scene.lang, say("title.help", scene.lang))
        self.scene = scene
        self.keys = keys

    def answers(self) -> Content:
        """A line for each key, with the reason where there is one."""
        rows: list[Line] = []
        tips = {act: self.keys.tip(act, self.scene) for act in self.keys.table}
        column = max(cell_len(tip) for tip in tips.values())
        for act, key in self.keys.table.items():
            why = self.keys.why_not(act, self.scene)
            beside = why.sentence(self.lang) if why is not None else ""
            row = f"{wide(key.upper(), 4)}{wide(tips[act], column)}  {beside}"
            rows.append((fit(row, HELP_ROOM), "$faint" if why is not None else ""))
        hints = [fit(say(hint, self.lang), HELP_ROOM) for hint in self.keys.hints]
        return lines(*rows, *hints)

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.help", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Any key closes."""
        event.stop()
        self.dismiss(None)


def digit_of(event: events.Key) -> int | None:
    """The digit that was pressed, on the keypad too."""
    character = event.character or ""
    return int(character) if len(character) == 1 and character in "0123456789" else None
