"""What a kiosk asks beside tickets: a card, a checklist, somebody to come."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from queue_server.wire.words import Code


class ShowCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of an identity card on a kiosk's reader; kept nowhere, only its hash under the day's key."""

    number: Code


class AskHelp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """叫工作人员 at a kiosk; `language` is the visitor's."""

    language: Code = "zh"


class PrintChecklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """只打印材料清单: what to bring for these matters, on paper, without a number."""

    matters: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=16)]
    language: Code = "zh"


class Person(msgspec.Struct, frozen=True):
    """Whoever showed a card: a handle for a ticket within the next minutes, and whether 60 or older."""

    person: str
    senior: bool


class HelpCall(msgspec.Struct, frozen=True):
    """A visitor waits for a member of staff at a kiosk, since (ms), speaking this language."""

    kiosk: str
    place: str
    since: int
    language: str


class HelpCalls(msgspec.Struct, frozen=True):
    """All who wait for a member of staff, the longest first."""

    calls: tuple[HelpCall, ...]


class Checklist(msgspec.Struct, frozen=True):
    """What became of a checklist's paper: printed, unconfirmed, failed or expired, and why."""

    paper: str
    reason: str = ""
