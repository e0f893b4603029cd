"""What a window's console is shown at once, and what may wait a moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Set

import pytest
from websockets.asyncio.client import connect

from queue_server.api import calm
from queue_server.api.calm import Calm
from queue_server.hall.day import Day
from tests.api.hall import demo_with, served
from tests.waiting import wait_until

DAY = Day(demo_with(), "2026-11-02")


def held(shows: list[bool]) -> tuple[Calm, list[int], dict[str, object]]:
    """A calm view that can be shown as `shows` says, how often it was, and what presses in it."""
    shown: list[int] = []
    world: dict[str, object] = {"mine": 1}

    def pressing(_: Day, authors: Set[str]) -> object:
        return object() if "me" in authors else world["mine"]

    def show() -> bool:
        shown.append(1)
        return shows.pop(0) if shows else True

    view = Calm(pressing, show)
    assert not view.may_wait(DAY, set())  # the first is shown
    return view, shown, world


async def test_many_changes_that_do_not_press_are_shown_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "PAUSE", 0.01)
    view, shown, _ = held([])
    assert [view.may_wait(DAY, {"other"}) for _ in range(9)] == [True] * 9
    assert view.waits
    await wait_until(lambda: not view.waits)
    assert shown == [1]


async def test_what_presses_is_shown_at_once_with_all_that_waited() -> None:
    view, shown, world = held([])
    assert view.may_wait(DAY, set())
    world["mine"] = 2
    assert not view.may_wait(DAY, set())
    assert view.may_wait(DAY, {"other"})
    assert not view.may_wait(DAY, {"me"})  # our own act, whatever it changed
    assert not view.waits
    assert shown == []  # nothing is shown a second time


async def test_a_view_that_cannot_be_shown_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "PAUSE", 0.01)
    monkeypatch.setattr(calm, "AGAIN", 0.01)
    view, shown, _ = held([False, False])
    assert view.may_wait(DAY, set())
    await wait_until(lambda: not view.waits)
    assert len(shown) == 3


async def test_a_view_that_is_overdue_is_shown_by_the_next_landing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "PAUSE", 0.01)
    view, shown, _ = held([False])
    assert view.may_wait(DAY, set())
    await wait_until(lambda: shown == [1])
    assert not view.may_wait(DAY, set())
    assert not view.waits


async def test_a_clerks_own_act_is_pushed_first_and_the_queue_follows(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        for _ in range(3):
            await hall.take()
        token = {"Authorization": f"Bearer {who}"}
        async with connect(f"{hall.sockets}/windows/8/live", additional_headers=token) as socket:
            called = (await hall.post(who, "windows/8/call-next")).json()
            while (view := json.loads(await socket.recv()))["seq"] < called["seq"] or view["type"] == "beat":
                pass
            assert view["present"]["number"] == called["number"]
            await asyncio.gather(*(hall.take() for _ in range(20)))
            pushes = 0
            while view.get("waiting") != 22:
                view = json.loads(await socket.recv())
                pushes += view["type"] != "beat"
            assert pushes < 10
