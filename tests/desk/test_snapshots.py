"""A server begins its register at a snapshot, serves at once, and checks the log behind itself."""

from __future__ import annotations

import pytest

from queue_server.cases.commands import OpenCase, TakeCase
from queue_server.desk import alarms, snapshots
from queue_server.desk.hall import Hall
from queue_server.hall import register
from queue_server.hall.commands import Ask
from queue_server.reactions import following
from queue_server.reactions.snapshotting import Snapshotting
from queue_server.store.chain import Entry
from tests.desk.live_hall import NOON, live, opened
from tests.desk.test_damage import everything, rewrite
from tests.reactions.test_following import follower
from tests.waiting import wait_until


async def cases(hall: Hall, *ids: str) -> None:
    for id in ids:
        await hall.register.ask(
            Ask(NOON, "staff:8", OpenCase(id, "2026-11-24", "B01", "t1", "market", hall.id, hall.id))
        )


async def test_a_restart_begins_at_the_snapshot_of_the_morning_and_the_log_agrees(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    async with live(store_url, hall_id) as hall, follower(hall, Snapshotting(hall, grown=1)):
        await opened(hall)
        await wait_until(lambda: _reached(hall))
        await cases(hall, "a", "b")
        whole = hall.register.state
    read: list[str] = []
    decode = register.decode

    def noting(body: bytes) -> register.Entry:
        read.append("")
        return decode(body)

    monkeypatch.setattr(register, "decode", noting)
    async with live(store_url, hall_id) as again:
        assert sorted(again.register.state.cases) == sorted(whole.cases) == ["a", "b"]
        assert again.register.state.seq == whole.seq
        # What came after the snapshot, and behind it everything before.
        await wait_until(lambda: len(read) == whole.seq)
        await again.register.ask(Ask(NOON, "staff:8", TakeCase("a")))
        assert again.halt is None


async def _thrown_away(hall: Hall) -> bool:
    return await hall.store.get_side(hall.id, snapshots.NAME) is None


async def _reached(hall: Hall) -> bool:
    return await hall.snapshots.reached() > 0


async def test_a_log_that_gives_another_register_than_its_snapshot_halts_the_hall(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await cases(hall, "a", "b", "c")
        await hall.snapshots.take(hall.register)
        log, whole = hall.register.name, await everything(hall.store, hall.register.name)
        changed = Entry(whole[2].seq, whole[2].hash, whole[2].body.replace(b'"market"', b'"estate"'))
        assert changed.body != whole[2].body
        await rewrite(hall.store, log, (*whole[:2], changed, *whole[3:]))
    async with live(store_url, hall_id) as again:
        await wait_until(lambda: again.halt is not None)
        assert again.halt is not None
        assert (again.halt.code, again.halt.seq) == (alarms.BROKEN, 3)
        await wait_until(lambda: _thrown_away(again))


async def test_a_snapshot_of_another_history_is_not_used(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await cases(hall, "a")
        await hall.snapshots.take(hall.register)
        (plan, *_) = await everything(hall.store, hall.register.name)
        await rewrite(hall.store, hall.register.name, (plan,))
    async with live(store_url, hall_id) as again:
        assert again.register.state.cases == {}
        assert again.halt is None
