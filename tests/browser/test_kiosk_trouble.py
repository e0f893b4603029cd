"""The kiosk when things go wrong: the server away at each step, refusals, lost answers, old data."""

from __future__ import annotations

import re

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from queue_server.locale import translate
from tests.browser.kiosk_hall import FULL, KioskHall, problem
from tests.browser.kiosk_visitor import LANGUAGES, Visitor
from tests.waiting import wait_for

pytestmark = pytest.mark.browser


def keys(kiosk: KioskHall) -> set[str]:
    return {key for key, _ in kiosk.asked}


@pytest.mark.proves("S32")
def test_while_the_server_is_gone_every_button_still_answers_and_then_the_ticket_comes_by_itself(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.settle()
    kiosk.stop()
    visitor.take()
    cover = page.locator("[data-cover=link]")
    expect(cover).to_be_visible()
    for lang in LANGUAGES:
        visitor.speak(lang)
        expect(cover).to_contain_text(translate("kiosk.link_down", lang))
    visitor.settle()
    visitor.touch("[data-cover=link] [data-do=back]")
    expect(visitor.step("start")).to_be_visible()
    visitor.open("F")
    visitor.take()
    expect(cover).to_be_visible()
    kiosk.start()
    assert visitor.number() == "F023"
    expect(cover).to_be_hidden()
    assert len(keys(kiosk)) == 1


def test_an_answer_that_is_slow_is_said_to_be_and_then_shown(page: Page, kiosk: KioskHall) -> None:
    kiosk.speaks.clear()
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.take()
    expect(page.locator("[data-cover=link]")).to_be_visible()
    kiosk.speaks.set()
    assert visitor.number() == "S023"
    assert len(keys(kiosk)) == 1


@pytest.mark.proves("S8")
def test_a_lost_answer_and_a_failing_store_still_give_one_ticket(page: Page, kiosk: KioskHall) -> None:
    kiosk.lost, kiosk.broken = 1, 1
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.take()
    assert visitor.number() == "S023"
    assert (len(kiosk.asked), len(keys(kiosk)), len(kiosk.issued)) == (3, 1, 1)


@pytest.mark.proves("S32")
def test_a_refusal_is_told_in_the_visitors_language_and_leaves_the_buttons_usable(
    page: Page, kiosk: KioskHall
) -> None:
    kiosk.refusal = problem(409, "cutoff", FULL)
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.take()
    for lang in LANGUAGES:
        visitor.speak(lang)
        expect(page.locator("[data-problem]")).to_contain_text(FULL[lang])
    visitor.settle()
    visitor.touch("[data-cover=problem] [data-do=back]")
    kiosk.refusal = None
    visitor.take()
    assert visitor.number() == "S023"
    assert len(keys(kiosk)) == 2


def test_a_refusal_without_a_sentence_sends_the_visitor_to_the_staff(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    for status in (400, 401, 403, 404, 413):
        kiosk.refusal = problem(status, "unknown", {})
        visitor.open("S")
        visitor.take()
        expect(page.locator("[data-problem]")).to_have_text(translate("kiosk.refused", "zh"))
        visitor.settle()
        visitor.touch("[data-cover=problem] [data-do=start]")
        expect(visitor.step("start")).to_be_visible()
        visitor.settle()
    assert len(keys(kiosk)) == 5


def test_old_figures_are_said_to_be_old_with_their_time(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    wait_for(lambda: kiosk.sockets)
    strip = page.locator("[data-strip]")
    kiosk.beats = False
    expect(strip).to_be_visible()
    for lang in LANGUAGES:
        visitor.speak(lang)
        said = re.escape(translate("kiosk.stale", lang)).replace(r"\{time\}", r"\d\d:\d\d:\d\d")
        expect(strip).to_have_text(re.compile(said))
    kiosk.beats = True
    expect(strip).to_be_hidden()


def test_a_start_page_comes_back_by_itself(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    wait_for(lambda: kiosk.sockets)
    kiosk.stop()
    expect(page.locator("[data-strip]")).to_be_visible()
    visitor.open("F")
    expect(visitor.step("category")).to_be_visible()
    kiosk.menu = msgspec.structs.replace(kiosk.menu, seq=9, choices=kiosk.menu.choices[:3])
    kiosk.start()
    expect(page.locator("[data-strip]")).to_be_hidden(timeout=10_000)
    expect(page.locator(".tile")).to_have_count(3)


def test_after_midnight_the_kiosk_follows_the_hall_into_a_day_whose_log_starts_over(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak("ko")
    wait_for(lambda: kiosk.sockets)
    kiosk.offer(seq=900)
    kiosk.offer(seq=2, choices=kiosk.menu.choices[:3])
    expect(page.locator(".tile")).to_have_count(3, timeout=15_000)
    expect(page.locator("[data-strip]")).to_be_hidden(timeout=15_000)
    assert page.evaluate("document.documentElement.lang") == "ko-CN"
    visitor.open("A")
    visitor.take()
    assert visitor.number() == "A023"


def test_a_ticket_on_the_screen_stays_while_the_server_is_gone(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.take()
    number = visitor.number()
    kiosk.stop()
    expect(page.locator("[data-strip]")).to_be_visible()
    assert visitor.number() == number
    visitor.speak("en")
    expect(page.locator("[data-ahead]")).to_have_text("9 ahead of you")
    visitor.touch(".done")
    expect(visitor.step("start")).to_be_visible()


def test_a_reload_takes_up_the_request_under_its_key(page: Page, kiosk: KioskHall) -> None:
    kiosk.speaks.clear()
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak("en")
    visitor.open("S")
    visitor.touch("[data-matter=S03]")
    visitor.take()
    wait_for(lambda: kiosk.asked)
    page.reload()
    wait_for(lambda: len(kiosk.asked) == 2)
    kiosk.speaks.set()
    number = visitor.number()
    expect(page.locator("[data-ahead]")).to_have_text("9 ahead of you")
    assert len(keys(kiosk)) == 1
    page.reload()
    assert visitor.number() == number
    assert len(kiosk.issued) == 1


def test_an_answer_for_a_visitor_who_went_is_not_shown_to_the_next(page: Page, kiosk: KioskHall) -> None:
    kiosk.speaks.clear()
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.take()
    expect(page.locator("[data-cover=link]")).to_be_visible()
    visitor.settle()
    with page.expect_response("**/tickets"):
        visitor.touch("[data-cover=link] [data-do=back]")
        kiosk.speaks.set()
    expect(visitor.step("start")).to_be_visible()
    assert page.inner_text("[data-number]") == ""


def test_a_new_version_of_the_pages_is_loaded_once_and_only_when_nobody_stands_there(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    wait_for(lambda: kiosk.sockets)

    def loads() -> int:
        return sum(path == "/kiosk/demo?" for path in kiosk.paths)

    visitor.open("S")
    version = kiosk.menu.version
    kiosk.offer(version="another")
    expect(visitor.step("category")).to_be_visible()
    assert loads() == 1
    visitor.settle()
    visitor.touch(".key.back")
    kiosk.offer(version="another")
    wait_for(lambda: loads() == 2)
    expect(visitor.step("start")).to_be_visible()
    kiosk.offer(version="another")
    kiosk.offer(version=version)
    assert loads() == 2


def test_a_kiosk_that_finds_another_halls_address_says_so(page: Page, kiosk: KioskHall) -> None:
    answer = page.goto(kiosk.url().replace("/demo", "/elsewhere"))
    assert answer
    assert answer.status == 404
    expect(page.locator("h2:lang(zh)")).to_be_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_machine_that_the_hall_does_not_know_sends_visitors_on_and_tells_the_staff_what_to_do(
    page: Page, kiosk: KioskHall, lang: str
) -> None:
    kiosk.role = None
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    cover = page.locator("[data-cover=unknown]")
    expect(cover).to_be_visible()
    visitor.speak(lang)
    for key in ("out_of_use", "out_of_use_do", "not_registered"):
        expect(cover).to_contain_text(translate(f"kiosk.{key}", lang))
    assert kiosk.asked == []


@pytest.mark.parametrize("role", ["clerk", "board"])
def test_a_token_that_is_not_a_kiosks_opens_no_kiosk(page: Page, kiosk: KioskHall, role: str) -> None:
    kiosk.role = role
    Visitor(page, kiosk).arrive()
    expect(page.locator("[data-cover=unknown]")).to_be_visible()


def test_a_machine_whose_registration_ended_says_so_when_a_ticket_is_refused_and_goes_on_when_it_is_back(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    page.clock.install()
    visitor.arrive()
    wait_for(lambda: kiosk.looked)
    visitor.open("S")
    visitor.settle()
    kiosk.role, kiosk.refusal = None, problem(401, "bad_token", {})
    visitor.take()
    cover = page.locator("[data-cover=unknown]")
    expect(cover).to_be_visible()
    kiosk.role, kiosk.refusal = "kiosk", None
    page.clock.run_for(20_000)
    expect(cover).to_be_hidden()


@pytest.mark.proves("S32")
def test_a_touch_before_the_page_stands_is_kept_and_a_page_cut_off_while_it_loads_begins_anew(
    browser: Browser, kiosk: KioskHall
) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/kiosk-machine.js", hold, times=1)
    with page.expect_request("**/kiosk-machine.js"):
        page.goto(kiosk.url())
    tile = page.locator(".tile[data-category=F]")
    expect(tile).to_contain_text(translate("kiosk.waiting", "zh", n=16))
    tile.click()
    expect(tile).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(page.locator(".step.category")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.route("**/kiosk-machine.js", lambda route: route.abort(), times=1)
    page.reload()
    expect(page.locator("yc-kiosk[data-ready]")).to_be_attached(timeout=15_000)
    context.close()
