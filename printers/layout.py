"""Where everything on a slip stands: the words of a `Slip` become blocks from top to bottom.

Blocks know nothing of pixels or bytes. What differs between a drawn slip and one set
in the printer's own characters is the `Ruler`: how wide a text is in a role, and
whether a QR code can have text beside it. Every text passes `plain` here, so nothing
below this line meets a control character.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

import msgspec

from printers.slip import Part, Slip
from printers.text import balance, paragraphs, plain, wrap

PAPER_80_MM = 576
PAPER_58_MM = 384
"""Printable dots of a line at 203 dpi (8 dots a mm): 72 mm of 80 mm paper, 48 mm of 58 mm paper."""


class Role(Enum):
    """What a line of text is for. Its size and weight follow from this alone."""

    HALL = "hall"
    HALL_SECOND = "hall, second language"
    PLACE = "place"
    CATEGORY = "category"
    CATEGORY_SECOND = "category, second language"
    MATTER = "matter"
    LEAD = "lead"
    BODY = "body"
    BODY_SECOND = "body, second language"
    CODE = "code"
    SMALL = "small"
    SMALL_SECOND = "small, second language"
    TITLE = "title"
    TITLE_SECOND = "title, second language"


CENTRED = frozenset({Role.HALL, Role.HALL_SECOND, Role.PLACE, Role.CATEGORY, Role.CATEGORY_SECOND})

_SECOND = {
    Role.HALL: Role.HALL_SECOND,
    Role.CATEGORY: Role.CATEGORY_SECOND,
    Role.MATTER: Role.BODY_SECOND,
    Role.LEAD: Role.BODY_SECOND,
    Role.BODY: Role.BODY_SECOND,
    Role.SMALL: Role.SMALL_SECOND,
    Role.TITLE: Role.TITLE_SECOND,
}


class Words(msgspec.Struct, frozen=True):
    """One line of text. `indent` in dots; a `box` to tick stands in the indent of a first line."""

    text: str
    role: Role
    centred: bool = False
    indent: int = 0
    box: bool = False


class Number(msgspec.Struct, frozen=True):
    """The ticket's number, as large as the paper allows and never below triple size."""

    text: str


class Marks(msgspec.Struct, frozen=True):
    """优先, 补打: white on black, in one row above the number."""

    texts: tuple[str, ...]


class Rule(msgspec.Struct, frozen=True):
    """A line across the paper; `heavy` sets the number apart, a thin one the rest."""

    heavy: bool = False


class Space(msgspec.Struct, frozen=True):
    """Blank paper, in dots (8 a mm)."""

    dots: int


class Qr(msgspec.Struct, frozen=True):
    """The QR code of the visitor's page, with lines beside it where the paper is wide enough."""

    content: str
    beside: tuple[Words | Space, ...] = ()


class Cut(msgspec.Struct, frozen=True):
    """The slip ends here."""


class Logo(msgspec.Struct, frozen=True):
    """The hall's logo, a one-bit PNG, in the middle of the paper and never wider than it."""

    picture: bytes


Block = Words | Number | Marks | Rule | Space | Qr | Logo | Cut


class Ruler(Protocol):
    """How a way of printing measures text."""

    def width(self, text: str, role: Role) -> int:
        """Dots that a text takes in a role."""
        ...

    def column(self, dots: int) -> int:
        """Dots left for text beside a QR code, 0 where it must stand below."""
        ...


def lay_out(slip: Slip, dots: int, ruler: Ruler) -> tuple[Block, ...]:
    """A slip from top to bottom on paper of `dots` width (576 or 384), its parts in the hall's order."""
    blocks: list[Block] = []
    above: Part | None = None
    for part in slip.form.order:
        sheet = _Sheet(dots, ruler)
        _LAID_OUT[part](sheet, slip)
        if sheet.blocks:
            blocks += _between(above, part) if above else ()
            blocks += sheet.blocks
            above = part
    return (*blocks, Space(16), Cut())


def _between(above: Part, below: Part) -> tuple[Block, ...]:
    """What parts two neighbours: a heavy line between hall and number, a thin one elsewhere."""
    if (above, below) == ("logo", "hall"):
        return (Space(12),)
    if above in ("logo", "hall") and below == "number":
        return Space(12), Rule(heavy=True), Space(18)
    if "number" in (above, below):
        return Space(14), Rule(), Space(18 if below == "number" else 12)
    if {"checklist", "hall", "logo"} & {above, below}:
        return Space(16), Rule(), Space(20 if below == "claim" else 12)
    return (Space(6),) if {above, below} == {"matters", "facts"} else (Space(20),)


class _Sheet:
    """The blocks of one part, from the top down."""

    def __init__(self, dots: int, ruler: Ruler) -> None:
        self.blocks: list[Block] = []
        self._dots = dots
        self._ruler = ruler

    def logo(self, slip: Slip) -> None:
        if slip.form.logo:
            self.blocks.append(Logo(slip.form.logo))

    def head(self, slip: Slip) -> None:
        self._say(slip.hall, Role.HALL)
        if plain(slip.place):
            self.blocks.append(Space(4))
        self._say(slip.place, Role.PLACE)

    def ticket(self, slip: Slip) -> None:
        marks = tuple(mark for mark in map(plain, slip.marks) if mark)
        if marks:
            self.blocks += [Marks(marks), Space(20)]
        if slip.number:  # a checklist has none
            self.blocks += [Number(plain(slip.number)), Space(16)]
        self._say(slip.category, Role.CATEGORY)

    def matters(self, slip: Slip) -> None:
        for matter in slip.matters:
            self._say(matter, Role.MATTER)

    def facts(self, slip: Slip) -> None:
        for at, line in enumerate(slip.lines):
            if at and "\n" in line:
                self.blocks.append(Space(5))
            self._say(line, Role.BODY if at else Role.LEAD)
            if at == 0 and len(slip.lines) > 1:
                self.blocks.append(Space(4))

    def claim(self, slip: Slip) -> None:
        """What holds the place: QR code and check code, with the missed-call rule."""
        content = plain(slip.qr)
        column = self._ruler.column(self._dots) if content else 0
        width = column or self._dots
        code = self._lines(slip.code, Role.CODE, width, centred=bool(content) and not column)
        rules = [line for rule in slip.rules for line in self._lines(rule, Role.SMALL, width)]
        gap: tuple[Words | Space, ...] = (Space(10),) if code and rules else ()
        words = (*code, *gap, *rules)
        if column:
            self.blocks.append(Qr(content, beside=words))
        else:
            self.blocks += [Qr(content), Space(8)] if content else []
            self.blocks += words

    def checklist(self, slip: Slip) -> None:
        self._say(slip.checklist_title, Role.TITLE)
        if self.blocks and slip.checklist:
            self.blocks.append(Space(4))
        for item in slip.checklist:
            self._tick(item)
            if "\n" in item:
                self.blocks.append(Space(5))

    def note(self, slip: Slip) -> None:
        for line in slip.note:
            self.blocks += self._lines(line, Role.BODY, self._dots, centred=True)

    def _tick(self, item: str) -> None:
        indent = self._ruler.width("□", Role.BODY) + self._ruler.width(" ", Role.BODY) + 4
        for at, line in enumerate(self._lines(item, Role.BODY, self._dots - indent)):
            self.blocks.append(msgspec.structs.replace(line, indent=indent, box=at == 0))

    def _say(self, text: str, role: Role) -> None:
        self.blocks += self._lines(text, role, self._dots)

    def _lines(self, text: str, role: Role, width: int, centred: bool = False) -> list[Words]:
        lines: list[Words] = []
        for at, paragraph in enumerate(paragraphs(text)):
            here = role if at == 0 else _SECOND.get(role, role)
            middle = centred or here in CENTRED
            fill = balance if middle else wrap
            ready = fill(paragraph, width, lambda piece, of=here: self._ruler.width(piece, of))  # type: ignore[misc]
            lines += [Words(line, here, centred=middle) for line in ready]
        return lines


_LAID_OUT: dict[Part, Callable[[_Sheet, Slip], None]] = {
    "logo": _Sheet.logo,
    "hall": _Sheet.head,
    "number": _Sheet.ticket,
    "matters": _Sheet.matters,
    "facts": _Sheet.facts,
    "claim": _Sheet.claim,
    "checklist": _Sheet.checklist,
    "note": _Sheet.note,
}
