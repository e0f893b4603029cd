"""What goes to and comes from the provincial 一窗受理 platform (docs/operating/platform.md)."""

from __future__ import annotations

import msgspec


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
