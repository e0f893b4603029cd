"""Order: the earliest due is called first.

``due = reference + target(category, class)``; ties go to the earlier `place`, the log sequence
of the event that last set the due. The line keeps one sorted list for each (category, class) in
which somebody waits, so that a window compares only the heads of the pairs it serves.
"""

from __future__ import annotations

from collections.abc import Iterator

from sortedcontainers import SortedList

from queue_server.hall.model import Ticket
from queue_server.hall.plan import CLASSES

Place = tuple[int, int, str]
"""``(due, place, ticket id)``."""


class Line:
    """All who wait, by category and class; those directed to a window or clerk apart.

    Derived from the tickets alone, so any order of insertions gives the same line.
    """

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, str], SortedList[Place]] = {}
        self.directed: dict[int | str, SortedList[tuple[int, str]]] = {}
        self.missed: set[str] = set()
        self.parked: set[str] = set()
        self.passing: set[str] = set()
        self.returned: dict[str, set[str]] = {}

    def move(self, old: Ticket | None, new: Ticket | None) -> None:
        """A ticket's record changed from `old` to `new` (either may be missing)."""
        if old is not None and new is not None and _same_place(old, new):
            return
        if old is not None:
            self._take_out(old)
        if new is not None:
            self._put_in(new)

    def _put_in(self, t: Ticket) -> None:
        if t.passing_until is not None:
            self.passing.add(t.id)
        if t.in_line:
            line = self.waiting.get((t.category, t.cls))
            if line is None:
                line = self.waiting[t.category, t.cls] = SortedList()
            line.add((t.due, t.place, t.id))
            if t.why == "returned":
                self.returned.setdefault(t.category, set()).add(t.id)
        elif t.state == "waiting":
            self.directed.setdefault(_addressee(t), SortedList()).add((t.place, t.id))
        elif t.state == "missed":
            self.missed.add(t.id)
        elif t.state == "parked":
            self.parked.add(t.id)

    def _take_out(self, t: Ticket) -> None:
        self.passing.discard(t.id)
        if t.in_line:
            self.waiting[t.category, t.cls].remove((t.due, t.place, t.id))
            if t.why == "returned":
                self.returned[t.category].discard(t.id)
        elif t.state == "waiting":
            self.directed[_addressee(t)].remove((t.place, t.id))
        elif t.state == "missed":
            self.missed.discard(t.id)
        elif t.state == "parked":
            self.parked.discard(t.id)

    def count(self, category: str) -> int:
        """How many wait in a category's line."""
        return sum(len(self.waiting.get((category, cls), ())) for cls in CLASSES)

    def before(self, category: str, key: tuple[int, int]) -> int:
        """People ahead: the waiting tickets of the category with a smaller key."""
        return sum(self.before_in(category, cls, key) for cls in CLASSES)

    def before_in(self, category: str, cls: str, key: tuple[int, int]) -> int:
        """The waiting tickets of one class of the category with a smaller key."""
        line = self.waiting.get((category, cls))
        return line.bisect_left((*key, "")) if line else 0

    def nth(self, category: str, n: int) -> Place | None:
        """The n-th place (from 1) of a category's line, over all classes; None if fewer wait."""
        heads: list[Place] = []
        for cls in CLASSES:
            heads.extend(self.waiting.get((category, cls), [])[:n])
        heads.sort()
        return heads[n - 1] if len(heads) >= n else None

    def last(self, category: str) -> Place | None:
        """The last place of a category's line, or None when nobody waits."""
        return max((line[-1] for cls in CLASSES if (line := self.waiting.get((category, cls)))), default=None)

    def in_order(self, category: str) -> list[Place]:
        """A category's whole line in calling order."""
        return sorted(p for cls in CLASSES for p in self.waiting.get((category, cls), ()))

    def pairs(self) -> Iterator[tuple[tuple[str, str], SortedList[Place]]]:
        """Every (category, class) in which somebody waits, with its sorted places."""
        return ((pair, line) for pair, line in self.waiting.items() if line)

    def directed_to(self, addressee: int | str) -> SortedList[tuple[int, str]]:
        """The (place, ticket id) of those directed to a window (int) or a clerk (str)."""
        return self.directed.get(addressee) or SortedList()


def _addressee(t: Ticket) -> int | str:
    return t.directed_window if t.directed_window is not None else t.directed_clerk


def _same_place(a: Ticket, b: Ticket) -> bool:
    return (
        a.state == b.state
        and a.due == b.due
        and a.place == b.place
        and a.category == b.category
        and a.cls == b.cls
        and a.why == b.why
        and a.passing_until == b.passing_until
        and a.directed_window == b.directed_window
        and a.directed_clerk == b.directed_clerk
    )
