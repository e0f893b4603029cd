"""The voice of the tests: the one that set-up made, or one made now."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from displays.voice_build import build
from displays.voice_pack import MANIFEST, Pack, read_pack

PLACE = Path(__file__).parents[2] / "build" / "voice"


@cache
def pack() -> Pack:
    """A whole voice in three languages."""
    if not (PLACE / MANIFEST).exists():
        build(PLACE)
    return read_pack(PLACE)
