"""Redis arbitrates: one of two writers wins, and an append that got no answer is settled by repeating it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from redis.asyncio.connection import parse_url

from queue_server.store import keys
from queue_server.store.chain import GENESIS, ChainBroken, Entry, chain, verify
from queue_server.store.logs import (
    Forked,
    Landed,
    Lost,
    NotYourTurn,
    Store,
    StoreRefused,
    Unanswered,
)
from queue_server.store.node import CONNECTIONS, Node
from tests.store.servers import slow_to_load
from tests.waiting import wait_until


async def test_of_two_writers_on_one_base_one_wins_and_the_other_is_told_what_was_missing(
    store: Store, hall_id: str
) -> None:
    log = keys.day(hall_id, "2026-11-24")
    first = await store.append(log, GENESIS, [b"one", b"two"])
    second = await store.append(log, GENESIS, [b"other"])
    assert isinstance(first, Landed)
    assert second == Lost(first.entries)
    assert await store.read(log, 0) == first.entries
    assert await store.tail(log) == first.tail


async def test_an_identical_append_repeated_lands_once(store: Store, hall_id: str) -> None:
    log = keys.day(hall_id, "2026-11-24")
    first = await store.append(log, GENESIS, [b"one"])
    assert isinstance(first, Landed)
    await store.append(log, first.tail, [b"another process"])
    repeated = await store.append(log, GENESIS, [b"one"])
    assert isinstance(repeated, Landed)
    assert [e.body for e in repeated.after] == [b"another process"]
    assert [e.body for e in await store.read(log, 0)] == [b"one", b"another process"]


async def test_an_empty_append_confirms_the_tail_or_says_what_is_missing(store: Store, hall_id: str) -> None:
    log = keys.day(hall_id, "2026-11-24")
    assert await store.append(log, GENESIS, []) == Landed(GENESIS, ())
    landed = await store.append(log, GENESIS, [b"one"])
    assert isinstance(landed, Landed)
    assert await store.append(log, GENESIS, []) == Lost(landed.entries)
    assert await store.append(log, landed.tail, []) == Landed(landed.tail, ())


async def test_a_log_that_lost_its_tail_is_a_fork_and_takes_nothing(store: Store, hall_id: str) -> None:
    log = keys.day(hall_id, "2026-11-24")
    landed = await store.append(log, GENESIS, [b"one", b"two"])
    assert isinstance(landed, Landed)
    await store.redis.xdel(log, "2-0")
    assert await store.append(log, landed.tail, [b"three"]) == Forked(await store.tail(log))
    assert [e.body for e in await store.read(log, 0)] == [b"one"]


async def test_while_one_process_has_its_turn_the_others_wait(store: Store, hall_id: str) -> None:
    log = keys.day(hall_id, "2026-11-24")
    assert await store.take_turn(log, "slow", 5000)
    assert await store.append(log, GENESIS, [b"busy"], turn="busy") == NotYourTurn()
    assert isinstance(await store.append(log, GENESIS, [b"slow"], turn="slow"), Landed)


async def test_what_is_no_log_is_refused_plainly(store: Store, hall_id: str) -> None:
    log = keys.day(hall_id, "2026-11-24")
    await store.redis.set(log, "no stream")
    with pytest.raises(StoreRefused, match="WRONGTYPE"):
        await store.append(log, GENESIS, [b"one"])


async def test_a_store_that_still_reads_its_file_is_asked_again(hall_id: str) -> None:
    log = keys.day(hall_id, "2026-11-24")
    with slow_to_load() as server:
        store = await Store.connect(server.url)
        landed = await store.append(log, GENESIS, [b"opened"])
        assert isinstance(landed, Landed)
        for _ in range(5):  # it may have finished between our two questions
            server.kill()
            starting = asyncio.create_task(asyncio.to_thread(server.start))
            await wait_until(partial(_loads, store), 20)
            assert await store.tail(log) == landed.tail
            await starting
            if server.ask("INFO", "commandstats")["cmdstat_xrevrange"]["rejected_calls"]:
                break
        else:
            pytest.fail("it was never asked while it read its file")
        await store.aclose()


async def _loads(store: Store) -> bool:
    try:
        return (await store.about())["loading"] == "1"
    except Unanswered:
        return False


async def test_of_more_questions_than_connections_each_gets_its_answer(store: Store, hall_id: str) -> None:
    halls = [f"{hall_id}-{n}" for n in range(4 * CONNECTIONS)]
    await asyncio.gather(*(store.put_side(hall, "note", hall.encode(), 60_000) for hall in halls))
    assert await asyncio.gather(*(store.get_side(hall, "note") for hall in halls)) == [
        hall.encode() for hall in halls
    ]


async def test_whoever_is_cancelled_when_a_connection_comes_free_leaves_it_to_the_next(
    store: Store, store_url: str, hall_id: str
) -> None:
    only = Node("store", {**parse_url(store_url), "max_connections": 1}, 60.0)
    waiting: list[asyncio.Task[Any]] = []

    async def holds() -> None:
        await only.ask([("BLPOP", hall_id, 0)])
        waiting[0].cancel()  # whose turn it is, and who has not woken yet

    holding = asyncio.create_task(holds())
    await wait_until(only._room.locked)
    waiting += [asyncio.create_task(only.ask([("PING",)])) for _ in range(2)]
    await store.redis.rpush(hall_id, "x")
    async with asyncio.timeout(30):
        await holding
        assert await waiting[1] == [True]
    assert waiting[0].cancelled()
    await only.aclose()


async def test_leases_are_held_by_one_and_their_fences_grow(store: Store, hall_id: str) -> None:
    first = await store.acquire_lease(hall_id, "print", 5000)
    assert first is not None
    assert await store.acquire_lease(hall_id, "print", 5000) is None
    assert await store.renew_lease(hall_id, "print", first, 5000)
    await store.release_lease(hall_id, "print", first)
    second = await store.acquire_lease(hall_id, "print", 5000)
    assert second is not None
    assert second > first
    assert not await store.renew_lease(hall_id, "print", first, 5000)


async def test_every_key_expires_or_is_on_the_permanent_list(store: Store, hall_id: str) -> None:
    await store.append(keys.register(hall_id), GENESIS, [b"x"])
    await store.append(keys.day(hall_id, "2026-11-24"), GENESIS, [b"x"])
    await store.take_turn(keys.day(hall_id, "2026-11-24"), "me", 5000)
    await store.put_side(hall_id, "secret", b"x", 5000)
    await store.acquire_lease(hall_id, "print", 5000)
    found = [key async for key in store.redis.scan_iter(match=f"*{hall_id}*")]
    assert len(found) == 7
    for key in found:
        assert keys.is_permanent(key.decode()) == (await store.redis.ttl(key) == -1), key
    assert await store.days(hall_id) == ("2026-11-24",)


def test_the_chain_names_the_entry_that_was_changed_dropped_or_swapped() -> None:
    entries = chain(GENESIS, [b"a", b"b", b"c"])
    assert verify(entries).seq == 3
    changed = (entries[0], Entry(2, entries[1].hash, b"B"), entries[2])
    with pytest.raises(ChainBroken) as broken:
        verify(changed)
    assert broken.value.seq == 2
    with pytest.raises(ChainBroken, match="sequence 2"):
        verify((entries[0], entries[2]))
    with pytest.raises(ChainBroken):
        verify((Entry(1, "md5:00", b"a"),))
