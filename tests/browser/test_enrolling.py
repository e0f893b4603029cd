"""A new screen from its code to its page in a real browser, and back when its token is taken back."""

from __future__ import annotations

import re
from pathlib import Path

import axe_playwright_python
import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from queue_server.hall.plan import Screen
from tests.api.hall import demo_with
from tests.browser.product import product
from tests.waiting import wait_for

PLAN = replace(demo_with(), screens=(Screen(id="w8", window=8),))
KEPT = "localStorage.getItem('yichuang.screen.token')"


@pytest.mark.proves("S21")
def test_a_new_screen_shows_a_code_until_a_manager_confirms_it_and_only_then_its_page(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, PLAN) as running:
        hall = running.hall
        assert hall is not None
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(f"{hall.base}/halls/{hall_id}/enrol")
        code = page.locator(".code")
        expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
        assert page.locator("input, button, form, a, select").count() == 0
        assert page.evaluate(KEPT) is None
        digits = code.inner_text().replace(" ", "")
        confirm = running.do(hall.post("manager", f"enrolments/{digits}/confirm", {"device": "w8"}))
        assert confirm.status_code == 200, confirm.text
        page.wait_for_url(f"**/halls/{hall_id}/screens/w8")
        page.wait_for_selector("body[data-link=fresh]")
        token = page.evaluate(KEPT)
        assert token not in page.content()

        def reported() -> bool:
            devices = running.do(hall.get("manager", "/devices")).json()["devices"]
            return any(one["id"] == "w8" and one["state"] == "well" and one["version"] for one in devices)

        wait_for(reported, 15)
        revoked = running.do(hall.post("manager", "devices/w8/revoke"))
        assert revoked.status_code == 200, revoked.text
        page.wait_for_url(f"**/halls/{hall_id}/enrol")
        expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
        assert page.evaluate(KEPT) is None
        assert running.do(hall.get(token, "/me")).status_code == 401


@pytest.mark.proves("S21")
def test_a_new_screen_without_a_server_waits_and_gets_its_code_when_it_is_there(
    page: Page, store_url: str, hall_id: str
) -> None:
    with product(store_url, hall_id, PLAN) as running:
        page.route("**/enrolments", lambda route: route.abort())
        page.goto(f"{running.base}/halls/{hall_id}/enrol")
        expect(page.locator(".wait")).to_be_visible()
        expect(page.locator(".code")).to_be_hidden()
        page.unroute("**/enrolments")
        expect(page.locator(".code")).to_be_visible(timeout=20_000)
        expect(page.locator(".wait")).to_be_hidden()


def test_both_pages_are_accessible(page: Page, store_url: str, hall_id: str) -> None:
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
    with product(store_url, hall_id, PLAN) as running:
        page.goto(f"{running.base}/halls/{hall_id}/enrol")
        expect(page.locator(".code")).to_be_visible()
        address = running.base.replace("http://", "http://x:manager@")
        for path in ("enrol", "devices"):
            page.goto(f"{address}/halls/{hall_id}/{path}")
            expect(page.locator("h1")).to_be_visible()
            page.evaluate(axe)
            found = page.evaluate(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'best-practice']}).then((result) =>"
                " result.violations.filter((rule) => rule.id !== 'meta-refresh').map((rule) => rule.id))"
            )
            assert found == []
