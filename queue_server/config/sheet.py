"""A file while it is being read: its values, the place of each, and what was found wrong so far."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from .faults import Fault
from .lines import Path, lines_of

_SYNTAX = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


class _Wrong:
    """What a reader returns instead of a value that it had to refuse."""

    def __repr__(self) -> str:
        return "WRONG"


WRONG: Any = _Wrong()


class Sheet:
    """One file: its name, the lines of its keys, its errors and its warnings."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[Path, int] = {}
        self.last_line = 0
        self.errors: list[Fault] = []
        self.warnings: list[Fault] = []

    def top(self) -> Place:
        """The place of the whole file."""
        return Place(self, ())

    def load(self) -> dict[str, Any] | None:
        """The file's values, or None with the reason among the errors."""
        text = self.read_text()
        if text is None:
            return None
        self.last_line = text.count("\n") + 1
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.bad_syntax(str(error))
            return None
        except RecursionError:
            self.unreadable(0, "the file is nested too deeply")
            return None
        self.lines = lines_of(text.replace("\r\n", "\n"))
        return values

    def read_text(self) -> str | None:
        """The file's text, or None with the reason among the errors."""
        try:
            return FilePath(self.path).read_bytes().decode("utf-8-sig")
        except OSError as error:
            self.unreadable(0, f"the file cannot be read: {error.strerror or error}")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self.unreadable(line, "the file is not UTF-8: save it as UTF-8 in the editor")
        return None

    def unreadable(self, line: int, sentence: str) -> None:
        """Note why the file as a whole cannot be used."""
        self.errors.append(Fault(self.path, line, "", sentence))

    def bad_syntax(self, message: str) -> None:
        """Note where the file stops being TOML, from the parser's message."""
        found = _SYNTAX.match(message)
        what = found["what"] if found else message
        line = int(found["line"]) if found and found["line"] else self.last_line
        column = f"column {found['column']}: " if found and found["column"] else ""
        self.unreadable(line, f"{column}this is not TOML: {what}")


class Place(NamedTuple):
    """A place in a file; `wrong` and `warn` note a fault there."""

    sheet: Sheet
    path: Path

    def at(self, part: str | int) -> Place:
        """The place of a key or element below this one."""
        return Place(self.sheet, (*self.path, part))

    def line(self) -> int:
        """The line of this place or of the nearest one above it that stands in the file; 0 without a file."""
        for length in range(len(self.path), 0, -1):
            line = self.sheet.lines.get(self.path[:length])
            if line is not None:
                return line
        return min(1, self.sheet.last_line)

    def where(self) -> str:
        """The path as an operator reads it: ``window[3].serves[0]``."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def wrong(self, sentence: str) -> Any:
        """Note an error here; returns WRONG, so that a reader can end with it."""
        self.sheet.errors.append(Fault(self.sheet.path, self.line(), self.where(), sentence))
        return WRONG

    def warn(self, sentence: str) -> None:
        """Note something that is allowed and probably not meant."""
        self.sheet.warnings.append(Fault(self.sheet.path, self.line(), self.where(), sentence))


Kind = Callable[[object, Place], Any]
"""Reads one value: returns what the plan wants, or notes the faults and returns WRONG."""


class Key(NamedTuple):
    """A key of a table: how its value is read, whether it must be there, and what the plan calls it."""

    kind: Kind
    required: bool = False
    field: str = ""


class Record(dict[str, Any]):
    """A table that was read: only the values in which nothing was wrong, by the plan's names."""

    def __init__(self, place: Place, values: dict[str, Any] | None = None) -> None:
        super().__init__(values or {})
        self.place = place

    def key_place(self, key: str) -> Place:
        """The place of one of this table's keys."""
        return self.place.at(key)


def read_table(value: object, place: Place, keys: dict[str, Key]) -> Any:
    """Read a table by its keys; faults of one key do not hide those of the others."""
    if not isinstance(value, dict):
        return place.wrong(f"must be a table with {quoted(keys)}")
    record = Record(place)
    for name in value:
        if name not in keys:
            place.at(name).wrong(unknown(name, keys))
    for name, key in keys.items():
        if name not in value:
            if key.required:
                place.wrong(f"`{name}` is missing")
            continue
        read = key.kind(value[name], place.at(name))
        if read is not WRONG:
            record[key.field or name] = read
    return record


def unknown(name: str, allowed: Iterable[str]) -> str:
    """The sentence for a name that is not among the allowed ones, with the one probably meant."""
    near = difflib.get_close_matches(name, list(allowed), 1)
    meant = f'; did you mean "{near[0]}"?' if near else ""
    return f'"{name}" is not known{meant}; allowed are {quoted(allowed)}'


def quoted(names: Iterable[str]) -> str:
    """Names as a sentence lists them."""
    return ", ".join(names)
