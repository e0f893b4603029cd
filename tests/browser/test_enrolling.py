"""A new screen from its code to its page in a real browser, and back when its token is taken back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from queue_server.hall.plan import Screen
from tests.api.hall import Served, demo_with
from tests.browser.product import Product, product
from tests.waiting import wait_for

PLAN = replace(demo_with(), screens=(Screen(id="w8", window=8),))
KEPT = "localStorage.getItem('yichuang.screen.token')"
WRITTEN = re.compile(r"^\d{3} \d{3}$")


@pytest.fixture(scope="module")
def running(store_url: str) -> Iterator[Product]:
    """One hall for all of these: each screen comes with a browser that knows nothing yet."""
    with product(store_url, f"hall-{uuid.uuid4().hex[:12]}", PLAN) as one:
        yield one


def new_screen(page: Page, running: Product) -> tuple[Served, str]:
    """A new screen that shows a code; gives the hall and the code."""
    hall = running.hall
    assert hall is not None
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{hall.base}/halls/{hall.hall}/enrol")
    code = page.locator(".code")
    expect(code).to_have_text(WRITTEN)
    return hall, code.inner_text().replace(" ", "")


@pytest.mark.proves("S21")
def test_a_new_screen_shows_a_code_until_a_manager_confirms_it_and_only_then_its_page(
    page: Page, running: Product
) -> None:
    hall, digits = new_screen(page, running)
    assert page.locator("input, button, form, a, select").count() == 0
    assert page.evaluate(KEPT) is None
    confirm = running.do(hall.post("manager", f"enrolments/{digits}/confirm", {"device": "w8"}))
    assert confirm.status_code == 200, confirm.text
    page.wait_for_url(f"**/halls/{hall.hall}/screens/w8")
    page.wait_for_selector("body[data-link=fresh]")
    token = page.evaluate(KEPT)
    assert token not in page.content()

    def reported() -> bool:
        devices = running.do(hall.get("manager", "/devices")).json()["devices"]
        return any(one["id"] == "w8" and one["state"] == "well" and one["version"] for one in devices)

    wait_for(reported, 15)
    revoked = running.do(hall.post("manager", "devices/w8/revoke"))
    assert revoked.status_code == 200, revoked.text
    page.wait_for_url(f"**/halls/{hall.hall}/enrol")
    expect(page.locator(".code")).to_have_text(WRITTEN)
    assert page.evaluate(KEPT) is None
    assert running.do(hall.get(token, "/me")).status_code == 401


@pytest.mark.proves("S21")
def test_a_screen_that_a_manager_does_not_know_says_so_and_keeps_nothing(
    page: Page, running: Product
) -> None:
    hall, digits = new_screen(page, running)
    refused = running.do(hall.post("manager", f"enrolments/{digits}/refuse"))
    assert refused.status_code == 200, refused.text
    expect(page.locator(".refused")).to_contain_text("没有获准接入", timeout=15_000)
    for gone in (".code", ".wait", ".do", ".life"):
        expect(page.locator(gone)).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.proves("S21")
def test_a_new_screen_without_a_server_waits_and_gets_its_code_when_it_is_there(
    page: Page, running: Product
) -> None:
    page.route("**/enrolments", lambda route: route.abort())
    page.goto(f"{running.base}/halls/{running.hall_id}/enrol")
    expect(page.locator(".wait")).to_be_visible()
    expect(page.locator(".code")).to_be_hidden()
    page.unroute("**/enrolments")
    expect(page.locator(".code")).to_be_visible(timeout=20_000)
    expect(page.locator(".wait")).to_be_hidden()


def test_both_pages_are_accessible(page: Page, running: Product) -> None:
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
    new_screen(page, running)
    address = running.base.replace("http://", "http://x:manager@")
    for path in ("enrol", "devices"):
        page.goto(f"{address}/halls/{running.hall_id}/{path}")
        expect(page.locator("h1")).to_be_visible()
        page.evaluate(axe)
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'best-practice']}).then((result) =>"
            " result.violations.filter((rule) => rule.id !== 'meta-refresh').map((rule) => rule.id))"
        )
        assert found == []
