"""Each morning a snapshot of the register, where it has grown: the next start need not read all of it."""

from __future__ import annotations

from queue_server.desk.hall import Hall
from queue_server.hall.events import DayOpened
from queue_server.reactions.following import Happened

GROWN = 500
"""Entries since the last snapshot from which another one is worth its bytes."""


class Snapshotting:
    """Takes the snapshots of one hall's register."""

    name = "snapshot"
    from_start = True

    def __init__(self, hall: Hall, grown: int = GROWN) -> None:
        self.hall = hall
        self._grown = grown

    async def react(self, happened: Happened) -> None:
        """Take a snapshot when the day has opened, if there is enough that is new."""
        if not isinstance(happened.record.e, DayOpened):
            return
        snapshots = self.hall.snapshots
        if self.hall.register.tail.seq - await snapshots.reached() >= self._grown:
            await snapshots.take(self.hall.register)
