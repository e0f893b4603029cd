"""The nightly wipe: what must not outlive its day leaves the store, its append-only file included.

The key of a day's ticket secrets goes an hour after the next day opened, when nobody can repeat a command of
it any more; other side keys expire by themselves. The rewrite of the append-only file takes what was written
of them off the disk.
"""

from __future__ import annotations

import asyncio

import structlog

from queue_server.desk.hall import RETRIES, Hall
from queue_server.hall import events
from queue_server.reactions.following import Happened

log = structlog.get_logger()

LOOK = 30.0
"""Seconds between two looks at the clock."""


class Wiping:
    """Wipes one hall's yesterday."""

    name = "wipe"
    from_start = True

    def __init__(self, hall: Hall, wait: int = RETRIES) -> None:
        self.hall = hall
        self._wait = wait

    async def react(self, happened: Happened) -> asyncio.Future[None] | None:
        """Wipe the days before the one that has opened, once nobody needs them."""
        if not isinstance(happened.record.e, events.DayOpened):
            return None
        return asyncio.ensure_future(self._wipe(happened.place.date, happened.record.at + self._wait))

    async def _wipe(self, date: str, when: int) -> None:
        while self.hall.clock() < when:  # noqa: ASYNC110 - nothing tells that a clock has moved on
            await asyncio.sleep(LOOK)
        store = self.hall.store
        for earlier in [d for d in await store.days(self.hall.id) if d < date]:
            await store.drop_side(self.hall.id, f"ticket-key:{earlier}")
        await store.wipe_traces()
        log.info("wiped what was before", hall=self.hall.id, date=date)
