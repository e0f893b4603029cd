"""The words of a kiosk: the menu it offers and the receipt it hands back."""

from __future__ import annotations

from typing import Annotated

import msgspec

Between = Annotated[tuple[int, ...], msgspec.Meta(min_length=2, max_length=2)]
"""From when to when (ms since the epoch)."""
Text = dict[str, str]
"""A sentence by language tag: ``{"zh": …, "ko": …, "en": …}``; ``zh`` is always there."""


class Matter(msgspec.Struct, frozen=True):
    """A matter (事项) a visitor can name when taking a ticket, with its materials as a checklist.

    `identity` asks for an identity card first.
    """

    id: str
    name: Text
    materials: tuple[Text, ...] = ()
    identity: bool = False


class Choice(msgspec.Struct, frozen=True):
    """One category on the start page.

    `closed` is empty when a ticket can be taken, else the code of the refusal that
    taking one would meet (its sentence is in `why`). `calling_from` is the time (ms since
    the epoch) at which calling goes on when no window calls now, or None.
    """

    category: str
    name: Text
    waiting: int
    windows: tuple[int, ...]
    matters: tuple[Matter, ...] = ()
    closed: str = ""
    why: Text = {}
    calling_from: int | None = None


class Guide(msgspec.Struct, frozen=True):
    """The guide (办事指南) of a matter, and how a visitor may ask for it.

    `heard` are its Chinese name and then what people call it in any language, each with its pinyin
    ("" where it is not Chinese). `version` changes with whatever the guide says. `checklist` are the
    materials in every language that the hall has each in.
    """

    id: str
    name: Text
    category: str
    instant: bool
    law: str
    conditions: tuple[str, ...]
    materials: tuple[str, ...]
    standard: str
    steps: tuple[str, ...]
    legal_limit: str
    promised_limit: str
    fee: str
    version: str
    heard: tuple[tuple[str, str], ...]
    checklist: tuple[Text, ...] = ()


class Catalogue(msgspec.Struct, frozen=True):
    """Every matter of the hall with its guide; a kiosk searches it by itself, the server gone or not."""

    version: str
    guides: tuple[Guide, ...]


class Paper(msgspec.Struct, frozen=True):
    """The paper of one kiosk of the hall: whether a slip would come out there now.

    `place` is where the kiosk stands, `printer` the id of the printer beside it ("": it has none),
    `state` how that printer was when last asked ("": nobody knows yet). `prefix` and `suffix` are what a
    reader that types puts around what it read, `cards` the port of this machine at which cards are handed
    over (0: none).
    """

    kiosk: str
    place: str
    printer: str
    state: str
    can_print: bool
    prefix: str = ""
    suffix: str = "Enter"
    cards: int = 0


class Menu(msgspec.Struct, frozen=True, tag="menu"):
    """What the hall offers now. `seq` and `data_at` (ms) as on a board: the newest wins.

    `version` is the content hash of the pages' files: a kiosk that sees another one reloads
    when nobody stands at it. `timezone` is the hall's (IANA), "" the machine's own. `catalogue` is the
    version of the guides; behind `long_queue` people (0: never) the kiosk asks before it gives a ticket.
    `credit` is by how many minutes a priority visitor may come before others; one ticket carries
    `most_matters` matters (0: any number). `papers` are all kiosks' papers:
    each finds its own there, and one where a visitor may print instead.
    """

    hall: Text
    seq: int
    data_at: int
    languages: tuple[str, ...]
    choices: tuple[Choice, ...]
    priority_kinds: tuple[Text, ...]
    notices: tuple[Text, ...] = ()
    version: str = ""
    timezone: str = ""
    catalogue: str = ""
    long_queue: int = 0
    credit: int = 0
    most_matters: int = 0
    papers: tuple[Paper, ...] = ()


class Receipt(msgspec.Struct, frozen=True):
    """A ticket in the visitor's hand, as the kiosk's screen shows it and the slip prints it.

    `taken_at` and `calling_from` in ms since the epoch; `ahead` is the number of people
    with an earlier place when it was taken; `expected` from when to when (ms) the call is expected, where the
    hall's calls of today bear that out; `windows` those that may call it; `url` is
    what the QR leads to; `code` the short check code. `rules` are sentences in `language`;
    `rule_texts` the same in every language, so that a visitor can switch while reading.
    """

    ticket: str
    number: str
    category: str
    category_name: Text
    matters: tuple[Text, ...]
    priority: bool
    ahead: int
    windows: tuple[int, ...]
    floor: str
    area: str
    taken_at: int
    language: str
    url: str
    code: str
    rules: tuple[str, ...] = ()
    checklist: tuple[Text, ...] = ()
    calling_from: int | None = None
    rule_texts: tuple[Text, ...] = ()
    expected: Between | None = None
    area_name: Text = {}
