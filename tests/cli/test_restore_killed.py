"""``yichuang restore`` is killed for real: no half hall is ever seen, and the next run ends well."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from queue_server.demo import demo_plan
from queue_server.records.archive import Archive
from queue_server.records.backup import save_hall
from queue_server.store import keys
from queue_server.store.chain import GENESIS, chain
from queue_server.store.logs import Store
from tests.cli.commands import YICHUANG, everything, is_temporary, keys_of, yichuang
from tests.desk.live_hall import NOON, live, opened, take
from tests.store_server import running_store
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(180)

OLD_DAYS, ENTRIES = 5, 4000
"""Older days that make the restore long enough to be killed in the middle."""


async def a_backup(url: str, hall: str, file: Path) -> Archive:
    """A hall with an open day and its older days, in a file."""
    async with live(url, hall) as running:
        await opened(running, demo_plan(NOON))
        for i in range(3):
            await running.ask(take(f"t{i}"))
        archive = Archive(file)
        async for copied in save_hall(running.store, hall, archive):
            assert not copied.fault
    for n in range(1, OLD_DAYS + 1):
        bodies = [b'{"filling":"%d %s"}' % (i, b"x" * 200) for i in range(ENTRIES)]
        archive.keep_as_found(keys.day(hall, f"2020-01-{n:02}"), chain(GENESIS, bodies))
    archive.seal()
    return archive


async def staged(store: Store, logs: tuple[str, ...]) -> int:
    """How many entries have been written beside their places."""
    return sum([await store.redis.xlen(keys.staged(log)) for log in logs])


async def kill_restore_at(point: int, file: Path, url: str, store: Store, logs: tuple[str, ...]) -> bool:
    """Start a restore and kill it once so many entries are staged; whether it was killed in its work."""
    for log in logs:
        await store.redis.delete(keys.staged(log))
    here = {name: value for name, value in os.environ.items() if not name.startswith("YICHUANG_")}
    restoring = await asyncio.create_subprocess_exec(
        YICHUANG, "restore", file, "--store", url,
        env=here, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip

    async def far_enough() -> bool:
        return restoring.returncode is not None or await staged(store, logs) >= point

    try:
        await wait_until(far_enough, timeout=60)
    finally:
        if restoring.returncode is None:
            restoring.kill()
    return await restoring.wait() < 0


async def test_a_restore_that_is_killed_anywhere_leaves_no_half_hall_and_the_next_one_ends_well(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.sqlite"
    archive = await a_backup(store_url, hall_id, file)
    logs = archive.logs()
    total = sum(len(archive.read(log, 0, 100_000)) for log in logs)
    assert total > OLD_DAYS * ENTRIES
    killed = 0
    with running_store() as elsewhere:
        async with aclosing(await Store.connect(elsewhere)) as store:
            for point in (1, total // 3, 2 * total // 3, total - 1, total):
                killed += await kill_restore_at(point, file, elsewhere, store, logs)
                if await store.halls() == (hall_id,):  # it came just in time: then all of it is there
                    break
                assert await store.days(hall_id) == ()
                for log in logs:
                    assert await everything(store, log) == ()
                ttls = (await keys_of(store, hall_id)).values()
                assert all(ttl > 0 for ttl in ttls), "what an interrupted restore leaves expires by itself"
            else:
                restored = await yichuang("restore", file, "--store", elsewhere)
                assert restored.status == 0, restored
            for log in logs:
                assert await everything(store, log) == archive.read(log, 0, 100_000)
            assert all(is_temporary(key, ttl) for key, ttl in (await keys_of(store, hall_id)).items())
            assert not [key for key in await keys_of(store, hall_id) if ":staged:" in key]
        assert killed >= 3, "it was hardly ever killed in its work"
        async with live(elsewhere, hall_id) as running:
            assert (await running.ask(take("next"))).number == "D004"
