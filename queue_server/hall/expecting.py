"""When a waiting visitor is expected to be called: a range, shown only while ranges have come true.

A category calls at some pace: the open time between two calls while people wait, times the windows that call.
Whoever has ``n - 1`` people ahead is called after n such gaps. With N gaps seen, of mean g and deviation s,
nine sums in ten of n more lie within ``n g +- z s sqrt(n + n^2 / N)`` (the prediction interval of a sum whose
mean is itself estimated), divided by the windows that call now. Every ticket gets its range silently; one is
shown once most of the last ranges held the call that followed. See docs/decisions/0011.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

from msgspec.structs import replace

from queue_server.hall.day import Day
from queue_server.hall.hours import after_open_time, open_time
from queue_server.hall.model import Expected, Pace, Stop, Ticket
from queue_server.hall.plan import MINUTE

GAPS = 20
"""Gaps between calls from which a range is drawn: the last ones, because a hall's pace changes."""
Z = 1.645
"""Standard deviations on either side that nine in ten stay within."""
TRIED, HELD = 10, 8
"""Of the last ten ranges eight must have held, or none is shown."""
STEP = 5 * MINUTE
"""A range begins and ends at full five minutes, outwards: nobody is called at 10:07."""
WIDEST = 45 * MINUTE
"""A wider range helps nobody to decide whether to leave."""


def expect(day: Day, category: str, cls: str, ahead: int, at: int) -> Expected | None:
    """From when to when somebody with so many people ahead is called, seen at `at`.

    None where nobody is ahead or calls, where the calls of today show no pace yet, or where the range
    would reach beyond the day or be too wide to help.
    """
    windows = len(day.open_windows(category, cls))
    pace = day.paces.get(category)
    if not ahead or not windows or pace is None or len(pace.gaps) < GAPS or day.categories[category].paused:
        return None
    waits = spread(pace.gaps, ahead + 1, windows)
    stops = _stops(day, category)
    first, last = (after_open_time(day.plan, day.date, at, wait, stops) for wait in waits)
    if first is None or last is None:
        return None
    first, last = first // STEP * STEP, -(-last // STEP) * STEP
    return Expected(first, last, borne_out(pace)) if last - first <= WIDEST else None


def shown(expected: Expected | None) -> tuple[int, int] | None:
    """What a visitor is told of a range: nothing while ranges do not hold."""
    return (expected.first, expected.last) if expected is not None and expected.borne_out else None


def borne_out(pace: Pace) -> bool:
    """Whether most of the last ranges held the call that followed."""
    return len(pace.held) >= TRIED and sum(pace.held[-TRIED:]) >= HELD


@lru_cache(maxsize=1024)
def spread(gaps: tuple[int, ...], calls: int, windows: int) -> tuple[int, int]:
    """The least and the most (ms) that so many calls take at so many windows, nine times in ten."""
    count = len(gaps)
    mean = sum(gaps) / count
    deviation = sqrt(sum((gap - mean) ** 2 for gap in gaps) / (count - 1))
    within = Z * deviation * sqrt(calls + calls**2 / count)
    return round(max(0.0, calls * mean - within) / windows), round((calls * mean + within) / windows)


def called(day: Day, ticket: Ticket, at: int) -> Pace:
    """What a ticket's call teaches of its category's pace, and of the range that the ticket had."""
    pace = day.paces.get(ticket.category, Pace())
    gaps, held = pace.gaps, pace.held
    # Between two calls with nobody waiting lies no work but a pause of visitors.
    if pace.called_at and ticket.taken_at <= pace.called_at:
        windows = len(day.open_windows(ticket.category))
        gap = open_time(day.plan, day.date, pace.called_at, at, _stops(day, ticket.category))
        gaps = (*gaps, gap * max(1, windows))[-GAPS:]
    if ticket.expected is not None and not ticket.times_called:
        held = (*held, ticket.expected.first <= at <= ticket.expected.last)[-TRIED:]
    return replace(pace, called_at=at, gaps=gaps, held=held)


def _stops(day: Day, category: str) -> tuple[Stop, ...]:
    return (*day.categories[category].stops, *day.now.down)
