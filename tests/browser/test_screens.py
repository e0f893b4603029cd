"""Signs of windows and boards of areas in a real browser: what they show, their colours, their room."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from displays.contrast import contrast
from displays.layout import Screen, least_capital, plan
from displays.pages import Look
from tests.browser.board_app import Hall, board, call, coming, notice, now_ms, sign
from tests.browser.test_board import LANDSCAPE, PORTRAIT, fresh, ink_height, some_calls
from tests.waiting import wait_for

EVENING = {
    "paper": "#101018", "surface": "#1c1c2a", "ink": "#ffffff", "ink_soft": "#c8c8d8", "primary": "#a8d8ff",
    "warm": "#ffe08a", "lamp": "#ffe08a", "on_lamp": "#101018", "alert_ground": "#7a1410",
    "on_alert": "#ffffff", "edge": "#8a8aa8",
}  # fmt: skip
CUT = (Path(__file__).parent / "cut_parts.js").read_text()
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def open_screen(page: Page, hall: Hall, screen: str) -> None:
    page.set_viewport_size({"width": hall.screen.width, "height": hall.screen.height})
    page.goto(hall.screen_url(screen))
    fresh(page)


# --- the sign of a window -----------------------------------------------------------------


@pytest.mark.proves("S24")
def test_a_sign_shows_the_call_the_service_the_pause_and_who_sits_there(page: Page, board_hall: Hall) -> None:
    board_hall.show(sign(1))
    open_screen(page, board_hall, "w")
    expect(page.locator(".say")).to_have_text("等候叫号")
    expect(page.locator(".window b")).to_have_text("3")
    expect(page.locator(".staff")).to_have_text("工号 0307")
    board_hall.show(sign(2, call("A023", 3, 2)))
    expect(page.locator(".number")).to_have_text("A023")
    expect(page.locator("body")).to_have_attribute("data-announced", "2")
    board_hall.show(sign(3, call("A023", 3, 2, "serving")))
    expect(page.locator(".say")).to_have_text("正在办理")
    board_hall.show(sign(4, None, "paused", reason={"zh": "用餐"}))
    expect(page.locator(".number")).to_be_hidden()
    expect(page.locator(".say")).to_have_text("暂停服务 · 用餐")
    board_hall.show(sign(5, None, "closed", staff=""))
    expect(page.locator(".say")).to_have_text("暂未开放")
    expect(page.locator(".staff")).to_be_hidden()


@pytest.mark.proves("S25")
def test_a_recall_makes_the_sign_stand_out_again(page: Page, board_hall: Hall) -> None:
    board_hall.show(sign(2, call("A023", 3, 2)))
    open_screen(page, board_hall, "w")
    expect(page.locator("body")).to_have_attribute("data-announced", "2")
    page.evaluate("document.body.removeAttribute('data-fresh')")
    board_hall.show(sign(7, call("A023", 3, 7, times=2)))
    expect(page.locator("body[data-fresh]")).to_have_attribute("data-announced", "7")


def test_a_sign_whose_data_are_old_says_so_and_puts_its_lamp_out(page: Page, board_hall: Hall) -> None:
    board_hall.show(sign(2, call("A023", 3, 2)))
    open_screen(page, board_hall, "w")
    lamp = "getComputedStyle(document.querySelector('.window')).backgroundColor"
    assert page.evaluate(lamp) != "rgba(0, 0, 0, 0)"
    board_hall.fresh = False
    expect(page.locator("board-stale")).to_be_visible(timeout=10_000)
    assert page.evaluate(lamp) == "rgba(0, 0, 0, 0)"
    board_hall.fresh = True
    expect(page.locator("board-stale")).to_be_hidden(timeout=10_000)


@pytest.mark.proves("S6")
@pytest.mark.parametrize("languages", [("zh",), ("zh", "ko"), ("zh", "en")])
@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT, (1920, 540)])
def test_ticket_1000_and_window_100_are_whole_on_a_sign(
    page: Page, board_hall: Hall, size: tuple[int, int], languages: tuple[str, ...]
) -> None:
    board_hall.screen = Screen(width=size[0], height=size[1], distance=5, longest_window=3)
    board_hall.languages = languages
    board_hall.show(sign(5, call("W1000", 3, 5)))
    open_screen(page, board_hall, "w")
    expect(page.locator(".number")).to_have_text("W1000")
    page.evaluate("document.querySelector('.window b').textContent = '100'")
    assert page.evaluate(CUT) == []
    assert ink_height(page, ".number") >= least_capital(board_hall.screen)


# --- a board's next numbers ----------------------------------------------------------------


def test_the_next_numbers_are_told_to_get_ready_with_where_to_go_each_in_its_turn(
    page: Page, board_hall: Hall
) -> None:
    board_hall.more = {"prepare": 6, "directions": {"不动产区": "left"}}
    numbers = ["A024", "D118", "S009", "B031", "F002", "G015"]
    board_hall.show(board(1, [call("A023", 3, 1)], coming=coming(*numbers)))
    open_screen(page, board_hall, "b")
    row = page.locator('board-coming li[data-number="A024"]')
    expect(row).to_contain_text("2楼 不动产区")
    expect(row).to_contain_text("← 左边")
    visible = (
        "[...document.querySelectorAll('board-coming li:not([hidden])')].map((row) => row.dataset.number)"
    )
    seen: set[str] = set()

    def all_seen() -> bool:
        seen.update(page.evaluate(visible))
        return seen == set(numbers)

    wait_for(all_seen, 15)
    assert page.evaluate(CUT) == []


# --- pictures give way to calls ---------------------------------------------------------------


def test_pictures_and_notices_take_the_rows_that_no_call_needs_and_give_them_back(
    page: Page, board_hall: Hall
) -> None:
    shown = [f"/media/{name}" for name in ("gone.png", "spring.png", "gone.webm", "guide.webm")]
    board_hall.more = {"media": tuple(shown), "media_seconds": 0.3}
    board_hall.show(board(1, [call("A023", 3, 1)], notices=(notice("午间不清号。"),)))
    page.add_init_script(ENDED)
    open_screen(page, board_hall, "b")
    media = page.locator("board-media")
    expect(media.locator("img")).to_be_visible()
    expect(media.locator("video")).to_be_visible()
    wait_for(lambda: page.evaluate("ended") == ["/media/guide.webm"] * 2, 10)
    loaded = "document.querySelector('board-media img').naturalWidth"
    wait_for(lambda: page.evaluate(loaded) == 640, 10)
    expect(media.locator("p")).to_have_text("午间不清号。")
    apart = """() => { const media = document.querySelector("board-media").getBoundingClientRect();
      return [...document.querySelectorAll(".call:not([hidden])")].every((row) => {
      const box = row.getBoundingClientRect();
        return box.bottom <= media.top || box.right <= media.left; }); }"""
    assert page.evaluate(apart)
    full = plan(board_hall.screen).calls
    board_hall.show(board(200, some_calls(full)))
    expect(page.locator(".call:visible")).to_have_count(full)
    expect(media).to_be_hidden()
    board_hall.show(board(201, some_calls(2)))
    expect(media).to_be_visible()
    assert page.evaluate(apart)


ENDED = """window.ended = [];
  addEventListener("ended", ({ target }) => ended.push(target.getAttribute("src")), true);"""


# --- colours ------------------------------------------------------------------------------


LOOKS = pytest.mark.parametrize(
    "look", [Look("dark"), Look("light"), Look("dark", EVENING)], ids=["dark", "light", "own"]
)


@LOOKS
@pytest.mark.parametrize("screen", ["b", "w"])
def test_every_text_on_a_screen_is_measured_to_reach_seven_to_one_in_every_theme(
    page: Page, board_hall: Hall, screen: str, look: Look
) -> None:
    board_hall.look, board_hall.languages = look, ("zh", "ko")
    board_hall.more = {"prepare": 3}
    waits = [call("A023", 3, 6, "wait"), call("B001", 4, 5, "past")]
    served = call("D001", 7, 3, "serving")
    shown = (
        board(9, [call("A024", 3, 9), served], waits, coming=coming("A025"))
        if screen == "b"
        else sign(9, call("A023", 3, 9))
    )
    board_hall.show(shown)
    open_screen(page, board_hall, screen)
    pairs: list[list[str]] = page.evaluate(MEASURED)
    assert len(pairs) > 5
    low = [pair for pair in pairs if contrast(pair[0], pair[1]) < 7]
    assert low == []


MEASURED = """() => {
  const hex = (colour) => "#" + colour.match(/\\d+/g).slice(0, 3)
    .map((part) => (+part).toString(16).padStart(2, "0")).join("");
  const ground = (one) => { for (let at = one; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return hex(colour); } return "#ffffff"; };
  const found = [];
  for (const one of document.body.querySelectorAll("*")) {
    const text = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text || !one.checkVisibility()) continue;
    found.push([hex(getComputedStyle(one).color), ground(one), one.className || one.tagName]); }
  return found; }"""


def test_the_measure_finds_a_text_that_nobody_can_read(page: Page, board_hall: Hall) -> None:
    board_hall.show(sign(9, call("A023", 3, 9)))
    open_screen(page, board_hall, "w")
    page.evaluate("document.querySelector('.number').style.color = '#224444'")
    assert any(contrast(text, ground) < 7 for text, ground, _ in page.evaluate(MEASURED))


@LOOKS
@pytest.mark.parametrize("screen", ["b", "w"])
def test_a_screen_is_accessible(page: Page, board_hall: Hall, screen: str, look: Look) -> None:
    board_hall.look, board_hall.languages = look, ("zh", "en")
    board_hall.more = {"prepare": 3, "media": ("/media/spring.png",)}
    at = now_ms() - 120_000
    shown = (
        board(9, [call("A024", 3, 9, at=at)], coming=coming("A025"))
        if screen == "b"
        else sign(9, call("A023", 3, 9, at=at))
    )
    board_hall.show(shown)
    open_screen(page, board_hall, screen)
    page.evaluate(AXE)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "best-practice"]}
    found = page.evaluate(
        "(rules) => axe.run(document, rules).then((result) => result.violations.map((rule) =>"
        " rule.id + ': ' + rule.nodes.map((node) => node.html).join(' | ')))",
        rules,
    )
    assert found == []


def test_an_unknown_screen_is_refused_in_plain_words(page: Page, board_hall: Hall) -> None:
    page.goto(board_hall.screen_url("nowhere"))
    expect(page.locator("body")).to_contain_text("没有这块屏幕。请联系工作人员。")
    assert page.locator("input, button, form, a").count() == 0
