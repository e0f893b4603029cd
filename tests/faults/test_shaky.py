"""The shaky line really does what its faults say: without this, the proofs behind it would prove nothing."""

from __future__ import annotations

import time

import pytest

from queue_server.store.chain import GENESIS, chain
from queue_server.store.logs import Landed, Lost, Store, Unanswered
from tests.faults.shaky import Fault, shaky, take_question
from tests.waiting import wait_until

LOG = "yc:{%s}:day:2026-11-24"


@pytest.mark.parametrize(
    ("fault", "landed"),
    [(Fault.UNSENT, 0), (Fault.CUT, 1), (Fault.HALF, 1), (Fault.SILENT, 1), (Fault.LATE, 0)],
)
async def test_a_fault_leaves_the_append_unanswered_whether_or_not_it_landed(
    store_url: str, hall_id: str, fault: Fault, landed: int
) -> None:
    log = LOG % hall_id
    direct = await Store.connect(store_url)
    async with shaky(store_url) as line:
        line.keep_late = True
        store = await Store.connect(line.url, deadline=0.3)
        assert await store.append(log, GENESIS, []) == Landed(GENESIS, ())
        line.next(fault)
        with pytest.raises(Unanswered):
            await store.append(log, GENESIS, [b"opened"])
        await wait_until(lambda: line.done[fault] == 1)
        assert (await direct.tail(log)).seq == landed
        await store.aclose()
    await direct.aclose()


async def test_a_late_question_lands_after_the_asker_gave_up(store_url: str, hall_id: str) -> None:
    log = LOG % hall_id
    direct = await Store.connect(store_url)
    async with shaky(store_url) as line:
        store = await Store.connect(line.url, deadline=0.3)
        await store.append(log, GENESIS, [])
        line.next(Fault.LATE)
        with pytest.raises(Unanswered):
            await store.append(log, GENESIS, [b"opened"])
        await wait_until(lambda: line.delivered == 1)
        assert (await direct.tail(log)).seq == 1
        await store.aclose()
    await direct.aclose()


async def test_a_question_delivered_twice_is_answered_once_and_fenced_once(
    store_url: str, hall_id: str
) -> None:
    log = LOG % hall_id
    async with shaky(store_url) as line:
        store = await Store.connect(line.url)
        line.next(Fault.TWICE)
        landed = await store.append(log, GENESIS, [b"opened"])
        assert landed == Landed(landed.tail, chain(GENESIS, [b"opened"]))  # type: ignore[union-attr]
        await wait_until(lambda: line.delivered == 1)
        assert await store.append(log, GENESIS, [b"other"]) == Lost(chain(GENESIS, [b"opened"]))
        await store.aclose()


async def test_distance_and_delay_take_their_time(store_url: str, hall_id: str) -> None:
    async with shaky(store_url) as line:
        line.delays = (0.1, 0.1)
        store = await Store.connect(line.url)
        line.next(Fault.DELAY)
        began = time.monotonic()
        await store.append(LOG % hall_id, GENESIS, [b"opened"])
        assert time.monotonic() - began >= 0.1
        line.distance = 0.05
        began = time.monotonic()
        await store.tail(LOG % hall_id)
        assert time.monotonic() - began >= 0.1
        await store.aclose()


async def test_a_store_that_is_gone_is_found_again_at_its_new_address(store_url: str) -> None:
    async with shaky("unix:///nonexistent/s") as line:
        with pytest.raises(Unanswered):
            await Store.connect(line.url)
        line.target = store_url
        store = await Store.connect(line.url)
        await store.aclose()


def test_questions_are_taken_whole_and_one_by_one() -> None:
    read = bytearray(b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$4\r\na\r\nb")
    assert take_question(read) == b"*1\r\n$4\r\nPING\r\n"
    assert take_question(read) == b""
    read += b"\r\n"
    assert take_question(read) == b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n"
    assert not read
