"""The day of a manager at a real console, against a real hall, over real sockets."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from queue_server.config.catalogue import written
from queue_server.console.by_hand import Slips, following
from queue_server.desk.alarms import Alarm
from queue_server.hall import commands as do
from queue_server.hall import plan
from queue_server.hall.commands import Ask
from tests.api.hall import Served, demo_with, served
from tests.api.people import person, signed_in
from tests.console.relay import relayed
from tests.console.sitting import Manager, log_of, managing, open_window, sitting, take


async def last(hall: Served, kind: str) -> dict[str, Any]:
    """The log's last record of a kind."""
    found: dict[str, Any] = [r for r in await log_of(hall) if r["e"]["t"] == kind][-1]
    return found


async def shows_at_window(manager: Manager, number: str, state: str) -> None:
    """Wait until a line of the screen says that a number is at a window, in this state."""
    await manager.until(lambda: re.search(rf"{number} [0-9:]+ {state}", manager.screen()))


async def test_the_floor_shows_who_sits_where_since_when_and_does_what(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D", "D", "G")
        async with managing(hall_id, hall.base) as manager, sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await shows_at_window(manager, "D001", "已叫到")
            await clerk.does("f4", said="开始办理")
            await shows_at_window(manager, "D001", "办理中")
            await manager.shows("等候 2  取号 3  办结 0")
            await clerk.does("f5", said="已办结")
            await manager.shows("办结 1")
            await manager.shows("空闲")
            await manager.shows("没有警报")


async def test_a_manager_pauses_resumes_closes_and_frees_a_window_and_is_named_in_the_log(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "D")
        async with managing(hall_id, hall.base) as manager, sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 D001")
            await shows_at_window(manager, "D001", "已叫到")
            await manager.marks(8)
            await manager.says("f4", said="D001还没有办完。")
            await manager.does("f3", "2", "2", said="8号窗口已要求暂停")
            await clerk.shows("暂停中（用餐）。按 F11 恢复。")
            paused = await last(hall, "window_paused")
            assert (paused["by"], paused["e"]["reason"]) == ("staff:manager", "meal")
            await manager.until(lambda: manager.scene.window and manager.scene.window.state == "paused")
            await manager.does("f2", said="8号窗口已恢复")
            await manager.until(lambda: manager.scene.window and manager.scene.window.state == "open")
            await manager.does("f4", "1", "2", said="8号窗口已关闭")
            await manager.shows("今天不再开")
            await manager.does("f2", said="8号窗口已恢复")
            await clerk.until(lambda: clerk.scene.view and clerk.scene.view.state == "open")
            await manager.until(lambda: manager.scene.window and manager.scene.window.state == "open")
            await manager.does("f11", "2", said="8号窗口已腾出")
            assert (await last(hall, "window_released"))["e"]["why"] == "freed"


async def test_a_catalogue_is_published_from_a_file_matters_retired_and_an_edition_brought_back(
    store_url: str, hall_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        matters = hall.day.plan.matters
        monkeypatch.chdir(tmp_path)
        (tmp_path / "n.toml").write_text(written((*matters[1:], replace(matters[0], id="Z01"))), "utf-8")
        await manager.asks("f12")
        await manager.asks("9")
        await manager.asks("1")
        await manager.shows("文件")
        await manager.press("x", "enter")
        await manager.shows("文件无法读取")
        await manager.press(*"n.toml", "enter")
        await manager.shows(f"停用 1：{matters[0].id} {matters[0].name['zh']}")
        await manager.shows("新增 1：Z01")
        await manager.press("2")
        await manager.shows(f"+ Z01  {matters[0].name['zh']}")
        await manager.press("escape")
        await manager.shows("发布，立即生效")
        await manager.press("3")
        await manager.shows("理由")
        await manager.press(*"law")
        await manager.does("enter", said="已发布第1版事项目录")
        register = hall.site.halls[hall_id].register.state
        assert (register.editions[1].by, register.editions[1].reason) == ("staff:manager", "law")
        assert register.plan is not None
        assert register.plan.matter("Z01") is not None

        await manager.asks("f12")
        await manager.asks("9")
        await manager.shows("现行第1版")
        await manager.press("2")
        await manager.shows("停用哪些事项")
        await manager.press("1")
        await manager.shows("停用已选的 1 个")
        await manager.press("1")
        await manager.shows(f"停用 1：{matters[1].id}")
        await manager.press("3")
        await manager.shows("理由")
        await manager.press(*"x")
        await manager.does("enter", said="已发布第2版事项目录")
        in_force = hall.site.halls[hall_id].register.state.plan
        assert in_force is not None
        assert in_force.matter(matters[1].id) is None

        await manager.asks("f12")
        await manager.asks("9")
        await manager.press("4")
        await manager.shows(f"新增 1：{matters[1].id}")
        await manager.press("1")
        assert hall.site.halls[hall_id].register.state.edition == 2, "who looked and did not publish"


async def test_lines_move_between_windows_and_the_last_window_names_a_successor(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        await take(hall, "L")
        async with managing(hall_id, hall.base) as manager:
            await manager.shows("等候 1")
            await manager.marks(25)
            await manager.asks("f5")
            await manager.press("9", "1")  # no longer L, but A
            await manager.asks("enter")
            await manager.shows("由哪个窗口接着办？")
            await manager.does("8", said="25号窗口的业务已更改")
            windows = hall.day.windows
            assert [s.category for s in windows[25].serves] == ["A"]
            assert "L" in [s.category for s in windows[8].serves]


async def test_a_line_is_held_and_called_again(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        await manager.marks_line("D")
        await manager.does("f6", "1", "2", said="D类已停止叫号")
        await manager.shows("停号")
        refused = await hall.post("kiosk", "tickets", {"category": "D"})
        assert refused.json()["code"] == "category_paused"
        await manager.shows("F6 恢复叫号")
        await manager.does("f6", said="D类已恢复叫号")
        await take(hall, "D")


@pytest.mark.proves("S5")
async def test_a_quota_set_at_the_console_holds_at_the_kiosk(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        await take(hall, "D")
        await manager.shows("取号 1")
        await manager.marks_line("D")
        await manager.asks("f7")
        await manager.asks("1")
        await manager.press("2")
        await manager.does("enter", said="D类的今日限额已更改")
        await manager.shows("1/2")
        await take(hall, "D")
        refused = await hall.post("kiosk", "tickets", {"category": "D"})
        assert refused.json()["code"] == "quota_reached"
        await manager.does("f7", "3", said="D类的今日限额已更改")
        await take(hall, "D")


async def test_a_ready_notice_is_on_every_board_in_every_language_and_is_taken_down(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        await manager.does("f8", "1", said="通知已更改")
        shown = (await hall.get("", "/board")).json()["notices"][0]["text"]
        assert shown["zh"].startswith("业务系统故障")
        assert set(shown) == {"zh", "ko", "en"}
        await manager.shows("通知：业务系统故障")
        await manager.asks("f8")
        await manager.asks("6")
        await manager.press(*"abc")
        await manager.does("enter", said="通知已更改")
        assert (await hall.get("", "/board")).json()["notices"][0]["text"] == {"zh": "abc"}
        await manager.does("f8", "7", said="通知已更改")
        assert (await hall.get("", "/board")).json()["notices"] == []


async def test_an_alarm_stands_out_until_somebody_has_taken_note_of_it(store_url: str, hall_id: str) -> None:
    async with (
        served(store_url, hall_id) as hall,
        managing(hall_id, hall.base) as one,
        managing(hall_id, hall.base) as other,
    ):
        await one.says("f10", said="没有要确认的警报。")
        hall.site.halls[hall_id].alarm(Alarm("clock_stepped", hall_id, {"seconds": 90}))
        for manager in (one, other):
            await manager.shows("F10 警报 1")
            await manager.shows("未确认 1")
        await one.does("f10", "1", said="已确认警报")
        await other.shows("manager已阅")
        await other.shows("未确认 0")


@pytest.mark.proves("D10")
async def test_numbers_written_by_hand_are_entered_in_a_row_and_sorted_by_their_true_times(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        await take(hall, "D")
        early, late, colon = before(manager, 3), before(manager, 2), before(manager, 1, ":")
        await manager.asks("f9")
        await _types(manager, "d", *"z01", "enter", *"2561", "enter", shows="时间不对")
        await _types(manager, *late, "enter", shows=f"Z01       {late}")
        # The pad goes on by itself: only the time is typed.
        await _types(manager, *early, "enter", shows=f"Z02       {early}")
        await _types(manager, "up", "backspace", "2", "enter", *late, "enter", shows="号码Z02今天已经用过")
        await _types(manager, "backspace", "3", "enter", *5 * ["backspace"], *colon, "enter", shows=colon)
        await manager.press("escape")
        await manager.told("补录了3个号")
        order = [t.number for t in sorted(hall.day.tickets.values(), key=lambda t: t.key)]
        assert order == ["Z02", "Z01", "Z03", "D001"]
        assert {t.source for t in hall.day.tickets.values() if t.number[0] == "Z"} == {"paper"}
        assert (await last(hall, "taken"))["by"] == "staff:manager"


def before(manager: Manager, minutes: int, colon: str = "") -> str:
    """What the hall's clock showed some minutes ago, as it is typed."""
    moment = datetime.fromtimestamp(manager.scene.now / 1000 - 60 * minutes, ZoneInfo("Asia/Shanghai"))
    return moment.strftime(f"%H{colon}%M")


async def _types(manager: Manager, *keys: str, shows: str) -> None:
    """Type into the form that stands on the screen, and wait for what becomes of it."""
    await manager.until(lambda: isinstance(manager.app.screen, Slips))
    await manager.press(*keys)
    await manager.shows(shows)


def test_a_pad_of_slips_goes_on_by_itself() -> None:
    assert [following(n) for n in ("Z09", "Z99", "A001", "7", "Z")] == ["Z10", "Z100", "A002", "8", ""]


@pytest.mark.proves("D10")
async def test_a_down_time_is_recorded_from_its_two_times(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        await manager.asks("f12")
        await manager.asks("1")
        since, until = before(manager, 2), before(manager, 1)
        form = manager.app.screen
        await manager.press(*until, "enter", *since, "enter")
        await manager.shows("时间不对")
        await manager.until(lambda: manager.app.screen is not form)
        await manager.press(*since, "enter", *until)
        await manager.does("enter", said="停机时段已登记")
        down = (await last(hall, "hall_was_down"))["e"]
        assert down["until"] - down["since"] == 60_000


@pytest.mark.proves("D18")
async def test_a_day_with_people_waiting_is_closed_for_a_reason_after_being_asked_twice(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        await take(hall, "D", "D")
        await manager.shows("等候 2")
        await manager.asks("f12")
        await manager.asks("3")
        await manager.shows("还有2人没有办")
        await manager.asks("1")
        await manager.does("2", said="当天业务已结束，未办2人")
        closed = await last(hall, "day_closed")
        assert (closed["by"], closed["e"]["unserved"]) == ("staff:manager", 2)


async def test_a_supervisor_looks_and_changes_nothing(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await person(hall, "watcher", "supervisor")
        async with managing(hall_id, hall.base, await signed_in(hall, "watcher")) as manager:
            before = hall.tail
            for key in ("f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12"):
                await manager.says(key, said="只有值班经理可以操作")
            assert hall.tail == before


@pytest.mark.proves("S29")
async def test_a_manager_sees_a_printer_that_stopped_and_hands_its_slip_to_another(
    store_url: str, hall_id: str
) -> None:
    kiosks = (plan.Kiosk("k1", "东门", "p1"), plan.Kiosk("k2", "西门", "p2"))
    printers = tuple(plan.Printer(name, "127.0.0.1:9") for name in ("p1", "p2"))
    async with served(store_url, hall_id, replace(demo_with(), kiosks=kiosks, printers=printers)) as hall:
        (number,) = await take(hall, "D")
        (ticket,) = hall.day.tickets
        for command in (
            do.NotePrinter("p1", "paper_out", hall.day.now.last_at),
            do.NotePrinter("p2", "ready", hall.day.now.last_at),
            do.NoteSlip(ticket, "failed", "paper_out", "p1", True),
        ):
            at = hall.site.halls[hall_id].clock()
            await hall.site.halls[hall_id].ask(Ask(at=at, by="printing", command=command))
        async with managing(hall_id, hall.base) as manager:
            await manager.asks("f12")
            await manager.press("5")
            await manager.asked("打印机")
            await manager.shows("p1  东门")
            await manager.shows("缺纸  0分钟")
            await manager.press("1")
            await manager.asked("打印机 p1")
            await manager.shows("打印机p1缺纸，请换纸。")
            await manager.shows("没打出（缺纸）  0分钟前")
            await manager.press("1")
            await manager.asked("补打号票")
            await manager.press("2")
            await manager.told(f"{number}号票已送去补打")
            asked = await last(hall, "reprint")
            assert (asked["by"], asked["e"]["ticket"], asked["e"]["printer"]) == (
                "staff:manager",
                ticket,
                "p2",
            )


async def test_whoever_may_not_see_the_floor_is_told(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        assert (await hall.get("clerk8", "/overview")).json()["code"] == "not_allowed"
        assert (await hall.get("manager", "/overview")).json()["hall"]


async def test_without_a_link_no_key_of_the_manager_is_sent(store_url: str, hall_id: str) -> None:
    async with (
        served(store_url, hall_id) as hall,
        relayed(hall.base) as relay,
        managing(hall_id, relay.base) as manager,
    ):
        before = hall.tail
        relay.freeze()
        await manager.shows("连接中断")
        await manager.says("f8", said="连接中断，没有发出")
        relay.mend()
        await manager.until(lambda: manager.scene.up)
        assert hall.tail == before


async def test_a_notice_with_markup_and_overrides_reaches_the_managers_terminal_dead(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall, managing(hall_id, hall.base) as manager:
        text = {"zh": "[bold red]\u202e停电\u2066\u200b检修[/]"}
        answer = await hall.post("manager", "notice", {"text": text})
        assert answer.status_code == 200, answer.text
        await manager.shows("通知：[bold red]停电检修[/]")
        assert not {"\u202e", "\u2066", "\u200b", "\x1b"} & set(manager.screen())
