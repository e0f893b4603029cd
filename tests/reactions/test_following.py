"""Followers act once, in one process at a time, and go on where they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from queue_server.access.principals import PRINTER, token_hash
from queue_server.desk.hall import Hall
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.register import Grant, GrantToken
from queue_server.reactions import following
from queue_server.reactions.following import (
    Following,
    FollowingRegister,
    Happened,
    Place,
    Reaction,
    Registered,
)
from queue_server.store.logs import Landed
from tests.desk.live_hall import NOON, live, opened, take
from tests.waiting import wait_until


class Noting:
    """A reaction that notes which tickets it saw; `gate` holds the effects up."""

    name = "noting"
    from_start = True

    def __init__(self, seen: list[str], gate: asyncio.Event | None = None) -> None:
        self.seen = seen
        self.gate = gate

    async def react(self, happened: Happened) -> asyncio.Future[None] | None:
        event = happened.record.e
        if not isinstance(event, ev.TicketTaken):
            return None
        if self.gate is None:
            self.seen.append(event.number)
            return None
        return asyncio.ensure_future(self._later(event.number, self.gate))

    async def _later(self, number: str, gate: asyncio.Event) -> None:
        await gate.wait()
        self.seen.append(number)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)


@asynccontextmanager
async def follower(
    hall: Hall, reaction: Reaction[Any], kind: type[Following] = Following
) -> AsyncIterator[Following]:
    """A follower that runs while the block does."""
    async with running(kind(hall, reaction)) as one:
        yield one


@asynccontextmanager
async def running(one: Following) -> AsyncIterator[Following]:
    """It gets its first turn when the block has begun."""
    task = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_of_two_processes_one_acts_and_each_event_once(store_url: str, hall_id: str) -> None:
    seen: list[str] = []
    async with live(store_url, hall_id) as one, live(store_url, hall_id) as two:
        await opened(one)
        await wait_until(lambda: two.day is not None)
        async with follower(one, Noting(seen)) as first, follower(two, Noting(seen)) as second:
            await asyncio.gather(*((one, two)[i % 2].ask(take(f"t{i}")) for i in range(30)))
            await wait_until(lambda: len(seen) >= 30)
            assert sorted(seen) == [f"D{n:03}" for n in range(1, 31)]
            assert [first.acting, second.acting].count(True) == 1


async def test_what_lands_before_a_follower_gets_its_first_turn_is_followed_what_was_before_it_is_not(
    store_url: str, hall_id: str
) -> None:
    seen: list[str] = []
    announced: list[int] = []
    grant = Grant("device:late", "late", PRINTER)

    class FromNowOn(Noting):
        from_start = False

    class Announcing:
        name, from_start = "announcing", False

        async def react(self, happened: Registered) -> None:
            announced.append(happened.seq)

    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await hall.ask(take("before"))
        days, register = Following(hall, FromNowOn(seen)), FollowingRegister(hall, Announcing())
        already = hall.register.tail.seq
        await hall.ask(take("at once"))
        await hall.register.ask(Ask(at=NOON, by="system", command=GrantToken(token_hash("late"), grant)))
        async with running(days), running(register):
            await hall.ask(take("then"))
            await wait_until(lambda: seen == ["D002", "D003"])
            await wait_until(lambda: announced == [already + 1])


async def test_another_process_goes_on_where_the_first_stopped(store_url: str, hall_id: str) -> None:
    seen: list[str] = []
    async with live(store_url, hall_id) as one, live(store_url, hall_id) as two:
        await opened(one)
        await wait_until(lambda: two.day is not None)
        async with follower(one, Noting(seen)):
            await one.ask(take("a"))
            await wait_until(lambda: seen == ["D001"])
            await wait_until(lambda: _cursor_is(one, one.today().tail.seq))
        await one.ask(take("b"))
        async with follower(two, Noting(seen)):
            await wait_until(lambda: seen == ["D001", "D002"])


async def _cursor_is(hall: Hall, seq: int) -> bool:
    return await hall.store.cursor(hall.id, "noting") == f"{hall.today().state.date}/{seq}"


async def test_an_effect_that_was_under_way_at_a_crash_comes_again(store_url: str, hall_id: str) -> None:
    seen: list[str] = []
    gate = asyncio.Event()
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        async with follower(hall, Noting(seen, gate)) as one:
            await hall.ask(take("a"))
            await hall.ask(take("b"))
            await wait_until(lambda: one.acting and len(one._under_way) == 2)
        assert seen == []
        gate.set()
        async with follower(hall, Noting(seen, gate)):
            await wait_until(lambda: sorted(seen) == ["D001", "D002"])


async def test_a_process_that_lost_its_lease_cannot_move_the_cursor(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as hall:
        store = hall.store
        old = await store.acquire_lease(hall_id, "noting", 50)
        assert old is not None
        await wait_until(lambda: _taken_over(hall))
        assert not await store.advance(hall_id, "noting", old, "2026-11-24/7")
        assert await store.cursor(hall_id, "noting") == ""


async def _taken_over(hall: Hall) -> bool:
    return await hall.store.acquire_lease(hall.id, "noting", 60_000) is not None


async def test_a_reaction_that_stumbles_stops_neither_the_hall_nor_the_others(
    store_url: str, hall_id: str
) -> None:
    class Stumbling(Noting):
        name = "stumbling"

        async def react(self, happened: Happened) -> asyncio.Future[None] | None:
            raise RuntimeError("a bug in a follower")

    seen: list[str] = []
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        async with follower(hall, Stumbling(seen)), follower(hall, Noting(seen)):
            assert (await hall.ask(take("a"))).number == "D001"
            await wait_until(lambda: seen == ["D001"])


async def test_an_entry_that_cannot_be_read_is_passed_by(store_url: str, hall_id: str) -> None:
    """The hall has set it aside and named it; text that is no UTF-8 stopped every follower for the day."""
    seen: list[str] = []
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        line = hall.today()
        unreadable = [b'{"v":1,"at":1,"by":"\xff","e":{"t":"found","ticket":"a","until":1}}', b"not JSON"]

        async def landed() -> bool:
            """The hall may have appended something of its own meanwhile: then we come after it."""
            end = await hall.store.tail(line.name)
            return isinstance(await hall.store.append(line.name, end, unreadable), Landed)

        await wait_until(landed)
        async with follower(hall, Noting(seen)):
            await hall.ask(take("a"))
            await wait_until(lambda: seen == ["D001"])
        assert len(line.state.now.quarantined) == 2


def test_a_place_is_written_and_read() -> None:
    assert Place.read(str(Place("2026-11-24", 17))) == Place("2026-11-24", 17)
    assert Place("2026-11-24", 99) < Place("2026-11-25", 1)
