"""Limits of handling (办理时限): working days and calendar days, by a calendar that knows 调休.

The first day is the day after acceptance. A limit in calendar days that ends on a day of rest ends on the
next working day (民法典 §203); working days leave out holidays and weekends (行政许可法 §82).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Protocol

import msgspec

WORKING = "working_days"
CALENDAR = "calendar_days"
UNITS = (WORKING, CALENDAR)
LONGEST = 3650

IN_TIME = "in_time"
DUE_SOON = "yellow"
LATE = "orange"
ILLEGAL = "red"
UNKNOWN = "unknown"
"""How a case stands against its limits; `UNKNOWN` when a last day lies beyond the known calendar."""


class Unclear(ValueError):
    """Words that fix no limit in days."""


class CalendarEnds(Exception):
    """Nobody has said yet which days of this year are worked."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known")
        self.year = year


class Limit(msgspec.Struct, frozen=True):
    """So many days; none at all is the day of acceptance itself."""

    count: int
    unit: str = WORKING


class Calendar(Protocol):
    """Which days are worked. Raises `CalendarEnds` for a year of which that is not known."""

    def works(self, day: dt.date) -> bool: ...


_DAYS = re.compile(r"(?P<count>\d{1,4})\s*(?:个)?\s*(?P<unit>工作日|自然日|日|天)", re.ASCII)
_SAME_DAY = re.compile(r"(?:\d+\s*(?:个)?(?:分钟|小时)|当场|即时|即办|当日|当天)(?:办结)?", re.ASCII)
NO_LIMIT = ("未设", "无", "不设")
"""Words that say that no limit is set."""


def read_limit(words: str) -> Limit | None:
    """The limit that a guide's words fix; None where none is set (未设). Raises `Unclear`."""
    words = words.strip()
    if words in NO_LIMIT:
        return None
    if _SAME_DAY.fullmatch(words):
        return Limit(0)
    found = _DAYS.fullmatch(words)
    if found is None or not 0 < int(found["count"]) <= LONGEST:
        raise Unclear(words)
    return Limit(int(found["count"]), WORKING if found["unit"] == "工作日" else CALENDAR)


class Stop(msgspec.Struct, frozen=True):
    """A clock stood: after the day `since`, up to and with the day `until` (``YYYY-MM-DD``)."""

    since: str
    until: str


def last_day(
    calendar: Calendar, accepted: dt.date, limit: Limit, stops: Sequence[Stop] = (), more: int = 0
) -> dt.date:
    """The last day of a limit that began with acceptance on `accepted`. Raises `CalendarEnds`.

    Days on which the clock stood do not count; an extension adds `more` days of the limit's own unit.
    """
    day, left = accepted, limit.count + more
    while left:
        day += dt.timedelta(days=1)
        if not _stood(day, stops) and (limit.unit == CALENDAR or calendar.works(day)):
            left -= 1
    while limit.unit == CALENDAR and day != accepted and not calendar.works(day):
        day += dt.timedelta(days=1)
    return day


def _stood(day: dt.date, stops: Sequence[Stop]) -> bool:
    return any(stop.since < day.isoformat() <= stop.until for stop in stops)


def working_days(calendar: Calendar, since: dt.date, until: dt.date) -> int:
    """How many working days lie after `since`, up to and with `until`; 0 when it is not later."""
    days = (since + dt.timedelta(days=n) for n in range(1, (until - since).days + 1))
    return sum(calendar.works(day) for day in days)


def standing(
    calendar: Calendar, today: dt.date, promised: dt.date | None, legal: dt.date | None, soon: int = 1
) -> str:
    """How a running case stands: in time; due within `soon` working days; past the promise; past the law.

    Where no legal limit is set, the promise is the only limit there is, and past it is red.
    """
    last = legal or promised
    if last is not None and today > last:
        return ILLEGAL
    if promised is not None and today > promised:
        return LATE
    first = promised or legal
    if first is None:
        return IN_TIME
    return DUE_SOON if _soon(calendar, today, first, soon) else IN_TIME


def _soon(calendar: Calendar, today: dt.date, last: dt.date, soon: int) -> bool:
    # Counted day by day only near the end: far ahead nothing needs to be known of the calendar.
    return (last - today).days <= 14 + soon and working_days(calendar, today, last) <= soon
