"""Every step by the keypad alone, said aloud, with the server killed at it and started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from queue_server.locale import translate
from tests.api.cards import number_of
from tests.browser.kiosk_hall import SECRET, KioskHall, kiosk_hall
from tests.browser.kiosk_visitor import LANGUAGES, reads, settled
from tests.browser.kiosk_walk import MODES
from tests.waiting import wait_for

pytestmark = pytest.mark.browser

TILE, TAKE = ".tile[data-category=S]", "[data-do=take][data-cls=ordinary]"
YES, CLAIM = "[data-sure-yes]", "[data-kind=claim]"
GUIDE = ".row [data-guide=S02]"


class Standing:
    """Somebody with a keypad, at a kiosk that says what it shows, in one page for all steps."""

    def __init__(self, page: Page, kiosk: KioskHall) -> None:
        self.page, self.kiosk, self.lang = page, kiosk, "zh"

    def choose(self, *selectors: str) -> None:
        """Go on with the keypad to one button after the other, once it is there, and press it."""
        for selector in selectors:
            expect(self.page.locator(selector).locator("visible=true").first).to_be_visible()
            for _ in range(60):
                if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                    break
                self.page.keyboard.press("ArrowDown")
            else:
                raise AssertionError(f"the keypad does not come to {selector}")
            self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        """Type on a keyboard, as slowly as people do."""
        self.page.keyboard.type(text, delay=60)

    def begin(self, lang: str, mode: str) -> None:
        """Go back to the start page, as a new visitor with a hall where nothing has happened."""
        wait_for(lambda: self.kiosk.sockets, 20)
        done = self.page.locator(".step.ticket .done, .step.held .done").locator("visible=true")
        if done.count():
            self.choose(".done")
        for _ in range(5):
            self.page.keyboard.press("Escape")
        expect(self.page.locator(".step.start")).to_be_visible()
        self.lang = lang
        aids = mode.split()
        self.press_where_it_differs(".dock [data-do=large]", "large" in aids)
        self.choose(".dock [data-sheet=aids]")
        for name in ("contrast", "low", "voice"):
            self.press_where_it_differs(f"[data-cover=aids] [data-do={name}]", name in (*aids, "voice"))
        self.page.keyboard.press("Escape")
        kiosk = self.kiosk
        kiosk.state = "waiting"
        for kept in (kiosk.asked, kiosk.acts, kiosk.issued):
            kept.clear()
        self.page.evaluate("window.heard = ['']")
        other = LANGUAGES[LANGUAGES.index(lang) - 1]
        self.choose(f".dock [data-lang={other}]", f".dock [data-lang={lang}]")  # the start page is said anew

    def press_where_it_differs(self, selector: str, wanted: bool) -> None:
        """Press a key that stays pressed, unless it is so already."""
        if (self.page.get_attribute(selector, "aria-pressed") == "true") != wanted:
            self.choose(selector)

    def heard(self, key: str) -> None:
        """A step has been said, and how the keypad goes on."""
        parts = [translate(part, self.lang) for part in (key, "kiosk.said_keys")]
        wait_for(lambda: any(all(p in text for p in parts) for text in self.page.evaluate("window.heard")))


@pytest.fixture(scope="module")
def standing(browser: Browser) -> Iterator[Standing]:
    with kiosk_hall() as kiosk:
        kiosk.menu = replace(
            kiosk.menu,
            choices=tuple(
                replace(choice, matters=tuple(replace(m, identity=m.id == "S01") for m in choice.matters))
                for choice in kiosk.menu.choices
            ),
        )
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        page.add_init_script("""window.heard = [''];  // what several voices say one after the other is one
          window.speechSynthesis.cancel = () => window.heard.push('');
          window.speechSynthesis.speak = (words) => (window.heard[window.heard.length - 1] += words.text);""")
        with page.expect_response("**/catalogue"):
            page.goto(kiosk.url() + "&simulated")
        expect(page.locator("yc-kiosk[data-ready]")).to_be_attached()
        yield Standing(page, kiosk)
        page.close()


@contextmanager
def server_gone(kiosk: KioskHall) -> Iterator[None]:
    """Kill the server, and start it again afterwards."""
    kiosk.stop()
    try:
        yield
    finally:
        kiosk.start()


class Step(NamedTuple):
    """A step: how the keypad leads to it, what it says, what is pressed there with the server gone, and
    what then stands there: at once, or (`waits`) once the server is back.
    """

    name: str
    way: Callable[[Standing], None]
    says: str
    press: Callable[[Standing], None]
    then: str
    waits: bool = True


def chosen(*selectors: str) -> Callable[[Standing], None]:
    return lambda standing: standing.choose(*selectors)


def behind_a_long_queue(standing: Standing) -> None:
    standing.kiosk.offer(long_queue=9)
    standing.choose(TILE, TAKE)
    standing.kiosk.offer(long_queue=30)


def number_typed(standing: Standing) -> None:
    standing.choose("[data-way=mine]", "[data-field=number]")
    standing.type("s023")
    standing.choose("[data-field=code]")
    standing.type("7kq4m")


def searched(standing: Standing) -> None:
    standing.choose("[data-way=find]")
    for key in {"zh": "yl", "ko": "ㅂㅗ", "en": "in"}[standing.lang]:
        standing.choose(f"[data-key={key}]")
    expect(standing.page.locator("[data-results] button")).not_to_have_count(0)  # the guides have come


def opened(standing: Standing) -> None:
    number_typed(standing)
    standing.choose(CLAIM)
    expect(standing.page.locator(".step.held")).to_be_visible(timeout=15_000)


def card_laid(standing: Standing) -> None:
    read = {"card": number_of()}
    standing.page.evaluate(
        "(read) => document.dispatchEvent(new CustomEvent('yc-read', { detail: read }))", read
    )


STEPS = [
    Step("start", chosen(), "kiosk.choose", chosen(TILE), ".step.category", waits=False),
    Step("category", chosen(TILE), "kiosk.pick", chosen(TAKE), ".step.ticket"),
    Step("search", searched, "kiosk.type_query", chosen("[data-results] button"), ".guide", waits=False),
    Step("guide", chosen(TILE, GUIDE), "kiosk.pick", chosen("[data-kind=checklist]"), "[data-list-said]"),
    Step("confirm", behind_a_long_queue, "kiosk.still_else", chosen(YES), ".step.ticket"),
    Step("card", chosen(TILE, ".row [data-matter=S01]", TAKE), "kiosk.card", card_laid, ".step.ticket"),
    Step("done", chosen(TILE, TAKE), "kiosk.yours", chosen(".step.ticket .done"), ".step.start", waits=False),
    Step("number and code", number_typed, "kiosk.mine_do", chosen(CLAIM), ".step.held"),
    Step("cancel", opened, "kiosk.held", chosen("[data-what=cancel]", YES), ".step.held"),
    Step("help", chosen(), "kiosk.choose", chosen("[data-kind=help]"), "[data-cover=staff]"),
]  # fmt: skip


def spoken(step: int, mode: int) -> str:
    """Languages take turns, so that each step is walked through in each of them."""
    return LANGUAGES[(step + mode) % len(LANGUAGES)]


KILLED = [
    (step, spoken(place, at), mode, place in (2 * at, 2 * at + 1, (2 * at + 2) % 9))
    for (place, step), (at, mode) in product(enumerate(STEPS), enumerate(MODES))
]
"""Each step in each mode and in each language, and whether it is killed in each run."""


def test_the_steps_are_killed_in_each_mode_and_language_and_each_run_holds_every_pair() -> None:
    names = [step.name for step in STEPS]
    assert {(step.name, lang) for step, lang, _, _ in KILLED} == set(product(names, LANGUAGES))
    assert {(step.name, mode) for step, _, mode, _ in KILLED} == set(product(names, MODES))
    kept = [(step.name, lang, mode) for step, lang, mode, always in KILLED if always]
    assert {name for name, _, _ in kept} == set(names)
    assert {(lang, mode) for _, lang, mode in kept} == set(product(LANGUAGES, MODES))


@pytest.mark.proves("S32")
@pytest.mark.parametrize(
    ("step", "lang", "mode"),
    [
        pytest.param(step, lang, mode, id=f"{step.name}, {lang}, {mode}",
                     marks=() if always else pytest.mark.faults)
        for step, lang, mode, always in KILLED
    ],
)  # fmt: skip
def test_a_step_is_reached_by_the_keypad_said_and_outlives_the_server(
    standing: Standing, step: Step, lang: str, mode: str
) -> None:
    standing.begin(lang, mode)
    page, kiosk = standing.page, standing.kiosk
    step.way(standing)
    standing.heard(step.says)
    with server_gone(kiosk):
        step.press(standing)
        if step.waits:
            expect(page.locator("[data-cover=link]")).to_be_visible()
            standing.heard("kiosk.link_down")
        else:
            expect(page.locator(step.then)).to_be_visible()
    expect(page.locator(step.then).first).to_be_visible(timeout=15_000)
    expect(page.locator("[data-cover=link]")).to_be_hidden()
    assert len({key for key, _ in kiosk.asked}) <= 1
    assert len(kiosk.issued) <= 1
    acts = [act for act, _, _ in kiosk.acts]
    assert len(acts) == len(set(acts)), "each is done once"


SLIP = f"https://hall.example/t/demo/t-1#{SECRET}"


def by_touch(standing: Standing) -> None:
    for selector in (TILE, TAKE):
        settled(standing.page)
        standing.page.click(selector)


def by_keypad(standing: Standing) -> None:
    for selector in (TILE, TAKE):
        settled(standing.page)
        standing.choose(selector)


def by_reader(standing: Standing) -> None:
    settled(standing.page)
    reads(standing.page, SLIP)


JOURNEYS = [
    pytest.param(mode, lang, go, id=f"{mode}, {lang}, {go.__name__}",
                 marks=() if place % 3 == (place // 3 % 3 + place // 9) % 3 else pytest.mark.faults)
    for place, (mode, lang, go) in enumerate(product(MODES, LANGUAGES, (by_touch, by_keypad, by_reader)))
]  # fmt: skip
"""Every mode, language and way to go; those that are in each run hold every pair of the three."""


@pytest.mark.parametrize(("mode", "lang", "go"), JOURNEYS)
def test_a_visitor_comes_to_a_number_and_leaves_nothing_in_each_mode_and_language_by_each_way(
    standing: Standing, mode: str, lang: str, go: Callable[[Standing], None]
) -> None:
    standing.begin(lang, mode)
    page, number = standing.page, "S023"
    go(standing)
    step = ".step.held" if go is by_reader else ".step.ticket"
    expect(page.locator(f"{step} .number")).to_have_text(number)
    standing.heard("kiosk.held" if go is by_reader else "kiosk.yours")
    settled(page)
    if go is by_keypad:
        standing.choose(f"{step} .done")
    else:
        page.click(f"{step} .done")
    expect(page.locator(".step.start")).to_be_visible()
    root = page.locator("html")
    for kept, usual in (("lang", "zh-CN"), ("data-type", "usual"), ("data-contrast", "usual")):
        expect(root).to_have_attribute(kept, usual)
    left = page.content() + page.evaluate("JSON.stringify([sessionStorage, history.state])")
    assert number not in left
    assert SECRET not in left


def test_the_journeys_of_each_run_hold_every_pair() -> None:
    kept = [journey.values for journey in JOURNEYS if not journey.marks]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert {(v[one], v[other]) for v in kept} == {(j.values[one], j.values[other]) for j in JOURNEYS}
