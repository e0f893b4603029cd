"""The staff's other pages in a real browser: signing in, the floor, a rating pad, and how all look."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, ViewportSize, expect

from queue_server.access import sessions
from queue_server.hall.plan import Pad
from queue_server.store.vault import Patience
from tests.api.hall import demo_with
from tests.api.people import PASSWORD, person
from tests.browser.product import Product, product
from tests.browser.staff_desk import PATIENCE, Desk, ask, enter, flaws, misfits, number_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(180)

PLAN = replace(demo_with(miss_gap=0), pads=(Pad("pad9", 9),))
PLACES = (
    ("windows/8", "[data-matters] li"),
    ("floor", ".tile"),
    ("windows/8?bar=", "[data-act=start].likely"),
    ("", ".windows li"),
)
"""Every page of a manager, and what is on it once the hall has spoken."""
TABLET: ViewportSize = {"width": 1280, "height": 800}
SMALL: ViewportSize = {"width": 960, "height": 600}
"""An 8-inch tablet that counts three points to two pixels."""
LANGUAGES = ("zh", "ko", "en")
URGENT = {
    "zh": "请全体窗口人员立即到一楼大厅集合，按应急预案疏散",
    "ko": "모든 창구 직원은 즉시 1층 대청에 모여 대피하십시오",
    "en": "All window staff gather in the ground floor hall at once and lead the visitors out",
}


@pytest.fixture
def run(store_url: str, hall_id: str) -> Iterator[Product]:
    with product(store_url, hall_id, PLAN) as running:
        yield running


def test_somebody_new_takes_a_password_first_and_wrong_ones_have_to_wait(
    page: Page, run: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = run.hall
    assert hall is not None
    run.do(person(hall, "li", "clerk", (8,), must_change=True))
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{hall.base}/staff/{hall.hall}/windows/8")
    page.wait_for_url("**/sign-in?to=*")
    said, enter_form, change = page.locator("[data-said]"), page.locator(".enter"), page.locator(".change")

    def typed(login: str, password: str) -> None:
        enter_form.locator("[name=login]").fill(login)
        enter_form.locator("[name=password]").fill(password)
        enter_form.locator(".primary").click()

    typed("li", PASSWORD)
    expect(change).to_be_visible(timeout=PATIENCE)
    expect(enter_form).to_be_hidden()
    page.reload()
    expect(change.locator("[name=old]")).to_be_visible()  # it was not typed on this page: it has to be now
    change.locator("[name=old]").fill(PASSWORD)
    for new, again, told in (
        ("autumn-leaf-8", "autumn-leaf-9", "两次输入不一样"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "密码"),
    ):
        change.locator("[name=new]").fill(new)
        change.locator("[name=again]").fill(again)
        change.locator(".primary").click()
        expect(said).to_contain_text(told, timeout=PATIENCE)
    change.locator("[name=new]").fill("autumn-leaf-8")
    change.locator("[name=again]").fill("autumn-leaf-8")
    change.locator(".primary").click()
    page.wait_for_url("**/windows/8")
    expect(page.locator("body")).to_have_attribute("data-link", "up", timeout=PATIENCE)
    cookie = next(one for one in page.context.cookies() if one["name"].endswith(hall.hall))
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert page.evaluate("document.cookie").find(cookie["value"]) == -1
    page.locator("[data-do=sign-out]").click()
    page.wait_for_url("**/sign-in")
    assert run.do(hall.get(cookie["value"], "/me")).status_code == 401

    monkeypatch.setattr(sessions, "OF_ACCOUNT", Patience(free=1, first=90_000, longest=90_000))
    page.clock.install()
    page.reload()
    typed("li", "not-this-one")
    expect(said).to_contain_text("密码不对", timeout=PATIENCE)
    typed("li", "not-this-one")
    expect(said).to_contain_text(re.compile("[89][0-9]秒"), timeout=PATIENCE)
    key = enter_form.locator(".primary")
    expect(key).to_be_disabled()
    expect(key).to_have_text(re.compile(r"^[89]\d秒后可以再试$"))
    page.clock.fast_forward(90_000)
    expect(key).to_be_enabled()
    run.do(hall.site.sessions(hall.hall).vault.forget_attempts("account:li"))
    typed("li", "autumn-leaf-8")
    page.wait_for_url(f"**/staff/{hall.hall}")
    expect(page.locator(".windows li")).to_have_count(1)


@pytest.mark.proves("D13")
def test_floor_staff_come_find_bring_back_issue_and_grant_priority(page: Page, run: Product) -> None:
    hall = run.hall
    assert hall is not None
    first, second = run.do(hall.take("D")), run.do(hall.take("D"))
    waits = run.do(hall.take("F"))
    for window in (8, 9):
        run.do(hall.sit(window))
        ask(run, f"clerk{window}", f"windows/{window}/call-next")
    ask(run, "kiosk", "help", {"language": "ko"})
    enter(run, page.context, "dao", "floor")
    page.set_viewport_size(TABLET)
    desk = Desk(page, hall.base, f"/staff/{hall.hall}/floor")
    sought, back, help_calls = (page.locator(f"[data-{name}] li") for name in ("sought", "return", "help"))

    expect(help_calls).to_contain_text("一楼大厅东门", timeout=PATIENCE)
    help_calls.locator("button").click()
    desk.told("已记下有人过去")
    expect(help_calls).to_have_class("none")

    expect(sought).to_have_class("none")
    ask(run, "clerk8", f"tickets/{first}/recall")
    expect(sought).to_contain_text(number_of(hall, first))
    expect(sought).to_contain_text("8号窗口")
    sought.locator("button").click()
    desk.told("已找到")
    expect(sought.locator("button")).to_have_count(0)
    assert hall.day.tickets[first].found_until is not None

    for _ in range(2):
        ask(run, "clerk9", f"tickets/{second}/recall")
    ask(run, "clerk9", f"tickets/{second}/miss")
    back.locator("button").click()
    desk.told("回来了")
    wait_for(lambda: hall.day.tickets[second].state == "waiting")

    page.locator("[data-category=F]").click()
    page.locator("dialog label:has-text('残疾人')").click()
    page.locator("dialog label:has-text('轮椅')").click()
    page.locator("dialog .primary").click()
    expect(page.locator(".receipt .number")).to_have_text("F002")
    expect(page.locator(".receipt svg")).to_be_visible(timeout=PATIENCE)
    issued = hall.day.tickets[hall.day.numbers["F002"]]
    assert (issued.cls, issued.kind, issued.source) == ("priority", "disabled", "floor")
    page.keyboard.press("Escape")

    page.locator("[data-do=find]").click()
    page.locator(".typed").fill(number_of(hall, waits).lower())
    page.keyboard.press("Enter")
    expect(page.locator("[data-about]")).to_contain_text("公安户政  普通  等候中")
    for key in ("2", "1", "1"):
        expect(page.locator("dialog[open]")).to_be_visible()
        desk.answer(key)
    desk.told("类别已更改")
    assert hall.day.tickets[waits].cls == "priority"
    page.locator("[data-do=find]").click()
    page.locator(".typed").fill("f999")
    page.keyboard.press("Enter")
    desk.told("F999")
    assert desk.trouble == []


def test_a_pad_asks_once_after_each_service_and_one_touch_answers(page: Page, run: Product) -> None:
    hall = run.hall
    assert hall is not None
    page.set_viewport_size(TABLET)
    page.goto(f"{hall.base}/halls/{hall.hall}/enrol")
    code = page.locator(".code")
    expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    ask(run, "manager", f"enrolments/{code.inner_text().replace(' ', '')}/confirm", {"device": "pad9"})
    page.wait_for_url(f"**/halls/{hall.hall}/pads/pad9")
    body, levels = page.locator("body[data-link=fresh]"), page.locator(".levels button")
    expect(body).to_have_attribute("data-phase", "idle", timeout=PATIENCE)
    assert levels.first.is_hidden()
    run.do(hall.sit(9))
    for lang, level in (("ko", "very_dissatisfied"), ("zh", "satisfied")):
        run.do(hall.take("D", language=lang))
        ticket = ask(run, "clerk9", "windows/9/call-next")["ticket"]
        ask(run, "clerk9", f"tickets/{ticket}/start")
        ask(run, "clerk9", f"tickets/{ticket}/finish")
        expect(body).to_have_attribute("data-phase", "asks", timeout=PATIENCE)
        expect(page.locator(".number")).to_contain_text(number_of(hall, ticket))
        expect(levels).to_have_count(5)
        if lang == "ko":
            expect(page.locator("h1")).to_contain_text("이번 봉사에 만족하십니까?")
            assert flaws(page) == []
        page.locator(f"[data-level={level}]").click()
        expect(body).to_have_attribute("data-phase", "thanks", timeout=PATIENCE)
        assert hall.day.tickets[ticket].rated == level
        expect(levels.first).to_be_hidden()


@pytest.mark.timeout(240)
def test_every_page_is_clear_to_screen_readers_and_large_enough_in_three_languages(
    browser: Browser, run: Product
) -> None:
    hall = run.hall
    assert hall is not None
    for _ in range(3):
        run.do(hall.take("D", matters=["D01", "D02"], cls="priority", kind="elderly", needs=["wheelchair"]))
    run.do(hall.sit(8))
    wrong: dict[str, list[str]] = {}
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{hall.base}/staff/{hall.hall}/sign-in")
    wrong["sign-in"] = flaws(page)
    enter(run, context, "boss", "manager")
    desk = Desk(page, hall.base, f"/staff/{hall.hall}/windows/8")
    page.keyboard.press("F11")
    desk.answer("2")
    expect(page.locator("body[data-seated]:not([data-busy])")).to_have_count(1, timeout=PATIENCE)
    page.keyboard.press("F2")
    expect(page.locator("[data-visitor=called]")).to_have_count(1, timeout=PATIENCE)
    for lang in LANGUAGES:
        for path, seen in PLACES:
            page.set_viewport_size({"width": 1280, "height": 84 if "bar" in path else 800})
            joint = "&" if "?" in path else "?"
            page.goto(f"{hall.base}/staff/{hall.hall}/{path}{joint}lang={lang}".replace("/?", "?"))
            expect(page.locator(seen).first).to_be_visible(timeout=PATIENCE)
            wrong[f"{path} {lang}"] = flaws(page) if path == "windows/8" or lang == "ko" else misfits(page)
            if path == "windows/8" and lang == "en":
                page.keyboard.press("F12")
                expect(page.locator("dialog[open]")).to_be_visible()
                wrong[f"F12 {lang}"] = flaws(page)
                page.keyboard.press("Escape")
            if path == "floor" and lang == "ko":
                for key in ("[data-category=S]", "[data-do=find]"):
                    page.locator(key).click()
                    expect(page.locator("dialog[open]")).to_be_visible()
                    wrong[f"{key} {lang}"] = flaws(page) if "find" in key else misfits(page)
                    page.keyboard.press("Escape")
    page.set_viewport_size(SMALL)
    for path in ("windows/8", "cases", "floor"):
        page.goto(f"{hall.base}/staff/{hall.hall}/{path}?lang=en")
        expect(page.locator("body")).to_have_attribute("data-link", "up", timeout=PATIENCE)
        wrong[f"{path} small"] = misfits(page)
    ask(run, "manager", "summons", {"text": URGENT, "windows": [8]})
    page.set_viewport_size({"width": 1280, "height": 84})
    for lang in LANGUAGES:
        page.goto(f"{hall.base}/staff/{hall.hall}/windows/8?bar&lang={lang}")
        expect(page.locator("[data-summons]")).to_contain_text(URGENT[lang], timeout=PATIENCE)
        wrong[f"summons {lang}"] = misfits(page)
    page.goto(f"{hall.base}/staff/{hall.hall}/?lang=en".replace("/?", "?"))
    expect(page.locator(".windows li").first).to_be_visible()
    page.evaluate(
        "document.querySelector('.tile, li > a').style.cssText = 'min-block-size: 0; block-size: 30px'"
    )
    page.evaluate("document.body.append(document.createElement('button'))")
    control = flaws(page)
    assert any("x 30" in one for one in control), control
    assert any(one.startswith("button-name") for one in control), control
    context.close()
    assert {place: found for place, found in wrong.items() if found} == {}
