"""Two processes, one log: one is first, the other learns what it missed, nothing lands twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from queue_server.store import keys, logs
from queue_server.store.chain import GENESIS, ChainBroken, Tail, chain, verify
from queue_server.store.logs import Forked, Landed, Lost, NotYourTurn, Store, Unanswered
from tests.faults.shaky import Fault, shaky


async def landed(store: Store, log: str, base: Tail, *bodies: bytes) -> Landed:
    answer = await store.append(log, base, bodies)
    assert isinstance(answer, Landed)
    return answer


async def test_what_landed_is_read_back_as_it_was(store: Store, day: str) -> None:
    answer = await landed(store, day, GENESIS, b"opened", b"\x00\xff\r\n")
    assert await store.read(day, 0, 10) == answer.entries == chain(GENESIS, [b"opened", b"\x00\xff\r\n"])
    assert await store.tail(day) == answer.tail == verify(answer.entries, GENESIS)
    assert await store.read(day, 1, 10) == answer.entries[1:]


async def test_a_log_that_is_not_there_ends_at_genesis(store: Store, day: str) -> None:
    assert await store.tail(day) == GENESIS
    assert await store.read(day, 0, 10) == ()
    assert await store.append(day, GENESIS, []) == Landed(GENESIS, ())


async def test_five_hundred_land_in_one_go(store: Store, day: str) -> None:
    answer = await landed(store, day, GENESIS, *(b"%d" % n for n in range(500)))
    assert answer.tail.seq == 500
    assert verify(await store.read(day, 0, 1000), GENESIS) == answer.tail


async def test_many_writers_make_one_chain(store: Store, other: Store, day: str) -> None:
    async def write(through: Store, name: bytes) -> None:
        base = GENESIS
        for n in range(20):
            while isinstance(answer := await through.append(day, base, [b"%s %d" % (name, n)]), Lost):
                base = verify(answer.missing, base)
            assert isinstance(answer, Landed)
            base = answer.tail

    await asyncio.gather(write(store, b"east"), write(other, b"west"), write(other, b"south"))
    entries = await store.read(day, 0, 100)
    assert verify(entries, GENESIS).seq == 60
    assert len({entry.body for entry in entries}) == 60


async def test_an_append_whose_answer_was_lost_lands_once(store: Store, store_url: str, day: str) -> None:
    async with shaky(store_url) as line:
        through = await Store.connect(line.url)
        base = (await landed(through, day, GENESIS, b"opened")).tail
        line.next(Fault.CUT)
        with pytest.raises(Unanswered):
            await through.append(day, base, [b"ticket A001"])
        assert line.done[Fault.CUT] == 1
        assert await through.append(day, base, [b"ticket A001"]) == Landed(
            *_tail_and_entries(base, [b"ticket A001"])
        )
        await through.aclose()
    assert (await store.tail(day)).seq == 2


async def test_a_store_that_keeps_silent_is_unanswered_within_the_deadline(day: str, store_url: str) -> None:
    store = await Store.connect(store_url, deadline=0.05)
    blocker = await Store.connect(store_url)
    await blocker.redis.client_pause(200, all=False)
    with pytest.raises(Unanswered):
        await store.append(day, GENESIS, [b"opened"])
    assert isinstance(await blocker.append(day, GENESIS, [b"opened"]), Landed)
    await store.aclose()
    await blocker.aclose()


async def test_a_base_that_is_not_on_the_log_is_a_fork(store: Store, day: str) -> None:
    first = await landed(store, day, GENESIS, b"opened")
    assert await store.append(day, Tail(1, "sha256:00"), [b"x"]) == Forked(first.tail)
    assert await store.append(day, Tail(7, "sha256:00"), []) == Forked(first.tail)
    assert await store.append(day, Tail(0, "sha256:00"), [b"x"]) == Forked(first.tail)


async def test_a_lost_end_is_repaired_by_the_same_bytes(store: Store, day: str) -> None:
    whole = await landed(store, day, GENESIS, b"opened", b"ticket A001", b"called A001")
    await store.redis.delete(day)
    assert await store.append(day, whole.tail, []) == Forked(GENESIS)
    assert await landed(store, day, GENESIS, b"opened", b"ticket A001", b"called A001") == whole


async def test_a_changed_entry_in_the_store_is_named(store: Store, day: str) -> None:
    await landed(store, day, GENESIS, b"opened")
    await store.redis.xadd(day, {"b": "ticket A001", "h": "sha256:00"}, id="2-0")
    await store.redis.xadd(day, {"another": "writer"}, id="3-0")
    entries = await store.read(day, 0, 9)
    with pytest.raises(ChainBroken) as broken:
        verify(entries, GENESIS)
    assert broken.value.seq == 2
    with pytest.raises(ChainBroken) as broken:
        verify(entries[2:], Tail(2, "sha256:00"))
    assert broken.value.seq == 3


async def test_whoever_lost_can_take_the_turn(store: Store, other: Store, day: str) -> None:
    first = await landed(store, day, GENESIS, b"opened")
    assert await store.take_turn(day, "east", 5000)
    assert not await other.take_turn(day, "west", 5000)
    assert await other.append(day, first.tail, [b"x"]) == NotYourTurn(())
    assert await other.append(day, GENESIS, [b"x"]) == Lost(first.entries)
    assert await other.append(day, first.tail, []) == Landed(first.tail, ())
    assert await other.append(day, GENESIS, [b"opened"]) == Landed(first.tail, first.entries)
    mine = await store.append(day, first.tail, [b"ticket A001"], turn="east")
    assert isinstance(mine, Landed)
    assert await other.take_turn(day, "west", 5000), "landing gives the turn back"


async def test_who_took_the_turn_and_has_only_refusals_to_answer_gives_it_back(
    store: Store, other: Store, day: str
) -> None:
    first = await landed(store, day, GENESIS, b"opened")
    assert await store.take_turn(day, "east", 60_000)
    assert await other.append(day, first.tail, [], turn="west") == Landed(first.tail, ())
    assert await other.append(day, first.tail, [b"x"], turn="west") == NotYourTurn(())
    assert await store.append(day, first.tail, [], turn="east") == Landed(first.tail, ())
    assert isinstance(await other.append(day, first.tail, [b"x"]), Landed), "nobody waits for the turn's end"


async def test_a_turn_ends_by_itself(store: Store, other: Store, day: str) -> None:
    assert await store.take_turn(day, "east", 1)
    while isinstance(await other.append(day, GENESIS, [b"opened"]), NotYourTurn):
        pass
    assert (await other.tail(day)).seq == 1


async def test_a_lost_append_brings_no_more_than_can_be_carried(
    store: Store, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_MISSING", 2)
    whole = await landed(store, day, GENESIS, b"1", b"2", b"3")
    assert await store.append(day, GENESIS, [b"x"]) == Lost(whole.entries[:2])
    assert await store.append(day, GENESIS, [b"1", b"2", b"3"]) == whole


async def test_a_script_that_the_store_forgot_is_sent_again(store: Store, day: str) -> None:
    first = await landed(store, day, GENESIS, b"opened")
    await store.redis.script_flush()
    await landed(store, day, first.tail, b"ticket A001")


async def test_nobody_there_is_unanswered() -> None:
    with pytest.raises(Unanswered):
        await Store.connect("unix:///nonexistent/s")


async def test_a_wrong_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="must specify one of") as refused:
        await Store.connect("http://:secret@127.0.0.1")
    assert "secret" not in str(refused.value)


async def test_days_are_listed_oldest_first_and_the_archiver_lets_them_go(store: Store, hall_id: str) -> None:
    for date in ("2026-11-24", "2026-11-23"):
        await landed(store, keys.day(hall_id, date), GENESIS, b"opened")
    await landed(store, keys.register(hall_id), GENESIS, b"configured")
    assert await store.days(hall_id) == ("2026-11-23", "2026-11-24")
    assert await store.let_expire(keys.day(hall_id, "2026-11-23"), 0)
    assert await store.days(hall_id) == ("2026-11-24",)
    with pytest.raises(ValueError, match="is no day"):
        await store.let_expire(keys.register(hall_id), 0)


def _tail_and_entries(base: Tail, bodies: list[bytes]) -> Any:
    entries = chain(base, bodies)
    return Tail(entries[-1].seq, entries[-1].hash), entries
