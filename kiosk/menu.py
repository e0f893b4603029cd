"""The words of a kiosk: the menu it offers and the receipt it hands back."""

from __future__ import annotations

import msgspec

Text = dict[str, str]
"""A sentence by language tag: ``{"zh": …, "ko": …, "en": …}``; ``zh`` is always there."""


class Matter(msgspec.Struct, frozen=True):
    """A matter (事项) a visitor can name when taking a ticket, with its materials as a checklist."""

    id: str
    name: Text
    materials: tuple[str, ...] = ()


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


class Menu(msgspec.Struct, frozen=True, tag="menu"):
    """What the hall offers now. `seq` and `data_at` (ms) as on a board: the newest wins.

    `version` is the content hash of the pages' files: a kiosk that sees another one reloads
    when nobody stands at it. `timezone` is the hall's (IANA), "" the machine's own.
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


class Receipt(msgspec.Struct, frozen=True):
    """A ticket in the visitor's hand, as the kiosk's screen shows it and the slip prints it.

    `taken_at` and `calling_from` in ms since the epoch; `ahead` is the number of people
    with an earlier place when it was taken; `windows` those that may call it; `url` is
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
    checklist: tuple[str, ...] = ()
    calling_from: int | None = None
    rule_texts: tuple[Text, ...] = ()
