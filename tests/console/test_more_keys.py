"""What stands behind F12 and Ctrl+P: finding an act, reading a guide, handing over, the large number."""

from __future__ import annotations

import pytest

from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.console.dialogs import Find, Reading
from queue_server.console.words import found_by
from tests.api.hall import served
from tests.api.people import PASSWORD, person
from tests.console.sitting import Clerk, log_of, open_window, sitting, take
from tests.console.test_signing_in import typed


@pytest.mark.parametrize(
    ("written", "found"),
    [("转办", 1), ("zhuan", 1), ("zb", 1), ("ZHB", 0), ("f10", 1), ("叫号", 0), ("", 1)],
)
def test_an_act_is_found_by_name_pinyin_initials_or_key(written: str, found: int) -> None:
    assert found_by(written, "转办", "F10") == bool(found)


async def test_an_act_is_found_and_done_a_guide_is_read_and_the_number_fills_the_screen(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", matters=["D01", "D02"])
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.asks("ctrl+p")
            assert isinstance(clerk.app.screen, Find)
            await clerk.press(*"zzz")
            assert "没有" in clerk.screen()
            await clerk.press("backspace", "backspace", "backspace", *"jxyw")
            assert [choice.value for choice in clerk.app.screen.choices] == ["call_next", "finish_next"]
            await clerk.press("enter")
            await clerk.told("已叫 D001")

            await clerk.asks("ctrl+p")
            await clerk.press(*"bszn")
            await clerk.asks("enter")
            await clerk.asks("2")
            guide = clerk.app.screen
            assert isinstance(guide, Reading)
            assert clerk.scene.matter("D02") in clerk.screen()
            assert "受理条件" in clerk.screen()
            await clerk.press("end")
            await clerk.shows("指南版本")
            await clerk.press("escape")
            await clerk.until(lambda: not clerk.scene.busy)

            small = clerk.screen().count("#")
            assert small
            await in_large(clerk)
            await clerk.until(lambda: clerk.screen().count("#") > 2 * small)
            assert "今日本窗口" not in clerk.screen()
            await in_large(clerk)
            await clerk.until(lambda: clerk.screen().count("#") == small)


async def in_large(clerk: Clerk) -> None:
    """Change between the large number and the whole screen."""
    await clerk.asks("f12")
    await clerk.press("pagedown", "5")
    await clerk.until(lambda: not clerk.scene.busy)


async def test_a_colleague_signs_in_here_and_goes_on_with_the_visitor(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "li", "clerk", (8,))
        await person(hall, "wang", "clerk", (8,))
        await take(hall, "D")
        client = HallClient(hall.base, hall_id, "")
        app = ConsoleApp(client, 8)
        async with client, app.run_test(size=(80, 24)) as pilot:
            clerk = Clerk(app, pilot)
            await typed(clerk, "li", PASSWORD)
            await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.does("f4", said="开始办理")
            await clerk.asks("f12")
            await clerk.press("pagedown")
            await clerk.asks("4")
            await clerk.shows("接着办理D001号")
            await clerk.press("1")
            await clerk.asked("登录")
            await clerk.shows("请接班的同事登录")
            await typed(clerk, "wang", PASSWORD)
            await clerk.until(lambda: clerk.scene.seated and not clerk.scene.busy)
            assert clerk.number == "D001"
            await clerk.does("f5", said="D001 已办结")
        told = [record["e"] for record in await log_of(hall)]
        claims = [e["clerk"] for e in told if e["t"] == "window_claimed"]
        assert claims == ["staff:li", "staff:wang"]
        assert [e["clerk"] for e in told if e["t"] == "handed_over"] == ["staff:wang"]
        assert [e["t"] for e in told].count("left_open") == 0
