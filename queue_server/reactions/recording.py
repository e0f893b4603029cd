"""Cases go from a hall's register into rows for search and reports, each fact once, when the file can be had.

Nothing waits for the rows: while the file cannot be written the hall goes on, and they come later.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress

import structlog

from queue_server.desk.hall import Hall
from queue_server.hall.refusals import Refused
from queue_server.records.case_rows import CaseRows
from queue_server.store import keys
from queue_server.store.logs import StoreRefused, Unanswered

log = structlog.get_logger()

REST = 15.0
"""Seconds between two looks when nothing rang."""
AGAIN = 2.0
"""Seconds until a file that could not be used is tried again."""
PAGE = 500


class Recording:
    """Writes one hall's cases into a file."""

    def __init__(self, hall: Hall, rows: CaseRows, again: float = AGAIN) -> None:
        self.hall = hall
        self._rows = rows
        self._again = again
        self._bell = asyncio.Event()
        self._troubled = False
        hall.register.on_landed.append(lambda _: self._bell.set())

    async def run(self) -> None:
        """Go on from where the file is, until cancelled."""
        while True:
            self._bell.clear()
            try:
                await self._catch_up()
            except (sqlite3.Error, OSError, Unanswered, StoreRefused, Refused) as trouble:
                self._note(str(trouble))
                await asyncio.sleep(self._again)
            else:
                self._note("")
                with suppress(TimeoutError):
                    async with asyncio.timeout(REST):
                        await self._bell.wait()

    async def _catch_up(self) -> None:
        hall, log_name = self.hall, keys.register(self.hall.id)
        reached = await asyncio.to_thread(self._rows.reached, hall.id)
        while entries := await hall.store.read(log_name, reached, PAGE):
            reached = await asyncio.to_thread(self._rows.take_in, hall.id, entries)

    def _note(self, trouble: str) -> None:
        """Said once when it begins, and once when it is over."""
        if bool(trouble) != self._troubled:
            self._troubled = bool(trouble)
            told = log.error if trouble else log.info
            told("cases not recorded" if trouble else "cases recorded again", hall=self.hall.id, why=trouble)
