"""A window's page in a real browser: a whole day of it beside a desk on the API, and a line that goes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from queue_server.hall.accounts import EndSessions
from tests.api.hall import Served, demo_with
from tests.api.people import give
from tests.browser.product import Product, product
from tests.browser.staff_desk import PATIENCE, Desk, ask, enter
from tests.console.relay import relayed
from tests.console.sitting import log_of

pytestmark = pytest.mark.timeout(180)

CALM = demo_with(miss_gap=0, undo=120_000, claim_lapse=600_000)
"""The demo hall for a machine that is busy with other things: nothing runs out while a key is pressed."""
WHERE = frozenset({"ticket", "number", "visit", "window", "clerk", "seq", "ahead", "call", "passed_over"})
WHEN = frozenset({"at", "taken_at", "until", "ended_at", "due", "reference", "place"})
"""What differs between two windows and two moments, and nothing else."""
_KEY = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}));"
EVIL = "<img src=x onerror=alert(1)>\u202e请看"


def acts_of(log: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """What somebody brought about, without where and when."""
    return [_anywhere(record["e"]) for record in log if record["by"] == by]


def _anywhere(event: dict[str, Any]) -> dict[str, Any]:
    """An event without where and when; the id of a case is its own, too."""
    return {
        name: {key: each for key, each in value.items() if key != "id"} if name == "case" and value else value
        for name, value in event.items()
        if name not in WHERE | WHEN
    }


class Other:
    """A clerk at window 9 without a screen: the same acts by the API."""

    def __init__(self, run: Product) -> None:
        self.run = run
        self.ticket = ""

    def window(self, act: str, **body: Any) -> None:
        """An act of the window."""
        done = ask(self.run, "clerk9", f"windows/9/{act}", body)
        self.ticket = done.get("ticket") or self.ticket

    def visitor(self, act: str, **body: Any) -> None:
        """An act on the present visitor, or on the last one."""
        ask(self.run, "clerk9", f"tickets/{self.ticket}/{act}", body)


@pytest.mark.proves("S26")
def test_a_working_day_at_the_page_gives_the_events_of_a_desk_that_acts_at_the_same_time(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, CALM) as run:
        hall = run.hall
        assert hall is not None
        for _ in range(14):
            run.do(hall.take("D", matters=["D01", "D02"]))
        ask(run, "manager", "notice", {"text": {"zh": EVIL}})
        enter(run, page.context, "li", "clerk", (8,))
        page.set_viewport_size({"width": 1280, "height": 800})
        desk, other = Desk(page, hall.base, f"/staff/{hall_id}/windows/8"), Other(run)
        expect(page.locator("[data-nobody]")).to_have_text("还没有就座。按 F11 就座。")

        desk.does("F11", said="已在8号窗口就座")
        other.window("claim")
        notice = page.locator("[data-strip]")
        expect(notice).to_have_text("通知：<img src=x onerror=alert(1)>请看")
        assert page.locator("body img").count() == 0
        desk.does("F11", said="窗口已开")
        other.window("open")
        ask(run, "manager", "summons", {"text": {"zh": "请马上到咨询台"}, "windows": [8, 9]})
        urgent = page.locator("[data-summons]")
        expect(urgent).to_contain_text("请马上到咨询台", timeout=PATIENCE)
        urgent.get_by_role("button").click()
        expect(urgent).to_be_hidden(timeout=PATIENCE)
        expect(page.locator("[data-said]")).to_have_text("已回复收到", timeout=PATIENCE)
        other.window("summons/answered")
        desk.does("F2", said="已叫 D001")
        other.window("call-next")
        expect(page.locator("[data-matters] h3")).to_have_text(["存量房转移登记", "抵押权首次登记"])
        page.locator("[data-guide=D01]").click()
        expect(page.locator("dialog dt")).to_have_count(9)
        page.keyboard.press("Escape")
        desk.does("F3", said="已重呼 D001")
        other.visitor("recall")
        desk.does("F4", said="D001 开始办理")
        other.visitor("start")
        desk.does("F2", said="D001正在办理，先按 F5 或 F6。")
        page.keyboard.press("F5")
        page.locator("dialog label:has-text('受理') >> nth=0").click()
        page.keyboard.press("Enter")
        desk.told("D001 已办结")
        other.visitor("finish", outcomes={"D01": "accepted", "D02": "done"})

        desk.does("F2", said="已叫 D003")
        other.window("call-next")
        desk.does("F9", said="已撤销叫号，D003 退回原位")
        other.visitor("undo")
        desk.does("F2", said="已叫 D003")
        other.window("call-next")
        desk.does("F8", "2", said="D003 已挂起")
        other.visitor("park", minutes=10)
        desk.does("F8", "1", said="D003 回来了")
        other.visitor("unpark")
        desk.does("F2", said="已叫 D003")
        other.window("call-next")
        desk.does("F4", said="D003 开始办理")
        other.visitor("start")
        desk.does("F10", "1", "5", "2", said="D003 已转办")
        other.visitor("transfer", category="F", note="checked")

        page.keyboard.press("F12")
        expect(page.locator("dialog[open]")).to_be_visible()
        desk.answer("1")
        expect(page.locator(".typed")).to_be_focused()
        page.keyboard.type("10")
        desk.answer("Enter")
        expect(page.locator("dialog[open]")).to_be_visible()
        desk.answer("1")
        desk.told("已叫指定的 D010")
        other.window("call", number="D011", reason="continued")
        desk.does("F12", "8", "2", said="D010 已取消")
        other.visitor("cancel", reason="left")
        desk.does("F12", "2", "4", said="直接受理")
        other.window("serve", category="D", reason="question")
        desk.does("F11", "2", said="办完这一位后暂停")
        other.window("pause", reason="meal", now=False)
        desk.does("F5", said="已办结")
        other.visitor("finish")
        desk.does("F11", said="已恢复叫号")
        other.window("open")

        desk.does("F2", said="已叫 D005")
        other.window("call-next")
        desk.does("F7", said="还要再叫2次才能过号。按 F3。")
        for _ in range(2):
            desk.does("F3", said="已重呼 D005")
            other.visitor("recall")
        desk.does("F7", said="D005 过号")
        other.visitor("miss")
        desk.does("F12", "3", "1", said="D005 回来了")
        other.visitor("return")
        expect(page.locator("[data-figures]")).to_have_text("办结 2  叫号 5  过号 1")
        desk.does("F12", "9", "1", "2", said="窗口已关闭")
        other.window("close", reason="shift_end", for_today=True)
        page.locator("[data-do=sign-out]").click()
        expect(page.locator("dialog[open]")).to_be_visible()
        desk.answer("1")
        page.wait_for_url("**/sign-in")
        other.window("release")

        log = run.do(log_of(hall))
        mine, theirs = acts_of(log, "staff:li"), acts_of(log, "staff:9")
        assert mine == theirs
        kinds = Counter(event["t"] for event in mine)
        assert kinds["called"] >= 6, kinds
        assert desk.trouble == []


def test_a_line_that_goes_is_seen_nothing_waits_behind_it_and_a_colleague_takes_over(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, CALM) as run:
        hall = run.hall
        assert hall is not None
        relay_of = relayed(hall.base)
        relay = run.do(relay_of.__aenter__())
        try:
            run.do(hall.take())
            enter(run, page.context, "li", "clerk", (8,))
            desk = Desk(page, relay.base, f"/staff/{hall_id}/windows/8")
            desk.does("F11", said="已在8号窗口就座")
            desk.does("F11", said="窗口已开")
            before = hall.tail
            relay.freeze()
            expect(page.locator("body")).to_have_attribute("data-link", "down", timeout=PATIENCE)
            expect(page.locator("[data-strip-link]")).to_contain_text("连接中断")
            expect(page.locator("[data-act=call_next]")).to_have_attribute("aria-disabled", "true")
            for press in ("F2", "F2"):
                desk.does(press, said="连接中断，没有发出。恢复后再按。")
            run.do(_mend(relay))
            expect(page.locator("body")).to_have_attribute("data-link", "up", timeout=PATIENCE)
            assert hall.tail == before
            desk.does("F2", said="已叫 D001")
            # An answer that is lost: the same act under the same key, and one call.
            run.do(_lose(relay))
            desk.does("F3", said="已重呼 D001")
            assert len(hall.day.tickets[hall.day.windows[8].present].calls) == 2
            # A colleague signs in here and goes on with the window and its visitor.
            page.keyboard.press("F12")
            page.locator("dialog button:has-text('交接')").click()
            expect(page.locator("dialog [data-about]")).to_contain_text("D001")
            desk.answer("1")
            page.wait_for_url("**/sign-in?to=*")
            expect(page.locator("[data-said]")).to_have_text("请接班的同事登录，接着用8号窗口。")
            enter(run, page.context, "wang", "clerk", (8,))
            page.goto(f"{relay.base}/staff/{hall_id}/windows/8")
            desk.told("已在8号窗口就座")
            assert (hall.day.windows[8].clerk, desk.number) == ("staff:wang", "D001")
            # The session ends elsewhere: the page leads to the sign-in page, and back here.
            run.do(_end_sessions(hall, "wang"))
            page.wait_for_url("**/sign-in?to=*")
        finally:
            run.do(relay_of.__aexit__(None, None, None))


def test_a_key_pressed_while_a_guide_closes_or_comes_asks_its_own_question(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, CALM) as run:
        hall = run.hall
        assert hall is not None
        run.do(hall.take("D", matters=["D01"]))
        enter(run, page.context, "li", "clerk", (8,))
        page.set_viewport_size({"width": 1280, "height": 800})
        desk = Desk(page, hall.base, f"/staff/{hall_id}/windows/8")
        for key, said in (("F11", "就座"), ("F11", "窗口已开"), ("F2", "已叫 D001"), ("F4", "开始办理")):
            desk.does(key, said=said)
        dialog = page.locator("dialog[open]")

        page.locator("[data-guide=D01]").click()
        expect(dialog.locator("dt")).to_have_count(9)
        page.evaluate(f"() => {{ document.querySelector('dialog[data-ask]').close(''); {_KEY % 'F10'} }}")
        desk.answer("1")
        expect(dialog.locator(".choices")).to_contain_text("商事登记", timeout=PATIENCE)
        page.keyboard.press("Escape")
        expect(page.locator("body[data-busy]")).to_have_count(0, timeout=PATIENCE)

        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/catalogue*", hold)
        page.locator("[data-guide=D01]").click()
        page.keyboard.press("F10")
        expect(dialog.locator(".choices button")).to_have_count(2)
        with page.expect_request_finished(lambda request: "/catalogue" in request.url):
            held[0].continue_()
        page.evaluate("() => new Promise((done) => setTimeout(done))")
        expect(dialog.locator(".choices button")).to_have_count(2)
        desk.answer("2")
        expect(dialog.locator(".choices")).to_contain_text("综合服务窗口", timeout=PATIENCE)
        assert desk.trouble == []


async def _mend(relay: Any) -> None:
    relay.mend()


async def _lose(relay: Any) -> None:
    relay.lose_answers(1)


async def _end_sessions(hall: Served, login: str) -> None:
    await give(hall.site, hall.hall, EndSessions(login))
