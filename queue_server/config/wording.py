"""The words that a guide may not use: they leave open what is asked of people (等, 其他, 相关).

The reform (吉政办函〔2018〕52号) has them deleted from 申报条件 and 申报材料目录, together with catch-all
clauses. Titles in 《》 are quoted as they are, and words that merely contain the character are no
catch-alls. What is forbidden and what is let be stands in `wording.toml`, not here.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_DATA = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))

VAGUE: tuple[str, ...] = tuple(_DATA["words"])
CLAUSES: tuple[str, ...] = tuple(_DATA["clauses"])
INNOCENT: tuple[str, ...] = tuple(_DATA["innocent"])

_SAFE = re.compile("《[^》]*》|" + "|".join(INNOCENT))
_VAGUE = re.compile("|".join((*CLAUSES, *VAGUE)))


def vague_words(sentence: str) -> list[tuple[int, str]]:
    """The catch-all words of a condition or material, each with its offset (characters from 0)."""
    hidden = _SAFE.sub(lambda safe: "\0" * len(safe.group()), sentence)
    return [(found.start(), found.group()) for found in _VAGUE.finditer(hidden)]
