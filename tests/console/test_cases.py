"""Cases by keys alone: accepted at a window, handled at a department's console, handed out at the exit."""

from __future__ import annotations

from pathlib import Path

from printers.virtual import VirtualPrinter
from queue_server.access.principals import receipt_code
from tests.api.cases import accepted, agent, joins, step
from tests.api.hall import demo_with, served
from tests.console.sitting import at_the_back, for_principals, open_window, sitting, take


async def test_matters_are_closed_one_by_one_and_the_receipt_comes_out(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path) as printer,
        served(store_url, hall_id, demo_with(f"127.0.0.1:{printer.address[1]}")) as hall,
    ):
        await take(hall, "D", matters=["D01", "D02"])
        async with sitting(hall_id, hall.base, 8) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫")
            await clerk.does("f4", said="开始办理")
            await clerk.asks("f12")
            await clerk.press("pagedown")
            await clerk.shows("打印办件回执")
            await clerk.asks("6")
            await clerk.asks("1")
            await clerk.shows("容缺受理")
            await clerk.asks("3")
            await clerk.shows("容缺受理，缺哪些？")
            await clerk.press("1")
            await clerk.asks("enter")
            await clerk.shows("最迟哪一天补交？")
            await clerk.does("2", said="这个事项已登记结果")
            (case,) = hall.site.halls[hall_id].register.state.cases.values()
            assert (case.owed, case.owed_until > case.accepted) == ((clerk.scene.materials("D01")[0],), True)
            await clerk.asks("f12")
            await clerk.press("pagedown")
            await clerk.does("7", said="的办件回执已打印")
            assert len(await printer.wait_for_slips(1)) == 1
            await clerk.asks("f5")
            await clerk.shows("抵押权首次登记")
            await clerk.does("enter", said="D001 已办结")
            assert hall.day.by_number("D001").outcomes == (("D01", "deferred"), ("D02", "done"))


async def test_a_department_works_through_its_cases_by_keys(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        (one,) = await accepted(hall, "D01")
        estate = await joins(hall, "estate")
        async with at_the_back(hall_id, hall.base, estate) as officer:
            await officer.shows(one["number"])
            await officer.shows("不动产登记中心")
            await officer.says("f5", said="还没有开始办理，先按 F2。")
            await officer.does("f2", said="开始办理")
            await officer.asks("f3")
            await officer.press("1")
            await officer.does("enter", said="已通知补正")
            await officer.shows("待补正")
            await officer.asks("f4")
            await officer.does("enter", said="的材料已收到")
            await officer.does("f6", "3", "6", said="已延期")
            await officer.does("f7", "1", said="暂停计时")
            await officer.does("f7", said="继续计时")
            await officer.asks("f5")
            await officer.asks("1")
            await officer.press("a", "-", "3")
            await officer.does("enter", said="已办结，待出件")
            await officer.shows("在 A-3")
            await officer.asks("f11")
            await officer.shows("要求补正")
            await officer.press("escape")
            await officer.does("f9", "5", said="回到办理中")


async def test_a_joint_errand_calls_the_others_to_the_visitor(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, demo_with()) as hall:
        for window, serves in ((8, "B"), (20, "C")):
            await hall.post("manager", f"windows/{window}/assign", {"serves": [serves]})
        await take(hall, "B", matters=["Y02"])
        async with (
            sitting(hall_id, hall.base, 8) as clerk,
            sitting(hall_id, hall.base, 20) as other,
        ):
            await open_window(other)
            await open_window(clerk)
            await clerk.does("f2", said="已叫 B001")
            await clerk.does("f4", said="开始办理")
            await clerk.shows("（由其他窗口办理）")
            await clerk.asks("f5")
            await clerk.does("enter", said="还有事项要由其他窗口办理")
            await clerk.asks("f12")
            await clerk.press("pagedown")
            await clerk.does("8", said="已请 20 号窗口来联合办理")
            await other.shows("请到8号窗口联合办理B001号")
            await other.does("space", said="已回复收到")
            await clerk.until(lambda: clerk.scene.present and not clerk.scene.present.elsewhere)
            await clerk.asks("f5")
            await clerk.press("1", "2")
            await clerk.does("enter", said="B001 已办结")
        assert dict(hall.day.by_number("B001").outcomes) == {"B01": "done", "C01": "accepted"}


async def test_an_agent_takes_tickets_for_several_principals_by_keys(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, demo_with()) as hall:
        await hall.sit(8)
        async with for_principals(hall_id, hall.base, await agent(hall)) as zhao:
            await zhao.shows("按 F2 为委托人取号")
            await zhao.asks("f2")
            await zhao.press("p", "minus", "7")
            await zhao.asks("enter")
            await zhao.asks("4")
            await zhao.asks("1")
            await zhao.shows("取这 1 个号")
            await zhao.asks("2")
            await zhao.press("q", "8")
            await zhao.asks("enter")
            await zhao.asks("6")
            await zhao.asks("4")
            await zhao.does("1", said="已取号 D001  F001")
            await zhao.shows("Q8")
            await hall.post("clerk8", "windows/8/call-next")
            await zhao.shows("请D001到8号窗口办理")
            await zhao.asks("f3")
            await zhao.shows(f"/t/{hall_id}/")
        taken = {t.number: (t.principal, t.matters) for t in hall.day.tickets.values()}
        assert taken == {"D001": ("P-7", ("D01",)), "F001": ("Q8", ())}
        async with sitting(hall_id, hall.base, 8) as clerk:
            await clerk.shows("代办：委托人 P-7")


async def test_the_exit_window_sees_the_shelf_and_hands_out_by_the_code(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        one, two = await accepted(hall, "D01", "D02")
        for case, shelf in ((one, "A-1"), (two, "A-2")):
            await step(hall, "manager", case["case"], "take")
            await step(hall, "manager", case["case"], "ready", shelf=shelf)
        code = receipt_code(hall.site.halls[hall_id].receipts, one["ticket"])
        await hall.post("manager", "windows/9/assign", {"serves": ["J"]})
        came = await hall.post("kiosk", "pick-ups", {"number": one["number"], "code": code})
        assert came.json()["number"] == "J001"
        async with sitting(hall_id, hall.base, 9) as clerk:
            await open_window(clerk)
            await clerk.does("f2", said="已叫 J001")
            await clerk.does("f4", said="开始办理")
            await clerk.asks("f5")
            await clerk.shows("在 A-1")
            await clerk.asks("1")
            await clerk.asks("1")
            await clerk.press(*code.lower())
            await clerk.asks("enter")
            await clerk.shows("在 A-2")
            await clerk.asks("1")
            await clerk.asks("3")
            await clerk.does("enter", said="J001 已办结")
        cases = hall.site.halls[hall_id].register.state.cases
        assert [(cases[c["case"]].state, cases[c["case"]].receiver) for c in (one, two)] == [
            ("issued", "self"),
            ("issued", "other"),
        ]
