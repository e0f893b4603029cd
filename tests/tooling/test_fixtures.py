"""The tests' own ground: a real store, a hall for each test, a browser that shows a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import redis.asyncio

from tests.waiting import wait_for, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page


async def test_the_store_keeps_what_it_is_given(store_url: str, hall_id: str) -> None:
    async with redis.asyncio.from_url(store_url) as store:
        await store.set(f"{{{hall_id}}}:probe", "kept")
        assert await store.get(f"{{{hall_id}}}:probe") == b"kept"


async def test_waiting_gives_what_was_waited_for() -> None:
    looks = iter(["", "", "found"])
    assert await wait_until(lambda: next(looks)) == "found"


async def test_waiting_in_vain_says_what_was_waited_for() -> None:
    with pytest.raises(AssertionError, match=r"still 0 after .*never_comes"):
        await wait_until(lambda: (never_comes := 0), timeout=0.02)  # noqa: F841
    with pytest.raises(AssertionError, match="still False"):
        wait_for(lambda: False, timeout=0.02)


@pytest.mark.browser
def test_the_browser_shows_a_page_in_chinese(page: Page) -> None:
    page.set_content("<title>一窗</title><h1>请A023号到3号窗口办理</h1>")
    assert page.title() == "一窗"
    assert page.locator("h1").inner_text() == "请A023号到3号窗口办理"
