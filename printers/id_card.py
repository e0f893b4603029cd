"""The number of a Chinese identity card (公民身份号码, GB 11643-1999): check digit and birth date."""

from __future__ import annotations

import datetime as dt
import re

_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class NoNumber(ValueError):
    """This is no identity number. Says never which: it may be nearly one."""


def born(number: str) -> dt.date:
    """The birth date in an identity number; raises `NoNumber` unless every part of it is right."""
    if not _SHAPE.fullmatch(number) or number[17] != check_digit(number):
        raise NoNumber("no identity number")
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise NoNumber("no identity number") from None


def check_digit(number: str) -> str:
    """The 18th character by the 17 before it (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11]


def age_on(birth: dt.date, day: dt.date) -> int:
    """Whole years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
