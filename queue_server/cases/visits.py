"""How often people must come for a case (只跑一次): counted when its result goes out, by day and department.

Accepting is one visit; bringing owed papers and fetching the result are one more each, where the visitor came
for it. What was finished on the spot is one visit of its own (`hall/on_the_spot.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

DAYS = 30
"""Days that the manager's figure looks back, today among them."""
KEPT = 400
"""Days for which counts are kept: a year and the month before."""

Key = tuple[str, str]
"""A business date and a department."""


class Visits(msgspec.Struct, frozen=True):
    """Results that went out, how often people came for them in all, and how many came once only."""

    cases: int = 0
    visits: int = 0
    once: int = 0

    def __add__(self, other: Visits) -> Visits:
        return Visits(self.cases + other.cases, self.visits + other.visits, self.once + other.once)

    @property
    def hundredths(self) -> int | None:
        """Visits per case in hundredths, rounded down; None without a case."""
        return self.visits * 100 // self.cases if self.cases else None


def one_more(visits: int) -> Visits:
    """A case for which somebody came so often."""
    return Visits(1, visits, int(visits <= 1))


def within(counts: Mapping[Key, Visits], last: str, days: int = DAYS) -> dict[str, Visits]:
    """The counts of so many days up to `last`, by department."""
    first = (dt.date.fromisoformat(last) - dt.timedelta(days=days - 1)).isoformat()
    found: dict[str, Visits] = {}
    for (date, department), each in counts.items():
        if first <= date <= last:
            found[department] = found.get(department, Visits()) + each
    return found


def total(counts: Iterable[Visits]) -> Visits:
    """All of them together."""
    whole = Visits()
    for each in counts:
        whole += each
    return whole


def outdated(counts: Iterable[Key], last: str) -> list[Key]:
    """Counts that nobody asks for any more."""
    first = (dt.date.fromisoformat(last) - dt.timedelta(days=KEPT)).isoformat()
    return [key for key in counts if key[0] < first]
