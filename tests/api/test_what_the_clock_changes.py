"""A kiosk's menu follows the clock: nothing has to happen in the hall for it to open or to close."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect

from queue_server.demo import county_plan
from queue_server.hall.hours import business_date, closing, day_bounds
from queue_server.hall.plan import MINUTE
from tests.api.hall import served
from tests.waiting import wait_until


@pytest.mark.parametrize("opening", [True, False], ids=["opens", "closes"])
async def test_a_kiosk_is_told_when_the_hall_opens_and_closes_by_the_clock_alone(
    store_url: str, hall_id: str, opening: bool
) -> None:
    every_day = replace(county_plan().hours, weekdays=tuple(range(7)))
    plan = replace(county_plan(), hours=every_day)
    async with served(store_url, hall_id, plan) as there:
        hall = there.site.halls[hall_id]
        day = hall.today().state
        assert day.date == business_date(plan, hall.clock())
        end = closing(plan, day.date) or 0
        before, after = (
            (day_bounds(plan, day.date)[0], end - 60 * MINUTE) if opening else (end - 60 * MINUTE, end)
        )
        now = [before]
        hall.clock = lambda: now[0]
        address = there.base.replace("http", "ws") + f"/api/halls/{hall_id}/kiosk/live"
        async with connect(address) as kiosk:
            menus = [json.loads(await kiosk.recv())]
            now[0] = after

            async def told() -> bool:
                said = json.loads(await kiosk.recv())
                menus.extend([said] if said["type"] == "menu" else [])
                return _shut(menus[-1]) != _shut(menus[0])

            await wait_until(told, timeout=20)
        assert (_shut(menus[0]), _shut(menus[-1])) == ((True, False) if opening else (False, True))
        assert menus[-1]["seq"] == menus[0]["seq"]


def _shut(menu: dict[str, list[dict[str, str]]]) -> bool:
    return all(choice["closed"] for choice in menu["choices"])
