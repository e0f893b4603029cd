"""Where each key and element of a TOML file stands, so that an error can name its line.

`tomllib` checks the grammar and gives the values but no places; this walks the same text
once more. It is only meant for text that `tomllib` has accepted.
"""

from __future__ import annotations

import re
from bisect import bisect_right

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and array element of a valid TOML text, by its path."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.breaks = [m.start() for m in re.finditer("\n", text)]
        self.arrays: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip_blank()

    def skip_blank(self) -> None:
        self.at = self.match(_BLANK).end()

    def match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"no TOML at line {self.line()}: tomllib must accept the text first")
        return found

    def line(self) -> int:
        return bisect_right(self.breaks, self.at - 1) + 1

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.line())

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; the path has the index of the newest element of every array of tables."""
        double = self.text.startswith("[[", self.at)
        here = self.line()
        self.at += 2 if double else 1
        parts = self.key()
        self.at = self.text.index("]", self.at) + (2 if double else 1)
        path: Path = ()
        for depth, part in enumerate(parts, 1):
            path = (*path, part)
            self.lines.setdefault(path, here)
            if double and depth == len(parts):
                self.arrays[path] = self.arrays.get(path, 0) + 1
            if path in self.arrays:
                path = (*path, self.arrays[path] - 1)
                self.lines.setdefault(path, here)
        return path

    def key(self) -> tuple[str, ...]:
        """A dotted key; leaves the place after it and any spaces."""
        parts: list[str] = []
        while True:
            self.skip_blank()
            quoted = self.text[self.at] in "\"'"
            found = self.match(_STRING if quoted else _BARE)
            parts.append(found.group()[1:-1] if quoted else found.group())
            self.at = found.end()
            self.skip_blank()
            if self.text[self.at] != ".":
                return tuple(parts)
            self.at += 1

    def pair(self, table: Path) -> None:
        start = self.line()
        path = table
        for part in self.key():
            path = (*path, part)
            self.lines.setdefault(path, start)
        self.at += 1  # the equals sign
        self.value(path)

    def value(self, path: Path) -> None:
        self.skip_blank()
        opening = self.text[self.at]
        if opening == "[":
            self.elements(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.at = self.match(_STRING if opening in "\"'" else _SCALAR).end()

    def elements(self, path: Path) -> None:
        self.at += 1
        index = 0
        while not self.closed("]"):
            self.note((*path, index))
            self.value((*path, index))
            index += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while not self.closed("}"):
            self.pair(path)

    def closed(self, bracket: str) -> bool:
        """Whether the bracket closes here; a comma before the next element is stepped over."""
        self.skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.skip_blank()
        if self.text[self.at] != bracket:
            return False
        self.at += 1
        return True
