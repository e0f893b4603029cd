"""How the values of a hall file are written: durations, times of day, texts, lists and numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from queue_server.hall.plan import DAY, HOUR, MINUTE, SECOND

from .sheet import WRONG, Key, Kind, Place, quoted, read_table, unknown

LANGUAGES = ("zh", "ko", "en")
OFF = "off"

_UNITS = {"h": HOUR, "小时": HOUR, "min": MINUTE, "分钟": MINUTE, "s": SECOND, "秒": SECOND}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_DURATION = re.compile(rf"(?:[0-9]{{1,6}} ?(?:{_UNIT})(?: |$))+")
_PART = re.compile(rf"([0-9]+) ?({_UNIT})")
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


def written_duration(ms: int) -> str:
    """A duration (ms) as a hall file writes it: ``1 h 30 min``."""
    parts = []
    for unit in ("h", "min", "s"):
        count, ms = divmod(ms, _UNITS[unit])
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def written_clock(ms: int) -> str:
    """A time of day (ms after midnight) as a hall file writes it: ``08:30``."""
    return f"{ms // HOUR:02d}:{ms % HOUR // MINUTE:02d}"


def duration(least: int, most: int) -> Kind:
    """A duration such as ``"15 min"``, ``"30 s"`` or ``"1 h 30 min"``, in ms, from `least` to `most`."""

    def read(value: object, place: Place) -> Any:
        if not isinstance(value, str) or not _DURATION.fullmatch(value):
            return place.wrong('must be a duration in quotes, such as "15 min", "30 s" or "1 h 30 min"')
        ms = sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(value))
        if not least <= ms <= most:
            allowed = f"{written_duration(least)} to {written_duration(most)}"
            return place.wrong(f'"{value}" is out of range; allowed is {allowed}')
        return ms

    return read


def number(least: int, most: int) -> Kind:
    """A whole number from `least` to `most`."""

    def read(value: object, place: Place) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return place.wrong(f"must be a whole number from {least} to {most}, without quotes")
        if not least <= value <= most:
            return place.wrong(f"{value} is out of range; allowed is {least} to {most}")
        return value

    return read


def measure(least: float, most: float) -> Kind:
    """A number with or without a fraction from `least` to `most`, such as inches or metres."""

    def read(value: object, place: Place) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return place.wrong(f"must be a number from {least:g} to {most:g}, without quotes")
        if not least <= value <= most:
            return place.wrong(f"{value:g} is out of range; allowed is {least:g} to {most:g}")
        return float(value)

    return read


def or_off(kind: Kind) -> Kind:
    """As `kind`, or ``"off"``, which the plan holds as None."""

    def read(value: object, place: Place) -> Any:
        return None if value == OFF else kind(value, place)

    return read


def flag(value: object, place: Place) -> Any:
    """``true`` or ``false``."""
    return value if isinstance(value, bool) else place.wrong("must be true or false, without quotes")


def line(value: object, place: Place) -> Any:
    """A non-empty text of one line, without control characters: it goes to paper, screens and speech."""
    if not isinstance(value, str):
        return place.wrong("must be a text in quotes")
    if not value.strip():
        return place.wrong("must not be empty")
    return plain(value, place)


def plain(value: object, place: Place) -> Any:
    """A text of one line that may be empty, without control characters."""
    if not isinstance(value, str):
        return place.wrong("must be a text in quotes")
    control = next((c for c in value if not c.isprintable() and c != "\u3000"), None)
    if control is not None:
        return place.wrong(f"has the character U+{ord(control):04X}, which cannot be printed or shown")
    return value.strip()


def pattern(regex: str, sentence: str) -> Kind:
    """A text that matches a regular expression; `sentence` says what is allowed."""
    compiled = re.compile(regex)

    def read(value: object, place: Place) -> Any:
        if isinstance(value, str) and compiled.fullmatch(value):
            return value
        return place.wrong(sentence if not isinstance(value, str) else f'"{value}" {sentence}')

    return read


def one_of(allowed: Iterable[str]) -> Kind:
    """One text of a fixed set."""
    allowed = tuple(allowed)

    def read(value: object, place: Place) -> Any:
        if not isinstance(value, str):
            return place.wrong(f"must be one of {quoted(allowed)}, in quotes")
        return value if value in allowed else place.wrong(unknown(value, allowed))

    return read


def one_number_of(*allowed: int) -> Kind:
    """One number of a fixed set."""

    def read(value: object, place: Place) -> Any:
        if isinstance(value, int) and value in allowed:
            return value
        return place.wrong(f"must be {' or '.join(map(str, allowed))}")

    return read


def list_of(kind: Kind, least: int = 0, unique: bool = False) -> Kind:
    """A list; every element is read, so that each names its own fault."""

    def read(value: object, place: Place) -> Any:
        if not isinstance(value, list):
            return place.wrong("must be a list in [ ]")
        if len(value) < least:
            many = "one entry" if least == 1 else f"{least} entries"
            return place.wrong(f"must have at least {many}")
        elements = [kind(element, place.at(index)) for index, element in enumerate(value)]
        if unique:
            refuse_repeats(elements, place)
        return [element for element in elements if element is not WRONG]

    return read


def refuse_repeats(elements: list[Any], place: Place) -> None:
    """Note every element of a list that stands there a second time."""
    for index, element in enumerate(elements):
        if element is not WRONG and element in elements[:index]:
            place.at(index).wrong("stands in the list twice")


def table_of(keys: dict[str, Key]) -> Kind:
    """A table with fixed keys."""
    return lambda value, place: read_table(value, place, keys)


def entries_of(kind: Kind, key: Callable[[str, Place], bool]) -> Kind:
    """A table whose keys the hall chooses; `key` notes a fault of a key and says whether it is good."""

    def read(value: object, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong("must be a table")
        read_entries = {}
        for name, entry in value.items():
            good = key(name, place.at(name))
            got = kind(entry, place.at(name))
            if good and got is not WRONG:
                read_entries[name] = got
        return read_entries

    return read


def code(name: str, place: Place) -> bool:
    """Whether a key is a code: the log keeps it, so it is short, lower case and never reused."""
    if re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
        return True
    place.wrong("a code is a lower-case letter and then letters a-z, digits or _, 32 at most")
    return False


def text(value: object, place: Place) -> Any:
    """A text by language; ``zh`` must be there, the others are shown in Chinese when they are missing."""
    if not isinstance(value, dict):
        return place.wrong('must be a text by language, such as {zh = "商事登记", en = "Business"}')
    if "zh" not in value:
        place.wrong("`zh` is missing: every text has at least its Chinese")
    read: dict[str, str] = {}
    for language, words in value.items():
        if language not in LANGUAGES:
            place.at(language).wrong(unknown(language, LANGUAGES))
            continue
        got = line(words, place.at(language))
        if got is not WRONG:
            read[language] = got
    return dict(sorted(read.items()))  # the order of languages means nothing; it is a setting of its own


def clock(value: object, place: Place) -> Any:
    """A time of day such as ``"03:00"``, in ms after midnight."""
    ms = _clock_ms(value) if isinstance(value, str) else None
    return ms if ms is not None and ms < DAY else place.wrong('must be a time from "00:00" to "23:59"')


def spans(value: object, place: Place) -> Any:
    """Times of a day such as ``["08:30-11:30", "13:00-16:30"]``, in order and without overlap."""
    read = list_of(_span)(value, place)
    if read is WRONG:
        return WRONG
    for index in range(1, len(read)):
        if len(read) == len(value) and read[index]["start"] < read[index - 1]["end"]:  # type: ignore[arg-type]
            place.at(index).wrong("begins before the one in front of it ends; write them in order")
    return read


def _span(value: object, place: Place) -> Any:
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    start, end = _clock_ms(first), _clock_ms(last)
    if not dash or start is None or end is None:
        return place.wrong('must be a time from-to with two digits each, such as "08:30-11:30"')
    if start >= end:
        return place.wrong(f'"{value}" ends before it begins; a night is written as two days\' times')
    return {"start": start, "end": end}


def _clock_ms(words: str) -> int | None:
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    ms = int(found[1]) * HOUR + int(found[2]) * MINUTE
    return ms if ms <= DAY else None
