"""即办率: how many of the matters that a day accepted were finished on the spot, from its tickets alone.

吉政办函〔2018〕52号 asks for 70 %. It is counted by cases: a matter that ten people brought counts ten times,
one that nobody brought not at all. The share of a catalogue's matters is another figure
(`yichuang catalogue`).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from queue_server.hall.day import Day
from queue_server.hall.plan import Matter
from queue_server.hall.results import Result

GOAL = 700
"""Of a thousand."""

ON_THE_SPOT = frozenset({"done"})
ACCEPTED = frozenset({"done", "accepted", "deferred"})
"""Results with which a matter was accepted: 即办办结, 受理, 容缺受理; 补正, 不予受理, 转办, 咨询 are none."""


class Share(msgspec.Struct, frozen=True):
    """即办办结 / 受理. `permille` is rounded down; None where nothing was accepted. `red`: under the goal."""

    on_the_spot: int
    accepted: int
    permille: int | None
    red: bool


def share(on_the_spot: int, accepted: int) -> Share:
    """The share of so many in so many."""
    permille = on_the_spot * 1000 // accepted if accepted else None
    return Share(on_the_spot, accepted, permille, permille is not None and permille < GOAL)


def instant_share(day: Day, category: str = "") -> Share:
    """The share of a day, or of the matters of one category: the matter's own, not the ticket's queue."""
    return _share(
        (result, count)
        for result, count in day.results.counts.items()
        if not category or _category(day, result) == category
    )


def department_shares(day: Day) -> dict[str, Share]:
    """The share of each department that the plan's matters name, by the cases of its matters."""
    listed = [m.department for m in day.plan.matters if m.department]
    results: dict[str, list[tuple[Result, int]]] = {department: [] for department in listed}
    for result, count in day.results.counts.items():
        matter = day.matter_in(result.edition, result.matter)
        if matter is not None and matter.department:
            results.setdefault(matter.department, []).append((result, count))
    return {department: _share(each) for department, each in results.items()}


def catalogue_share(matters: Iterable[Matter]) -> Share:
    """The other figure: how many rows of a catalogue end on the spot, whoever brings them."""
    known = tuple(matters)
    return share(sum(m.instant for m in known), len(known))


def _share(results: Iterable[tuple[Result, int]]) -> Share:
    known = tuple(results)
    return share(
        sum(count for result, count in known if result.outcome in ON_THE_SPOT),
        sum(count for result, count in known if result.outcome in ACCEPTED),
    )


def _category(day: Day, result: Result) -> str:
    known = day.matter_in(result.edition, result.matter)
    return result.category if known is None else known.category
