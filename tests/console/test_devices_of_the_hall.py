"""A manager lets new devices in at the console, refuses one, and takes one back, over real sockets."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from displays import fleet_pages
from queue_server.console.dialogs import Pick
from queue_server.console.words import say
from queue_server.hall.plan import Screen
from tests.api.hall import Served, demo_with, served
from tests.console.sitting import Manager, managing

PLAN = replace(demo_with(), screens=(Screen(id="w8", window=8, place="8号窗口上方"), Screen(id="east")))


async def asks_in(hall: Served) -> dict[str, Any]:
    """A new device asks to be let in; gives its code and token."""
    asked: dict[str, Any] = (await hall.post("", "enrolments")).json()
    return asked


def spelt(asked: dict[str, Any]) -> str:
    return f"{asked['code'][:3]} {asked['code'][3:]}"


async def digit_of(manager: Manager, text: str) -> str:
    """The digit that picks the line with a text in it, once the question with that line stands there."""

    def found() -> int:
        lines = manager.app.screen.choices if isinstance(manager.app.screen, Pick) else []
        return next((place for place, each in enumerate(lines, 1) if text in each.label), 0)

    await manager.until(found)
    assert f" {found()}  " in next(line for line in manager.screen().splitlines() if text in line)
    return str(found())


async def test_a_new_screen_is_let_in_by_its_code_named_and_later_taken_back(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall, managing(hall_id, hall.base) as manager:
        strange = await asks_in(hall)
        await manager.asks("f12")
        await manager.asks("4")
        await manager.shows(f"登记码 {spelt(strange)}")
        ours = await asks_in(hall)
        assert spelt(ours) not in manager.screen()
        await manager.asks(await digit_of(manager, "再看一次"))
        await manager.asks(await digit_of(manager, spelt(ours)))
        await manager.asked(spelt(ours))
        await manager.does(await digit_of(manager, "w8"), said="已登记 w8")
        me = (await hall.get(ours["token"], "/me")).json()
        assert (me["id"], me["role"]) == ("device:w8", "window")

        await manager.asks("f12")
        await manager.asks("4")
        await manager.asks(await digit_of(manager, spelt(strange)))
        await manager.does(await digit_of(manager, "拒绝"), said=f"已拒绝登记码 {spelt(strange)}")
        state = (await hall.get("", f"/enrolments/{strange['code']}")).json()["state"]
        assert state == "refused"

        await manager.asks("f12")
        await manager.asks("4")
        await manager.shows("没有新设备在等登记")
        await manager.asks(await digit_of(manager, "w8"))
        await manager.shows("它会立刻退出")
        await manager.does("2", said="已收回 w8 的登记")
        assert (await hall.get(ours["token"], "/me")).status_code == 401


async def test_a_code_that_ended_meanwhile_is_refused_in_the_halls_words(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall, managing(hall_id, hall.base) as manager:
        asked = await asks_in(hall)
        await manager.asks("f12")
        await manager.asks("4")
        await manager.asks("1")
        other = await hall.post("manager", f"enrolments/{asked['code']}/confirm", {"device": "w8"})
        assert other.status_code == 200, other.text
        await manager.does(await digit_of(manager, "east"), said="登记码已经用过")


@pytest.mark.parametrize("lang", fleet_pages.LANGUAGES)
def test_every_kind_and_state_of_a_device_has_its_words_at_the_console(lang: str) -> None:
    said = [say(f"device.{each}", lang) for each in (*fleet_pages.KINDS, *fleet_pages.STATES)]
    assert len(set(said)) == len(said)
