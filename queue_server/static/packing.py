"""Packing answers for the way to a screen: pages and scripts are a fifth as long."""

from __future__ import annotations

import gzip
import re

PACKED = {"content-encoding": "gzip"}
LEAST = 1024
"""Bytes under which packing saves nothing worth the work."""


def wants_packed(accept_encoding: str) -> bool:
    """Whether a client's ``Accept-Encoding`` takes gzip."""
    for part in accept_encoding.lower().split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


_NOTES = re.compile(rb"^[ \t]*/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*(?=\n)", re.MULTILINE)


def without_notes(script: bytes) -> bytes:
    """A script without its documentation, half of what it weighs; every line keeps its number.

    Only whole lines of ``/** … */`` go: what stands behind code stays, as does a template's text.
    """
    return _NOTES.sub(lambda note: b"\n" * note[0].count(b"\n"), script)


def packed(content: bytes, level: int = 6) -> bytes:
    """The content as gzip; the same bytes every time."""
    return gzip.compress(content, level, mtime=0)
