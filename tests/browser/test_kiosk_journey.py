"""A visitor takes a ticket at the kiosk, in a real browser, from the first touch to the wiped page."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from queue_server.locale import translate
from tests.browser.kiosk_hall import AREA, CATEGORIES, FULL, RULE, SECRET, TOKEN, KioskHall, choices
from tests.browser.kiosk_visitor import LANGUAGES, Visitor, read_qr
from tests.waiting import wait_for

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_ticket_takes_three_touches_at_most_in_each_language(
    page: Page, kiosk: KioskHall, lang: str
) -> None:
    kiosk.expected = (1_795_572_300_000, 1_795_573_500_000)  # 10:05 to 10:25 there
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak(lang)
    visitor.open("S")
    visitor.take()
    assert visitor.number() == "S023"
    assert visitor.touches <= 3
    assert [(wish.category, wish.cls, wish.language) for _, wish in kiosk.asked] == [("S", "ordinary", lang)]
    expect(page.locator("[data-ahead]")).to_contain_text(translate("kiosk.ahead", lang, n=9))
    expect(page.locator("[data-windows]")).to_have_text(translate("kiosk.window_list", lang, list="12–16"))
    expected = translate("kiosk.now_expected", lang, first="10:05", last="10:25")
    expect(page.locator("[data-now]")).to_contain_text(expected)
    expect(page.locator("[data-now]")).to_contain_text(AREA[lang])
    expect(page.locator("[data-rules]")).to_have_text(RULE[lang])
    expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-CN", "ko": "ko-CN", "en": "en"}[lang])
    expect(page.locator("[data-qr] svg")).to_be_visible()
    seen = Image.open(io.BytesIO(page.screenshot()))
    assert read_qr(seen) == kiosk.issued[kiosk.asked[0][0]].url


def test_korean_stands_under_chinese(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak("ko")
    tile = page.locator(".tile[data-category=F] .name > span")
    expect(tile).to_have_text(["公安户政", "공안호정"])
    first, second = (tile.nth(place).bounding_box() for place in (0, 1))
    assert first
    assert second
    assert second["y"] >= first["y"] + first["height"] - 1


def test_chosen_matters_go_on_the_ticket_with_their_materials(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    for matter in ("S02", "S03", "S02", "S02"):
        visitor.touch(f"[data-matter={matter}]")
    expect(page.locator("[data-matter=S03] .needs")).to_contain_text("灵活就业人员参保登记表")
    expect(page.locator("[data-matter=S01] .needs")).to_be_hidden()
    visitor.take("priority")
    visitor.number()
    ((_, wish),) = kiosk.asked
    assert (set(wish.matters), wish.cls) == ({"S02", "S03"}, "priority")
    expect(page.locator("[data-priority]")).to_be_visible()
    expect(page.locator("[data-checklist] li")).to_have_count(5)
    visitor.settle()
    visitor.speak("ko")
    expect(page.locator("[data-checklist] li").nth(3)).to_have_text("주민신분증")
    expect(page.locator("[data-checklist] li").nth(4)).to_have_text("灵活就业人员参保登记表")


def test_the_language_can_be_switched_at_every_step_without_losing_the_place(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak("en")
    visitor.open("S")
    visitor.touch("[data-matter=S01]")
    visitor.speak("ko")
    expect(page.locator("[data-matter=S01]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-matter=S01] .name")).to_contain_text("기본의료보험")
    visitor.take()
    number = visitor.number()
    visitor.speak("en")
    assert visitor.number() == number
    expect(page.locator("[data-ahead]")).to_have_text("9 ahead of you")
    expect(page.locator("[data-rules]")).to_have_text(RULE["en"])
    assert len(kiosk.asked) == 1


def test_large_type_and_contrast_last_through_the_journey_and_end_with_it(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.touch("[data-do=large]")
    visitor.aid("contrast")
    visitor.open("S")
    visitor.take()
    visitor.number()
    root = page.locator("html")
    expect(root).to_have_attribute("data-type", "large")
    expect(root).to_have_attribute("data-contrast", "high")
    visitor.touch(".done")
    expect(root).to_have_attribute("data-type", "usual")
    expect(root).to_have_attribute("data-contrast", "usual")


def test_a_shut_category_says_why_and_what_else_is_possible(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    expect(page.locator(".tile[data-category=L] .whole")).to_have_text(FULL["zh"])
    visitor.open("L")
    expect(page.locator("[data-why]")).to_have_text(FULL["zh"])
    expect(page.locator("[data-do=take]:visible")).to_have_count(0)
    visitor.touch("[data-closed] [data-do=back]")
    expect(visitor.step("start")).to_be_visible()


def test_the_start_page_follows_the_hall_as_it_changes(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    expect(page.locator(".tile .letter")).to_have_text([letter for letter, *_ in CATEGORIES])
    expect(page.locator(".tile[data-category=B] .facts")).to_contain_text("等候7人")
    wait_for(lambda: kiosk.sockets)
    shut = [choice for choice in choices(full="B") if choice.category != "H"]
    kiosk.offer(choices=tuple(reversed(shut)), notices=({"zh": "今天下午停电检修"},))
    expect(page.locator(".tile[data-category=B]")).to_have_attribute("data-shut", "")
    expect(page.locator(".tile .letter")).to_have_text([choice.category for choice in reversed(shut)])
    expect(page.locator("[data-notice]")).to_have_text("今天下午停电检修")


def test_when_nobody_calls_yet_the_page_says_from_when(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    expect(page.locator(".tile[data-category=H] .facts")).to_contain_text("起叫号")
    visitor.open("H")
    expect(page.locator("[data-pick]")).to_have_text(translate("kiosk.no_matters", "zh"))
    visitor.take()
    visitor.number()
    expect(page.locator("[data-now]")).to_contain_text("起叫号，在这之前可以离开")


def test_the_device_token_is_kept_out_of_address_page_and_queries(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    assert page.url == kiosk.url(fragment="")
    assert TOKEN not in page.content()
    visitor.open("S")
    visitor.take()
    visitor.number()
    assert kiosk.tokens == [f"Bearer {TOKEN}"]
    assert not any(TOKEN in path for path in kiosk.paths)
    page.reload()
    expect(visitor.step("start")).to_be_attached()
    assert page.evaluate("history.length") < 10
    assert TOKEN not in page.content()


def test_i_have_noted_it_wipes_the_ticket_from_the_page(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.open("S")
    visitor.take()
    number = visitor.number()
    visitor.touch(".done")
    expect(visitor.step("start")).to_be_visible()
    assert_wiped(page, number)


@pytest.mark.proves("S8")
def test_a_double_tap_opens_one_page_and_takes_one_ticket(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    tile = page.locator(".tile[data-category=J]").bounding_box()
    assert tile
    for _ in range(2):
        page.mouse.click(tile["x"] + tile["width"] / 2, tile["y"] + tile["height"] / 2)
    expect(visitor.step("category")).to_be_visible()
    assert kiosk.asked == []
    visitor.settle()
    button = page.locator("[data-cls=ordinary]").bounding_box()
    assert button
    for _ in range(3):
        page.mouse.click(button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
    number = visitor.number()
    visitor.settle()
    assert visitor.number() == number
    assert len(kiosk.asked) == 1


def test_every_touch_shows_its_effect_before_any_timer_or_answer(page: Page, kiosk: KioskHall) -> None:
    """The effect stands when the touch has been handled; how long that takes: `make bench NAME=painting`."""
    kiosk.speaks.clear()
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    page.route("**/api/**", lambda _: None)  # nothing is answered
    effects = page.evaluate("""() => {
      const root = document.querySelector('yc-kiosk');
      const seen = new MutationObserver(() => undefined);
      seen.observe(root, { subtree: true, attributes: true, childList: true, characterData: true });
      const touched = ['[data-lang=ko]', '[data-category=S]', '[data-matter=S01]', '[data-cls=ordinary]'];
      return touched.map((selector) => {
        seen.takeRecords();
        root.querySelector(`button${selector}`).click();
        return seen.takeRecords().length;
      });
    }""")
    assert all(effects), effects
    expect(page.locator("[data-cls=ordinary]")).to_have_attribute("aria-busy", "true")
    expect(page.locator("[data-chosen]")).to_have_text(translate("kiosk.taking", "ko"))


@pytest.mark.parametrize("large", [False, True])
def test_a_kiosk_left_alone_warns_and_then_wipes_everything(
    page: Page, kiosk: KioskHall, large: bool
) -> None:
    page.clock.install()
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak("en")
    if large:
        visitor.touch("[data-do=large]")
    visitor.open("S")
    page.clock.run_for(500)
    visitor.take()
    number = visitor.number()
    twice = 2 if large else 1
    page.clock.run_for(58_000 * twice)
    warning = page.locator("[data-cover=idle]")
    expect(warning).to_be_hidden()
    page.clock.run_for(4_000 * twice)
    expect(warning).to_be_visible()
    page.mouse.click(300, 300)
    expect(warning).to_be_hidden()
    assert visitor.number() == number
    page.clock.run_for(62_000 * twice)
    expect(page.locator("[data-idle-left]")).to_contain_text("Back to the start in")
    page.clock.run_for(20_000 * twice)
    expect(warning).to_be_hidden()
    expect(visitor.step("start")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert_wiped(page, number)


def typed_in(way: str, lang: str, *fields: tuple[str, str]) -> Callable[[Visitor], None]:
    """Somebody goes a way in a language and types into its fields, on the screen's keys."""

    def types(visitor: Visitor) -> None:
        visitor.speak(lang)
        visitor.touch(f"[data-way={way}]")
        visitor.settle()
        for field, text in fields:
            if field:
                visitor.touch(f"[data-field={field}]")
            visitor.press(text)

    return types


def searched_by_keyboard(visitor: Visitor) -> None:
    visitor.touch("[data-way=find]")
    visitor.page.fill("[data-query]", "外地看病")


def read_a_guide(visitor: Visitor) -> None:
    visitor.aid("contrast voice")
    typed_in("find", "ko", ("", "ㅌㅏㅈㅣ"))(visitor)
    visitor.touch("[data-results] button >> nth=0")


def opened_to_cancel(visitor: Visitor) -> None:
    visitor.open_ticket()
    visitor.touch("[data-what=cancel]")


ABANDONED = [
    ("find", typed_in("find", "zh", ("", "qxzq")), ("qxzq",)),
    ("find", typed_in("find", "ko", ("", "ㅎㅗㅣㅅㅏ")), ("회사", "ㅎㅗㅣㅅㅏ")),
    ("mine", typed_in("mine", "en", ("number", "S023"), ("code", "7KQ")), ("S023", "7KQ")),
    ("booked", typed_in("booked", "zh", ("", "8RTX")), ("8RTX",)),
    ("find", searched_by_keyboard, ("外地看病",)),
    ("find", read_a_guide, ("3f9a2c1b",)),
    ("mine", opened_to_cancel, ("S023", "7KQ4M", SECRET)),
]
"""What somebody leaves behind who goes away in the middle of it, and which words of it must be gone."""

EVERYTHING = """() => {
  const page = document.documentElement.cloneNode(true);
  for (const moves of page.querySelectorAll('[data-clock], [data-strip]')) moves.remove();
  page.querySelector('yc-kiosk').removeAttribute('data-settling');
  const fields = [...document.querySelectorAll('input')].map((field) => field.value);
  const kept = [{ ...sessionStorage }, { ...localStorage }, history.state, document.title, location.href];
  return page.outerHTML.replace(/></g, '>\\n<') + '\\n' + JSON.stringify([fields, kept]);
}"""
"""The whole page with what is hidden in it, what stands in its fields, and what the browser keeps for it."""


def test_whatever_a_visitor_leaves_half_done_the_next_finds_the_page_that_nobody_has_touched(
    page: Page, kiosk: KioskHall
) -> None:
    page.clock.install()
    visitor = Visitor(page, kiosk)
    with page.expect_response("**/catalogue"):
        visitor.arrive()
        page.clock.run_for(1500)
    visitor.speak("en")  # the page's own words bear their language once they have been written anew
    page.clock.fast_forward(85_000)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.evaluate("document.activeElement.blur()")
    untouched = page.evaluate(EVERYTHING)
    for way, leaves, words in ABANDONED:
        leaves(visitor)
        page.evaluate("document.activeElement.blur()")
        assert not any(word in untouched for word in words)
        assert any(word in page.evaluate(EVERYTHING) for word in words), "the control: it stood there before"
        page.clock.fast_forward(85_000)
        expect(visitor.step("start")).to_be_visible()
        visitor.settle()
        assert page.evaluate(EVERYTHING).splitlines() == untouched.splitlines()
        visitor.touch(f"[data-way={way}]")  # nor does what the script has kept come back
        expect(page.locator("[data-query]")).to_have_value("")
        assert not [word for word in words if word in page.evaluate(EVERYTHING)]
        visitor.back()
        page.clock.fast_forward(1000)


def test_an_untouched_start_page_is_never_interrupted(page: Page, kiosk: KioskHall) -> None:
    page.clock.install()
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    page.clock.run_for(70_000)
    expect(page.locator("[data-cover=idle]")).to_be_hidden()


def test_menus_selection_zoom_and_leaving_are_off(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    prevented = page.evaluate("""() => {
      const target = document.querySelector('.tile');
      const events = [new MouseEvent('contextmenu', { bubbles: true, cancelable: true }),
        new Event('selectstart', { bubbles: true, cancelable: true }),
        new DragEvent('dragstart', { bubbles: true, cancelable: true }),
        new WheelEvent('wheel', { bubbles: true, cancelable: true, ctrlKey: true }),
        new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ctrlKey: true, key: '+' }),
        new KeyboardEvent('keydown', { bubbles: true, cancelable: true, altKey: true, key: 'ArrowLeft' })];
      return events.map((event) => !target.dispatchEvent(event));
    }""")
    assert prevented == [True] * 6
    assert page.evaluate("getComputedStyle(document.querySelector('.tile')).userSelect") == "none"
    assert page.evaluate("getComputedStyle(document.body).touchAction") == "none"
    page.evaluate("history.back()")
    wait_for(lambda: page.evaluate("history.state === null"))
    assert page.url == kiosk.url(fragment="")
    expect(visitor.step("start")).to_be_visible()


def assert_wiped(page: Page, number: str) -> None:
    """Nothing of the ticket is left: not in the page, not in what the browser stores."""
    left = page.content() + page.evaluate("JSON.stringify([sessionStorage, history.state, document.title])")
    for secret in (number, "7KQ4M", "hall.example", 'class="qr"'):
        assert secret not in left
