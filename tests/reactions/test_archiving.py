"""The archive: every entry as it was stored, and no day expires before its copy is whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from queue_server.demo import demo_plan
from queue_server.desk.hall import Hall
from queue_server.hall.hours import business_date, day_bounds
from queue_server.reactions import following
from queue_server.reactions.archiving import Archiving
from queue_server.records.archive import Archive, ArchiveDiffers
from queue_server.store import keys
from queue_server.store.chain import GENESIS, ChainBroken, Entry, chain
from tests.desk.live_hall import NOON, Clock, live, opened, take
from tests.reactions.test_following import follower
from tests.waiting import wait_until

PLAN = demo_plan(NOON)
BOUNDARY = day_bounds(PLAN, business_date(PLAN, NOON))[1]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)


async def test_a_closed_day_is_archived_whole_and_only_then_let_go(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    archive, clock = Archive(tmp_path / "archive.sqlite"), Clock()
    async with live(store_url, hall_id, clock) as hall, follower(hall, Archiving(hall, archive)):
        await opened(hall, PLAN)
        for i in range(5):
            await hall.ask(take(f"t{i}"))
        first = hall.today()
        await wait_until(lambda: archive.tail(first.name) == first.tail)
        assert await _left(hall, first.name) == -1, "an open day never expires"
        register = hall.register.tail
        clock.now = BOUNDARY
        await wait_until(lambda: hall.today().state.date > first.state.date)
        await wait_until(lambda: _expires(hall, first.name))
        whole = await hall.store.read(first.name, 0)
        assert archive.read(first.name, 0) == whole
        assert archive.verify(first.name) == first.tail
        kept = archive.verify(keys.register(hall_id))
        assert kept.seq >= register.seq, "what the register had when the day closed is kept with it"
        told = await hall.store.read(keys.register(hall_id), 0)
        assert archive.read(keys.register(hall_id), 0) == told[: kept.seq]
        await wait_until(lambda: archive.tail(hall.today().name) == hall.today().tail)
        assert await _left(hall, hall.today().name) == -1


async def _left(hall: Hall, log: str) -> int:
    """Milliseconds until a key expires; -1: never."""
    left: int = await hall.store.redis.pttl(log)
    return left


async def _expires(hall: Hall, log: str) -> bool:
    return await _left(hall, log) > 0


@pytest.mark.proves("S28")
async def test_with_the_archive_gone_tickets_are_issued_and_archived_later(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    place = tmp_path / "disk"
    place.write_text("a file where the archive's folder should be")
    archive = Archive(place / "archive.sqlite")
    async with live(store_url, hall_id) as hall, follower(hall, Archiving(hall, archive)):
        await opened(hall, PLAN)
        numbers = [(await hall.ask(take(f"t{i}"))).number for i in range(5)]
        assert numbers == [f"D{n:03}" for n in range(1, 6)]
        place.unlink()
        await wait_until(lambda: archive.tail(hall.today().name) == hall.today().tail, timeout=15)


async def test_a_day_whose_copy_differs_is_kept_in_the_store(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    archive, clock = Archive(tmp_path / "archive.sqlite"), Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        await hall.ask(take("a"))
        first = hall.today()
        archive.keep(first.name, await hall.store.read(first.name, 0))
        with sqlite3.connect(archive.path) as db:
            db.execute("UPDATE entry SET body = 'changed' WHERE seq = 2")
        clock.now = BOUNDARY
        await wait_until(lambda: hall.today().state.date > first.state.date)
        async with follower(hall, Archiving(hall, archive)):
            await wait_until(lambda: archive.tail(hall.today().name) == hall.today().tail)
        assert await _left(hall, first.name) == -1


def test_the_archive_keeps_what_continues_it_and_names_what_does_not(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a.sqlite")
    entries = chain(GENESIS, [b"one", b"two", b"three"])
    assert archive.keep("log", entries[:2]) == archive.tail("log")
    archive.keep("log", entries)
    assert archive.read("log", 0) == entries
    assert archive.logs() == ("log",)
    with pytest.raises(ChainBroken):
        archive.keep("log", chain(GENESIS, [b"x"] * 5)[3:])
    with pytest.raises(ArchiveDiffers, match="entry 2"):
        archive.keep("log", [Entry(2, entries[1].hash, b"other")])
    assert archive.read("log", 0) == entries
    assert (archive.path.stat().st_mode & 0o077) == 0
