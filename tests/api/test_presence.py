"""A console that has gone silent gives its window back; one that lives, wherever connected, keeps it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect

from queue_server.demo import demo_plan
from queue_server.desk.presence import Presence
from queue_server.hall.day import Day
from queue_server.hall.plan import Plan
from queue_server.store.logs import Store
from queue_server.store.roles import primaries_of
from tests.api.hall import Served, served
from tests.waiting import wait_until

LAPSE = 1_000
"""A claim lapses after a second here, so that nobody waits for 45."""


def quick(lapse: int = LAPSE) -> Plan:
    """The demo hall with a short patience for silent consoles."""
    plan = demo_plan(time.time_ns() // 1_000_000)
    return replace(plan, rules=replace(plan.rules, claim_lapse=lapse))


def clerk_of(hall: Served, window: int = 8) -> str:
    """Who sits at a window, as this process knows it."""
    return hall.site.halls[hall.hall].today().state.windows[window].clerk


def beaten(hall: Served) -> int:
    """How often the hall's presence has looked: a clock for waiting that stands still with the server."""
    return hall.site.halls[hall.hall].presence.looks


async def looks(hall: Served, count: int) -> None:
    """Wait until presence has looked that many times more."""
    until = beaten(hall) + count
    await wait_until(lambda: beaten(hall) >= until, timeout=30)


@asynccontextmanager
async def console(hall: Served, window: int) -> AsyncIterator[None]:
    """A clerk's console, connected and reading while the block runs."""
    address = hall.base.replace("http", "ws") + f"/api/halls/{hall.hall}/windows/{window}/live"
    headers = {"Authorization": f"Bearer clerk{window}"}
    async with connect(address, additional_headers=headers) as socket:

        async def read() -> None:
            async for _ in socket:
                pass

        reading = asyncio.create_task(read())
        try:
            yield
        finally:
            reading.cancel()


@pytest.mark.proves("S14")
async def test_a_dead_consoles_claim_expires_and_its_called_visitor_waits_on(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, quick()) as hall:
        async with console(hall, 8):
            who = await hall.sit(8)
            await hall.post("kiosk", "tickets", {"category": "D"})
            ticket = (await hall.post(who, "windows/8/call-next")).json()["ticket"]
            await looks(hall, 25)
            assert clerk_of(hall) == "staff:8"
        await wait_until(lambda: clerk_of(hall) == "", timeout=20)
        shown = (await hall.get("manager", f"/tickets/{ticket}")).json()
        assert (shown["state"], shown["misses"]) == ("waiting", 0)
        assert (await hall.post("manager", "windows/8/claim")).status_code == 200


@pytest.mark.proves("S14")
async def test_a_claim_lapses_each_time_it_is_left(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, quick()) as hall:
        for _ in range(2):
            await hall.sit(8)
            await wait_until(lambda: clerk_of(hall) == "", timeout=20)


@pytest.mark.proves("S14")
async def test_the_second_console_is_refused_by_name_or_takes_over_explicitly(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        refused = await hall.post("manager", "windows/8/claim")
        assert (refused.status_code, refused.json()["code"]) == (409, "window_claimed")
        assert "clerk=staff:8" in refused.json()["detail"]
        assert (await hall.post("manager", "windows/8/claim", {"take_over": True})).status_code == 200
        assert clerk_of(hall) == "staff:manager"
        lost = await hall.post("clerk8", "windows/8/call-next")
        assert (lost.status_code, lost.json()["code"]) == (403, "not_your_window")


async def test_a_console_at_one_process_is_alive_for_the_other(store_url: str, hall_id: str) -> None:
    plan = quick()
    async with served(store_url, hall_id, plan) as one, served(store_url, hall_id, plan) as two:
        await one.sit(8)
        async with console(one, 8):
            await looks(two, 25)
            assert (clerk_of(one), clerk_of(two)) == ("staff:8", "staff:8")
        await wait_until(lambda: clerk_of(two) == "", timeout=20)


@pytest.mark.parametrize("sign", ["act", "look"])
async def test_a_clerk_without_a_socket_is_alive_by_acting_or_looking(
    store_url: str, hall_id: str, sign: str
) -> None:
    async with served(store_url, hall_id, quick()) as hall:
        who = await hall.sit(8)
        for _ in range(12):
            await looks(hall, 2)
            if sign == "act":
                await hall.post(who, "windows/8/call-next")
            else:
                await hall.get(who, "/windows/8")
        assert clerk_of(hall) == "staff:8"


async def test_others_who_act_or_look_keep_nobodys_window(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, quick()) as hall:
        await hall.sit(8)

        async def left() -> bool:
            await hall.get("manager", "/windows/8")
            await hall.post("kiosk", "tickets", {"category": "D"})
            return clerk_of(hall) == ""

        await wait_until(left, timeout=20)


@pytest.mark.proves("D23")
async def test_a_link_lost_for_40_seconds_in_mid_service_changes_nothing(
    store_url: str, hall_id: str
) -> None:
    # A second here stands for 11.25 s of the shipped 45, so 40 s of a lost link are 3.6 s of 4.
    async with served(store_url, hall_id, quick(4_000)) as hall:
        async with console(hall, 8):
            who = await hall.sit(8)
            await hall.post("kiosk", "tickets", {"category": "D"})
            ticket = (await hall.post(who, "windows/8/call-next")).json()["ticket"]
            await hall.post(who, f"tickets/{ticket}/start")
            before = hall.site.halls[hall_id].today().tail
        lost = time.monotonic()
        await wait_until(lambda: time.monotonic() - lost >= 40 / 45 * 4, timeout=10)
        async with console(hall, 8):
            assert hall.site.halls[hall_id].today().tail == before
            assert clerk_of(hall) == "staff:8"
            await looks(hall, 12)
            assert (await hall.post(who, f"tickets/{ticket}/finish")).status_code == 200


def claimed(lapse: int) -> Day:
    """A day on which a clerk sits at window 8."""
    day = Day(quick(lapse), "2026-11-25")
    day.windows[8] = replace(day.windows[8], clerk="staff:8")
    return day


async def seconds_until_offered(presence: Presence, day: Day) -> float:
    """How long presence watches a silent claim before it offers that it lapses."""
    started = time.monotonic()
    assert [await presence.look(day) for _ in range(3)] == [[], [], []]
    await wait_until(lambda: presence.look(day), timeout=20)
    return time.monotonic() - started


async def test_a_process_that_has_just_come_judges_nobody_yet(store_url: str, hall_id: str) -> None:
    store = await Store.connect(store_url)
    assert await seconds_until_offered(Presence(store, hall_id), claimed(LAPSE)) >= LAPSE / 1000
    await store.aclose()


async def test_while_the_store_is_away_and_just_after_nobody_is_judged(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    store, away = await Store.connect(store_url), Store(primaries_of(f"unix://{tmp_path}/nobody", 1.0))
    presence = Presence(store, hall_id)
    await seconds_until_offered(presence, claimed(LAPSE))
    presence.store = away
    assert [await presence.look(claimed(LAPSE)) for _ in range(3)] == [[], [], []]
    presence.store = store
    assert await seconds_until_offered(presence, claimed(LAPSE)) >= LAPSE / 1000
    await away.aclose()
    await store.aclose()


async def test_signs_of_life_leave_nothing_in_the_log_and_expire(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, quick(5_000)) as hall:
        await hall.sit(8)
        before = hall.site.halls[hall_id].today().tail
        for _ in range(3):
            await hall.get("clerk8", "/windows/8")
            await looks(hall, 1)
        assert hall.site.halls[hall_id].today().tail == before
        store = hall.site.store
        ttl = await store.redis.pttl(f"yc:{{{hall_id}}}:side:here:8:staff:8")
        assert 0 < ttl <= 5_500
