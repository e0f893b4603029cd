"""Cases at the staff's pages: accepted at a window, handled by a department, handed out at the exit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from printers.virtual import VirtualPrinter
from queue_server.access.principals import receipt_code
from tests.api.hall import demo_with
from tests.browser.product import Product, product
from tests.browser.staff_desk import PATIENCE, Desk, ask, enter, flaws, misfits
from tests.console.relay import Relay, relayed

pytestmark = pytest.mark.timeout(180)

TABLET: ViewportSize = {"width": 1280, "height": 800}
SMALL: ViewportSize = {"width": 960, "height": 600}
"""An 8-inch tablet that counts three points to two pixels."""


async def _mend(relay: Relay) -> None:
    relay.mend()


@pytest.fixture
def printing(store_url: str, hall_id: str, tmp_path: Path) -> Iterator[tuple[Product, VirtualPrinter]]:
    """The demo hall with a printer beside its windows."""
    run = Product(store_url, hall_id)
    printer = VirtualPrinter(tmp_path)
    run.do(printer.__aenter__())
    run.plan = demo_with(f"127.0.0.1:{printer.address[1]}")
    try:
        run.start()
        yield run, printer
    finally:
        run.do(printer.__aexit__(None, None, None))
        run.end()


def test_a_case_goes_from_the_window_through_its_department_to_the_exit(
    page: Page, printing: tuple[Product, VirtualPrinter]
) -> None:
    run, printer = printing
    hall = run.hall
    assert hall is not None
    page.set_viewport_size(TABLET)

    # The window: one matter is accepted though a paper is owed, the other sent home for what is missing.
    first = run.do(hall.take("D", matters=["D01", "D02"]))
    enter(run, page.context, "li", "clerk", (8,))
    desk = Desk(page, hall.base, f"/staff/{hall.hall}/windows/8")
    for key, said in (
        ("F11", "已在8号窗口就座"),
        ("F11", "窗口已开"),
        ("F2", "已叫 D001"),
        ("F4", "开始办理"),
    ):
        desk.does(key, said=said)
    page.keyboard.press("Control+p")
    page.keyboard.type("zxbj")
    expect(page.locator("dialog .choice")).to_have_count(1)
    assert flaws(page) == []
    desk.answer("Enter")
    desk.answer("1")
    desk.answer("3")
    expect(page.locator("dialog .primary")).to_be_disabled()
    assert flaws(page) == []
    desk.ticks("1")
    desk.answer("2")
    desk.told("这个事项已登记结果")
    desk.finds("回执", said="的办件回执已打印")
    run.do(printer.wait_for_slips(1))
    page.keyboard.press("F5")
    page.locator("dialog label:has-text('补正')").click()
    desk.answer("Enter")
    desk.ticks("1", "2")
    desk.told("D001 已办结")
    assert hall.day.by_number("D001").outcomes == (("D01", "deferred"), ("D02", "supplement"))
    (case,) = hall.site.halls[hall.hall].register.state.cases.values()
    assert len(case.owed) == 1

    # The department: the owed paper comes, the case is taken and finished.
    enter(run, page.context, "piao", "department", department="estate")
    page.goto(f"{hall.base}/staff/{hall.hall}")
    page.locator(f"a[href='/staff/{hall.hall}/cases']").click()
    expect(page.locator("[data-case-number]")).to_have_text(case.number, timeout=PATIENCE)
    desk.does("F5", said="还没有开始办理，先按 F2。")
    desk.does("F2", said="开始办理")
    page.keyboard.press("F4")
    desk.ticks()
    desk.told("的材料已收到")
    desk.does("F6", "3", "3", said="已延期")
    desk.does("F7", "1", said="暂停计时")
    desk.does("F7", said="继续计时")
    page.keyboard.press("F5")
    expect(page.locator("dialog[open]")).to_be_visible()
    desk.answer("1")
    desk.types("a-1")
    desk.answer("Enter")
    desk.told("已办结，待出件")
    expect(page.locator("[data-case-told]")).to_contain_text("在 A-1")
    assert flaws(page) == []
    page.keyboard.press("F11")
    expect(page.locator("dialog .history li")).to_have_count(7)
    assert flaws(page) == []
    page.keyboard.press("Escape")
    for lang in ("ko", "en"):
        page.goto(f"{hall.base}/staff/{hall.hall}/cases?lang={lang}")
        expect(page.locator("[data-case-number]")).to_have_text(case.number, timeout=PATIENCE)
        assert misfits(page) == [], lang
    page.goto(f"{hall.base}/staff/{hall.hall}/cases?lang=zh")

    # What somebody else does is pushed: the list is read once for it, and never else.
    line = relayed(hall.base)
    relay = run.do(line.__aenter__())
    try:
        Desk(page, relay.base, f"/staff/{hall.hall}/cases?lang=zh")
        reads: list[str] = []
        page.on("request", lambda request: reads.append(request.url) if "/cases?" in request.url else None)
        ask(run, "manager", f"cases/{case.id}/move", {"shelf": "A-3"})
        expect(page.locator("[data-case-told]")).to_contain_text("在 A-3", timeout=PATIENCE)
        assert len(reads) == 1, reads

        # A line that goes is seen, and nothing is sent on a guess.
        relay.freeze()
        expect(page.locator("body")).to_have_attribute("data-link", "down", timeout=PATIENCE)
        before = hall.site.halls[hall.hall].register.tail
        desk.does("F9", said="连接中断，没有发出。恢复后再按。")
        run.do(_mend(relay))
        expect(page.locator("body")).to_have_attribute("data-link", "up", timeout=PATIENCE)
        assert hall.site.halls[hall.hall].register.tail == before
    finally:
        run.do(line.__aexit__(None, None, None))

    # The exit: by the receipt's code.
    ask(run, "manager", "windows/9/assign", {"serves": ["J"]})
    code = receipt_code(hall.site.halls[hall.hall].receipts, first)
    came = ask(run, "kiosk", "pick-ups", {"number": case.number, "code": code})
    enter(run, page.context, "wang", "clerk", (9,))
    desk = Desk(page, hall.base, f"/staff/{hall.hall}/windows/9")
    for key, said in (
        ("F11", "就座"),
        ("F11", "窗口已开"),
        ("F2", f"已叫 {came['number']}"),
        ("F4", "开始办理"),
    ):
        desk.does(key, said=said)
    expect(page.locator("[data-visitors-cases] li")).to_contain_text("在 A-3", timeout=PATIENCE)
    page.keyboard.press("F5")
    expect(page.locator("dialog .choice").first).to_contain_text("在 A-3", timeout=PATIENCE)
    desk.answer("1")
    desk.answer("2")
    desk.types(code.lower())
    assert flaws(page) == []
    desk.answer("Enter")
    desk.told(f"{came['number']} 已办结")
    known = hall.site.halls[hall.hall].register.state.cases[case.id]
    assert (known.state, known.receiver) == ("issued", "agent")
    assert desk.trouble == []


def test_an_agent_takes_for_principals_sees_the_call_and_gives_one_up(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, demo_with()) as run:
        hall = run.hall
        assert hall is not None
        run.do(hall.sit(8))
        page.set_viewport_size(TABLET)
        enter(run, page.context, "zhao", "agent")
        desk = Desk(page, hall.base, f"/staff/{hall.hall}")
        page.wait_for_url(f"**/staff/{hall.hall}/agent")
        expect(page.locator("[data-none]")).to_contain_text("按 F2 为委托人取号")
        desk.does("F3", said="还没有号票")

        # Two principals at once, one with a matter.
        page.keyboard.press("F2")
        desk.types("p-12")
        assert flaws(page) == []
        for key in ("Enter", "4", "1", "2"):
            desk.answer(key)
        desk.types("qy7")
        desk.answer("Enter")
        desk.answer("6")
        page.locator("dialog .choice:has-text('不选事项')").click()
        desk.answer("1")
        desk.told("已取号 D001  F001")
        taken = {t.number: (t.principal, t.matters) for t in hall.day.tickets.values()}
        assert taken == {"D001": ("P-12", ("D01",)), "F001": ("QY7", ())}
        expect(page.locator("[data-tickets] li")).to_have_count(2, timeout=PATIENCE)
        expect(page.locator("[data-strip]")).to_contain_text("快叫到：D001 F001")
        assert flaws(page) == []

        # One is called: pushed, without being asked for; the other is given up.
        ask(run, "clerk8", "windows/8/call-next")
        expect(page.locator("[data-strip]")).to_contain_text("请D001到8号窗口办理", timeout=PATIENCE)
        page.keyboard.press("F3")
        expect(page.locator(".phone-card svg")).to_be_visible(timeout=PATIENCE)
        assert f"/t/{hall.hall}/" in (page.locator(".phone-card a").get_attribute("href") or "")
        assert flaws(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowDown")
        expect(page.locator("[data-ticket-number]")).to_have_text("F001")
        desk.does("F4", "2", said="F001 已取消")
        assert hall.day.by_number("F001").end == "cancelled_by_visitor"
        desk.does("F4", said="F001 已经结束")
        for lang in ("ko", "en", "zh"):
            for size in (TABLET, SMALL):
                page.set_viewport_size(size)
                page.goto(f"{hall.base}/staff/{hall.hall}/agent?lang={lang}")
                expect(page.locator("[data-tickets] li")).to_have_count(2, timeout=PATIENCE)
                assert misfits(page) == [], (lang, size)
        assert desk.trouble == []


def test_a_joint_errand_calls_the_others_to_the_window_of_the_page(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, demo_with()) as run:
        hall = run.hall
        assert hall is not None
        run.do(hall.sit(20))
        for window, serves in ((8, "B"), (20, "C")):
            ask(run, "manager", f"windows/{window}/assign", {"serves": [serves]})
        slot = hall.site.halls[hall_id].clock() + 3_600_000
        booked = ask(run, "kiosk", "bookings", {"category": "B", "slot": slot, "matters": ["Y02"]})
        ask(run, "kiosk", "check-ins", {"code": booked["code"]})
        page.set_viewport_size(TABLET)
        enter(run, page.context, "li", "clerk", (8,))
        desk = Desk(page, hall.base, f"/staff/{hall_id}/windows/8")
        for key, said in (("F11", "就座"), ("F11", "窗口已开"), ("F2", "已叫 B001"), ("F4", "开始办理")):
            desk.does(key, said=said)
        matters = page.locator("[data-matters]")
        expect(matters).to_contain_text("（由其他窗口办理）")
        desk.does("F5", "Enter", said="还有事项要由其他窗口办理")
        page.keyboard.press("F12")
        page.locator("dialog .choice:has-text('联办')").click()
        desk.told("已请 20 号窗口来联合办理")
        assert "请到8号窗口联合办理B001号" in dict(hall.day.windows[20].summons)["zh"]
        ask(run, "clerk20", "windows/20/summons/answered")
        expect(matters).not_to_contain_text("（由其他窗口办理）", timeout=PATIENCE)
        page.keyboard.press("F5")
        page.locator("dialog fieldset").nth(1).locator("label:has-text('受理')").first.click()
        desk.answer("Enter")
        desk.told("B001 已办结")
        assert dict(hall.day.by_number("B001").outcomes) == {"B01": "done", "C01": "accepted"}
        assert desk.trouble == []
