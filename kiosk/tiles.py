"""What a tile of the start page says, so that the page is whole before any script runs.

`kiosk/static/kiosk-menu.js` says the same in every language once the page lives; a test holds
the two together.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from kiosk.menu import Choice, Menu

Words = dict[str, dict[str, str]]

NO_TIME = "--:--"
"""A clock before the machine's own has been read."""


class Facts(msgspec.Struct, frozen=True):
    """The words of one tile in Chinese: how many wait and where they are called, as words and as figures."""

    label: str
    long: dict[str, str]
    counts: dict[str, str]
    short: str
    whole: str


BLANK = Facts("", {"waiting": "", "windows": ""}, {"waiting": "", "windows": ""}, "", "")
"""The template of a tile that the menu brings later."""


def facts_of(choice: Choice, menu: Menu, words: Words) -> Facts:
    """The words of a category's tile."""
    waiting = _say(words, "waiting", n=choice.waiting)
    count, windows = _windows(choice, menu, words)
    name = choice.name["zh"]
    shut = choice.closed != ""
    why = choice.why.get("zh") or _say(words, "refused")
    return Facts(
        label=_say(words, "closed_label", name=name)
        if shut
        else _say(words, "tile_label", name=name, waiting=waiting, windows=windows),
        long={"waiting": waiting, "windows": windows},
        counts={"waiting": str(choice.waiting), "windows": count},
        short=_say(words, "closed") if shut else "",
        whole=why if shut else "",
    )


def clock(at: int, timezone: str) -> str:
    """A time of the hall's clock (`at` in ms); none where the page's machine gives it."""
    zone: tzinfo | None = ZoneInfo(timezone) if timezone else None
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%H:%M}" if zone else NO_TIME


def _windows(choice: Choice, menu: Menu, words: Words) -> tuple[str, str]:
    """The windows that call a category, as a figure and in words; a time where none calls now."""
    number = len(choice.windows)
    if number:
        return str(number), _say(words, "windows", n=number)
    time = NO_TIME if choice.calling_from is None else clock(choice.calling_from, menu.timezone)
    if time == NO_TIME:
        return str(number), _say(words, "no_window")
    return time, _say(words, "from", time=time)


def _say(words: Words, key: str, **values: object) -> str:
    return words[f"kiosk.{key}"]["zh"].format_map(values)
