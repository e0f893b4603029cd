"""D9 at a real kiosk: no paper is known before a touch, the number fills the screen, any kiosk prints it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from printers.virtual import Manner
from queue_server.locale import translate
from tests.browser.kiosk_visitor import LANGUAGES, SIZES, read_qr, settled
from tests.browser.paper_hall import WEST, PaperHall, paper_hall
from tests.waiting import wait_for

pytestmark = pytest.mark.browser

INSIDE = """() => [...document.querySelectorAll(
    "[data-number], [data-no-paper], [data-qr-picture], [data-do=print], [data-do=wipe]")].every((part) => {
      const { top, left, bottom, right } = part.getBoundingClientRect();
      return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth; })"""
"""Whether everything of the ticket without paper stands on the screen."""


@pytest.fixture
def hall(store_url: str, hall_id: str, tmp_path: Path) -> Iterator[PaperHall]:
    with paper_hall(store_url, hall_id, tmp_path) as running:
        yield running


def arrive(page: Page, hall: PaperHall, number: int = 1, size: tuple[int, int] = (1080, 1920)) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(hall.kiosk(number))
    expect(page.locator(".step[data-step=start]")).to_be_visible()


def take(page: Page) -> str:
    """Touch a category and the key; the number on the screen."""
    page.click(".tile[data-category=D]")
    settled(page)
    page.click("[data-do=take][data-cls=ordinary]")
    expect(page.locator("[data-number]")).to_be_visible()
    return page.inner_text("[data-number]")


def out_of_paper(page: Page, hall: PaperHall) -> None:
    """The roll of kiosk 1 ends, and its page knows before anybody touches it."""
    hall.misbehave(1, Manner.PAPER_OUT)
    expect(page.locator("[data-paper-told]")).to_be_visible(timeout=20_000)


@pytest.mark.proves("D9")
@pytest.mark.proves("S29")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_paper_the_kiosk_says_so_first_and_then_the_number_fills_its_screen(
    page: Page, hall: PaperHall, lang: str, tmp_path: Path
) -> None:
    arrive(page, hall)
    out_of_paper(page, hall)
    page.click(f".key[data-lang={lang}]")
    told = page.locator("[data-paper-told]")
    expect(told).to_contain_text(translate("kiosk.paper_none_else", lang, place=WEST))
    number = take(page)
    expect(page.locator("yc-kiosk")).to_have_attribute("data-paper", "none")
    expect(page.locator("[data-no-paper]")).to_contain_text(translate("kiosk.no_paper", lang, number=number))
    expect(page.locator("[data-qr] svg")).to_be_visible()
    box = page.locator("[data-number]").bounding_box()
    assert box is not None
    assert box["height"] > 300, "as large as the screen lets it be"
    shot = tmp_path / "screen.png"
    page.screenshot(path=shot)
    with Image.open(shot) as seen:
        assert f"/{number}" not in read_qr(seen)
    wait_for(lambda: hall.paper(number) == "failed", 20)
    assert not hall.printers[0].slips
    settled(page)
    page.click("[data-do=wipe]")
    expect(page.locator(".step[data-step=start]")).to_be_visible()


@pytest.mark.proves("D9")
def test_the_number_stays_60_seconds_counted_down_and_never_covered(page: Page, hall: PaperHall) -> None:
    page.clock.install()
    arrive(page, hall)
    out_of_paper(page, hall)
    take(page)
    expect(page.locator("yc-kiosk")).to_have_attribute("data-paper", "none")
    page.clock.run_for(45_000)
    expect(page.locator("[data-number-left]")).to_be_visible()
    expect(page.locator("[data-cover=idle]")).to_be_hidden()
    expect(page.locator("[data-number]")).to_be_visible()
    page.clock.run_for(16_000)
    expect(page.locator(".step[data-step=start]")).to_be_visible()


@pytest.mark.proves("D9")
@pytest.mark.proves("S30")
def test_another_kiosk_prints_it_with_the_same_number_and_no_mark_for_nothing_was_printed(
    page: Page, hall: PaperHall
) -> None:
    arrive(page, hall)
    out_of_paper(page, hall)
    number = take(page)
    wait_for(lambda: hall.paper(number) == "failed", 20)
    settled(page)
    page.click("[data-do=print]")
    (slip,) = hall.slips(2, 1)
    assert number in slip.lines
    assert "补打" not in "".join(slip.lines)
    said = translate("kiosk.paper_elsewhere", "zh", number=number, place=WEST)
    expect(page.locator("[data-no-paper]")).to_contain_text(said, timeout=10_000)
    hall.misbehave(1)
    wait_for(lambda: hall.printers_seen()[0]["state"] == "ready", 20)
    assert not hall.printers[0].slips, "what was given up is not played back when paper is put in"


@pytest.mark.proves("S29")
def test_paper_that_ends_in_the_middle_shows_the_number_and_a_marked_slip_follows_with_the_new_roll(
    page: Page, hall: PaperHall
) -> None:
    arrive(page, hall)
    hall.misbehave(1, Manner.PAPER_OUT_MID_JOB)
    number = take(page)
    expect(page.locator("yc-kiosk")).to_have_attribute("data-paper", "none", timeout=20_000)
    hall.misbehave(1)
    wait_for(lambda: hall.paper(number) == "printed", 30)
    expect(page.locator("yc-kiosk")).to_have_attribute("data-paper", "", timeout=20_000)
    whole = [slip for slip in hall.printers[0].slips if slip.complete]
    assert 1 <= len(whole) <= 2
    assert all(number in slip.lines for slip in whole)
    assert ["补打" in "".join(slip.lines) for slip in whole].count(False) <= 1


@pytest.mark.proves("D9")
def test_later_any_kiosk_with_paper_prints_it_for_whoever_has_its_code(page: Page, hall: PaperHall) -> None:
    arrive(page, hall)
    out_of_paper(page, hall)
    number = take(page)
    code = page.inner_text("[data-code]")[-5:]
    wait_for(lambda: hall.paper(number) == "failed", 20)
    settled(page)
    page.click("[data-do=wipe]")
    open_ticket(page, number, code)
    expect(page.locator("[data-offer=reprint]")).to_be_hidden()
    page.goto("about:blank")  # another machine: the same page with another token would not load anew
    arrive(page, hall, 2)
    open_ticket(page, number, code)
    settled(page)
    page.click("[data-offer=reprint]")
    expect(page.locator("[data-held-said]")).to_have_text(translate("kiosk.reprinting", "zh"))
    (slip,) = hall.slips(2, 1)
    assert number in slip.lines
    assert "补打" not in "".join(slip.lines), "no byte of it had left before"


def open_ticket(page: Page, number: str, code: str) -> None:
    """Open a ticket on the start page by its number and check code."""
    settled(page)
    page.click("[data-way=mine]")
    for text, field in ((number, "number"), (code, "code")):
        settled(page)
        page.click(f"[data-field={field}]")
        for key in text:
            page.click(f'[data-key="{key}"]')
    page.click("[data-kind=claim]")
    expect(page.locator(".step[data-step=held]")).to_be_visible()


def test_the_screens_without_paper_fit_every_kiosk(context: BrowserContext, hall: PaperHall) -> None:
    page = context.new_page()
    arrive(page, hall)
    out_of_paper(page, hall)
    for size in SIZES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        expect(page.locator("[data-paper-told]")).to_be_visible(timeout=20_000)
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        take(page)
        expect(page.locator("[data-no-paper]")).to_be_visible()
        expect(page.locator("[data-qr] svg")).to_be_visible()
        assert page.evaluate(INSIDE), size
        settled(page)
        page.click("[data-do=wipe]")
