"""The working days of each checked year are those of the State Council's notice, written out here by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from queue_server.cases.calendar import CHECKED_YEARS, ChineseCalendar
from queue_server.cases.limits import CalendarEnds

CHINA = ChineseCalendar()

OFF = {
    2024: [
        "01-01/01-01", "02-10/02-17", "04-04/04-06", "05-01/05-05", "06-10/06-10", "09-15/09-17",
        "10-01/10-07",
    ],
    2025: ["01-01/01-01", "01-28/02-04", "04-04/04-06", "05-01/05-05", "05-31/06-02", "10-01/10-08"],
    2026: [
        "01-01/01-03", "02-15/02-23", "04-04/04-06", "05-01/05-05", "06-19/06-21", "09-25/09-27",
        "10-01/10-07",
    ],
}  # fmt: skip
WORKED = {
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
"""国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号: days off (first/last) and adjusted working days."""


def arranged(year: int) -> set[dt.date]:
    """The days that are worked by the notice."""
    off: set[dt.date] = set()
    for span in OFF[year]:
        first, last = (dt.date.fromisoformat(f"{year}-{end}") for end in span.split("/"))
        off |= {first + dt.timedelta(days=n) for n in range((last - first).days + 1)}
    worked = {dt.date.fromisoformat(f"{year}-{d}") for d in WORKED[year]}
    days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    return {d for d in days if d.year == year and (d in worked or (d.weekday() < 5 and d not in off))}


@pytest.mark.parametrize("year", CHECKED_YEARS)
def test_a_checked_year_is_worked_as_the_notice_says_on_every_day(year: int) -> None:
    days = (dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366))
    assert {d for d in days if d.year == year and CHINA.works(d)} == arranged(year)


@pytest.mark.parametrize("year", [min(CHECKED_YEARS) - 1, max(CHECKED_YEARS) + 1])
def test_a_year_that_nobody_checked_is_not_answered(year: int) -> None:
    with pytest.raises(CalendarEnds):
        CHINA.works(dt.date(year, 3, 3))
