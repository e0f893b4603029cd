"""A hall live on a real store: unique numbers, one call for one ticket, and nothing lost over a restart."""

from __future__ import annotations

import asyncio

import pytest

from queue_server.demo import demo_plan
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.model import Answer
from queue_server.hall.refusals import Refused
from tests.desk.live_hall import NOON, live, opened, sit, take
from tests.waiting import wait_until


@pytest.mark.proves("S1")
async def test_200_tickets_taken_at_once_have_unique_and_contiguous_numbers(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall, demo_plan(NOON))
        answers = await asyncio.gather(*(hall.ask(take(f"t{i}")) for i in range(200)))
        assert sorted(a.number for a in answers) == [f"D{n:03}" for n in range(1, 201)]


@pytest.mark.proves("S1")
async def test_two_processes_on_one_hall_give_no_number_twice(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as one, live(store_url, hall_id) as two:
        await opened(one, demo_plan(NOON))
        await wait_until(lambda: two.day is not None and two.day.state.now.opened)
        asks = [(one, two)[i % 2].ask(take(f"t{i}")) for i in range(100)]
        answers = await asyncio.gather(*asks)
        assert sorted(a.number for a in answers) == [f"D{n:03}" for n in range(1, 101)]
        await wait_until(lambda: one.today().tail == two.today().tail)
        assert one.today().state.picture() == two.today().state.picture()


@pytest.mark.proves("S7")
async def test_windows_that_call_at_once_get_each_a_visitor_of_their_own(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall, demo_plan(NOON))
        windows = (8, 9, 10, 11)
        clerks = {w: await sit(hall, w) for w in windows}
        for i in range(len(windows) - 1):
            await hall.ask(take(f"t{i}"))
        calls = [hall.ask(Ask(at=NOON, by=clerks[w], command=do.CallNext(window=w))) for w in windows]
        results = await asyncio.gather(*calls, return_exceptions=True)
        called = [r.number for r in results if isinstance(r, Answer)]
        refused = [r.code for r in results if isinstance(r, Refused)]
        assert sorted(called) == ["D001", "D002", "D003"]
        assert refused == ["nobody_waits"]


@pytest.mark.proves("S8")
async def test_the_same_key_brings_the_same_ticket_and_another_body_is_refused(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall, demo_plan(NOON))
        first, second = await asyncio.gather(hall.ask(take("a", key="k")), hall.ask(take("b", key="k")))
        assert first == second
        assert await hall.look(lambda day: len(day.tickets)) == 1
        other = Ask(at=NOON, by="device:k1", command=take("c", "F").command, key="k", digest="other")
        with pytest.raises(Refused, match="key_reused"):
            await hall.ask(other)


@pytest.mark.proves("S2")
async def test_after_a_restart_the_next_number_is_51(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall, demo_plan(NOON))
        clerk = await sit(hall, 8)
        await asyncio.gather(*(hall.ask(take(f"t{i}")) for i in range(50)))
        for _ in range(50):
            called = await hall.ask(Ask(at=NOON, by=clerk, command=do.CallNext(window=8)))
            await hall.ask(Ask(at=NOON, by=clerk, command=do.Start(ticket=called.ticket)))
            await hall.ask(Ask(at=NOON, by=clerk, command=do.Finish(ticket=called.ticket)))
        before = hall.today().state.picture()
    async with live(store_url, hall_id) as again:
        assert again.today().state.picture() == before
        assert (await again.ask(take("next"))).number == "D051"


async def test_at_the_boundary_the_day_closes_and_those_left_have_a_code_for_tomorrow(
    store_url: str, hall_id: str
) -> None:
    plan = demo_plan(NOON)
    async with live(store_url, hall_id) as hall:
        await opened(hall, plan)
        await hall.ask(take("left"))
        today = hall.today().state.date
        now = NOON + 13 * 3_600_000
        hall.clock = lambda: now
        await wait_until(lambda: hall.today().state.date > today and hall.today().state.now.opened)
        (carried,) = await hall.look(lambda day: day.now.carried)
        assert (carried.category, carried.carried) == ("D", True)
        assert (await hall.booking(carried.code)) == carried
        assert (await hall.ask(take("new"))).number == "D001"
