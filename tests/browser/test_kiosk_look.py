"""How the kiosk looks, measured on the rendered page: nothing too small, too close, too faint or cut."""

from __future__ import annotations

import json

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.kiosk_hall import KioskHall, choices
from tests.browser.kiosk_measure import contrast, cut_off, faint_texts, small_targets, texts
from tests.browser.kiosk_visitor import LANGUAGES, SIZES, Visitor
from tests.browser.kiosk_walk import MODES, unknown_machine, walk

pytestmark = pytest.mark.browser

SMALLEST = (1024, 768)
EVERY_RULE = {"rules": {"color-contrast-enhanced": {"enabled": True}}, "resultTypes": ["violations"]}


def problems_of_look(page: Page, large: bool) -> list[str]:
    """What a person with weak eyes or unsteady hands would stumble over on this step."""
    least = 32 if large else 24
    small = [f"{text['text']}: {text['size']} px" for text in texts(page) if text["size"] < least]
    # Colours are alike on every screen.
    smallest = page.viewport_size == {"width": SMALLEST[0], "height": SMALLEST[1]}
    faint = faint_texts(page) if smallest else []
    return small + cut_off(page) + small_targets(page) + faint


def axe(page: Page) -> list[str]:
    found = Axe().run(page, options=EVERY_RULE).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def laid_out(page: Page) -> None:
    """Wait for what follows a new size of the screen: lists find out whether they are too long."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def highest(page: Page) -> float:
    """How high the topmost button stands, as a part of the screen from its top; 1 without any."""
    tops = page.evaluate("""() => [...document.querySelectorAll('button')]
      .filter((button) => button.checkVisibility() && !button.closest('[inert]'))
      .map((button) => button.getBoundingClientRect()).filter((box) => box.height > 0)
      .map((box) => box.top / innerHeight)""")
    return float(min(tops, default=1))


def look(page: Page, name: str, large: bool, found: dict[str, list[str]]) -> None:
    page.wait_for_selector("yc-kiosk:not([data-settling])")
    seen = problems_of_look(page, large)
    if seen:
        found[name] = seen


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


IN_EVERY_RUN = {("usual", "zh"), ("large", "ko"), ("low", "en"), ("contrast", "zh")}
"""Each mode and each language once; `make faults` walks them all: a walk takes most of a minute."""
WALKS = [
    pytest.param(mode, lang, marks=() if (mode, lang) in IN_EVERY_RUN else pytest.mark.faults)
    for mode in MODES
    for lang in LANGUAGES
]


@pytest.mark.parametrize(("mode", "lang"), WALKS)
@pytest.mark.timeout(240)
def test_every_step_is_large_near_clear_whole_and_right_in_each_language(
    page: Page, kiosk: KioskHall, mode: str, lang: str
) -> None:
    found: dict[str, list[str]] = {}

    def judged(name: str) -> None:
        if wrong := axe(page):
            found[name] = wrong
        for size in SIZES:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            laid_out(page)
            look(page, f"{name} {size[0]}x{size[1]}", mode == "large", found)
            # A screen of under 900 pixels stands on a table.
            if mode == "low" and size[1] >= 900 and (high := highest(page)) < 0.5:
                found[f"{name} {size[0]}x{size[1]}, out of reach"] = [
                    f"{high:.2f} of the screen from its top"
                ]
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        laid_out(page)

    walk(page, kiosk, mode, lang, judged)
    if mode == "usual":
        unknown_machine(page, kiosk, lang, judged)
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


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


def test_axe_and_the_measures_find_what_is_wrong_with_a_broken_page(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk, (1024, 768))
    visitor.arrive()
    assert problems_of_look(page, large=False) == []
    assert highest(page) < 0.3, "without low reach buttons stand higher than somebody who sits reaches"
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
