"""Matters that a day ended on the spot (即办办结), counted into the register once the day is over.

Each is one visit: whoever came went home with it done. They belong to the figure 只跑一次 beside the cases
whose results went out; of the day that runs they are counted from its own results.
"""

from __future__ import annotations

from typing import Any, Protocol

from queue_server.cases.visits import Key, Visits
from queue_server.hall.accounts import Fact
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.instant import ON_THE_SPOT
from queue_server.hall.model import Answer
from queue_server.hall.refusals import Conflict

COUNTED = "counted"
"""Under which name a register keeps the last day that was counted."""


class CountDay(Command, frozen=True):
    """A day is over: so many matters of each department (`""`: of none) were ended on the spot."""

    date: str
    matters: tuple[tuple[str, int], ...]


class DayCounted(Fact, frozen=True, tag="day_counted"):
    """What a day ended on the spot, by department."""

    date: str
    matters: tuple[tuple[str, int], ...]


class Counting(Protocol):
    """What of a register the counts are put into."""

    turned: dict[str, str]
    visits: dict[Key, Visits]

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None: ...


def ended_on_the_spot(day: Day) -> dict[str, int]:
    """How many matters a day ended on the spot, by the department of the matter."""
    found: dict[str, int] = {}
    for result, count in day.results.counts.items():
        if result.outcome in ON_THE_SPOT and count:
            matter = day.matter_in(result.edition, result.matter)
            department = matter.department if matter is not None else ""
            found[department] = found.get(department, 0) + count
    return found


def count_day(register: Counting, ask: Ask, c: CountDay) -> tuple[Fact, Answer]:
    """Once for each day, whoever finds that it is over."""
    if c.date <= register.turned.get(COUNTED, ""):
        raise Conflict("stale")
    return DayCounted(date=c.date, matters=c.matters), Answer(detail=c.date)


def evolve(register: Counting, fact: DayCounted) -> None:
    """Each is one more that took one visit."""
    register.put(register.turned, COUNTED, fact.date)
    for department, count in fact.matters:
        key = (fact.date, department)
        register.put(register.visits, key, register.visits.get(key, Visits()) + single_visits(count))


def single_visits(count: int) -> Visits:
    """So many that took one visit each."""
    return Visits(count, count, count)


def with_today(register: Counting, day: Day) -> dict[Key, Visits]:
    """The register's counts and those of the day that runs.

    Between the end of a day and the next one's beginning the register may have them already.
    """
    whole = dict(register.visits)
    if register.turned.get(COUNTED, "") >= day.date:
        return whole
    for department, count in ended_on_the_spot(day).items():
        key = (day.date, department)
        whole[key] = whole.get(key, Visits()) + single_visits(count)
    return whole
