"""The bell: what grows is heard at once over one connection to each server, and a lost ring loses nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from queue_server.store import asking, bell, keys, reader
from queue_server.store.chain import GENESIS, Tail, chain
from queue_server.store.logs import Landed, Store, Unanswered
from queue_server.store.reader import Reader
from tests.store.crowd import Onlooker
from tests.store.servers import clustered
from tests.store_server import running_store
from tests.waiting import wait_until

DAY = "2026-11-24"
PATIENCE = 30.0
MANY = 1000


@pytest.fixture
def rings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at the logs' ends but the first: what arrives was rung for."""
    monkeypatch.setattr(reader, "CHECK", 3600.0)


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Reader]:
    """A process that reads the store at an address."""
    async with aclosing(await Store.connect(url)) as store, asyncio.TaskGroup() as tasks:
        following = Reader(store)
        running = tasks.create_task(following.run())
        try:
            yield following
        finally:
            running.cancel()


async def append(store: Store, log: str, base: Tail, *bodies: bytes) -> Tail:
    landed = await store.append(log, base, bodies)
    assert isinstance(landed, Landed)
    return landed.tail


async def store_says(redis: Any, *words: str) -> Any:
    """What the store answers to a command that no client has a method for."""
    return await redis.execute_command(*words)


async def listeners(redis: Redis) -> int:
    """How many connections wait for a bell of this server."""
    clients: Any = await redis.client_list(_type="pubsub")
    return len(clients)


async def reads(redis: Redis) -> int:
    """How many reads of a log the server has been asked for."""
    stats: dict[str, Any] = await redis.info("commandstats")
    return int(stats.get("cmdstat_xrange", {}).get("calls", 0))


@pytest.mark.usefixtures("rings_alone")
async def test_every_append_is_heard_without_a_look_at_the_end(store_url: str, hall_id: str) -> None:
    log = keys.day(hall_id, DAY)
    async with aclosing(await Store.connect(store_url)) as other, reading(store_url) as following:
        looker, tail = Onlooker(following, log), GENESIS
        await wait_until(lambda: looker.confirmed, PATIENCE)
        for n in range(20):
            tail = await append(other, log, tail, b"ticket %d" % n)
            await wait_until(lambda: looker.holds().seq == n + 1, PATIENCE)  # noqa: B023 - awaited here


async def all_confirmed(lookers: Sequence[Onlooker]) -> None:
    await wait_until(lambda: all(looker.confirmed for looker in lookers), PATIENCE)


@pytest.mark.usefixtures("rings_alone")
async def test_a_thousand_halls_ring_on_one_connection_and_only_what_grew_is_read(hall_id: str) -> None:
    logs = [keys.day(f"{hall_id}-{n}", DAY) for n in range(MANY)]
    with running_store() as url:
        async with aclosing(await Store.connect(url)) as other, reading(url) as following:
            lookers = [Onlooker(following, log) for log in logs]
            await all_confirmed(lookers)
            assert await listeners(other.redis) == 1
            before = await reads(other.redis)
            await append(other, logs[700], GENESIS, b"opened", b"ticket A001")
            await wait_until(lambda: lookers[700].holds().seq == 2, PATIENCE)
            assert await reads(other.redis) <= before + 3, "logs that did not grow were read"


@pytest.mark.usefixtures("rings_alone")
async def test_a_cluster_is_heard_over_one_connection_to_each_of_its_primaries(hall_id: str) -> None:
    logs = [keys.day(f"{hall_id}-{n}", DAY) for n in range(60)]
    with clustered() as site:
        async with aclosing(await Store.connect(site.url)) as other, reading(site.url) as following:
            lookers = [Onlooker(following, log) for log in logs]
            await all_confirmed(lookers)
            for server in site.primaries:
                async with aclosing(Redis(port=server.port)) as redis:
                    assert await listeners(redis) == 1
            for log in logs[::7]:
                await append(other, log, GENESIS, b"opened")
            await wait_until(lambda: all(looker.holds().seq == 1 for looker in lookers[::7]), PATIENCE)


async def test_a_hall_that_moves_is_followed_and_holds_up_none_that_lay_beside_it(
    hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 60.0)  # whoever asks in vain for one hall asks for a minute
    with clustered() as site:
        logs = [keys.day(f"{hall_id}-{n}", DAY) for n in range(200)]
        first, other = site.primaries[:2]
        beside = [log for log in logs if site.owner(log) is first][:6]
        async with aclosing(await Store.connect(site.url)) as writer, reading(site.url) as following:
            tails = {log: await append(writer, log, GENESIS, b"opened") for log in beside}
            lookers = {log: Onlooker(following, log) for log in beside}
            await all_confirmed(list(lookers.values()))
            for log in beside[::2]:
                await asyncio.to_thread(site.move, log, other)
            seen = {log: looker.confirmed for log, looker in lookers.items()}
            await wait_until(lambda: all(lookers[log].confirmed > seen[log] + 1 for log in beside), PATIENCE)
            for log in beside:
                tails[log] = await append(writer, log, tails[log], b"ticket A001")
            await wait_until(lambda: all(lookers[log].holds() == tails[log] for log in beside), PATIENCE)


async def test_a_ring_that_was_lost_is_made_up_for_by_the_next_look(store_url: str, hall_id: str) -> None:
    log = keys.day(hall_id, DAY)
    async with aclosing(await Store.connect(store_url)) as other, reading(store_url) as following:
        looker = Onlooker(following, log)
        await wait_until(lambda: looker.confirmed, PATIENCE)
        # As somebody who writes without ringing: the entries are there, and nobody was told.
        opened = await append(other, log, GENESIS, b"opened")
        await wait_until(lambda: looker.holds().seq == 1, PATIENCE)
        silent = await _silently(other, log, opened)
        await wait_until(lambda: looker.holds() == silent, PATIENCE)


async def _silently(store: Store, log: str, base: Tail) -> Tail:
    (entry,) = chain(base, [b"ticket A001"])
    await store.redis.xadd(log, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")
    return Tail(entry.seq, entry.hash)


async def test_a_line_that_is_cut_is_opened_again_and_nothing_is_missed(store_url: str, hall_id: str) -> None:
    log = keys.day(hall_id, DAY)
    async with aclosing(await Store.connect(store_url)) as other, reading(store_url) as following:
        looker, tail = Onlooker(following, log), GENESIS
        await wait_until(lambda: looker.confirmed, PATIENCE)
        for n in range(5):
            await store_says(other.redis, "CLIENT", "KILL", "TYPE", "pubsub")
            tail = await append(other, log, tail, b"ticket %d" % n)
        await wait_until(lambda: looker.holds() == tail, PATIENCE)
        assert [entry.seq for entry in looker.seen] == [1, 2, 3, 4, 5]


async def test_a_store_that_forbids_the_bell_keeps_what_was_written_and_it_arrives(hall_id: str) -> None:
    log = keys.day(hall_id, DAY)
    with running_store() as url:
        async with aclosing(await Store.connect(url)) as warden:
            rights = ("on", "nopass", "~*", "+@all", "resetchannels")
            await store_says(warden.redis, "ACL", "SETUSER", "desk", *rights)
            address = url.replace("unix://", "unix://desk:any@")
            async with aclosing(await Store.connect(address)) as desk, reading(url) as following:
                looker = Onlooker(following, log)
                await wait_until(lambda: looker.confirmed, PATIENCE)
                tail = await append(desk, log, GENESIS, b"opened", b"ticket A001")
                await wait_until(lambda: looker.holds() == tail, PATIENCE)


async def test_a_server_that_vanished_without_a_word_is_noticed(
    hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the bell's line is dead: the looks at the ends go on, and nothing would ring any more."""
    monkeypatch.setattr(bell, "SIGN_OF_LIFE", 0.2)
    log = keys.day(hall_id, DAY)
    with running_store() as url:
        async with aclosing(await Store.connect(url)) as store:
            one = bell.Bell(store.primaries)
            assert await one.listen([log])
            assert not await one.listen([log]), "nothing new was listened for"
            monkeypatch.setattr(store.primaries, "deadline", 0.2)
            monkeypatch.setattr(one, "_hear", _hears_nothing)
            with pytest.raises(Unanswered, match="nothing was heard"):
                await asyncio.wait_for(_listen_for_ever(one, log), 20)
            await one.hang_up()


async def _listen_for_ever(one: bell.Bell, log: str) -> None:
    while True:
        await one.listen([log])
        await one.rung(time.monotonic() + 0.02)


async def _hears_nothing(seconds: float) -> None:
    await asyncio.sleep(seconds)
