"""What a printer's own characters can hold, in each text mode, and the bytes for it.

A line that its mode cannot hold whole is drawn instead; nothing is ever replaced by "?".
Kept narrow on purpose: a character is held only where the mode's mandatory part has it,
because printers carry no glyphs beyond it (GB 18030's mandatory part is the two-byte
GBK area and CJK extension A; Hangul and the planes above are optional in it).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import StrEnum


class TextMode(StrEnum):
    """How text reaches a printer: as dots (safe everywhere), or in its own characters."""

    RASTER = "raster"
    GB18030 = "gb18030"
    GBK = "gbk"
    UTF8 = "utf8"


def native(text: str) -> str:
    """The yen sign as the full-width one, the only one Chinese printers have."""
    return text.replace("\u00a5", "\uffe5")


def encode(text: str, mode: TextMode) -> bytes | None:
    """Bytes of a line in the printer's own characters, None when the mode cannot hold all of it."""
    ready = native(text)
    holds = _HOLDS.get(mode)
    if holds is None or not all("\x20" <= char <= "\x7e" or holds(char) for char in ready):
        return None
    return ready.encode("utf-8" if mode is TextMode.UTF8 else mode.value)


def columns(char: str, mode: TextMode) -> int:
    """Half-width cells a character takes on paper: everything but ASCII is full width in a Chinese mode."""
    if mode is TextMode.UTF8 or mode is TextMode.RASTER:
        return 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return 1 if "\x20" <= char <= "\x7e" else 2


def _in_gbk(char: str) -> bool:
    try:
        data = char.encode("gbk")
    except UnicodeEncodeError:
        return False
    return len(data) == 2 and not _private(char)


def _in_gb18030(char: str) -> bool:
    if "\u3400" <= char <= "\u4db5":
        return True
    try:
        return len(char.encode("gb18030")) == 2 and not _private(char)
    except UnicodeEncodeError:
        return False


def _in_utf8(char: str) -> bool:
    return char <= "\uffff" and unicodedata.east_asian_width(char) in "WF" and not _private(char)


def _private(char: str) -> bool:
    return unicodedata.category(char) in ("Co", "Cn", "Cs", "Cc")


_HOLDS: dict[TextMode, Callable[[str], bool]] = {
    TextMode.GB18030: _in_gb18030,
    TextMode.GBK: _in_gbk,
    TextMode.UTF8: _in_utf8,
}
