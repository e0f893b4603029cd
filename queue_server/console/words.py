"""What the console says, and how outside text becomes harmless before it is shown.

Everything that arrives from the network passes `cleaned` once, at the boundary, so that no
widget can forget it: control characters, escape sequences and bidirectional overrides are gone,
and punctuation that a Chinese Windows console draws two cells wide becomes its narrow kin.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len, chop_cells

from kiosk.spelling import pinyin
from queue_server.locale import harmless, translate

SOURCE = "zh"

# Ambiguous-width punctuation seen in hall names, notices and guides, with a kin of sure width.
NARROW = {
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u2013": "-",
    "\u2014": "-",
    "\u2015": "-",
    "\u2026": "...",
    "\u00b7": ".",
    "\u00d7": "x",
    "\u2192": "->",
    "\u2190": "<-",
    "\u25cb": "o",
    "\u25cf": "*",
}


def say(key: str, lang: str, **values: object) -> str:
    """The console's sentence `key` (without its domain) in `lang`. Raises KeyError for an unknown key."""
    return translate(f"console.{key}", lang, **values)


def named(text: Mapping[str, str], lang: str) -> str:
    """A name or sentence in the clerk's language, else in Chinese, else in whichever there is."""
    return text.get(lang) or text.get(SOURCE) or next(iter(text.values()), "")


def between(lang: str) -> str:
    """What stands between the things of a list."""
    return "、" if lang == "zh" else ", "


def cleaned(value: object) -> object:
    """Decoded JSON with every string in it made harmless for a terminal, keys included."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    if isinstance(value, dict):
        return {plain(str(key)): cleaned(each) for key, each in value.items()}
    return value


def plain(text: str) -> str:
    """One line of text without anything that a terminal could obey."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(NARROW.get(character, character) for character in harmless.plain(text))


def fit(text: str, width: int) -> str:
    """The text in at most `width` cells; what does not fit is cut and marked by two dots."""
    if cell_len(text) <= width:
        return text
    if width < 3:
        return chop_cells(text, max(width, 1))[0] if width > 0 else ""
    return chop_cells(text, width - 2)[0] + ".."


def wide(text: str, width: int) -> str:
    """The text in exactly `width` cells, cut or filled with spaces at its end."""
    short = fit(text, width)
    return short + " " * (width - cell_len(short))


def found_by(typed: str, *names: str) -> bool:
    """Whether one of the names has what was typed in it: as it stands, in pinyin or as its initials."""
    wanted = typed.casefold().replace(" ", "")
    for name in names:
        syllables = pinyin(name).split()
        written = (name, "".join(syllables), "".join(syllable[0] for syllable in syllables))
        if any(wanted in each.casefold().replace(" ", "") for each in written):
            return True
    return False


def clock_time(seconds: int) -> str:
    """A stretch of time as 0:42, 12:05 or 1:02:03."""
    seconds = max(0, seconds)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
