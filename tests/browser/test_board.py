"""The hall board in a real browser: calls are seen, old data said to be old, it recovers by itself."""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from pathlib import Path

import axe_playwright_python
import msgspec
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from displays.board import Call
from displays.layout import Screen, least_capital, plan
from tests.browser.board_app import Hall, board, call, notice, now_ms, queues
from tests.waiting import wait_for

LANDSCAPE, PORTRAIT = (1920, 1080), (1080, 1920)


def open_board(page: Page, hall: Hall, query: str = "") -> Page:
    page.set_viewport_size({"width": hall.screen.width, "height": hall.screen.height})
    page.goto(hall.url(query))
    return page


def fresh(page: Page) -> None:
    page.wait_for_selector("body[data-link=fresh]")


def shown(page: Page) -> list[str]:
    """The calls on the page now, as ``number>window``."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.call:not([hidden])')].map((row) => row.dataset.key)"
    )
    return found


def some_calls(count: int) -> list[Call]:
    return [call(f"A{place:03d}", place, 100 + place, at=now_ms() - 120_000) for place in range(1, count + 1)]


def test_a_call_appears_with_its_number_and_its_window_told_apart_by_shape(
    page: Page, board_hall: Hall
) -> None:
    board_hall.show(board(1, []))
    open_board(page, board_hall)
    fresh(page)
    expect(page.locator(".nobody")).to_be_visible()
    board_hall.show(board(2, [call("A023", 3, 2)]))
    row = page.locator(".call:visible")
    expect(row.locator(".number")).to_have_text("A023")
    expect(row.locator(".window b")).to_have_text("3")
    shape = "(part) => [getComputedStyle(part).backgroundColor, getComputedStyle(part).boxShadow]"
    number, window = (row.locator(part).evaluate(shape) for part in (".number", ".window"))
    assert number == ["rgba(0, 0, 0, 0)", "none"]
    assert window[1] != "none"


def test_lines_notices_hall_and_clock_are_shown_in_the_halls_languages(page: Page, board_hall: Hall) -> None:
    board_hall.languages = ("zh", "ko")
    board_hall.show(
        board(1, [], queues=queues(paused="A"), notices=(notice("午间不清号。", "번호는 유지됩니다."),))
    )
    open_board(page, board_hall)
    fresh(page)
    expect(page.locator("h1")).to_have_text("示例县政务服务中心시범현 정무봉사중심")
    row = page.locator('board-waiting li[data-category="A"]')
    expect(row.locator(".name")).to_have_text("项目投资대상투자")
    expect(row.locator(".badge")).to_be_visible()
    expect(page.locator("board-notices span")).to_have_text(["午间不清号。", "번호는 유지됩니다."])
    expect(page.locator("board-clock time")).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_every_category_is_shown_in_turn(page: Page, board_hall: Hall) -> None:
    board_hall.show(board(1, []))
    open_board(page, board_hall)
    fresh(page)
    visible = (
        "[...document.querySelectorAll('board-waiting li:not([hidden])')].map((row) => row.dataset.category)"
    )
    seen: set[str] = set()

    def all_seen() -> bool:
        seen.update(page.evaluate(visible))
        return seen == set("ABCDSFGJKL")

    wait_for(all_seen, 15)


@pytest.mark.proves("S19")
def test_five_calls_within_100_ms_are_all_shown_and_each_stands_out_once(
    page: Page, board_hall: Hall
) -> None:
    board_hall.show(board(10, []))
    open_board(page, board_hall)
    fresh(page)
    page.evaluate(ANNOUNCED)
    boards = [
        board(10 + n, [call(f"A{k:03d}", k, 10 + k) for k in range(n, 0, -1)], version=board_hall.version)
        for n in range(1, 6)
    ]

    def all_at_once() -> None:
        for one in boards:
            board_hall.hub.publish("demo", msgspec.json.encode(one))

    board_hall.shown = boards[-1]
    board_hall.on_loop(all_at_once)
    wait_for(lambda: len(page.evaluate("announced")) >= 5, 10)
    page.wait_for_selector('.call[data-key="A005>5"]')
    assert page.evaluate("announced") == ["11", "12", "13", "14", "15"]
    on_pages = "document.querySelector('board-calls').pages.flat().map((one) => one.number)"
    assert page.evaluate(on_pages) == ["A005", "A004", "A003", "A002", "A001"]


ANNOUNCED = """() => { window.announced = [];
  const note = (changes) => { for (const { target } of changes)
    if (!announced.includes(target.dataset.announced)) announced.push(target.dataset.announced); };
  const of = { subtree: true, attributes: true, attributeFilter: ["data-announced"] };
  new MutationObserver(note).observe(document.querySelector(".grid"), of); }"""


@pytest.mark.proves("S20")
def test_three_calls_made_while_the_link_is_down_all_appear_when_it_is_back(
    page: Page, board_hall: Hall
) -> None:
    board_hall.show(board(10, [call("A001", 1, 10)]))
    open_board(page, board_hall)
    fresh(page)
    board_hall.stop()
    board_hall.shown = board(13, [call("A004", 4, 13), call("A003", 3, 12), call("A002", 2, 11)])
    board_hall.start()
    wait_for(lambda: shown(page) == ["A004>4", "A003>3", "A002>2"], 15)
    announced = page.locator(".call[data-announced]:visible")
    expect(announced).to_have_count(3)


@pytest.mark.proves("S21")
def test_a_board_that_starts_before_the_server_says_so_and_recovers_by_itself(
    page: Page, board_hall: Hall
) -> None:
    board_hall.live = False  # the page is there, kept from an earlier run; its server never was
    open_board(page, board_hall)
    board_hall.stop()
    stale = page.locator("board-stale")
    expect(stale).to_have_text("正在连接，请听工作人员叫号。", timeout=10_000)
    assert str(board_hall.port) not in page.locator("body").inner_text()
    assert page.locator("input, button, form, select, textarea, a").count() == 0
    board_hall.live = True
    board_hall.shown = board(5, [call("A001", 1, 5)])
    board_hall.start()
    wait_for(lambda: shown(page) == ["A001>1"], 15)
    expect(stale).to_be_hidden()


@pytest.mark.proves("S21")
def test_a_server_that_restarts_brings_the_board_back(page: Page, board_hall: Hall) -> None:
    board_hall.show(board(1, [call("A001", 1, 1)]))
    open_board(page, board_hall)
    fresh(page)
    board_hall.stop()
    page.wait_for_selector("body[data-link=stale]", timeout=10_000)
    board_hall.start()
    page.wait_for_selector("body[data-link=fresh]", timeout=15_000)
    assert shown(page) == ["A001>1"]


@pytest.mark.proves("S23")
def test_for_0_to_30_active_calls_every_one_is_visible_or_paged(page: Page, board_hall: Hall) -> None:
    board_hall.show(board(1, []))
    open_board(page, board_hall)
    fresh(page)
    fits = plan(board_hall.screen).calls
    for count in range(31):
        board_hall.show(board(200 + count, some_calls(count)))
        wanted = {f"A{place:03d}>{place}" for place in range(1, count + 1)}
        paged = "(count) => document.querySelector('board-calls').pages.flat().length === count"
        wait_for(partial(page.evaluate, paged, count))
        on_pages: list[list[str]] = page.evaluate(
            """() => { const calls = document.querySelector("board-calls"), found = [];
                 for (let i = 0; i < calls.pages.length; i++) {
                   calls.page = i; calls.draw(performance.now());
                   const rows = calls.rows.filter((row) => row.checkVisibility());
                   const inside = rows.every((row) => { const box = row.getBoundingClientRect();
                     return box.bottom <= innerHeight && box.right <= innerWidth; });
                   found.push(inside ? rows.map((row) => row.dataset.key) : ["outside"]); }
                 return found; }"""
        )
        assert {key for keys in on_pages for key in keys} == wanted
        assert all(len(keys) <= fits for keys in on_pages)
        expect(page.locator(".pages")).to_be_visible(visible=count > fits)


@pytest.mark.proves("S23")
def test_pages_turn_by_themselves_and_a_new_call_brings_the_first_back(page: Page, board_hall: Hall) -> None:
    calls = some_calls(9)
    board_hall.show(board(200, calls))
    open_board(page, board_hall)
    fresh(page)
    seen: set[str] = set()

    def all_seen() -> bool:
        seen.update(shown(page))
        return len(seen) == 9

    wait_for(all_seen, 10)
    board_hall.show(board(201, [*calls, call("B001", 25, 201)]))
    wait_for(lambda: shown(page)[:1] == ["B001>25"], 5)
    expect(page.locator(".pages")).to_have_text("1 / 3")


@pytest.mark.proves("S24")
def test_a_call_taken_back_leaves_within_one_push_and_is_told_to_wait(page: Page, board_hall: Hall) -> None:
    board_hall.show(board(5, [call("A023", 3, 5), call("B007", 4, 4)]))
    open_board(page, board_hall)
    fresh(page)
    assert shown(page) == ["A023>3", "B007>4"]
    board_hall.show(board(6, [call("B007", 4, 4)], [call("A023", 3, 6, "wait")]))
    expect(page.locator(".call:not([hidden])")).to_have_count(1)
    assert shown(page) == ["B007>4"]
    row = page.locator('board-recent li[data-number="A023"]')
    expect(row).to_contain_text("请稍候")
    expect(page.locator("board-notices")).to_have_text("A023请稍候，将重新叫号，不算过号。")
    hub = board_hall.hub
    board_hall.on_loop(lambda: hub.publish("demo", b'{"type":"board","seq":5,"data_at":1}'))
    board_hall.show(board(7, [call("B007", 4, 4, "serving")], [call("A023", 3, 6, "wait")]))
    page.wait_for_selector('.call[data-state="serving"]')
    assert shown(page) == ["B007>4"]


@pytest.mark.proves("S25")
def test_a_recall_of_the_same_ticket_announces_again(page: Page, board_hall: Hall) -> None:
    board_hall.show(board(5, [call("A023", 3, 5)]))
    open_board(page, board_hall)
    row = page.locator(".call:visible")
    expect(row).to_have_attribute("data-announced", "5")
    board_hall.show(board(6, [call("A023", 3, 6, times=2)]))
    expect(row).to_have_attribute("data-announced", "6")
    expect(row).to_have_attribute("data-times", "2")
    assert row.evaluate("(row) => row.getAnimations().length") == 1


def test_with_reduced_motion_a_new_call_stands_out_without_moving(page: Page, board_hall: Hall) -> None:
    page.emulate_media(reduced_motion="reduce")
    board_hall.show(board(5, [call("A023", 3, 5)]))
    open_board(page, board_hall)
    row = page.locator(".call:visible")
    expect(row).to_have_attribute("data-announced", "5")
    assert row.evaluate("(row) => row.getAnimations().length") == 0
    assert row.evaluate("(row) => getComputedStyle(row).outlineStyle") == "solid"


def test_data_older_than_three_seconds_are_said_to_be_old_with_their_time(
    page: Page, board_hall: Hall
) -> None:
    board_hall.show(board(5, [call("A023", 3, 5)]))
    open_board(page, board_hall)
    fresh(page)
    board_hall.fresh = False
    page.wait_for_selector("body[data-link=stale]", timeout=6000)
    expect(page.locator("board-stale")).to_have_text(
        re.compile(r"^画面停在\d\d:\d\d:\d\d，正在重新连接。请听工作人员叫号。$")
    )
    board_hall.fresh = True
    fresh(page)
    expect(page.locator("board-stale")).to_be_hidden()


def test_a_new_version_of_the_page_is_taken_at_a_quiet_moment(page: Page, board_hall: Hall) -> None:
    board_hall.show(board(5, [call("A023", 3, 5)]))
    open_board(page, board_hall)
    fresh(page)
    page.evaluate("window.stayed = true")
    board_hall.stop()
    board_hall.version = "000000000000"
    board_hall.start()
    expect(page.locator(".call:not([hidden])")).to_have_count(1)
    busy = board(6, [call("A023", 3, 5)])
    board_hall.show(busy)
    page.wait_for_selector("body[data-link=fresh]", timeout=15_000)
    assert page.evaluate("window.stayed") is True
    with page.expect_navigation(timeout=15_000):
        board_hall.show(board(7, [call("A023", 3, 5, "serving")]))
    wait_for(lambda: shown(page) == ["A023>3"], 10)
    assert page.evaluate("window.stayed") is None


@pytest.mark.parametrize(
    "screen",
    [
        Screen(diagonal=55, width=1920, height=1080, distance=8),
        Screen(diagonal=43, width=1080, height=1920, distance=5, longest_window=3),
        Screen(diagonal=65, width=1280, height=720, distance=4),
    ],
    ids=["55in-8m", "43in-portrait-5m", "65in-4m"],
)
def test_capitals_on_the_screen_are_as_high_as_the_distance_asks(
    page: Page, board_hall: Hall, screen: Screen
) -> None:
    board_hall.screen = screen
    board_hall.show(board(5, [call("H171", 17, 5, at=now_ms() - 120_000)]))
    open_board(page, board_hall)
    fresh(page)
    for part in (".number", ".window b"):
        assert ink_height(page, f".call:visible {part}") >= least_capital(screen)


def ink_height(page: Page, selector: str) -> int:
    """How many rows of pixels the text's ink covers, measured on a screenshot."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    around = page.screenshot(
        clip={"x": box["x"], "y": box["y"] - 6, "width": box["width"], "height": box["height"] + 12}
    )
    grey = Image.open(BytesIO(around)).convert("L")
    ground = Image.new("L", grey.size, grey.getpixel((0, grey.height // 2)))
    ink = ImageChops.difference(grey, ground).point(lambda level: 255 if level > 60 else 0).getbbox()
    assert ink is not None
    return ink[3] - ink[1]


@pytest.mark.proves("S6")
@pytest.mark.parametrize("languages", [("zh",), ("zh", "ko"), ("zh", "en")])
@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT])
def test_ticket_1000_and_window_100_are_whole(
    page: Page, board_hall: Hall, size: tuple[int, int], languages: tuple[str, ...]
) -> None:
    board_hall.screen = Screen(width=size[0], height=size[1], distance=7, longest_number=5, longest_window=3)
    board_hall.languages = languages
    place = {"floor": "2", "area": "不动产登记综合受理区"}
    board_hall.show(board(5, [call("W1000", 100, 5, **place), call("A023", 3, 4, **place)]))
    open_board(page, board_hall)
    fresh(page)
    assert page.evaluate((Path(__file__).parent / "cut_parts.js").read_text()) == []


@pytest.mark.parametrize(("lang", "said"), [("zh", "2楼"), ("ko", "2층"), ("en", "Floor 2")])
def test_a_floor_that_is_a_number_is_called_a_floor(
    page: Page, board_hall: Hall, lang: str, said: str
) -> None:
    board_hall.languages = (lang,)
    board_hall.show(board(5, [call("A023", 3, 5, floor="2", area="不动产区")]))
    open_board(page, board_hall)
    expect(page.locator(".call:visible .place")).to_have_text(f"{said} 不动产区")


@pytest.mark.proves("S38")
def test_the_page_writes_nothing_of_a_call_but_what_is_public(page: Page, board_hall: Hall) -> None:
    frames: list[str | bytes] = []

    def keep(frame: str | bytes) -> None:
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    board_hall.show(board(5, [call("A023", 3, 5)]))
    open_board(page, board_hall)
    fresh(page)
    assert frames
    for text in frames:
        assert not re.search(r'"(id|ticket|code|name_of|phone|identity|token)"', str(text))


def test_the_board_is_accessible_and_a_page_that_is_not_is_found_out(page: Page, board_hall: Hall) -> None:
    board_hall.languages = ("zh", "ko")
    board_hall.show(board(5, some_calls(6), [call("A023", 3, 6, "wait")], queues=queues(paused="B")))
    open_board(page, board_hall)
    fresh(page)
    expect(page.locator(".call:visible").first).to_be_visible()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "best-practice"]}
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

    def violations() -> list[str]:
        page.evaluate(axe)
        found: list[str] = page.evaluate(
            "(rules) => axe.run(document, rules).then((result) => result.violations.map((rule) =>"
            " rule.id + ': ' + rule.nodes.map((node) => node.html).join(' | ')))",
            rules,
        )
        return found

    assert violations() == []
    page.evaluate("document.querySelector('.name').style.color = '#345'")
    assert [rule.split(":")[0] for rule in violations()] != []
