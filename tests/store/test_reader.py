"""One reader a process: it brings what others append, says how fresh the data are, and finds damage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from queue_server.store import keys
from queue_server.store.chain import GENESIS, Tail, chain
from queue_server.store.logs import Landed, Store
from queue_server.store.reader import Reader
from tests.store.crowd import Onlooker
from tests.store_server import running_store
from tests.waiting import wait_until

PATIENCE = 20.0


@pytest.fixture
async def reader(store: Store) -> AsyncIterator[Reader]:
    following = Reader(store)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(following.run())
        yield following
        running.cancel()


async def three_seen(reader: Reader, other: Store, day: str) -> Onlooker:
    """A log of three entries and somebody who knows them all."""
    assert isinstance(await other.append(day, GENESIS, [b"opened", b"ticket A001", b"ticket A002"]), Landed)
    looker = Onlooker(reader, day)
    await wait_until(lambda: looker.holds().seq == 3, PATIENCE)
    return looker


async def test_what_another_process_appends_arrives_and_silence_is_confirmed(
    reader: Reader, other: Store, day: str
) -> None:
    looker = await three_seen(reader, other, day)
    seen = looker.confirmed
    await wait_until(lambda: looker.confirmed >= seen + 2, PATIENCE)
    await other.append(day, looker.holds(), [b"ticket A003"])
    await wait_until(lambda: looker.holds().seq == 4, PATIENCE)
    assert not looker.diverged


async def test_two_that_read_one_log_at_once_tell_of_each_entry_once(
    store: Store, other: Store, day: str
) -> None:
    readers = [Reader(store), Reader(store)]  # as two groups do while a hall moves from one to the other
    looker = Onlooker(readers[0], day)
    readers[1].watch(day, lambda: len(looker.seen), looker.take, looker.diverged.append, looker.holds)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(reader.run()) for reader in readers]
        end = GENESIS
        for n in range(40):
            landed = await other.append(day, end, [b"ticket %d" % n])
            assert isinstance(landed, Landed)
            end = landed.tail
            if n % 8 == 7:
                await wait_until(partial(looker.reached, end), PATIENCE)
        for one in running:
            one.cancel()
    assert looker.diverged == []


async def test_a_log_that_lost_its_end_has_diverged_and_is_not_confirmed(
    reader: Reader, other: Store, day: str
) -> None:
    looker = await three_seen(reader, other, day)
    await other.redis.xdel(day, "3-0")
    await wait_until(lambda: len(looker.diverged) >= 2, PATIENCE)
    seen = looker.confirmed
    two = chain(GENESIS, [b"opened", b"ticket A001"])[-1]
    assert looker.diverged[-1] == Tail(2, two.hash)
    await wait_until(lambda: len(looker.diverged) >= 4, PATIENCE)
    assert looker.confirmed == seen


async def test_a_log_that_vanished_has_diverged(reader: Reader, other: Store, day: str) -> None:
    looker = await three_seen(reader, other, day)
    await other.redis.delete(day)
    await wait_until(lambda: looker.diverged, PATIENCE)
    assert looker.diverged[0] == GENESIS


async def test_a_log_with_another_end_of_the_same_length_has_diverged(
    reader: Reader, other: Store, day: str
) -> None:
    looker = await three_seen(reader, other, day)
    await other.redis.delete(day)
    forged = await other.append(day, GENESIS, [b"opened", b"ticket A001", b"ticket B001"])
    assert isinstance(forged, Landed)
    await wait_until(lambda: looker.diverged and looker.diverged[-1] == forged.tail, PATIENCE)


async def test_a_log_that_grew_on_from_somewhere_else_has_diverged(
    reader: Reader, other: Store, day: str
) -> None:
    looker = await three_seen(reader, other, day)
    known = list(looker.seen)
    grown = chain(GENESIS, [b"opened", b"ticket B001", b"ticket B002", b"ticket B003"])
    async with other.redis.pipeline(transaction=True) as pipeline:
        pipeline.delete(day)
        for entry in grown:
            pipeline.xadd(day, {"b": entry.body, "h": entry.hash}, id=f"{entry.seq}-0")
        await pipeline.execute()
    await wait_until(lambda: len(looker.diverged) >= 2, PATIENCE)
    assert looker.diverged[-1] == Tail(4, grown[-1].hash)
    assert looker.seen == known


async def test_without_a_word_for_it_a_shorter_log_is_merely_not_confirmed(
    reader: Reader, store: Store, other: Store, day: str, hall_id: str
) -> None:
    await other.append(day, GENESIS, [b"opened"])
    confirmed: list[int] = []
    reader.watch(day, lambda: 1, lambda entries: confirmed.append(len(entries)))
    await wait_until(lambda: confirmed, PATIENCE)
    await other.redis.delete(day)
    beside = Onlooker(reader, keys.register(hall_id))
    await wait_until(lambda: beside.confirmed >= 1, PATIENCE)
    seen, silent = beside.confirmed, len(confirmed)
    await wait_until(lambda: beside.confirmed >= seen + 2, PATIENCE)
    assert len(confirmed) == silent


async def test_a_store_that_goes_and_comes_back_is_said_once_each(
    hall_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_store() as url:
        store, other = await Store.connect(url, deadline=0.3), await Store.connect(url)
        reader, log = Reader(store), keys.day(hall_id, "2026-11-24")
        looker = Onlooker(reader, log)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(reader.run())
            await wait_until(lambda: looker.confirmed, PATIENCE)
            await other.redis.client_pause(2500, all=True)
            said = ""

            def is_said(word: str) -> bool:
                nonlocal said
                said += capsys.readouterr().out
                return word in said

            await wait_until(lambda: is_said("store gone"), PATIENCE)
            seen = looker.confirmed
            await wait_until(lambda: is_said("store is back"), PATIENCE)
            await wait_until(lambda: looker.confirmed > seen, PATIENCE)
            running.cancel()
        is_said("")
        assert (said.count("store gone"), said.count("store is back")) == (1, 1)
        await store.aclose()
        await other.aclose()


async def test_a_reader_ends_at_once_wherever_it_is_cancelled(store_url: str, hall_id: str) -> None:
    """Before the client had a connection it swallowed the cancellation, and the server could not end."""
    for turns in range(12):
        store = await Store.connect(store_url)
        reader = Reader(store)
        reader.watch(keys.register(hall_id), lambda: 0, lambda _: None)
        running = asyncio.create_task(reader.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        _, still = await asyncio.wait([running], timeout=5)
        await store.aclose()
        assert not still, f"after {turns} turns of the loop"
