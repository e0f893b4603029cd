"""Time in a hall with several processes: midnight, clocks apart, down time, repeats across the boundary."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from queue_server.cases.visits import Visits
from queue_server.demo import county_plan, demo_plan
from queue_server.desk import alarms, liveness
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall import events
from queue_server.hall.commands import Ask
from queue_server.hall.hours import business_date, day_bounds
from queue_server.hall.model import CALLED, WAITING
from queue_server.hall.on_the_spot import COUNTED, CountDay, with_today
from queue_server.hall.plan import HOUR, MINUTE
from queue_server.hall.refusals import Refused
from queue_server.hall.register import PublishPlan
from queue_server.overview import visits_now
from queue_server.store import keys
from queue_server.store.logs import Store, StoreRefused
from tests.desk.live_hall import NOON, Clock, live, opened, sit, take
from tests.waiting import wait_until

PLAN = demo_plan(NOON)
"""Never closed; its business date turns twelve hours after noon."""
BOUNDARY = day_bounds(PLAN, business_date(PLAN, NOON))[1]


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are left at every look and a new day is looked for at once: clocks of tests jump."""
    monkeypatch.setattr(liveness, "EVERY", 0.0)
    monkeypatch.setattr("queue_server.desk.hall.LOOK_FOR_DAY", 0.0)
    monkeypatch.setattr("queue_server.desk.hall.TICK", 0.02)


@pytest.mark.proves("S3")
async def test_across_midnight_numbers_start_again_once(store_url: str, hall_id: str) -> None:
    clock = Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        assert (await hall.ask(take("a"))).number == "D001"
        clock.now = BOUNDARY - 1
        assert (await hall.ask(take("b", at=clock.now))).number == "D002"
        first = hall.today().state.date
        await sit(hall, 8)
        for command in (do.CallNext(8), do.Start("a"), do.Finish("a", (("D01", "done"), ("D03", "done")))):
            await hall.ask(Ask(at=clock.now, by="staff:8", command=command))
        over = hall.today().state
        seen = visits_now(over, with_today(hall.register.state, over))
        assert [(v.department, v.cases, v.once) for v in seen] == [("", 2, 2), ("estate", 2, 2)]
        clock.now = BOUNDARY
        await wait_until(lambda: hall.today().state.date > first and hall.today().state.now.opened)
        assert (await hall.ask(take("c", at=clock.now))).number == "D001"
        assert len(await hall.store.days(hall_id)) == 2
        # What the day ended on the spot is in the register, once, as its own log says.
        log = [events.decode(entry.body).e for entry in await hall.store.read(keys.day(hall_id, first), 0)]
        done = [result for e in log if isinstance(e, events.Finished) for result in e.outcomes]
        assert hall.register.state.visits == {(first, "estate"): Visits(len(done), len(done), len(done))}
        again = Ask(at=clock.now, by="time", command=CountDay(first, (("estate", 2),)))
        with pytest.raises(Refused, match="stale"):
            await hall.register.ask(again)
        assert visits_now(over, with_today(hall.register.state, over)) == seen, "nor twice by who lags behind"
        today = hall.today().state
        assert visits_now(today, with_today(hall.register.state, today))[0] == seen[0]


@pytest.mark.proves("S3")
async def test_a_store_that_refuses_at_midnight_delays_the_day_and_loses_nothing_of_it(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(BOUNDARY - MINUTE)
    async with live(store_url, hall_id, clock) as hall:
        await hall.register.ask(Ask(at=clock.now, by="system", command=PublishPlan(PLAN)))
        await wait_until(lambda: hall.day is not None and hall.day.state.now.opened)
        first, append, refused = hall.today().state.date, hall.store.append, Counter[str]()

        async def refusing(name: str, *given: Any, **more: Any) -> Any:
            """What is written first to each log but that of the day that ends is refused, twice."""
            if name != keys.day(hall_id, first) and refused[name] < 2:
                refused[name] += 1
                raise StoreRefused("no room left")
            return await append(name, *given, **more)

        monkeypatch.setattr(hall.store, "append", refusing)
        clock.now = BOUNDARY
        await wait_until(lambda: hall.today().state.date > first and hall.today().state.now.opened)
        assert list(refused.values()) == [2, 2], (
            "the register's count of the day, and the next day's beginning"
        )
        assert hall.register.state.turned[COUNTED] == first
        assert (await hall.ask(take("a", at=clock.now))).number == "D001"


@pytest.mark.proves("S3")
async def test_with_the_server_off_at_midnight_the_old_day_is_closed_and_the_new_one_opened(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall, PLAN)
        await hall.ask(take("left"))
        first = hall.today().state.date
    async with live(store_url, hall_id, BOUNDARY + 8 * HOUR) as again:
        await wait_until(lambda: again.today().state.date > first and again.today().state.now.opened)
        assert (await again.ask(take("new", at=again.clock()))).number == "D001"
        (carried,) = await again.look(lambda day: day.now.carried)
        assert carried.category == "D"
        assert again.before is not None
        assert again.before.now.closed


@pytest.mark.proves("S3")
async def test_a_clock_that_steps_back_an_hour_over_midnight_opens_no_day_twice(
    store_url: str, hall_id: str
) -> None:
    clock = Clock(BOUNDARY - 5 * MINUTE)
    async with live(store_url, hall_id, clock) as hall:
        await hall.register.ask(Ask(at=clock.now, by="system", command=PublishPlan(PLAN)))
        await wait_until(lambda: hall.day is not None and hall.day.state.now.opened)
        first = hall.today().state.date
        clock.now = BOUNDARY + MINUTE
        await wait_until(lambda: hall.today().state.date > first and hall.today().state.now.opened)
        numbers = [(await hall.ask(take("a", at=clock.now))).number]
        clock.now -= HOUR
        await wait_until(lambda: alarms.CLOCK in [alarm.code for _, alarm in hall.alarms])
        numbers.append((await hall.ask(take("b", at=clock.now))).number)
        references = await hall.look(lambda day: [t.reference for t in day.tickets.values()])
        clock.now += 2 * HOUR
        numbers.append((await hall.ask(take("c", at=clock.now))).number)
        assert numbers == ["D001", "D002", "D003"]
        assert references == sorted(references)
        assert len(await hall.store.days(hall_id)) == 2


@pytest.mark.proves("S3")
async def test_a_new_timezone_holds_from_the_next_day_and_no_date_comes_twice(
    store_url: str, hall_id: str
) -> None:
    clock = Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        assert (await hall.ask(take("a"))).number == "D001"
        west = replace(PLAN, timezone="America/New_York")
        await hall.register.ask(Ask(at=clock.now, by="system", command=PublishPlan(west)))
        assert (await hall.ask(take("b"))).number == "D002", "the day keeps the plan it opened under"
        dates = [hall.today().state.date]
        for hours in (13, 37, 61):
            clock.now = NOON + hours * HOUR
            await wait_until(lambda: hall.today().state.now.opened and not hall.today().state.now.closed)
            try:
                await wait_until(lambda: hall.today().state.date > dates[-1], timeout=1)
            except AssertionError:
                continue  # the same date goes on in the new timezone
            dates.append(hall.today().state.date)
            assert (await hall.ask(take(f"n{hours}", at=clock.now))).number == "D001"
        assert dates == sorted(set(dates))
        assert hall.today().state.plan.timezone == "America/New_York"


@pytest.mark.proves("S3")
async def test_of_two_processes_whose_clocks_differ_the_first_turns_the_day_and_the_other_follows(
    store_url: str, hall_id: str
) -> None:
    fast, slow = Clock(BOUNDARY + MINUTE), Clock(BOUNDARY - 9 * MINUTE)
    async with AsyncExitStack() as both:
        early = Clock(slow.now)
        one = await both.enter_async_context(live(store_url, hall_id, early))
        two = await both.enter_async_context(live(store_url, hall_id, slow))
        await one.register.ask(Ask(at=slow.now, by="system", command=PublishPlan(PLAN)))
        await wait_until(lambda: two.day is not None and two.day.state.now.opened)
        first = two.today().state.date
        early.now = fast.now
        await wait_until(lambda: one.today().state.date > first and one.today().state.now.opened)
        await wait_until(lambda: two.today().state.date == one.today().state.date)
        answers = await asyncio.gather(
            *(h.ask(take(f"t{i}", at=h.clock())) for i, h in enumerate((one, two) * 5))
        )
        assert sorted(a.number for a in answers) == [f"D{n:03}" for n in range(1, 11)]
        slow.now = fast.now + MINUTE
        await asyncio.gather(*(h.tick() for h in (one, two)))
        assert await two.store.days(hall_id) == (first, one.today().state.date)


async def test_a_command_repeated_after_the_day_turned_gets_its_first_answer_for_an_hour(
    store_url: str, hall_id: str
) -> None:
    clock = Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        first = await hall.ask(take("a", key="k"))
        date = hall.today().state.date
        clock.now = BOUNDARY
        await wait_until(lambda: hall.today().state.date > date and hall.today().state.now.opened)
        assert await hall.ask(take("b", key="k", at=clock.now)) == first
        repeated = take("b", key="k", at=clock.now)
        assert await hall.ask_and_look(repeated, lambda day, a: day.ticket(a.ticket).number) == "D001"
    async with live(store_url, hall_id, clock) as again:
        assert await again.ask(take("b", key="k", at=clock.now)) == first
        clock.now += HOUR + 1
        assert (await again.ask(take("b", key="k", at=clock.now))).ticket == "b"


@pytest.mark.proves("D10")
async def test_whoever_comes_back_first_writes_the_down_time_once(store_url: str, hall_id: str) -> None:
    clock = Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        clerk = await sit(hall, 8)
        ticket = (await hall.ask(take("a"))).ticket
        await hall.ask(Ask(at=NOON, by=clerk, command=do.CallNext(window=8)))
        await hall.tick()
        mark = int((await hall.store.get_side(hall_id, "alive")) or b"0")
    store = await Store.connect(store_url)
    await store.put_side(hall_id, "alive", str(mark - 40 * MINUTE).encode(), HOUR)
    await store.aclose()
    clock.now = NOON + 40 * MINUTE
    async with live(store_url, hall_id, clock) as one, live(store_url, hall_id, clock) as two:
        for each in (one, two):
            await wait_until(partial(_knows_it_was_down, each))
            (down,) = each.today().state.now.down
            assert down.until == clock.now
            assert abs((down.until - down.since) - 40 * MINUTE) < MINUTE
            called = each.today().state.tickets[ticket]
            assert (called.state, called.calls, called.misses) == (WAITING, (), 0)
            await each.tick()
        assert one.today().tail == two.today().tail


def _knows_it_was_down(hall: Hall) -> bool:
    return len(hall.today().state.now.down) == 1


async def test_a_restart_of_a_few_seconds_is_no_down_time(store_url: str, hall_id: str) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall, PLAN)
        clerk = await sit(hall, 8)
        await hall.ask(take("a"))
        await hall.ask(Ask(at=NOON, by=clerk, command=do.CallNext(window=8)))
        await hall.tick()
    async with live(store_url, hall_id) as again:
        await again.tick()
        assert again.today().state.now.down == ()
        assert again.today().state.tickets["a"].state == CALLED


async def test_a_visitor_parked_twice_is_told_of_twice(store_url: str, hall_id: str) -> None:
    """The second overdue form has a cause of its own: the key of the first must not swallow it."""
    clock = Clock()
    async with live(store_url, hall_id, clock) as hall:
        await opened(hall, PLAN)
        clerk = await sit(hall, 8)
        await hall.ask(take("a"))
        for _ in range(2):
            for command in (do.CallNext(window=8), do.Start(ticket="a"), do.Park(ticket="a", minutes=1)):
                await hall.ask(Ask(at=clock.now, by=clerk, command=command))
            clock.now += 2 * MINUTE
            await wait_until(lambda: hall.today().state.tickets["a"].park_overdue)
            await hall.ask(Ask(at=clock.now, by=clerk, command=do.Unpark(ticket="a")))


async def test_a_hall_with_real_hours_opens_its_day_at_the_boundary_and_refuses_before_its_hours(
    store_url: str, hall_id: str
) -> None:
    plan = county_plan()
    night = day_bounds(plan, business_date(plan, NOON))[0]
    async with live(store_url, hall_id, Clock(night)) as hall:
        await hall.register.ask(Ask(at=night, by="system", command=PublishPlan(plan)))
        await wait_until(lambda: hall.day is not None and hall.day.state.now.opened)
        assert hall.today().state.date == business_date(plan, NOON)
