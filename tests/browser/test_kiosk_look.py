"""How the kiosk looks, measured on the rendered page: nothing too small, too close, too faint or cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count, product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.kiosk_hall import KioskHall, choices
from tests.browser.kiosk_measure import contrast, cut_off, faint_texts, highest, small_targets, texts
from tests.browser.kiosk_visitor import LANGUAGES, SIZES, Visitor, settled
from tests.browser.kiosk_walk import MODES, unknown_machine, walk
from tests.waiting import wait_for

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


def pages_of(page: Page) -> Iterator[str]:
    """Turn the pages of a step that is longer than its window; each button must have been whole on one."""
    keys = page.locator(".reach > .pager button")
    page.evaluate("document.querySelector('main').scrollTop = 0")
    laid_out(page)
    turns, whole = 0, set(whole_buttons(page))
    yield ""
    while keys.last.is_visible() and keys.last.get_attribute("data-end") is None:
        page.evaluate("document.querySelector('.reach > .pager [data-page=\"1\"]').click()")
        laid_out(page)
        turns += 1
        assert turns < 12, "the pages come to an end"
        whole |= set(whole_buttons(page))
        yield f", page {turns + 1}"
    if turns:
        assert whole == set(range(len(whole))), "a button stays cut off"
    page.evaluate("document.querySelector('main').scrollTop = 0")


def whole_buttons(page: Page) -> list[int]:
    """Which of the step's buttons a finger finds in its window."""
    found: list[int] = page.evaluate("""() => {
      const main = document.querySelector('main');
      // Of a tall button 88 px are enough: a finger needs no more.
      const { top, bottom } = main.getBoundingClientRect();
      return [...main.querySelectorAll('button')]
        .filter((button) => button.checkVisibility() && !button.closest('[inert]'))
        .map((button) => button.getBoundingClientRect())
        .map((box, place) => [place, Math.min(bottom, box.bottom) - Math.max(top, box.top), box.height])
        .filter(([, seen, height]) => seen >= Math.min(height, 88) - 1).map(([place]) => place);
    }""")
    return found


def look(page: Page, name: str, large: bool, found: dict[str, list[str]]) -> None:
    settled(page)
    seen = problems_of_look(page, large)
    if seen:
        found[name] = seen


def test_a_start_page_of_fewer_categories_fills_the_screen_and_cuts_nothing(
    page: Page, kiosk: KioskHall
) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    wait_for(lambda: kiosk.sockets)
    shut = choices(full="BS")
    found: dict[str, list[str]] = {}
    for number in (5, 6, 9, 10):
        kiosk.offer(choices=(*shut[: number - 1], shut[-1]))
        expect(page.locator(".tile")).to_have_count(number)
        for lang in LANGUAGES:
            visitor.speak(lang)
            for size in SIZES:
                page.set_viewport_size({"width": size[0], "height": size[1]})
                laid_out(page)
                look(page, f"{number} {lang} {size}", False, found)
    assert found == {}


class Judge:
    """Looks at a step as it stands: its measures, and what axe says of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}

    def judge(self, name: str, mode: str, size: tuple[int, int], rules: bool = True) -> None:
        """`rules`: whether axe looks, too, which takes as long as all the rest."""
        page, name = self.page, f"{name} {mode} {size[0]}x{size[1]}"
        page.set_viewport_size({"width": size[0], "height": size[1]})
        laid_out(page)
        if rules and (wrong := axe(page)):
            self.found[f"{name}, axe"] = wrong
        for place in pages_of(page):
            look(page, f"{name}{place}", "large" in mode.split(), self.found)
            if "low" in mode.split() and (high := highest(page)) < 0.5:
                self.found[f"{name}{place}, out of reach"] = [f"{high:.2f} of the screen from its top"]

    def upright(self) -> None:
        """The screen on which the walk goes on."""
        self.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        laid_out(self.page)

    def verdict(self) -> None:
        assert not self.found, json.dumps(self.found, ensure_ascii=False, indent=1)


@pytest.mark.faults
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.timeout(400)
def test_every_step_is_large_near_clear_whole_and_right_in_each_mode_language_and_size(
    page: Page, kiosk: KioskHall, mode: str, lang: str
) -> None:
    judge = Judge(page)

    def judged(name: str) -> None:
        for size in SIZES:
            judge.judge(name, mode, size)
        judge.upright()

    walk(page, kiosk, mode, lang, judged)
    if mode == "usual":
        unknown_machine(page, kiosk, lang, judged)
    judge.verdict()


@pytest.mark.timeout(240)
def test_every_step_is_large_near_clear_whole_and_right_in_each_pair_of_mode_language_and_size(
    page: Page, kiosk: KioskHall
) -> None:
    """One walk instead of fifteen: each step in each mode, every pair of mode, language and size on some."""
    judge, visitor, steps = Judge(page), Visitor(page, kiosk), count()
    pairs: set[tuple[object, object]] = set()
    axed: set[tuple[object, object]] = set()

    def judged(name: str) -> None:
        step = next(steps)
        warned = page.locator("[data-cover=idle]").is_visible()  # a touch would end it
        for place, mode in enumerate(MODES):
            lang, size = LANGUAGES[(step + place) % 3], SIZES[(step // 3 + place) % 3]
            if not warned:
                visitor.speak(lang)
                pairs.update({(mode, lang), (mode, size), (lang, size)})
            seen_in(page, mode)
            rules = place in (step % len(MODES), (step + 2) % len(MODES))
            if rules:
                axed.update({(mode, lang), (mode, size)})
            judge.judge(f"{name} {lang}", mode, size, rules)
        seen_in(page, "usual")
        judge.upright()
        if not warned:
            visitor.speak("zh")

    walk(page, kiosk, "usual", "zh", judged)
    unknown_machine(page, kiosk, "zh", judged)
    judge.verdict()
    for one, other in ((MODES, LANGUAGES), (MODES, SIZES), (LANGUAGES, SIZES)):
        assert set(product(one, other)) <= pairs
    assert {*product(MODES, LANGUAGES), *product(MODES, SIZES)} <= axed


def seen_in(page: Page, mode: str) -> None:
    """Show a step in a mode that nobody has asked for: its look is its style alone. It outlives paintings."""
    page.evaluate(
        """(mode) => {
          const { dataset } = document.documentElement;
          const aids = mode.split(' ');
          const shown = { type: aids.includes('large') ? 'large' : 'usual',
            reach: aids.includes('low') ? 'low' : 'usual',
            contrast: aids.includes('contrast') ? 'high' : 'usual' };
          const show = () => {
            for (const [name, value] of Object.entries(shown)) {
              if (dataset[name] !== value) dataset[name] = value;
            }
          };
          window.keeping?.disconnect();
          window.keeping = new MutationObserver(show);
          window.keeping.observe(document.documentElement, { attributes: true });
          show();
        }""",
        mode,
    )


def test_the_start_page_needs_no_scrolling(page: Page, kiosk: KioskHall) -> None:
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    expect(page.locator(".tile")).to_have_count(11)
    for mode in ("usual", "large"):
        seen_in(page, mode)
        for size in SIZES:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            laid_out(page)
            room = page.evaluate(
                "['html', 'main', '.tiles'].map((name) => document.querySelector(name))"
                ".map((part) => part.scrollHeight - part.clientHeight)"
            )
            assert max(room) <= 0, (mode, size)


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
