"""One reader of the store a process: it follows every log that is live here.

A blocking read brings what others append at once; a look at each tail every second repairs a lost ring
and says when the data were last known to be fresh.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from queue_server.store.chain import Entry
from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()

Arrived = Callable[[Sequence[Entry]], None]

BLOCK_MS = 1000
PAUSE = 0.2
BUSY = 0.01


class Watched:
    """A log that is followed: `after` gives the sequence up to which it is known."""

    def __init__(self, after: Callable[[], int], arrived: Arrived) -> None:
        self.after = after
        self.arrived = arrived


class Reader:
    """Follows a changing set of logs with one blocking read."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._logs: dict[str, Watched] = {}
        self._changed = asyncio.Event()

    def watch(self, name: str, after: Callable[[], int], arrived: Arrived) -> None:
        """Follow a log: `arrived` is told of entries after ``after()``, or of none once a second."""
        self._logs[name] = Watched(after, arrived)
        self._changed.set()

    def forget(self, name: str) -> None:
        """Follow a log no more."""
        self._logs.pop(name, None)

    async def run(self) -> None:
        """Read until cancelled; a store that is gone is reported once, and its return once."""
        down = False
        while True:
            if not self._logs:
                await self._changed.wait()
            self._changed.clear()
            try:
                await self._read_once()
            except (Unanswered, StoreRefused) as trouble:
                if not down:
                    log.warning("store gone", error=str(trouble))
                down = True
                await asyncio.sleep(PAUSE)
            else:
                if down:
                    log.info("store is back")
                down = False

    async def _read_once(self) -> None:
        watched = dict(self._logs)
        found = await self.store.read_new({name: one.after() for name, one in watched.items()}, BLOCK_MS)
        news = False
        for name, one in watched.items():
            known = one.after()
            one.arrived(found.get(name, ()))
            news = news or one.after() > known
        if found and not news:
            # What this process appends itself, and has or will take in without us: do not ask again at once.
            await asyncio.sleep(BUSY)
