"""With only the store gone and the server alive: kiosk and board say so and come back by themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from queue_server.desk.line import GIVE_UP
from queue_server.locale import translate
from tests.browser.kiosk_visitor import LANGUAGES, Visitor
from tests.browser.whole_hall import WholeHall, whole_hall
from tests.store.servers import Server
from tests.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

AT_ONCE = 10.0
"""Seconds within which it is said: data are stale after 3; the rest is a busy machine's."""
BACK = 40.0


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHall]:
    with whole_hall(tmp_path_factory.mktemp("whole")) as running:
        yield running


WAYS: dict[str, tuple[Callable[[Server], None], Callable[[Server], None]]] = {
    "killed": (Server.kill, Server.start),
    "frozen": (Server.freeze, Server.thaw),
}
"""How a store goes, and how it comes back."""

either_way = pytest.mark.parametrize("way", sorted(WAYS))


def words(key: str, lang: str) -> re.Pattern[str]:
    """A sentence with any time in it."""
    return re.compile(re.escape(translate(key, lang)).replace(r"\{time\}", r"\d\d:\d\d:\d\d"))


@either_way
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.proves("S31", "S32")
def test_the_kiosk_says_so_in_the_visitors_language_and_gives_one_ticket_when_the_store_is_back(
    page: Page, hall: WholeHall, way: str, lang: str
) -> None:
    goes, comes = WAYS[way]
    before = len(hall.audit().day.tickets)
    visitor = Visitor(page, hall)
    visitor.arrive()
    visitor.speak(lang)
    goes(hall.store)
    try:
        strip = page.locator("[data-strip]")
        expect(strip).to_have_text(words("kiosk.stale", lang), timeout=AT_ONCE * 1000)
        visitor.open("A")
        visitor.settle()
        visitor.take()
        cover = page.locator("[data-cover=link]")
        expect(cover).to_be_visible(timeout=AT_ONCE * 1000)
        expect(cover).to_contain_text(translate("kiosk.link_down", lang))
        asked = time.monotonic()  # a store that is only silent gets 10 s to answer
        refused = hall.ask("kiosk", "tickets", {"category": "B"})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_gone")
        assert refused.json()["sentence"][lang]
        assert time.monotonic() - asked < GIVE_UP + 5, "whoever asks is told"
        assert page.inner_text("[data-number]") == "", "a number was shown that nobody keeps"
        assert hall.server.running
    finally:
        comes(hall.store)
    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A\d{3}"), timeout=BACK * 1000)
    expect(cover).to_be_hidden()
    expect(strip).to_be_hidden(timeout=BACK * 1000)
    wait_for(hall.is_ready, BACK)
    day = hall.audit().day
    mine = [t for t in list(day.tickets.values())[before:] if t.category == "A"]
    assert [ticket.number for ticket in mine] == [page.inner_text("[data-number]")], "one touch, one ticket"


@either_way
@pytest.mark.proves("S31")
def test_a_kiosk_that_nobody_touches_and_a_board_come_back_by_themselves(
    page: Page, hall: WholeHall, way: str
) -> None:
    goes, comes = WAYS[way]
    hall.have_somebody_called()
    board = page.context.new_page()
    board.set_viewport_size({"width": 1920, "height": 1080})
    board.goto(hall.board_url())
    board.wait_for_selector("body[data-link=fresh]")
    Visitor(page, hall).arrive()
    strip, stale = page.locator("[data-strip]"), board.locator("board-stale")
    expect(strip).to_be_hidden()
    goes(hall.store)
    try:
        expect(stale).to_have_text(words("displays.stale", "zh"), timeout=AT_ONCE * 1000)
        expect(strip).to_be_visible(timeout=AT_ONCE * 1000)
        expect(board.locator(".call:visible")).to_have_count(1)
    finally:
        comes(hall.store)
    expect(stale).to_be_hidden(timeout=BACK * 1000)
    board.wait_for_selector("body[data-link=fresh]")
    expect(strip).to_be_hidden(timeout=BACK * 1000)
    wait_for(hall.is_ready, BACK)
    notice = hall.ask("manager", "notice", {"text": {"zh": f"恢复了：{way}"}})
    assert notice.is_success
    expect(board.locator("body")).to_contain_text(f"恢复了：{way}")
    board.close()
