"""What every way to a printer has in common: bytes go, answers come, neither takes for ever."""

from __future__ import annotations

from typing import Protocol

PIECE = 1024
"""Bytes handed over at once; each piece has the write deadline to itself, so a slow printer may be slow."""


class LineDown(ConnectionError):
    """The way to the printer failed: refused, unreachable, closed, or past its deadline."""


class Line(Protocol):
    """An open way to one printer."""

    async def write(self, data: bytes) -> None:
        """Hand over all bytes; raises `LineDown`."""
        ...

    async def read(self, seconds: float) -> bytes:
        """What the printer said, b"" when it said nothing in time; raises `LineDown` when it hung up."""
        ...

    async def close(self) -> None:
        """Let go of the printer within the write deadline; what it has not taken by then is dropped."""
        ...
