"""A working day at one window, by keys alone, against a real hall over real sockets."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.hall import Served, demo_with, served
from tests.console.sitting import (
    Clerk,
    log_of,
    open_window,
    sitting,
    state_of,
    take,
)


async def events(hall: Served, kind: str) -> list[dict[str, Any]]:
    """The day's events of one kind."""
    return [record["e"] for record in await log_of(hall) if record["e"]["t"] == kind]


async def serving(clerk: Clerk) -> str:
    """Call the next visitor and start; gives the number."""
    await clerk.does("f2", said="已叫")
    await clerk.does("f4", said="开始办理")
    return clerk.number


async def test_a_clerk_claims_opens_calls_serves_closes_and_leaves(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await clerk.shows("窗口关闭。按 F11 开窗。")
            await open_window(clerk)
            await clerk.shows("下一位 D001")
            await clerk.does("f2", said="已叫 D001")
            assert clerk.number == "D001"
            await clerk.shows("叫过1次")
            await clerk.does("f3", said="已重呼 D001")
            await clerk.shows("叫过2次")
            await clerk.does("f4", said="D001 开始办理")
            await clerk.shows("办理中")
            await clerk.does("f5", said="D001 已办结")
            assert await state_of(hall, "D001") == ("ended", "done")
            await clerk.shows("办结 1  叫号 1  过号 0")
            await clerk.does("f12", "9", "1", "2", said="窗口已关闭")
            assert (await events(hall, "window_closed"))[-1]["for_today"] is True
            await clerk.does("f12", "0", said="已离开窗口")
            await clerk.shows("还没有就座。按 F11 就座。")
            assert clerk.scene.view is not None
            assert clerk.scene.view.clerk == ""


@pytest.mark.proves("D7")
async def test_each_matter_gets_the_result_whose_digit_was_pressed(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", matters=["D01", "D02"])
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            await clerk.does("f12", "7", "1", said="D001 已加办事项")
            await clerk.asks("f5")
            await clerk.shows("即办办结")
            await clerk.press("2", "down", "4")
            await clerk.asks("enter")
            await clerk.shows("补正，缺哪些？")
            await clerk.press("1")
            await clerk.does("enter", said="D001 已办结")
            finished = (await events(hall, "finished"))[-1]["outcomes"]
            assert finished == [["D01", "accepted"], ["D02", "done"], ["D03", "supplement"]]
            assert len(await events(hall, "called")) == 1
            closed = {e["matter"]: e for e in await events(hall, "matter_closed")}
            assert closed["D03"]["papers"] == [clerk.scene.materials("D03")[0]]
            (case,) = hall.site.halls[hall_id].register.state.cases.values()
            assert (case.matter, case.steps[0].by) == ("D01", "staff:8")


async def test_finish_and_next_is_one_key(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            await clerk.says("f2", said="D001正在办理，先按 F5 或 F6。")
            await clerk.does("f6", said="已办结，已叫 D002")
            await clerk.does("f4", said="D002 开始办理")
            await clerk.does("f6", said="已办结，现在没有人等候")
            assert await state_of(hall, "D002") == ("ended", "done")


async def test_after_three_calls_and_a_while_the_clerk_may_mark_a_miss(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, demo_with(miss_gap=5000)) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.says("f7", said="还要再叫2次才能过号。按 F3。")
            await clerk.does("f3", said="已重呼 D001")
            await clerk.shows("叫过2次")
            await clerk.does("f3", said="已重呼 D001")
            await clerk.until(lambda: re.search(r"过号 \ds", clerk.screen()))
            await clerk.says("f7", said="秒后才能过号。")
            await clerk.until(lambda: clerk.scene.miss_wait == 0)
            await clerk.does("f7", said="D001 过号")
            await clerk.shows("D001  过号，保留还有")
            await clerk.does("f12", "3", "1", said="D001 回来了，前面0人")
            await clerk.does("f2", said="已叫 D001")


async def test_a_visitor_is_sent_on_to_a_category_with_a_note(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            await clerk.asks("f10")
            await clerk.asks("1")
            await clerk.shows("G  即来即办")
            assert "D  不动产交易" not in clerk.screen()  # where the visitor is already
            await clerk.does("6", "2", said="D001 已转办")
            moved = (await events(hall, "transferred"))[-1]
            assert (moved["category"], moved["note"]) == ("G", "checked")
            assert await state_of(hall, "D001") == ("waiting", "")


async def test_a_visitor_is_sent_to_a_window_that_is_open(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        await hall.sit(9)
        async with (
            sitting(hall_id, hall.base, 8) as clerk,
            sitting(hall_id, hall.base, 9) as beyond,
        ):
            await open_window(clerk)
            await serving(clerk)
            await clerk.until(lambda: clerk.scene.view is not None and clerk.scene.view.categories)
            await clerk.asks("f10")
            await clerk.asks("2")
            closed, open_one = "10", "9"
            offered = {line.split()[1]: line for line in _lines(clerk)}
            assert "现在没有开" in offered[closed]
            assert "现在没有开" not in offered[open_one]
            digit = next(line.split()[0] for line in _lines(clerk) if line.split()[1] == open_one)
            await clerk.does(digit, "1", said="D001 已转办")
            await beyond.shows("指定")
            await beyond.does("f2", said="已叫 D001")


def _lines(clerk: Clerk) -> list[str]:
    """The lines of the list that is asked from, each from its digit on."""
    shown = clerk.app.screen.query_one("#list").render()
    return [line.strip(" >") for line in str(shown).splitlines() if line.strip(" >")[:1].isdigit()]


@pytest.mark.proves("D25")
async def test_a_form_filler_is_parked_and_next_here_when_back(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            await clerk.does("f8", "2", said="D001 已挂起")
            await clerk.shows("D001  挂起，还有 9:5")
            await clerk.does("f2", said="已叫 D002")
            await clerk.does("f12", "4", "1", said="D001 回来了，下一位就叫")
            await clerk.does("f4", said="D002 开始办理")
            await clerk.does("f6", said="已办结，已叫 D001")


async def test_with_nobody_here_the_park_key_takes_back(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.does("f8", "1", said="D001 已挂起")
            await clerk.shows("F8 取回")
            await clerk.does("f8", "1", said="D001 回来了，下一位就叫")


async def test_a_pause_waits_for_the_present_visitor(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            await clerk.does("f11", "2", said="办完这一位后暂停")
            await clerk.shows("办完这一位后暂停（用餐）。按 F11 取消。")
            await clerk.does("f6", said="已办结，窗口已暂停")
            await clerk.shows("暂停中（用餐）。按 F11 恢复。")
            await clerk.says("f2", said="窗口暂停中。按 F11 恢复。")
            await clerk.does("f11", said="已恢复叫号")
            await clerk.does("f2", said="已叫 D002")


async def test_a_pause_now_puts_the_called_visitor_back_without_a_miss(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.does("f11", "1", "2", said="窗口已暂停")
            assert await state_of(hall, "D001") == ("waiting", "")
            await clerk.does("f11", said="已恢复叫号")
            await clerk.does("f2", said="已叫 D001")


@pytest.mark.proves("D22")
async def test_a_call_is_taken_back_to_its_place(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.shows("F9 撤销 ")
            await clerk.does("f9", said="已撤销叫号，D001 退回原位")
            await clerk.shows("下一位 D001")
            await clerk.says("f9", said="没有可以撤销的操作（只限10秒内）。")


async def test_a_finish_a_park_and_a_miss_are_taken_back(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, demo_with(miss_gap=0)) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.does("f3", said="已重呼")
            await clerk.shows("叫过2次")
            await clerk.does("f3", said="已重呼")
            await clerk.until(lambda: clerk.scene.view and clerk.scene.view.miss_opens_at)
            await clerk.does("f7", said="D001 过号")
            await clerk.does("f9", said="已撤销过号，D001")
            await clerk.does("f4", said="D001 开始办理")
            await clerk.does("f8", "1", said="D001 已挂起")
            await clerk.does("f9", said="已撤销挂起，D001")
            await clerk.does("f5", said="D001 已办结")
            await clerk.does("f9", said="已撤销办结，D001 继续办理")
            await clerk.shows("办理中")


@pytest.mark.proves("D14")
async def test_a_visitor_without_a_ticket_is_served_for_a_picked_reason(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f12", "2", "4", said="直接受理，号码 D003")
            assert clerk.number == "D003"
            assert clerk.scene.present is not None
            assert clerk.scene.present.source == "window"
            await clerk.shows("D001")


async def test_a_given_number_is_called_by_its_digits_for_a_picked_reason(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D", "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.asks("f12")
            await clerk.asks("1")
            await clerk.press("3")
            await clerk.shows("> 3")
            await clerk.does("enter", "1", said="已叫指定的 D003")
            called = (await events(hall, "called"))[-1]
            assert (called["out_of_order"], called["passed_over"]) == ("continued", 2)


@pytest.mark.proves("S10")
async def test_a_number_that_cannot_be_called_is_refused_with_a_sentence(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            await clerk.does("f5", said="D001 已办结")
            for number, refused in (("1", "D001号已经结束（已办）。"), ("77", "今天没有D077号。")):
                await clerk.asks("f12")
                await clerk.asks("1")
                await clerk.press(*number)
                await clerk.does("enter", "1", said=refused)


@pytest.mark.proves("D19")
async def test_priority_that_is_not_justified_waits_on_as_ordinary(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D")
        await take(hall, "D", cls="priority", kind="elderly")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D003")
            await clerk.shows("优先 60岁以上老年人")
            await clerk.does("f12", "6", "3", said="D003 的类别已更改")
            assert await state_of(hall, "D003") == ("waiting", "")
            await clerk.does("f2", said="已叫 D001")


async def test_priority_is_granted_found_noted_and_a_number_cancelled(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await clerk.does("f12", "5", said="D001 已找到，正在过来")
            await clerk.does("f12", "6", "2", "1", said="D001 的类别已更改")
            await clerk.shows("优先 残疾人")
            await clerk.does("f12", "8", "2", said="D001 已取消")
            assert await state_of(hall, "D001") == ("ended", "cancelled_by_staff")


async def test_escape_goes_back_and_nothing_is_done(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", matters=["D01"])
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await serving(clerk)
            before = len(await log_of(hall))
            for asking in (["f5"], ["f8"], ["f10", "1"], ["f11"], ["f12", "7"], ["ctrl+q"]):
                for key in asking:
                    await clerk.asks(key)
                await clerk.press("escape")
                await clerk.until(lambda: not clerk.scene.busy)
            assert len(await log_of(hall)) == before


async def test_where_function_keys_fail_other_keys_open_the_lists(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            for key, title in (
                ("question_mark", "按键"),
                ("0", "转办 D001"),
                ("minus", "暂停窗口"),
                ("equals_sign", "更多"),
            ):
                await clerk.asks(key)
                await clerk.asked(title)
                await clerk.press("escape")
                await clerk.until(lambda: not clerk.scene.busy)


async def test_a_clerk_quits_and_keeps_the_window_or_leaves_it(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.asks("ctrl+q")
            await clerk.press("2")
            await clerk.until(lambda: not clerk.app.is_running)
        assert hall.site.halls[hall_id].today().state.windows[8].clerk == "staff:8"
        async with sitting(hall_id, hall.base, 8) as clerk:
            await clerk.asks("ctrl+q")
            await clerk.press("1")
            await clerk.until(lambda: not clerk.app.is_running)
        assert hall.site.halls[hall_id].today().state.windows[8].clerk == ""


@pytest.mark.parametrize(
    ("lang", "opened", "called", "finished"),
    [
        ("en", "The window is open", "Called D001", "Finished D001"),
        ("ko", "창구를 열었습니다", "D001을(를) 불렀습니다", "D001 완료"),
    ],
)
async def test_the_same_keys_in_the_other_languages(
    store_url: str, hall_id: str, lang: str, opened: str, called: str, finished: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", language="ko")
        async with sitting(hall_id, hall.base, 8, lang=lang) as clerk:
            await clerk.does("f11", said=opened)
            await clerk.does("f2", said=called)
            await clerk.does("f4", said="D001")
            await clerk.does("f5", said=finished)
            assert await state_of(hall, "D001") == ("ended", "done")
