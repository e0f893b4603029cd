"""Anchoring: every hour a hall's logs are sealed outside the store, and what was exchanged is an alarm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from queue_server.desk import alarms
from queue_server.desk.hall import Hall
from queue_server.hall.plan import HOUR
from queue_server.reactions.anchoring import Anchoring
from queue_server.records.anchors import Anchors
from queue_server.store.chain import GENESIS, chain
from tests.desk.live_hall import NOON, Clock, live, opened, take
from tests.waiting import wait_until


@asynccontextmanager
async def anchored(hall: Hall, anchors: Anchors) -> AsyncIterator[None]:
    """The hall's anchoring, looking at the clock all the time."""
    running = asyncio.create_task(Anchoring([hall], anchors, every=0.02).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def told(hall: Hall) -> list[str]:
    return [alarm.code for _, alarm in hall.alarms if "anchor" in alarm.code]


async def test_the_register_and_the_day_are_anchored_at_the_start_and_every_hour(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    anchors, clock = Anchors(tmp_path / "anchors.jsonl"), Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall)
        async with anchored(hall, anchors):
            await wait_until(lambda: len(anchors.all()) == 2)
            await hall.ask(take("t1"))
            clock.now += HOUR
            await wait_until(lambda: len(anchors.all()) == 3)
        day = hall.today()
        assert [a.log for a in anchors.all()] == [hall.register.name, day.name, day.name]
        last = anchors.last()[day.name]
        assert (last.seq, last.hash, last.at) == (day.tail.seq, day.tail.hash, NOON + HOUR)
        assert anchors.faults() == []
        assert told(hall) == []


async def test_a_history_that_was_exchanged_whole_is_an_alarm_that_names_the_entry(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    anchors = Anchors(tmp_path / "anchors.jsonl")
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await hall.ask(take("t1"))
        async with anchored(hall, anchors):
            await wait_until(lambda: len(anchors.all()) == 2)
        day = hall.today()
        entries = await hall.store.read(day.name, 0)
    async with live(store_url, hall_id) as hall:
        # Somebody with access to the store writes another morning, with a chain that is whole.
        redis = hall.store.redis
        await redis.delete(day.name)
        forged = [entry.body.replace(b'"t1"', b'"t9"') for entry in entries]
        for entry in chain(GENESIS, forged):
            await redis.xadd(day.name, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")
    async with live(store_url, hall_id) as hall:
        await wait_until(lambda: hall.ready)
        async with anchored(hall, anchors):
            await wait_until(lambda: told(hall) == [alarms.ANCHOR_GONE])
            # The next anchor seals what stands.
            await wait_until(lambda: anchors.last()[day.name].hash == hall.today().tail.hash)
        (alarm,) = [alarm for _, alarm in hall.alarms if alarm.code == alarms.ANCHOR_GONE]
        assert (alarm.log, alarm.facts["seq"]) == (day.name, day.tail.seq)
        assert alarm.facts["at"] == "2026-11-24 04:00 UTC"


async def test_a_disk_that_takes_nothing_is_one_alarm_and_the_hall_goes_on(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    place = tmp_path / "disk"
    place.write_text("a file where the anchors' folder should be")
    anchors = Anchors(place / "anchors.jsonl")
    async with live(store_url, hall_id) as hall, anchored(hall, anchors):
        await opened(hall)
        await wait_until(lambda: told(hall) == [alarms.NOT_ANCHORED])
        assert (await hall.ask(take("t1"))).number == "D001"
        place.unlink()
        await wait_until(lambda: len(anchors.all()) == 2)
        assert told(hall) == [alarms.NOT_ANCHORED]
