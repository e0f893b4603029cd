"""What a register remembers, and for how long: closed cases, settled lists and old counts leave the memory.

A case that has been closed for `CLOSED` is still in the log and among the rows (`records/case_rows.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from queue_server.cases import events as ev
from queue_server.cases.model import CLOSED as ENDS
from queue_server.cases.model import Case, PaperList
from queue_server.cases.visits import Key, Visits, one_more, outdated
from queue_server.hall.hours import business_date
from queue_server.hall.plan import DAY, Plan

CLOSED = 30 * DAY
"""How long (ms) a closed case and a settled list stay in memory."""


class Memory(Protocol):
    """What a register holds that grows with every case."""

    last_at: int
    cases: dict[str, Case]
    papers: dict[str, PaperList]
    closed_at: dict[str, int]
    settled_at: dict[str, int]
    forgotten: dict[str, int]
    turned: dict[str, str]
    case_counts: dict[str, int]
    visits: dict[Key, Visits]

    @property
    def plan(self) -> Plan | None: ...

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None: ...


def note(memory: Memory, fact: ev.AnyCaseFact, at: int) -> None:
    """Note what begins to be past with a fact that has just been applied."""
    if isinstance(fact, ev.PapersConfirmed | ev.PapersTakenBack):
        memory.put(memory.settled_at, fact.id, at)
    elif isinstance(fact, ev.CaseFact) and memory.cases[fact.case].state in ENDS:
        memory.put(memory.closed_at, fact.case, at)
        if isinstance(fact, ev.CaseIssued):
            _count(memory, memory.cases[fact.case], at)


def _count(memory: Memory, case: Case, at: int) -> None:
    key = (date_of(memory, at), case.department)
    memory.put(memory.visits, key, memory.visits.get(key, Visits()) + one_more(case.visits))


def date_of(memory: Memory, at: int) -> str:
    """The business date of an instant (ms); by UTC while there is no plan."""
    plan = memory.plan
    if plan is not None:
        return business_date(plan, at)
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC).date().isoformat()


def forget(memory: Memory) -> None:
    """With the first entry of a new day, let go what has been past for long enough.

    It is a part of that entry, so that whoever reads the log, in whatever pages, forgets the same at the same
    place. `forgotten` counts cases by the day that accepted them.
    """
    today = date_of(memory, memory.last_at)
    if memory.turned.get("day") == today:
        return
    memory.put(memory.turned, "day", today)
    _forget_cases(memory)
    for id in _past(memory.settled_at, memory.last_at):
        memory.put(memory.papers, id, None)
        memory.put(memory.settled_at, id, None)
    for key in outdated(memory.visits, today):
        memory.put(memory.visits, key, None)
    for dates in (memory.forgotten, memory.case_counts):
        for date, _ in outdated(((date, "") for date in dates), today):
            memory.put(dates, date, None)


def _forget_cases(memory: Memory) -> None:
    listed = {case for papers in memory.papers.values() if not papers.settled for case in papers.cases}
    for id in _past(memory.closed_at, memory.last_at):
        if id not in listed:
            accepted = memory.cases[id].accepted
            memory.put(memory.cases, id, None)
            memory.put(memory.closed_at, id, None)
            memory.put(memory.forgotten, accepted, memory.forgotten.get(accepted, 0) + 1)


def _past(since: dict[str, int], now: int) -> list[str]:
    """Those that have been so for long enough."""
    return [id for id, at in since.items() if now - at > CLOSED]
