"""An identity card at the kiosk, by each reader: asked for where a matter requires it, and left nowhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from kiosk.menu import Paper
from printers.address import Serial
from printers.agent.cards import Cards
from printers.agent.virtual_sam import VirtualSam, card_text
from queue_server.locale import translate
from tests.api.cards import number_of
from tests.browser.kiosk_hall import FULL, KioskHall, problem
from tests.browser.kiosk_visitor import Visitor, reads
from tests.waiting import wait_for

pytestmark = pytest.mark.browser
NUMBER = number_of()


@contextmanager
def beside(kiosk: KioskHall) -> Iterator[VirtualSam]:
    """A card reader at the kiosk's own agent, for as long as the block runs."""
    module = VirtualSam()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    cards = Cards(Serial(module.path, 115200), f"http://127.0.0.1:{kiosk.port}")
    server = asyncio.run_coroutine_threadsafe(cards.open(0), loop).result(10)
    port = server.sockets[0].getsockname()[1]
    kiosk.menu = replace(kiosk.menu, papers=(Paper("1", "", "", "", can_print=False, cards=port),))

    async def close() -> None:
        server.close()
        await server.wait_closed()

    try:
        yield module
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        module.close()


def asks_for_a_card(kiosk: KioskHall) -> None:
    kiosk.menu = replace(
        kiosk.menu,
        choices=tuple(
            replace(choice, matters=tuple(replace(m, identity=m.id == "S01") for m in choice.matters))
            for choice in kiosk.menu.choices
        ),
    )


def at_the_card(
    page: Page, kiosk: KioskHall, fragment: str = "", before_taking: Callable[[], bool] = lambda: True
) -> Visitor:
    """A visitor who has chosen a matter that requires a card, and pressed 取号."""
    visitor = Visitor(page, kiosk)
    page.goto(kiosk.url() + fragment)
    expect(page.locator("yc-kiosk[data-ready]")).to_be_attached()
    wait_for(lambda: kiosk.looked)
    visitor.open("S")
    visitor.touch("[data-matter=S01][data-do=matter]:visible")
    assert before_taking()
    visitor.take("priority")
    expect(page.locator("[data-cover=card]")).to_contain_text(translate("kiosk.card", "zh"))
    assert kiosk.asked == []
    return visitor


def nothing_is_left(page: Page, kiosk: KioskHall) -> None:
    left = page.content() + page.evaluate(
        "JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), history.state])"
    )
    assert NUMBER not in left + "".join(kiosk.paths)
    assert [wish.person for _, wish in kiosk.asked] == ["handle"] * len(kiosk.asked)


@pytest.mark.parametrize("reader", ["that types", "simulated"])
def test_a_card_that_is_shown_brings_the_ticket_and_leaves_nothing(
    page: Page, kiosk: KioskHall, reader: str
) -> None:
    asks_for_a_card(kiosk)
    visitor = at_the_card(page, kiosk, "&simulated")
    if reader == "simulated":
        read = "document.dispatchEvent(new CustomEvent('yc-read', { detail: { card: '' } }))"
        page.evaluate(read)
        expect(page.locator("[data-card-said]")).to_have_text(translate("kiosk.card_unreadable", "zh"))
        page.evaluate(read.replace("card: ''", f"card: '{NUMBER}'"))
    else:
        reads(page, NUMBER)
    assert visitor.number() == "S023"
    assert [act for act, _, number in kiosk.acts if number == NUMBER] == ["person"]
    nothing_is_left(page, kiosk)


def test_a_booking_whose_matter_requires_a_card_asks_for_it_when_it_is_checked_in(
    page: Page, kiosk: KioskHall
) -> None:
    kiosk.refusal = problem(422, "card_required", {})
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    wait_for(lambda: kiosk.looked)
    reads(page, "7KQ4MXY")
    expect(page.locator("[data-cover=card]")).to_contain_text(translate("kiosk.card", "zh"))
    kiosk.refusal = None
    reads(page, NUMBER)
    assert visitor.number() == "F023"
    assert [(act, said) for act, _, said in kiosk.acts] == [
        ("check-in", "7KQ4MXY"), ("person", NUMBER), ("check-in", "7KQ4MXY"),
    ]  # fmt: skip
    nothing_is_left(page, kiosk)


def test_the_agents_reader_is_asked_while_a_card_is_wanted_and_after_a_refusal_anew(
    page: Page, kiosk: KioskHall
) -> None:
    asks_for_a_card(kiosk)
    with beside(kiosk) as module:
        module.lay(card_text(NUMBER))
        kiosk.refusal = problem(409, "already_waiting", FULL)
        visitor = at_the_card(page, kiosk, before_taking=lambda: module.asked == [])
        expect(page.locator("[data-problem]")).to_have_text(FULL["zh"])
        visitor.settle()
        visitor.touch("[data-cover=problem] [data-do=back]")
        kiosk.refusal = None
        expect(page.locator("[data-cover=card]")).to_be_visible()
        module.lay(card_text(NUMBER))
        assert visitor.number() == "S023"
        nothing_is_left(page, kiosk)
