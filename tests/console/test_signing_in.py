"""A clerk signs in at the console: name, password, a new password the first time, and again when it ended."""

from __future__ import annotations

import pytest

from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.console.entry import Form
from queue_server.hall.accounts import EndSessions
from tests.api.hall import Served, served
from tests.api.people import PASSWORD, give, person
from tests.console.sitting import Clerk


class Door:
    """A console before anybody has signed in."""

    def __init__(self, hall: Served, lang: str = "zh") -> None:
        self.client = HallClient(hall.base, hall.hall, "")
        self.app = ConsoleApp(self.client, 8, lang)


async def typed(clerk: Clerk, first: str, second: str) -> None:
    """Fill the form that stands on the screen."""
    await clerk.until(lambda: isinstance(clerk.app.screen, Form))
    await clerk.press(*first, "enter", *second)
    assert second not in clerk.screen(), "a password is never shown"
    await clerk.press("enter")


async def test_a_clerk_signs_in_and_sits_down(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk", (8,))
        door = Door(hall)
        async with door.client, door.app.run_test(size=(80, 24)) as pilot:
            clerk = Clerk(door.app, pilot)
            await clerk.asked("登录")
            await typed(clerk, "li", "not-this-one")
            await clerk.shows("用户名或密码不对")
            await typed(clerk, "li", PASSWORD)
            await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
            assert hall.day.windows[8].clerk == "staff:li"


async def test_the_first_password_is_changed_before_anything_else(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk", (8,), must_change=True)
        door = Door(hall, "en")
        async with door.client, door.app.run_test(size=(80, 24)) as pilot:
            clerk = Clerk(door.app, pilot)
            await typed(clerk, "li", PASSWORD)
            await clerk.asked("Choose a new password")
            await typed(clerk, "autumn-leaf-8", "autumn-leaf-9")
            await clerk.shows("not the same")
            await typed(clerk, "short", "short")
            await clerk.shows("10 to 128 characters")
            await typed(clerk, "autumn-leaf-8", "autumn-leaf-8")
            await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
            me = clerk.scene.me
            assert me is not None
            assert me.role == "clerk"


async def test_a_session_that_was_ended_asks_again_and_the_seat_is_kept(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk", (8,))
        door = Door(hall, "ko")
        async with door.client, door.app.run_test(size=(80, 24)) as pilot:
            clerk = Clerk(door.app, pilot)
            await typed(clerk, "li", PASSWORD)
            await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
            await give(hall.site, hall_id, EndSessions("li"))
            await clerk.shows("로그인이 끝났습니다")
            assert not clerk.scene.up
            await typed(clerk, "li", PASSWORD)
            await clerk.until(lambda: clerk.scene.up and clerk.scene.seated)


async def test_whoever_goes_away_at_the_door_leaves(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        door = Door(hall)
        async with door.client, door.app.run_test(size=(80, 24)) as pilot:
            clerk = Clerk(door.app, pilot)
            await clerk.asked("登录")
            await clerk.press("escape")
            await clerk.until(lambda: not door.app.is_running)


@pytest.mark.parametrize("lang", ["zh", "ko", "en"])
async def test_the_form_fits_the_smallest_screen(store_url: str, hall_id: str, lang: str) -> None:
    async with served(store_url, hall_id) as hall:
        door = Door(hall, lang)
        async with door.client, door.app.run_test(size=(80, 24)) as pilot:
            clerk = Clerk(door.app, pilot)
            await clerk.until(lambda: isinstance(door.app.screen, Form))
            await clerk.press(*"x" * 70)
            rows = clerk.screen().splitlines()
            assert len(rows) == 24
            assert any("Enter" in row for row in rows)
