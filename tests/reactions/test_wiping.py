"""The nightly wipe: yesterday's key is gone from the store and from its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_server.demo import demo_plan
from queue_server.hall.hours import business_date, day_bounds
from queue_server.reactions import following, wiping
from queue_server.reactions.wiping import Wiping
from queue_server.store.embedded import EmbeddedStore
from tests.desk.live_hall import NOON, Clock, live, opened, take
from tests.reactions.test_following import follower
from tests.waiting import wait_until

PLAN = demo_plan(NOON)
BOUNDARY = day_bounds(PLAN, business_date(PLAN, NOON))[1]


def in_files(directory: Path, secret: bytes) -> list[str]:
    """The store's files in which these bytes stand, as they are or as the store escapes them."""
    return [str(f) for f in directory.rglob("*") if f.is_file() and secret in f.read_bytes()]


async def test_what_was_wiped_is_neither_in_the_store_nor_on_its_disk(
    hall_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    monkeypatch.setattr(wiping, "LOOK", 0.05)
    clock = Clock()
    async with (
        EmbeddedStore(tmp_path / "store") as store,
        live(store.url, hall_id, clock) as hall,
        follower(hall, Wiping(hall)),
    ):
        await opened(hall, PLAN)
        await hall.ask(take("a"))
        yesterday = hall.secret()
        assert in_files(tmp_path, yesterday), "the control: before the night it is there"
        clock.now = BOUNDARY
        await wait_until(lambda: hall.secret() != yesterday)
        assert hall.secret("a") == yesterday, "for an hour commands may be repeated"
        clock.now += 3_600_001
        await wait_until(lambda: not in_files(tmp_path, yesterday), timeout=20)
        kept = await hall.store.get_side(hall_id, f"ticket-key:{business_date(PLAN, NOON)}")
        assert kept is None
        assert in_files(tmp_path, hall.secret()), "today's is needed"
