"""Anchoring: every hour the ends of a hall's logs are signed into a file outside the store.

Before that the last anchors are held against the store: a history that was exchanged, or a backup that was
put in the place of what came later, is an alarm, even where its chain is whole. Every process anchors, into
the file of its own machine; what one of them has anchored in this hour need not be anchored again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable

import structlog

from queue_server.desk import alarms
from queue_server.desk.alarms import Alarm
from queue_server.desk.hall import Hall
from queue_server.hall.plan import HOUR
from queue_server.records.anchors import Anchor, Anchors, BadKey
from queue_server.store.chain import GENESIS, Tail
from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()

LOOK = 20.0
"""Seconds between two looks at the clock."""


class Anchoring:
    """Anchors the logs of the halls that are live in this process."""

    def __init__(self, halls: Iterable[Hall], anchors: Anchors, every: float = LOOK) -> None:
        self._halls = list(halls)
        self._anchors = anchors
        self._every = every
        self._hours: dict[str, int] = {}
        self._told: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Anchor each hall once an hour, and once at the start, until cancelled."""
        while True:
            for hall in self._halls:
                hour = hall.clock() // HOUR
                if hall.ready and self._hours.get(hall.id) != hour and await self._hall(hall):
                    self._hours[hall.id] = hour
            await asyncio.sleep(self._every)

    async def _hall(self, hall: Hall) -> bool:
        """Check what was anchored and anchor what there is; False when it must be tried again."""
        tails = {line.name: line.tail for line in (hall.register, hall.day) if line is not None}
        ends = [(name, tail.seq, tail.hash) for name, tail in tails.items() if tail != GENESIS]
        try:
            before = await asyncio.to_thread(self._anchors.last)
            for anchor in before.values():
                if anchor.log in tails:
                    await self._compare(hall, anchor)
            await asyncio.to_thread(self._anchors.add, ends, hall.clock())
        except (Unanswered, StoreRefused) as trouble:
            log.info("not anchored yet", hall=hall.id, why=str(trouble))
            return False
        except (OSError, BadKey) as trouble:
            self._tell(hall, Alarm(alarms.NOT_ANCHORED, hall.id, {"why": str(trouble)}), str(trouble))
            return False
        return True

    async def _compare(self, hall: Hall, anchor: Anchor) -> None:
        if await still_there(hall.store, anchor):
            return
        facts: dict[str, str | int] = {"seq": anchor.seq, "at": said(anchor.at)}
        self._tell(hall, Alarm(alarms.ANCHOR_GONE, anchor.log, facts), anchor.hash)

    def _tell(self, hall: Hall, alarm: Alarm, which: str) -> None:
        if (alarm.log, which) not in self._told:
            self._told.add((alarm.log, which))
            hall.alarm(alarm)


async def still_there(store: Store, anchor: Anchor) -> bool:
    """Whether the store's log has the anchored entry as it was. Raises `Unanswered` and `StoreRefused`."""
    found = await store.read(anchor.log, anchor.seq - 1, 1)
    at = Tail(found[0].seq, found[0].hash) if found else GENESIS
    return at == Tail(anchor.seq, anchor.hash)


def said(at: int) -> str:
    """A time (ms since the epoch) as an anchor is spoken of: anchors of several halls lie in one file."""
    return f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%Y-%m-%d %H:%M} UTC"
