"""How the kiosk looks, measured on the rendered page: nothing too small, too close, too faint or cut."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.kiosk_hall import FULL, KioskHall, choices, problem
from tests.browser.kiosk_measure import contrast, cut_off, faint_texts, small_targets, texts
from tests.browser.kiosk_visitor import LANGUAGES, SIZES, Visitor

pytestmark = pytest.mark.browser

SMALLEST = (1024, 768)
MODES = ("usual", "large", "contrast", "low")
EVERY_RULE = {"rules": {"color-contrast-enhanced": {"enabled": True}}, "resultTypes": ["violations"]}


def problems_of_look(page: Page, large: bool) -> list[str]:
    """What a person with weak eyes or unsteady hands would stumble over on this step."""
    least = 32 if large else 24
    small = [f"{text['text']}: {text['size']} px" for text in texts(page) if text["size"] < least]
    colours_alike_on_every_screen = page.viewport_size != {"width": SMALLEST[0], "height": SMALLEST[1]}
    faint = [] if colours_alike_on_every_screen else faint_texts(page)
    return small + cut_off(page) + small_targets(page) + faint


def axe(page: Page) -> list[str]:
    found = Axe().run(page, options=EVERY_RULE).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def look(page: Page, name: str, large: bool, found: dict[str, list[str]]) -> None:
    page.wait_for_selector("yc-kiosk:not([data-settling])")
    seen = problems_of_look(page, large)
    if seen:
        found[name] = seen


def other_ways(page: Page, visitor: Visitor, lang: str, seen: Callable[[str], None]) -> None:
    """The steps beside the tiles: search and guide, codes and the opened ticket, aids and help."""
    visitor.touch("[data-way=find]")
    seen("search, nothing typed")
    visitor.press({"zh": "yl", "ko": "ㅂㅗㅎㅓㅁ", "en": "ins"}[lang])
    seen("search")
    visitor.touch("[data-results] button >> nth=0")
    seen("guide")
    visitor.touch("[data-kind=checklist]")
    expect(page.locator("[data-list-said]")).not_to_be_empty()
    seen("checklist printed")
    visitor.back(2)
    visitor.touch("[data-way=booked]")
    seen("booking")
    visitor.back()
    visitor.open_ticket()
    seen("opened ticket")
    visitor.touch("[data-what=cancel]")
    seen("cancel?")
    visitor.touch("[data-cover=sure] [data-do=back]")
    visitor.settle()
    visitor.touch("[data-do=move]")
    seen("moving")
    visitor.back()
    visitor.touch("[data-do=again]")
    visitor.settle()
    visitor.touch("[data-kind=help]")
    seen("staff are told")
    visitor.touch("[data-cover=staff] button")
    visitor.settle()
    visitor.touch(".dock [data-sheet=aids]")
    seen("aids")
    visitor.touch("[data-cover=aids] [data-do=sheet]")
    visitor.settle()


def walk(page: Page, kiosk: KioskHall, size: tuple[int, int], mode: str, lang: str) -> dict[str, list[str]]:
    """Every step in one language and mode; gives what is wrong with each."""
    large = mode == "large"
    found: dict[str, list[str]] = {}
    visitor = Visitor(page, kiosk, size)
    visitor.arrive()
    if mode != "usual":
        visitor.aid(mode)
    visitor.speak(lang)
    look(page, "start", large, found)
    other_ways(page, visitor, lang, lambda name: look(page, name, large, found))
    visitor.open("L")
    look(page, "shut category", large, found)
    visitor.touch(".key.back")
    visitor.open("S")
    visitor.touch("[data-matter=S02]")
    look(page, "category", large, found)
    kiosk.refusal = problem(409, "cutoff", FULL)
    visitor.take()
    expect(page.locator("[data-cover=problem]")).to_be_visible()
    look(page, "refusal", large, found)
    kiosk.refusal = None
    visitor.touch("[data-cover=problem] [data-do=back]")
    visitor.take("priority")
    visitor.number()
    look(page, "ticket", large, found)
    visitor.touch(".done")
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("count", [5, 6, 9, 10])
def test_a_start_page_of_fewer_categories_fills_the_screen_and_cuts_nothing(
    page: Page, kiosk: KioskHall, size: tuple[int, int], count: int
) -> None:
    shut = choices(full="BS")
    kiosk.menu = msgspec.structs.replace(kiosk.menu, choices=(*shut[: count - 1], shut[-1]))
    visitor = Visitor(page, kiosk, size)
    visitor.arrive()
    expect(page.locator(".tile")).to_have_count(count)
    found: dict[str, list[str]] = {}
    for lang in LANGUAGES:
        visitor.speak(lang)
        look(page, lang, False, found)
    assert found == {}


@pytest.mark.parametrize(
    ("size", "mode"),
    [
        (size, mode)
        for size in SIZES
        for mode in MODES
        if mode in ("usual", "large") or (mode == "contrast") == (size == SMALLEST)
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.timeout(180)
def test_every_step_is_large_near_clear_and_whole_in_each_language(
    page: Page, kiosk: KioskHall, size: tuple[int, int], mode: str, lang: str
) -> None:
    assert walk(page, kiosk, size, mode, lang) == {}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_start_page_needs_no_scrolling(page: Page, kiosk: KioskHall, size: tuple[int, int]) -> None:
    visitor = Visitor(page, kiosk, size)
    visitor.arrive()
    expect(page.locator(".tile")).to_have_count(11)
    for _ in range(2):
        room = page.evaluate(
            "['html', '.tiles'].map((name) => document.querySelector(name))"
            ".map((part) => part.scrollHeight - part.clientHeight)"
        )
        assert max(room) <= 0
        visitor.touch("[data-do=large]")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.timeout(180)
def test_axe_finds_nothing_on_any_step(page: Page, kiosk: KioskHall, lang: str, mode: str) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    visitor.speak(lang)
    if mode != "usual":
        visitor.aid(mode)
    found = {"start": axe(page)}

    def looked_at(name: str) -> None:
        visitor.settle()
        found[name] = axe(page)

    other_ways(page, visitor, lang, looked_at)
    visitor.open("S")
    visitor.touch("[data-matter=S02]")
    found["category"] = axe(page)
    kiosk.refusal = problem(409, "cutoff", FULL)
    visitor.take()
    visitor.settle()
    found["refusal"] = axe(page)
    kiosk.refusal = None
    visitor.touch("[data-cover=problem] [data-do=back]")
    visitor.take()
    visitor.number()
    found["ticket"] = axe(page)
    assert {step: wrong for step, wrong in found.items() if wrong} == {}


def test_axe_and_the_measures_find_what_is_wrong_with_a_broken_page(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk, (1024, 768))
    visitor.arrive()
    assert problems_of_look(page, large=False) == []
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`.tile .name { font-size: 20px; color: #778; white-space: nowrap; }
        .tile[data-category=L] .name { font-size: 60px; }
        .key { min-block-size: 60px; } .group { gap: 4px; }`);
      document.adoptedStyleSheets = [sheet];
      // Its own key, that no painting touches.
      const nameless = Object.assign(document.createElement('button'), { className: 'key' });
      document.querySelector('main').append(nameless);
    }""")
    found = problems_of_look(page, large=False)
    for wrong in ("20 px", "TILE", "apart", "by 60", "办不成事反映"):
        assert any(wrong.lower() in one.lower() for one in found), (wrong, found)
    assert any(one.startswith("项目投资: 4.") for one in found), found
    rules = {one.split(":")[0] for one in axe(page)}
    assert {"button-name", "color-contrast-enhanced"} <= rules


def test_the_measure_knows_black_on_white() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255)), 1) == 21.0
