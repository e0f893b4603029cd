"""What goes to and comes from the provincial 一窗受理 platform (docs/operating/platform.md)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from queue_server.wire.words import Code, Text


class PlatformRecord(msgspec.Struct, frozen=True):
    """A record of one of the platform's tables; `seq` is the place of its step in the hall's register."""

    seq: int
    table: str
    case: str
    fields: dict[str, str | int]


class PlatformRecords(msgspec.Struct, frozen=True):
    """The records of the cases that this hall accepted, in order; ask again with ``?after=`` `next`."""

    records: tuple[PlatformRecord, ...]
    next: int


class ReadyNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The result of a case is there (出件通知).

    `case` is the case as the platform's records have it (SBLSH), its number, or its id. It goes out by `way`,
    lies in `shelf`, and where the platform names the hall that hands it out (`exit`) it must be the case's.
    """

    case: Code
    way: Literal["window", "post", "locker", "licence"] = "window"
    shelf: Code = ""
    exit: Code = ""


class ReadyMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of the platform: the same `id` is the same message, however often it comes."""

    id: Annotated[str, Meta(pattern=r"^[!-~]{1,64}$")]
    ready: Annotated[tuple[ReadyNotice, ...], Meta(min_length=1, max_length=500)]


class ReadyTaken(msgspec.Struct, frozen=True):
    """What became of one notice: `code` is "" where the case is ready now.

    Else nothing has changed, `says` is why, and `field` which value of the notice it is about ("": the
    case itself).
    """

    case: str
    number: str
    code: str = ""
    field: str = ""
    says: Text = {}


class ReadyAnswer(msgspec.Struct, frozen=True):
    """What became of each notice of a message, in its order; so many of them are `ready`."""

    id: str
    ready: int
    notices: tuple[ReadyTaken, ...]
