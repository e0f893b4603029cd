"""The working days of China with their 调休, from the published arrangement of each year."""

from __future__ import annotations

import datetime as dt

import chinese_calendar

from queue_server.cases.limits import CalendarEnds

CHECKED_YEARS = (2024, 2025, 2026)
"""Years whose days off and adjusted working days were compared with the State Council's notices by a test.

The library answers for earlier years, too, and raises for later ones; a year is added here together with its
days in tests/cases/test_calendar.py, when the notice for it is out (usually in November).
"""


class ChineseCalendar:
    """Working days as the State Council arranged them."""

    def works(self, day: dt.date) -> bool:
        """Whether a day is worked. Raises `CalendarEnds` outside the checked years."""
        if day.year not in CHECKED_YEARS:
            raise CalendarEnds(day.year)
        return bool(chinese_calendar.is_workday(day))
