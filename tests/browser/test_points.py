"""Points without kiosk or printer: a town accepts, the county handles, a village hands out, in browsers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, ViewportSize, expect

from queue_server.config.hall_file import read_hall
from queue_server.demo import COUNTY, TOWNSHIP, VILLAGE, at_any_hour
from queue_server.hall.plan import Plan
from tests.browser.product import product
from tests.browser.staff_desk import PATIENCE, Desk, enter, flaws, misfits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

TABLET: ViewportSize = {"width": 1280, "height": 800}


def demo_hall(path: Path, prefix: str) -> Plan:
    """A hall of the demo as its file has it, at any hour, under an id of this test's own."""
    plan = at_any_hour(read_hall(path), time.time_ns() // 1_000_000)

    def own(hall: str) -> str:
        return f"{prefix}-{hall}" if hall else ""

    matters = tuple(
        replace(each, handled_at=own(each.handled_at), exits=tuple(own(one) for one in each.exits))
        for each in plan.matters
    )
    silent = tuple(replace(window, zone="") for window in plan.windows)
    return replace(plan, hall=own(plan.hall), matters=matters, windows=silent)


def test_a_town_accepts_for_the_county_and_a_village_hands_out_without_kiosk_or_printer(
    page: Page, store_url: str, hall_id: str
) -> None:
    town, county, village = (demo_hall(path, hall_id) for path in (TOWNSHIP, COUNTY, VILLAGE))
    assert not town.kiosks + town.printers + village.kiosks + village.printers
    others = {plan.hall: plan for plan in (town, village)}
    page.set_viewport_size(TABLET)
    with product(store_url, county.hall, county, others) as run:
        base = run.base

        # The town: somebody without a ticket is served, and what was accepted is shown: there is no paper.
        enter(run, page.context, "jin", "clerk", (1,), at=town.hall)
        desk = Desk(page, base, f"/staff/{town.hall}/windows/1")
        desk.does("F11", said="已在1号窗口就座")
        desk.does("F11", said="窗口已开")
        desk.finds("zjsl", "1", "2", said="直接受理，号码 A001")
        desk.finds("加办事项", "4", said="A001 已加办事项")
        page.keyboard.press("F5")
        page.locator("dialog input[name=S04][value=accepted]").check()
        desk.answer("Enter")
        card = page.locator("dialog .shown-receipt")
        expect(card.locator(".case-number")).to_be_visible(timeout=PATIENCE)
        number, code = (card.locator(each).inner_text() for each in (".case-number", ".code"))
        expect(card).to_contain_text("领取地点：示例村便民服务点")
        expect(card.locator(".qr svg")).to_be_visible(timeout=PATIENCE)
        assert flaws(page) == []

        # The county's department takes it, finishes it, and sends the result to the village.
        enter(run, page.context, "ma", "department", department="social")
        desk = Desk(page, base, f"/staff/{county.hall}/cases")
        expect(page.locator("[data-case-number]")).to_have_text(number, timeout=PATIENCE)
        expect(page.locator("[data-case-told]")).to_contain_text("出件 示例村便民服务点")
        desk.does("F2", said="开始办理")
        page.keyboard.press("F5")
        desk.answer("1")
        desk.types("c-2")
        desk.answer("Enter")
        desk.told("已办结，待出件")
        page.keyboard.press("F12")
        page.locator("dialog .choice", has_text="送往").click()
        expect(page.locator("dialog .choice").first).to_contain_text("示例村便民服务点", timeout=PATIENCE)
        desk.answer("1")
        desk.told("已送出")
        expect(page.locator("[data-case-told]")).to_contain_text("送往示例村便民服务点", timeout=PATIENCE)

        # The village: the result arrives, gets its place, and goes out by the code that was copied.
        enter(run, page.context, "piao", "clerk", (1,), at=village.hall)
        desk = Desk(page, base, f"/staff/{village.hall}/cases")
        expect(page.locator("[data-case-number]")).to_have_text(number, timeout=PATIENCE)
        page.keyboard.press("F12")
        page.locator("dialog .choice:enabled").first.click()
        desk.told("已到")
        page.keyboard.press("F12")
        desk.answer("1")
        desk.types("v-1")
        desk.answer("Enter")
        desk.told("位置已改")
        desk = Desk(page, base, f"/staff/{village.hall}/windows/1")
        desk.does("F11", said="已在1号窗口就座")
        desk.does("F11", said="窗口已开")
        page.keyboard.press("Control+p")
        desk.types("zjsl")
        for key in ("Enter", "2", "2"):
            desk.answer(key)
        desk.types(number)
        assert flaws(page) == []
        desk.answer("Enter")
        desk.types(code.lower())
        desk.answer("Enter")
        desk.told("直接受理，号码 J001")
        expect(page.locator("[data-visitors-cases] li")).to_contain_text("在 V-1", timeout=PATIENCE)
        page.keyboard.press("F5")
        for key in ("1", "1"):
            desk.answer(key)
        desk.types(code.lower())
        desk.answer("Enter")
        desk.told("J001 已办结")

        # The case shows every hop.
        assert run.hall is not None
        (case,) = run.hall.site.halls[town.hall].register.state.cases.values()
        assert [step.what for step in case.steps] == [
            "opened", "taken", "readied", "sent", "arrived", "result_moved", "issued",
        ]  # fmt: skip
        assert (case.hall, case.at, case.exit) == (town.hall, village.hall, village.hall)
        assert (case.state, case.receiver) == ("issued", "self")
        for lang in ("ko", "en"):
            page.goto(f"{base}/staff/{village.hall}/windows/1?lang={lang}")
            assert misfits(page) == [], lang
        assert desk.trouble == []
