"""The page behind the QR code of a receipt, on a phone: how the cases stand, where to fetch what is ready."""

from __future__ import annotations

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from queue_server.reactions.receipts import case_address
from tests.browser.phone_hall import phone_hall

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
LONG = 15_000


def test_a_receipts_code_shows_its_cases_and_only_those_in_three_languages(
    page: Page, store_url: str, hall_id: str
) -> None:
    with phone_hall(store_url, hall_id) as hall:
        hall.sit()
        body = {"category": "D", "reason": "question", "matters": ["D01", "D02"]}
        ticket = hall.post("clerk", "windows/8/serve", body)["ticket"]
        there = hall.site.halls[hall_id]
        paper = next(m for m in there.today().state.plan.matters if m.id == "D01").materials[0]
        owed = {"outcome": "deferred", "papers": [paper], "until": "2027-01-08"}
        first = hall.post("clerk", f"tickets/{ticket}/matters/D01/close", owed)
        second = hall.post("clerk", f"tickets/{ticket}/matters/D02/close", {"outcome": "accepted"})
        hall.post("clerk", f"tickets/{ticket}/finish")
        other = hall.post("clerk", "windows/8/serve", body | {"matters": ["D01"]})["ticket"]
        hall.post("clerk", f"tickets/{other}/matters/D01/close", {"outcome": "accepted"})
        address = case_address(hall.base, there, ticket, first["number"])

        page.set_viewport_size(PHONE)
        page.goto(address)
        cards = page.locator("[data-case]")
        expect(cards).to_have_count(2, timeout=LONG)
        expect(cards.first).to_contain_text("存量房转移登记")
        expect(cards.first).to_contain_text("请在 2027-01-08 前补交：")
        expect(cards.first.locator("li")).to_have_text([paper])
        expect(cards.last).to_contain_text(f"承诺 {second['promised_by']} 前办结")
        for name, said in (("take", {}), ("ready", {"shelf": "A-1"})):
            hall.post("manager", f"cases/{second['case']}/{name}", said)
        page.reload()
        expect(cards.last.locator(".state")).to_have_text("可以领取", timeout=LONG)
        expect(cards.last).to_contain_text("已办好，请到")
        expect(cards.first).to_contain_text("出件地点：")
        assert "A-1" not in page.content(), "where it lies is the hall's own affair"
        for lang in ("ko", "en", "zh"):
            page.locator(f"[data-lang={lang}]").click()
            expect(page.locator("html")).to_have_attribute(
                "lang", {"zh": "zh-CN", "ko": "ko-CN"}.get(lang, lang)
            )
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        assert all("#" not in path and address.partition("#")[2][:32] not in path for path in hall.paths)

        page.goto(address.replace("#", "#0"))
        expect(page.locator("[data-headline]")).to_have_text("这张回执查不到办件。", timeout=LONG)
        expect(cards).to_have_count(0)
        assert Axe().run(page).violations_count == 0
        assert httpx.get(f"{hall.base}/c/nowhere/x").status_code == 404
