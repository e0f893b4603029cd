"""The store a hall brings along keeps what it acknowledged and lets nobody else open its directory."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from queue_server.store.chain import GENESIS, verify
from queue_server.store.check import StoreUnfit, check_store, faults_in
from queue_server.store.embedded import EmbeddedStore, StoreFailed, StoreMissing
from queue_server.store.logs import Landed, Store, StoreRefused, Unanswered
from tests.waiting import wait_until

LOG = "yc:{north}:day:2026-11-24"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedStore]:
    brought = EmbeddedStore(tmp_path / "store")
    yield brought
    brought.stop()


async def test_it_is_fit_private_and_reached_by_its_socket_alone(embedded: EmbeddedStore) -> None:
    url = embedded.start()
    store = await Store.connect(url)
    said = await check_store(store)
    assert said["tcp_port"] == "0"
    await store.aclose()
    socket = Path(url.removeprefix("unix://"))
    assert stat.S_IMODE(embedded.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert len(os.fsencode(socket)) < 108
    assert os.getpgid(int(said["process_id"])) != os.getpgid(0), "Ctrl-C must not reach it first"


async def test_what_was_acknowledged_survives_a_power_cut(embedded: EmbeddedStore) -> None:
    store = await Store.connect(embedded.start())
    base = GENESIS
    for n in range(50):
        answer = await store.append(LOG, base, [b"%d" % n])
        assert isinstance(answer, Landed)
        base = answer.tail
    embedded.kill()
    with pytest.raises(Unanswered):
        await store.append(LOG, base, [b"lost"])
    await store.aclose()
    again = await Store.connect(embedded.start())
    assert verify(await again.read(LOG, 0, 100), GENESIS) == base
    await again.aclose()


async def test_a_store_that_was_killed_comes_back_at_the_same_address_with_all_it_acknowledged(
    embedded: EmbeddedStore,
) -> None:
    store = await Store.connect(embedded.start())
    keeping = asyncio.create_task(embedded.keep_alive())
    try:
        tail = GENESIS
        for n in range(3):
            answer = await store.append(LOG, tail, [b"%d" % n])
            assert isinstance(answer, Landed)
            tail = answer.tail
            pid = int((await store.about())["process_id"])
            os.kill(pid, signal.SIGKILL)
            await wait_until(partial(_came_back, store, pid), timeout=20)
            assert await store.tail(LOG) == tail
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await store.aclose()
    assert embedded.keeper


async def _came_back(store: Store, pid: int) -> bool:
    try:
        return int((await store.about())["process_id"]) != pid
    except Unanswered:
        return False


async def test_what_was_acknowledged_survives_a_clean_stop(tmp_path: Path) -> None:
    for n in range(3):
        async with EmbeddedStore(tmp_path, fsync="everysec") as embedded:
            store = await Store.connect(embedded.url)
            assert (await store.tail(LOG)).seq == n
            await store.append(LOG, await store.tail(LOG), [b"once more"])
            await store.aclose()
    assert not (tmp_path / "address").exists()


def test_a_second_opener_uses_the_live_store_and_leaves_it_running(embedded: EmbeddedStore) -> None:
    url = embedded.start()
    second = EmbeddedStore(embedded.directory)
    assert second.start() == url
    assert (embedded.keeper, second.keeper) == (True, False)
    second.stop()
    third = EmbeddedStore(embedded.directory)
    assert third.start() == url
    third.stop()


def test_a_store_whose_keeper_died_is_adopted_and_stopped_by_the_next(embedded: EmbeddedStore) -> None:
    starts_and_dies = (
        "import os, sys\nfrom queue_server.store.embedded import EmbeddedStore\n"
        "print(EmbeddedStore(sys.argv[1]).start(), flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", starts_and_dies, str(embedded.directory)],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.stdout.startswith("unix://"), done.stderr
    assert embedded.start() == done.stdout.strip()
    assert embedded.keeper
    embedded.stop()
    assert not Path(done.stdout.strip().removeprefix("unix://")).parent.exists()


def test_a_damaged_log_is_named_with_the_servers_own_words(embedded: EmbeddedStore) -> None:
    embedded.start()
    embedded.stop()
    for part in (embedded.directory / "appendonlydir").glob("*.incr.aof"):
        part.write_bytes(b"*1\r\n$4\r\nPING\r\nthis is no log\r\n" * 40)
    with pytest.raises(StoreFailed, match=r"(?i)bad file format"):
        embedded.start()


def test_a_program_that_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="is no Redis or Valkey"):
        EmbeddedStore(tmp_path, binary=sys.executable).start()


def test_a_misspelt_fsync_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="always or everysec"):
        EmbeddedStore(tmp_path, fsync="sometimes")


async def test_a_store_that_could_not_write_confirms_no_tail_either(embedded: EmbeddedStore) -> None:
    store = await Store.connect(embedded.start())
    for setting, why, back in (("min-replicas-to-write", "NOREPLICAS", "0"), ("maxmemory", "OOM", "0")):
        await store.redis.config_set(setting, "1")
        for bodies in ([b"opened"], []):
            with pytest.raises(StoreRefused, match=why):
                await store.append(LOG, GENESIS, bodies)
        await store.redis.config_set(setting, back)
    assert await store.tail(LOG) == GENESIS
    await store.aclose()


async def test_what_would_let_a_store_lose_facts_is_named(embedded: EmbeddedStore) -> None:
    store = await Store.connect(embedded.start())
    await store.redis.config_set("maxmemory-policy", "allkeys-lru")
    await store.redis.config_set("appendonly", "no")
    with pytest.raises(StoreUnfit) as unfit:
        await check_store(store)
    assert [fault.split(":")[0] for fault in unfit.value.faults] == [
        "maxmemory-policy is allkeys-lru", "there is no append-only file",
    ]  # fmt: skip
    await store.aclose()


def test_an_old_store_a_replica_and_replicas_that_may_lag_are_named() -> None:
    said = {"maxmemory_policy": "noeviction", "aof_enabled": "1", "role": "master", "redis_version": "7.2.4"}
    assert faults_in(said) == []
    for change, fault in (
        ({"redis_version": "6.2.1"}, "it is version 6.2.1"),
        ({"role": "slave"}, "it is a slave"),
        ({"connected_slaves": "1"}, "it has replicas that may lag"),
    ):
        (found,) = faults_in(said | change)
        assert found.startswith(fault)
