"""The page behind the QR code of a slip, on a phone: the real server, the real page, one holder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from queue_server.locale import translate
from tests.browser.phone_hall import PhoneHall, phone_hall
from tests.waiting import wait_for

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
LONG = 15_000
"""ms: a loaded machine answers late, never wrongly."""
RINGS = """
  globalThis.rung = { tones: 0, buzzes: 0 };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { globalThis.rung.tones += 1; return start.call(this, at); };
  navigator.vibrate = () => { globalThis.rung.buzzes += 1; return true; };
"""


@pytest.fixture
def hall(store_url: str, hall_id: str) -> Iterator[PhoneHall]:
    with phone_hall(store_url, hall_id) as running:
        yield running


class Holder:
    """Somebody who has scanned the QR code of a slip."""

    def __init__(self, page: Page, receipt: dict[str, Any]) -> None:
        self.page = page
        self.receipt = receipt
        page.set_viewport_size(PHONE)
        page.goto(receipt["url"])

    def part(self, selector: str) -> Any:
        return self.page.locator(selector)

    def reads(self, text: str, selector: str = "[data-headline]") -> None:
        expect(self.part(selector)).to_have_text(text, timeout=LONG)

    def is_(self, state: str) -> None:
        expect(self.part("yc-ticket")).to_have_attribute("data-state", state, timeout=LONG)


def test_a_holder_sees_number_state_people_ahead_and_why_they_are_ahead(page: Page, hall: PhoneHall) -> None:
    hall.take()
    hall.take(cls="priority")
    holder = Holder(page, hall.take())
    holder.reads("D003", "[data-number]")
    holder.reads(translate("phone.ahead", "zh", n=2))
    holder.reads("前面的人：1人优先（最多提前15分钟）、1人比您早到。", "[data-why]")
    holder.reads("不动产交易", "[data-category]")
    expect(holder.part("[data-rules]")).to_contain_text("30分钟内")
    expect(holder.part("[data-at]")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))


def test_more_people_ahead_than_before_is_explained_until_the_line_moves(page: Page, hall: PhoneHall) -> None:
    hall.sit()
    hall.take()
    holder = Holder(page, hall.take())
    holder.reads(translate("phone.ahead", "zh", n=1))
    hall.take(cls="priority")
    holder.reads(translate("phone.ahead", "zh", n=2))
    holder.reads(translate("phone.rose", "zh"), "[data-note]")
    hall.call()
    holder.reads(translate("phone.ahead", "zh", n=1))
    expect(holder.part("[data-note]")).to_be_hidden()


@pytest.mark.parametrize("lang", ["zh", "ko", "en"])
def test_a_call_fills_the_page_with_the_window_in_the_tickets_language(
    page: Page, hall: PhoneHall, lang: str
) -> None:
    hall.sit()
    holder = Holder(page, hall.take(language=lang))
    holder.reads(translate("phone.ahead_none", lang))
    hall.call()
    holder.reads(translate("phone.go", lang, number="D001", window=8))
    holder.reads("8", "[data-window-number]")
    assert page.title() == f"D001 · {translate('phone.go', lang, number='D001', window=8)}"
    size = holder.part("[data-window-number]").evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )
    assert size >= 100


def test_a_call_and_each_recall_ring_once_when_the_holder_has_allowed_it(page: Page, hall: PhoneHall) -> None:
    page.add_init_script(RINGS)
    hall.sit()
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    holder.part("[data-do=sound]").click()
    expect(holder.part("[data-do=sound]")).to_have_attribute("aria-pressed", "true")
    holder.reads(translate("phone.sound_on", "zh"), "[data-do=sound]")
    probe = page.evaluate("rung.tones")  # the touch itself is heard, so that the holder knows how it sounds
    assert probe == 6
    hall.call()
    holder.is_("called")
    assert page.evaluate("rung") == {"tones": 12, "buzzes": 1}
    hall.act(holder.receipt, "recall")
    wait_for(lambda: page.evaluate("rung.tones") == 18, 15)
    hall.act(holder.receipt, "start")
    holder.is_("serving")
    assert page.evaluate("rung") == {"tones": 18, "buzzes": 2}


def test_without_a_touch_nothing_sounds_and_the_picture_goes_on(page: Page, hall: PhoneHall) -> None:
    page.add_init_script(RINGS)
    hall.sit()
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    hall.call()
    holder.is_("called")
    assert page.evaluate("rung.tones") == 0


def test_after_a_miss_the_holder_comes_back_with_one_touch(page: Page, hall: PhoneHall) -> None:
    hall.sit()
    holder = Holder(page, hall.take())
    hall.call()
    hall.act(holder.receipt, "miss")
    holder.is_("missed")
    expect(holder.part("[data-why]")).to_contain_text(re.compile(r"\d\d:\d\d前点“我回来了”"))
    holder.part("[data-do=return]").click()
    holder.is_("waiting")
    holder.reads(translate("phone.back_done", "zh"), "[data-said]")
    assert hall.state(holder.receipt) == ("waiting", "")


def test_a_second_miss_voids_the_ticket_and_says_so(page: Page, hall: PhoneHall) -> None:
    hall.sit()
    holder = Holder(page, hall.take())
    for _ in range(2):
        hall.call()
        hall.act(holder.receipt, "miss")
        if hall.state(holder.receipt)[0] == "missed":
            holder.part("[data-do=return]").click()
            holder.is_("waiting")
    holder.is_("ended")
    holder.reads(translate("phone.ended_void_missed", "zh"))
    expect(holder.part("[data-do=cancel]")).to_be_hidden()


def test_cancelling_asks_first_and_then_ends_the_ticket(page: Page, hall: PhoneHall) -> None:
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    holder.part("[data-do=cancel]").click()
    expect(page.get_by_role("dialog")).to_contain_text("取消D001？")
    holder.part("[data-do=keep]").click()
    assert hall.state(holder.receipt) == ("waiting", "")
    holder.part("[data-do=cancel]").click()
    holder.part("[data-do=cancel-sure]").click()
    holder.is_("ended")
    holder.reads(translate("phone.ended_cancelled_by_visitor", "zh"))
    assert hall.state(holder.receipt) == ("ended", "cancelled_by_visitor")


def test_a_refused_act_is_told_in_the_holders_language_and_leaves_the_page_usable(
    page: Page, hall: PhoneHall
) -> None:
    hall.sit()
    holder = Holder(page, hall.take(language="en"))
    holder.is_("waiting")
    page.route("**/place*", lambda route: route.abort())
    hall.call()
    hall.act(holder.receipt, "start")
    holder.part("[data-do=cancel]").click()
    holder.part("[data-do=cancel-sure]").click()
    expect(holder.part("[data-said]")).to_contain_text("D001", timeout=LONG)
    expect(holder.part("[data-said]")).not_to_contain_text("不能")
    page.unroute("**/place*")
    holder.is_("serving")
    assert hall.state(holder.receipt) == ("serving", "")


def test_old_data_say_so_with_their_time_and_the_page_recovers_by_itself(page: Page, hall: PhoneHall) -> None:
    hall.sit()
    holder = Holder(page, hall.take())
    hall.call()
    holder.is_("called")
    hall.stop()
    strip = holder.part("[data-strip]")
    expect(strip).to_have_text(
        re.compile(re.escape(translate("phone.stale", "zh")).replace(r"\{time\}", r"\d\d:\d\d:\d\d")),
        timeout=LONG,
    )
    expect(holder.part("[data-at]")).to_be_hidden()
    holder.reads("D001", "[data-number]")
    hall.start()
    expect(strip).to_be_hidden(timeout=20_000)
    hall.act(holder.receipt, "start")
    holder.is_("serving")


def test_a_cancel_that_nobody_answered_is_done_once_when_the_server_is_back(
    page: Page, hall: PhoneHall
) -> None:
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    keys: list[str] = []

    def lose_the_first(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/cancel", lose_the_first)
    holder.part("[data-do=cancel]").click()
    holder.part("[data-do=cancel-sure]").click()
    holder.is_("ended")
    wait_for(lambda: len(keys) == 2, 15)
    assert len(set(keys)) == 1
    holder.reads(translate("phone.ended_cancelled_by_visitor", "zh"))


@pytest.mark.parametrize("broken", ["", "#", "#0123", "#ffffffffffffffffffffffffffffffff"])
def test_an_address_without_its_secret_says_what_to_do(page: Page, hall: PhoneHall, broken: str) -> None:
    receipt = hall.take()
    holder = Holder(page, receipt | {"url": receipt["url"].split("#")[0] + broken})
    holder.is_("lost")
    holder.reads(translate("phone.lost_secret", "zh"))
    holder.reads(translate("phone.lost_do", "zh"), "[data-why]")
    assert "D001" not in page.inner_text("body")


def test_a_ticket_that_is_not_of_today_says_so(page: Page, hall: PhoneHall) -> None:
    receipt = hall.take()
    page.route(
        "**/place*",
        lambda route: route.fulfill(
            status=404, json={"code": "unknown_ticket", "sentence": {}, "detail": ""}
        ),
    )
    holder = Holder(page, receipt)
    holder.is_("lost")
    holder.reads(translate("phone.lost_ticket", "zh"))


def test_the_language_is_the_tickets_until_the_holder_chooses_another(page: Page, hall: PhoneHall) -> None:
    holder = Holder(page, hall.take(language="ko"))
    holder.reads(translate("phone.ahead_none", "ko"))
    page.click("[data-lang=en]")
    holder.reads(translate("phone.ahead_none", "en"))
    assert page.evaluate("document.documentElement.lang") == "en"
    hall.take(cls="priority")
    holder.reads(translate("phone.ahead", "en", n=1))


@pytest.mark.proves("S38")
def test_a_holder_gets_nothing_of_any_other_visitor(
    page: Page, hall: PhoneHall, context: BrowserContext
) -> None:
    others = [hall.take(cls="priority"), hall.take(language="ko")]
    seen: list[str] = []
    page.on("response", lambda answer: seen.append(answer.text()))
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    wait_for(lambda: any('"place"' in text for text in seen), 15)
    everything = "\n".join([*seen, page.content()])
    for other in others:
        for secret in (other["number"], other["ticket"], other["code"], other["url"].split("#")[1]):
            assert secret not in everything
    # The control: the same search finds what the page may show.
    assert holder.receipt["number"] in everything
    place = next(json.loads(text) for text in seen if '"type":"place"' in text)
    assert set(place) == {
        "type", "number", "category", "category_name", "state", "end", "ahead", "before", "window", "windows",
        "floor", "area", "calling_from", "data_at", "answered_at", "seq", "language", "taken_at", "calls",
        "called_at", "hold_until", "parked_until", "misses", "tomorrow", "passing_until", "may_pass", "rated",
        "may_rate", "expected", "matters", "area_name",
    }  # fmt: skip


@pytest.mark.proves("S38")
def test_one_tickets_secret_opens_no_other_ticket(page: Page, hall: PhoneHall) -> None:
    mine, other = hall.take(), hall.take()
    url = other["url"].split("#")[0] + "#" + mine["url"].split("#")[1]
    holder = Holder(page, other | {"url": url})
    holder.is_("lost")
    assert other["number"] not in page.inner_text("body")


def test_the_secret_never_stands_in_an_address_that_the_server_sees(page: Page, hall: PhoneHall) -> None:
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    secret = holder.receipt["url"].split("#")[1]
    assert any("/place?" in path for path in hall.paths)
    assert not any(secret in path for path in hall.paths)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("lang", ["zh", "ko", "en"])
def test_every_state_fits_each_screen_and_can_be_read_and_touched_by_everyone(
    page: Page, hall: PhoneHall, lang: str
) -> None:
    hall.sit()
    hall.take(cls="priority")
    holder = Holder(page, hall.take(language=lang))
    for state, act in STATES.items():
        for step in act:
            hall.call() if step == "call" else hall.act(holder.receipt, step)
        if state == "called":
            finish_the_first(hall, holder)
        holder.is_(state)
        for width, height in ((320, 568), (390, 844), (844, 390)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (state, width)
            assert small_targets(page) == [], (state, width)
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
            assert found.violations_count == 0, (state, width, found.generate_report())


@pytest.mark.parametrize("lang", ["zh", "ko", "en"])
def test_whoever_needs_a_while_lets_others_pass_and_keeps_the_place(
    page: Page, hall: PhoneHall, lang: str
) -> None:
    hall.sit()
    holder = Holder(page, hall.take(language=lang))
    other = hall.take()
    holder.reads(translate("phone.let_pass", lang, minutes=10), "[data-do=let-pass]")
    holder.part("[data-do=let-pass]").click()
    expect(holder.part("[data-do=ready]")).to_be_visible(timeout=LONG)
    expect(holder.part("[data-headline]")).to_have_text(re.compile(r"\d\d:\d\d"))
    expect(holder.part("[data-pass]")).to_be_hidden()
    assert hall.call()["number"] == other["number"]
    hall.act(other, "start")
    hall.act(other, "finish")
    assert small_targets(page) == []
    holder.part("[data-do=ready]").click()
    expect(holder.part("[data-do=ready]")).to_be_hidden(timeout=LONG)
    assert hall.call()["number"] == holder.receipt["number"]
    holder.is_("called")


@pytest.mark.parametrize("lang", ["zh", "ko", "en"])
def test_after_the_service_one_touch_rates_it_once(page: Page, hall: PhoneHall, lang: str) -> None:
    hall.sit()
    holder = Holder(page, hall.take(language=lang))
    expect(holder.part("[data-rate]")).to_be_hidden()
    hall.call()
    hall.act(holder.receipt, "start")
    hall.act(holder.receipt, "finish")
    expect(holder.part("[data-rate]")).to_be_visible(timeout=LONG)
    assert holder.part("[data-rate] button").count() == 5
    assert small_targets(page) == []
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    holder.part("[data-level=satisfied]").click()
    holder.reads(translate("phone.rate_thanks", lang), "[data-said]")
    expect(holder.part("[data-rate]")).to_be_hidden()
    page.reload()
    holder.is_("ended")
    expect(holder.part("[data-rate]")).to_be_hidden()


STATES: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "called": (),
    "missed": ("miss",),
}


def finish_the_first(hall: PhoneHall, holder: Holder) -> None:
    """The priority visitor is served, then the holder is called."""
    first = hall.call()
    hall.act(first, "start")
    hall.act(first, "finish")
    assert hall.call()["number"] == holder.receipt["number"]


def small_targets(page: Page) -> list[str]:
    """Buttons of less than 60 px, the least anywhere a visitor touches."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button')].filter((key) => key.checkVisibility())
          .map((key) => [key.textContent.trim(), key.getBoundingClientRect()])
          .filter(([, box]) => box.height < 60 || box.width < 60)
          .map(([name, box]) => `${name}: ${box.width} by ${box.height}`)"""
    )
    return found


def test_whoever_the_hall_closed_before_gets_the_code_for_the_next_day(page: Page, hall: PhoneHall) -> None:
    holder = Holder(page, hall.take())
    holder.is_("waiting")
    hall.post("manager", "day/close", {"reason": "power_cut"})
    holder.is_("ended")
    holder.reads(translate("phone.ended_hall_closed", "zh"))
    expect(holder.part("[data-why]")).to_have_text(re.compile(r"凭 [2-9A-Z]{7} 签到"))
