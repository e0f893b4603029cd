"""Text as paper takes it: control characters dropped, lines broken where a reader would break them.

Chinese may break between any two characters (not before 。 nor after （), Korean and
Latin words stay whole unless one alone is wider than the paper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

Measure = Callable[[str], int]
"""Width of a piece of text, in dots or cells."""

_NEVER_FIRST = frozenset("，。、；：？！）》」』】〕〉％…—·～”’,.;:?!)]}%")
_NEVER_LAST = frozenset("（《「『【〔〈￥“‘([{")
_COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_TOKEN = re.compile(
    r"\s+|[\u2e80-\u312f\u3200-\ua4cf\uf900-\uffef\U00020000-\U0003ffff]|[^\s\u2e80-\u312f"
    r"\u3200-\ua4cf\uf900-\uffef\U00020000-\U0003ffff]+"
)


def plain(text: str) -> str:
    """What of a text may reach a printer: no control, format, surrogate or line separator character.

    Tabs and line breaks become one space (callers split lines first, see `paragraphs`).
    Decomposed Hangul and accents are composed, because printers place one glyph a
    character; compatibility ideographs are left alone, because composing would turn
    them into another character of somebody's name.
    """
    kept = "".join(" " if c in "\t\n\r\v\f\x85\u2028\u2029" else c for c in text if _printable(c))
    parts = _COMPATIBILITY.split(kept)
    return "".join(
        p if _COMPATIBILITY.fullmatch(p) else unicodedata.normalize("NFC", p) for p in parts
    ).strip()


def _printable(char: str) -> bool:
    if char in "\t\n\r\v\f\x85\u2028\u2029":
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs") and not "\ufe00" <= char <= "\ufe0f"


def paragraphs(text: str) -> list[str]:
    """The lines somebody wrote: a line feed in a slip's field starts a new one (the second language)."""
    return [line for line in (plain(part) for part in text.split("\n")) if line]


def cells(text: str) -> int:
    """Display width in half-width cells: 2 for East Asian wide and full-width characters, else 1."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int, measure: Measure) -> list[str]:
    """Break a paragraph into lines no wider than `width` (in the unit of `measure`)."""
    lines = [""]
    for piece in _pieces(text):
        if measure((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece if lines[-1] else piece.lstrip()
            continue
        lines += _whole_or_broken(piece.strip(), width, measure)
        lines[-1] += " " if piece[-1].isspace() else ""
    return [line.rstrip() for line in lines if line.strip()]


def balance(text: str, width: int, measure: Measure) -> list[str]:
    """Like `wrap`, but with lines of like length, as a centred heading wants."""
    lines = wrap(text, width, measure)
    low, high = 1, width
    while len(lines) > 1 and low < high:
        middle = (low + high) // 2
        if len(wrap(text, middle, measure)) <= len(lines):
            high = middle
        else:
            low = middle + 1
    return wrap(text, high, measure)


def _pieces(text: str) -> Iterator[str]:
    """Pieces between which a line may break, closing marks kept with what they close."""
    held = ""
    for token in _TOKEN.findall(text):
        glued = held and (token[0] in _NEVER_FIRST or held[-1] in _NEVER_LAST)
        if held and not glued and not token.isspace():
            yield held
            held = ""
        held += token
    if held:
        yield held


def _whole_or_broken(piece: str, width: int, measure: Measure) -> Iterator[str]:
    """A piece that may be wider than a line: broken behind a hyphen or slash where it has one."""
    line = ""
    for char in piece:
        while line and measure(line + char) > width:  # what stays behind a slash may be too much still
            end = max(line.rfind("-"), line.rfind("/")) + 1 or len(line)
            yield line[:end]
            line = line[end:]
        line += char
    if line:
        yield line
