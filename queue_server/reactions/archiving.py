"""Archiving: every entry of a hall's register and days goes into the archive, and only then may a day expire.

The archive itself says how far it has come, so that a machine that takes over fills its own file from the
store. A day is let go when it is closed, archived to its last entry, and the whole copy verifies.
"""

from __future__ import annotations

import asyncio

import structlog

from queue_server.desk.hall import Hall
from queue_server.hall import events
from queue_server.reactions.following import Happened
from queue_server.records.archive import Archive, ArchiveDiffers
from queue_server.store import keys
from queue_server.store.chain import ChainBroken

log = structlog.get_logger()

KEEP_DAYS = 30
"""Days for which the store keeps a day that is archived."""
DAY_MS = 24 * 3_600_000
PAGE = 1000


class Archiving:
    """Archives one hall's logs into a file."""

    name = "archive"
    from_start = True

    def __init__(self, hall: Hall, archive: Archive, keep_days: int = KEEP_DAYS) -> None:
        self.hall = hall
        self.archive = archive
        self._keep_days = keep_days

    async def react(self, happened: Happened) -> None:
        """Bring the archive to where the store is; at a day's end verify it and let the day expire."""
        log_name = keys.day(self.hall.id, happened.place.date)
        if await self._catch_up(log_name, happened.place.seq) and isinstance(
            happened.record.e, events.DayClosed
        ):
            await self._catch_up(keys.register(self.hall.id))
            await self._let_go(log_name)

    async def _catch_up(self, log_name: str, at_least: int = -1) -> bool:
        """Archive what is missing of a log; False when the copy and the store differ, which is named."""
        try:
            tail = await asyncio.to_thread(self.archive.tail, log_name)
            if 0 <= at_least <= tail.seq:
                return True
            while entries := await self.hall.store.read(log_name, tail.seq, PAGE):
                tail = await asyncio.to_thread(self.archive.keep, log_name, entries)
        except (ChainBroken, ArchiveDiffers) as trouble:
            log.error("not archived", log=log_name, why=str(trouble))  # noqa: TRY400
            return False
        return True

    async def _let_go(self, log_name: str) -> None:
        try:
            kept = await asyncio.to_thread(self.archive.verify, log_name)
        except ChainBroken as trouble:
            log.error("archive is damaged, the day stays in the store", log=log_name, why=str(trouble))  # noqa: TRY400
            return
        if kept == await self.hall.store.tail(log_name):
            await self.hall.store.let_expire(log_name, self._keep_days * DAY_MS)
            log.info("day archived", log=log_name, entries=kept.seq, hash=kept.hash)
