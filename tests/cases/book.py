"""A book of cases for the rules alone, with a calendar that a test can read off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from queue_server.cases import events as ev
from queue_server.cases.decide import DECIDERS
from queue_server.cases.evolve import evolve
from queue_server.cases.limits import Calendar, CalendarEnds
from queue_server.cases.model import Case, PaperList
from queue_server.hall.commands import Ask, Command
from queue_server.hall.model import Answer


class PlainWeeks:
    """Monday to Friday are worked; nobody has said yet what comes after `until`."""

    def __init__(self, until: dt.date = dt.date(2026, 12, 31)) -> None:
        self.until = until

    def works(self, day: dt.date) -> bool:
        if day > self.until:
            raise CalendarEnds(day.year)
        return day.weekday() < 5


class Book:
    """Cases in memory; what puts replaced is remembered, so that a decision can be taken back."""

    def __init__(self, calendar: Calendar | None = None) -> None:
        self.cases: dict[str, Case] = {}
        self.papers: dict[str, PaperList] = {}
        self.case_counts: dict[str, int] = {}
        self.calendar: Calendar = calendar or PlainWeeks()
        self.log: list[tuple[ev.AnyCaseFact, int, str]] = []

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        table[key] = value

    def picture(self) -> tuple[dict[str, Case], dict[str, PaperList], dict[str, int]]:
        """Everything that is known."""
        return dict(self.cases), dict(self.papers), dict(self.case_counts)

    def ask(self, command: Command, by: str = "staff:wang") -> Answer:
        """Decide and take in. Raises `Refused`."""
        at = len(self.log) + 1
        fact, answer = DECIDERS[type(command)](self, Ask(at, by, command), command)
        self.take_in(fact, at, by)
        return answer

    def take_in(self, fact: ev.AnyCaseFact, at: int, by: str) -> None:
        evolve(self, fact, at, by)
        self.log.append((fact, at, by))
