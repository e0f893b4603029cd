"""The needs of the visitors at the windows (引导、文字交流、轮椅、朝鲜语), beside the log and never in it.

They lie in side keys that expire when the business day turns. Every process looks after those whose visitors
stand at a window now, and tells its screens when it has found one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec

from queue_server.desk.beside import Beside
from queue_server.desk.line import Line
from queue_server.hall.day import Day
from queue_server.store.logs import Store

LOOK = 0.5
"""Seconds between two looks: the clerk knows before the visitor has come to the window."""

_decoder = msgspec.json.Decoder(tuple[str, ...])


class Desk(Protocol):
    """What needs must know of the hall: its day."""

    @property
    def day(self) -> Line[Day] | None: ...


class Needs:
    """What the visitors at a hall's windows need, as far as this process has read it."""

    def __init__(self, store: Store, hall: str) -> None:
        self.on_found: list[Callable[[], None]] = []
        self._store = store
        self._hall = hall
        self._beside = Beside(store, hall, "needs")
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, ticket: str) -> tuple[str, ...]:
        """What the holder of a ticket needs; nothing before it has been read."""
        return self._known.get(ticket, ())

    async def keep(self, ticket: str, needs: tuple[str, ...], ttl: int) -> None:
        """Keep a ticket's needs for `ttl` ms."""
        await self._store.put_side(self._hall, _name(ticket), msgspec.json.encode(needs), ttl)

    async def run(self, hall: Desk) -> None:
        """Look after the visitors at the windows, for as long as the hall runs."""
        while True:
            await asyncio.sleep(LOOK)
            if hall.day is not None:
                await self.look(hall.day.state)

    async def look(self, day: Day) -> None:
        """Read the needs of those who stand at a window now, and forget those who have left."""
        present = {w.present for w in day.windows.values() if w.present}
        self._known = {ticket: needs for ticket, needs in self._known.items() if ticket in present}
        asked = sorted(present - self._known.keys())
        if not asked:
            return
        kept = await self._beside.read([_name(ticket) for ticket in asked])
        if kept is None:
            return
        found = {t: _decoder.decode(value) for t, value in zip(asked, kept, strict=True) if value is not None}
        self._known |= found
        for told in self.on_found if found else ():
            told()


def _name(ticket: str) -> str:
    return f"needs:{ticket}"
