"""What a virtual printer remembers of the jobs that came to it: when, how much, and what became of each."""

from __future__ import annotations

from enum import StrEnum

import msgspec

REMEMBERED = 10
"""Jobs that its page shows."""


class Fate(StrEnum):
    """What became of a job at the printer. The last three are ends; after `printed` more may come."""

    COMING = "coming"
    HELD = "held"
    PRINTED = "printed"
    TORN = "torn"
    FORGOTTEN = "forgotten"
    DROPPED = "dropped"


ENDS = frozenset({Fate.TORN, Fate.FORGOTTEN, Fate.DROPPED})


class Received(msgspec.Struct):
    """One connection that brought something to print. `at` is seconds since 1970, `size` in bytes."""

    at: float
    size: int = 0
    slips: int = 0
    fate: Fate = Fate.COMING
