"""How outside text becomes harmless: nothing in it that a terminal or a page could obey."""

from __future__ import annotations

import unicodedata

# Control, format (bidi overrides, zero-width marks), surrogate, private use, unassigned.
LIVE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
BREAKS = frozenset({"Zl", "Zp"})


def plain(text: str) -> str:
    """One line of text without control characters, escape sequences and bidirectional overrides."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_plain_character(character) for character in text)


def _plain_character(character: str) -> str:
    if character in "\t\n\r":
        return " "
    kind = unicodedata.category(character)
    if kind in LIVE:
        return ""
    return " " if kind in BREAKS else character
