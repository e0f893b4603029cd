"""Limits in working and calendar days: what is read, which day is the last, and how a case stands."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.cases.calendar import CHECKED_YEARS, ChineseCalendar
from queue_server.cases.limits import (
    CALENDAR,
    DUE_SOON,
    ILLEGAL,
    IN_TIME,
    LATE,
    WORKING,
    CalendarEnds,
    Limit,
    Stop,
    Unclear,
    last_day,
    read_limit,
    standing,
    working_days,
)
from queue_server.config import read_hall
from queue_server.demo import COUNTY
from tests.cases.book import PlainWeeks

CHINA = ChineseCalendar()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("3工作日", Limit(3)),
        ("20个工作日", Limit(20)),
        ("7日", Limit(7, CALENDAR)),
        ("15天", Limit(15, CALENDAR)),
        ("30个自然日", Limit(30, CALENDAR)),
        ("30分钟", Limit(0)),
        ("2个小时", Limit(0)),
        ("当场", Limit(0)),
        ("当场办结", Limit(0)),
        ("未设", None),
        ("无", None),
    ],
)
def test_the_words_of_a_guide_are_read_as_days(words: str, limit: Limit | None) -> None:
    assert read_limit(words) == limit


@pytest.mark.parametrize("words", ["", "尽快", "1个月", "0日", "3-5工作日", "约3日", "9999日", "工作日"])
def test_words_that_fix_no_limit_are_refused(words: str) -> None:
    with pytest.raises(Unclear):
        read_limit(words)


def test_every_limit_of_the_demo_hall_can_be_counted() -> None:
    for matter in read_hall(COUNTY).matters:
        promised, legal = read_limit(matter.promised_limit), read_limit(matter.legal_limit)
        assert matter.instant or promised is not None
        assert legal is None or isinstance(legal, Limit)


@pytest.mark.parametrize(
    ("accepted", "limit", "last"),
    [
        # The first day is the day after; Saturday the 10th is worked after the National Day of 2026.
        ("2026-09-30", Limit(1), "2026-10-08"),
        ("2026-09-30", Limit(3), "2026-10-10"),
        ("2026-09-30", Limit(4), "2026-10-12"),
        ("2026-11-25", Limit(20), "2026-12-23"),
        ("2026-11-25", Limit(0), "2026-11-25"),
        # A limit in calendar days that ends on a day of rest ends on the next working day.
        ("2026-09-25", Limit(7, CALENDAR), "2026-10-08"),
        ("2026-09-11", Limit(9, CALENDAR), "2026-09-20"),  # a Sunday that is worked
        ("2026-02-10", Limit(7, CALENDAR), "2026-02-24"),
        ("2025-01-24", Limit(2), "2025-01-27"),  # over the Sunday of 26 January, which is worked
    ],
)
def test_the_last_day_knows_adjusted_working_days(accepted: str, limit: Limit, last: str) -> None:
    assert last_day(CHINA, day(accepted), limit) == day(last)


def test_a_limit_that_outruns_the_published_calendar_is_an_alarm_and_no_guess() -> None:
    with pytest.raises(CalendarEnds) as ends:
        last_day(CHINA, dt.date(max(CHECKED_YEARS), 12, 30), Limit(5))
    assert ends.value.year == max(CHECKED_YEARS) + 1


def test_days_on_which_the_clock_stood_do_not_count() -> None:
    weeks = PlainWeeks()
    monday = dt.date(2026, 11, 2)
    stop = Stop("2026-11-03", "2026-11-10")  # one day of five had gone by on Tuesday
    assert last_day(weeks, monday, Limit(5)) == dt.date(2026, 11, 9)
    assert last_day(weeks, monday, Limit(5), [stop]) == dt.date(2026, 11, 16)
    assert last_day(weeks, monday, Limit(5, CALENDAR), [stop]) == dt.date(
        2026, 11, 16
    )  # the 14th is a Saturday


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2026, 6, 30))


@given(DAYS, st.integers(1, 60))
def test_so_many_working_days_lie_before_the_last_day_as_the_limit_says(
    accepted: dt.date, count: int
) -> None:
    last = last_day(CHINA, accepted, Limit(count, WORKING))
    assert CHINA.works(last)
    assert working_days(CHINA, accepted, last) == count


@given(DAYS, st.integers(1, 60))
def test_a_calendar_limit_never_ends_on_a_day_of_rest_nor_too_early(accepted: dt.date, count: int) -> None:
    last = last_day(CHINA, accepted, Limit(count, CALENDAR))
    assert CHINA.works(last)
    assert last >= accepted + dt.timedelta(days=count)
    assert not any(CHINA.works(accepted + dt.timedelta(days=n)) for n in range(count, (last - accepted).days))


@given(DAYS, st.integers(1, 40), st.integers(0, 30), st.integers(0, 30), st.sampled_from([WORKING, CALENDAR]))
def test_a_stop_never_takes_days_away_and_a_longer_one_never_gives_fewer(
    accepted: dt.date, count: int, begins: int, length: int, unit: str
) -> None:
    since = accepted + dt.timedelta(days=begins)
    ends = [
        last_day(
            CHINA,
            accepted,
            Limit(count, unit),
            [Stop(since.isoformat(), (since + dt.timedelta(days=n)).isoformat())],
        )
        for n in (0, length, length + 1)
    ]
    assert ends[0] == last_day(CHINA, accepted, Limit(count, unit))
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        ("2026-11-03", IN_TIME),
        ("2026-11-05", DUE_SOON),
        ("2026-11-06", DUE_SOON),
        ("2026-11-07", LATE),
        ("2026-11-13", LATE),
        ("2026-11-14", ILLEGAL),
    ],
)
def test_a_case_turns_yellow_orange_and_red(today: str, stands: str) -> None:
    assert standing(PlainWeeks(), day(today), day("2026-11-06"), day("2026-11-13")) == stands


def test_without_a_legal_limit_the_promise_is_the_only_one_there_is() -> None:
    weeks, friday = PlainWeeks(), day("2026-11-06")
    assert standing(weeks, day("2026-11-09"), friday, None) == ILLEGAL
    assert standing(weeks, day("2026-11-09"), None, None) == IN_TIME
    assert standing(weeks, day("2026-11-09"), None, friday) == ILLEGAL
