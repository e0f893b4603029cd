"""When the hall calls, when it issues, and when nothing counts: pure arithmetic on local days.

All instants are ms since the epoch; local time follows the plan's IANA timezone, so a day
with a clock change is as long as it really is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from queue_server.hall.model import Stop
from queue_server.hall.plan import DAY, Hours, Plan, Season, Span


def business_date(plan: Plan, now: int) -> str:
    """The business date (``YYYY-MM-DD``) to which an instant belongs: it turns at the plan's boundary."""
    local = dt.datetime.fromtimestamp(now / 1000, ZoneInfo(plan.timezone))
    minutes = (local.hour * 60 + local.minute) * 60_000 + local.second * 1000 + local.microsecond // 1000
    day = local.date()
    if minutes < plan.boundary:
        day -= dt.timedelta(days=1)
    return day.isoformat()


@lru_cache(maxsize=4096)
def instant(timezone: str, date: str, offset: int) -> int:
    """The instant (ms) that is `offset` ms after local midnight on the wall clock of `date`."""
    days, offset = divmod(offset, DAY)
    day = dt.date.fromisoformat(date) + dt.timedelta(days=days)
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(milliseconds=offset)
    return round(wall.replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def day_bounds(plan: Plan, date: str) -> tuple[int, int]:
    """The instants between which the business date `date` lies."""
    return instant(plan.timezone, date, plan.boundary), instant(plan.timezone, date, plan.boundary + DAY)


def spans_on(hours: Hours, date: str) -> tuple[Span, ...]:
    """The hall's open spans on a date: the date's own, else the season's, else the weekday's."""
    if date in hours.dates:
        return hours.dates[date]
    if dt.date.fromisoformat(date).weekday() not in hours.weekdays:
        return ()
    season = next((s for s in hours.seasons if _in_season(s, date[5:])), None)
    return season.spans if season else hours.spans


def _in_season(season: Season, day: str) -> bool:
    if season.first <= season.last:
        return season.first <= day <= season.last
    return day >= season.first or day <= season.last


@lru_cache(maxsize=256)
def _open_spans(timezone: str, spans: tuple[Span, ...], date: str) -> tuple[tuple[int, int], ...]:
    return tuple((instant(timezone, date, s.start), instant(timezone, date, s.end)) for s in spans)


def open_spans(plan: Plan, date: str) -> tuple[tuple[int, int], ...]:
    """The stretches of the business date in which windows call (instants, in order)."""
    if plan.hours.always:
        return (day_bounds(plan, date),)
    return _open_spans(plan.timezone, spans_on(plan.hours, date), date)


def lunches(plan: Plan, date: str) -> tuple[tuple[int, int], ...]:
    """The gaps between the open spans of a date."""
    spans = open_spans(plan, date)
    return tuple((a[1], b[0]) for a, b in pairwise(spans))


def closing(plan: Plan, date: str) -> int | None:
    """When the hall closes on a date, or None when it never does (or does not open at all)."""
    spans = open_spans(plan, date)
    return None if plan.hours.always or not spans else spans[-1][1]


def issuing_from(plan: Plan, date: str) -> int | None:
    """From when tickets are taken on a date: the lead before the first span, or None on a closed day."""
    spans = open_spans(plan, date)
    if not spans:
        return None
    return spans[0][0] if plan.hours.always else spans[0][0] - plan.hours.issue_lead


def next_open(plan: Plan, date: str, now: int) -> int | None:
    """When calling goes on: None inside a span (windows may call now) and after the last one."""
    for start, end in open_spans(plan, date):
        if now < start:
            return start
        if now < end:
            return None
    return None


def open_time(plan: Plan, date: str, since: int, until: int, stops: Iterable[Stop] = ()) -> int:
    """The ms of [since, until] in which time counts: inside open spans and outside every stop.

    Source: DOMAIN.md, "Nothing counts against a visitor while the window or category is paused, at
    lunch, or while the hall was down".
    """
    pieces = [p for span in open_spans(plan, date) if (p := _overlap(span, (since, until)))]
    for stop in sorted(stops, key=lambda s: s.since):
        pieces = [rest for piece in pieces for rest in _without(piece, stop, until)]
    return sum(end - start for start, end in pieces)


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int] | None:
    start, end = max(a[0], b[0]), min(a[1], b[1])
    return (start, end) if start < end else None


def _without(piece: tuple[int, int], stop: Stop, now: int) -> list[tuple[int, int]]:
    start, end = stop.since, now if stop.until is None else stop.until
    left = (piece[0], min(piece[1], start))
    right = (max(piece[0], end), piece[1])
    if start >= end:
        return [piece]
    return [p for p in (left, right) if p[0] < p[1]]


def after_open_time(plan: Plan, date: str, since: int, amount: int, stops: Iterable[Stop] = ()) -> int | None:
    """The instant at which `amount` ms of open time have passed since `since`, or None if not on this date.

    A stop that has not ended yet runs on to the end of the day.
    """
    stops = tuple(stops)
    pieces = [(max(s, since), e) for s, e in open_spans(plan, date) if e > since]
    for stop in sorted(stops, key=lambda s: s.since):
        far = day_bounds(plan, date)[1]
        pieces = [rest for piece in pieces for rest in _without(piece, stop, far)]
    for start, end in pieces:
        if end - start >= amount:
            return start + amount
        amount -= end - start
    return None
