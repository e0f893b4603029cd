"""补录: numbers written by hand while the hall was down, entered one by one with their true times."""

from __future__ import annotations

import re
from collections import deque
from typing import Protocol

import msgspec
from textual import events
from textual.content import Content

from kiosk.menu import Receipt
from queue_server.console.answers import not_done
from queue_server.console.client import NotDone, Refused
from queue_server.console.dialogs import ROOM, Dialog
from queue_server.console.panels import Line, lines
from queue_server.console.scene import Known
from queue_server.console.times import moment_of
from queue_server.console.words import fit, named, say, wide
from queue_server.wire import EnterByHand

SHOWN = 5
"""Numbers entered last that stay in sight."""
LONGEST = 8
FIELDS = ("category", "number", "time")
TIME = len(FIELDS) - 1


class Written(msgspec.Struct, frozen=True):
    """One number as it stands on paper, and which line of the form is being typed."""

    category: str = ""
    number: str = ""
    time: str = ""
    at: int = 0


class Slips(Dialog[Written]):
    """One number after the other: its category's letter, the number, and when it was written."""

    def __init__(self, scene: Known, written: Written, done: tuple[str, ...], about: str) -> None:
        super().__init__(scene.lang, say("title.by_hand", scene.lang), about)
        self.scene = scene
        self.written = written
        self.done = done

    def answers(self) -> Content:
        """The three lines as they stand, and what was entered last."""
        rows: list[Line] = []
        for place, field in enumerate(FIELDS):
            here = place == self.written.at
            mark, cursor = (">", "_") if here else (" ", "")
            row = f"{mark} {wide(say(f'form.{field}', self.lang), 10)} {self._shown(field)}{cursor}"
            rows.append((wide(row, ROOM - 14), "bold" if here else ""))
        if self.done:
            rows += ["", *((fit(f"  {each}", ROOM), "$faint") for each in self.done)]
        return lines(*rows)

    def _shown(self, field: str) -> str:
        text: str = getattr(self.written, field)
        return f"{text}  {self.scene.category(text)}" if field == "category" and text else text

    def foot(self) -> str:
        """Which keys answer."""
        return say("foot.by_hand", self.lang)

    def on_key(self, event: events.Key) -> None:
        """Letters and digits are typed; Enter goes on, and with the time the number is entered."""
        typed = (event.character or "").upper()
        if event.key == "enter" and self.written.at == TIME:
            self._enter()
        elif event.key in ("enter", "down", "tab"):
            self._go(1)
        elif event.key in ("up", "shift+tab"):
            self._go(-1)
        elif event.key == "backspace":
            self._put(self._text[:-1])
        elif self._fits(typed):
            self._type(typed)
        else:
            return
        event.stop()
        event.prevent_default()
        if self.is_current:
            self.redraw()

    @property
    def _text(self) -> str:
        text: str = getattr(self.written, FIELDS[self.written.at])
        return text

    def _put(self, text: str) -> None:
        self.written = msgspec.structs.replace(self.written, **{FIELDS[self.written.at]: text})

    def _go(self, step: int) -> None:
        self.written = msgspec.structs.replace(self.written, at=min(max(0, self.written.at + step), TIME))

    def _fits(self, typed: str) -> bool:
        if len(typed) != 1 or not typed.isascii():
            return False
        field = FIELDS[self.written.at]
        if field == "category":
            categories = self.scene.hall.categories if self.scene.hall is not None else ()
            return any(each.code == typed for each in categories)
        if field == "time":
            return (typed.isdigit() or typed == ":") and len(self._text) < len("23:59")
        return typed.isalnum() and len(self._text) < LONGEST

    def _type(self, typed: str) -> None:
        """A category is one letter, and the next line follows by itself."""
        if FIELDS[self.written.at] == "category":
            self._put(typed)
            self._go(1)
        else:
            self._put(self._text + typed)

    def _enter(self) -> None:
        if self.written.category and self.written.number and self.written.time:
            self.dismiss(self.written)
        else:
            self.app.bell()


class AtTheTable(Protocol):
    """Whoever enters what was written; None when there is no more."""

    @property
    def scene(self) -> Known:
        """What is known right now."""

    async def slips(self, written: Written, done: tuple[str, ...], about: str) -> Written | None:
        """The next number."""


class Registry(Protocol):
    """The hall that takes the numbers in."""

    async def enter_by_hand(self, body: EnterByHand) -> Receipt:
        """Give a number its true place. Raises NotDone."""


async def enter_many(table: AtTheTable, registry: Registry) -> int:
    """Enter numbers until there are no more; gives how many were taken in."""
    lang, about = table.scene.lang, say("pick.by_hand", table.scene.lang)
    written, count = Written(), 0
    done: deque[str] = deque(maxlen=SHOWN)
    while (typed := await table.slips(written, tuple(done), about)) is not None:
        moment = moment_of(typed.time, table.scene)
        if moment is None:
            written, about = msgspec.structs.replace(typed, time="", at=TIME), say("form.bad_time", lang)
            continue
        try:
            receipt = await registry.enter_by_hand(EnterByHand(typed.category, typed.number, moment))
        except NotDone as error:
            written, about = _again(typed, error, lang)
            continue
        count += 1
        about = say("pick.by_hand", lang)
        done.appendleft(_entered(receipt, typed.time, lang))
        written = Written(typed.category, following(typed.number), "", at=TIME)
    return count


def _again(typed: Written, error: NotDone, lang: str) -> tuple[Written, str]:
    """What was not taken in stands there again, with the reason, at the line to mend."""
    if isinstance(error, Refused) and error.problem.code == "bad_time":
        return msgspec.structs.replace(typed, time="", at=TIME), say("form.other_day", lang)
    return msgspec.structs.replace(typed, at=1), not_done(error, lang)


def _entered(receipt: Receipt, time: str, lang: str) -> str:
    ahead = say("floor.ahead", lang, n=receipt.ahead)
    return f"{wide(receipt.number, 9)} {wide(time, 6)} {wide(named(receipt.category_name, lang), 20)} {ahead}"


def following(number: str) -> str:
    """The number that a pad of slips shows next: Z09 is followed by Z10; what has no digits by nothing."""
    digits = re.search(r"\d+$", number)
    if digits is None:
        return ""
    after = str(int(digits[0]) + 1).zfill(len(digits[0]))
    return (number[: digits.start()] + after)[:LONGEST]
