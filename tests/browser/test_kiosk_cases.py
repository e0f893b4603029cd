"""The holder of a case's receipt at a real kiosk: told plainly that it is not ready, then given a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, WebSocket, expect

from queue_server.access.principals import receipt_code
from queue_server.locale import translate
from tests.browser.kiosk_visitor import Visitor
from tests.browser.paper_hall import PaperHall, paper_hall
from tests.browser.test_kiosk_ways import scan

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(store_url: str, hall_id: str, tmp_path: Path) -> Iterator[PaperHall]:
    with paper_hall(store_url, hall_id, tmp_path) as running:
        yield running


class AtKiosk:
    """Kiosk 1 of a hall, for a visitor."""

    def __init__(self, hall: PaperHall) -> None:
        self.hall = hall

    def url(self) -> str:
        return self.hall.kiosk(1)


def manager(hall: PaperHall, path: str, **body: Any) -> Any:
    """The manager does something."""
    headers = {"authorization": "Bearer manager", "idempotency-key": uuid.uuid4().hex}
    answer = httpx.post(f"{hall.base}/api/halls/{hall.hall}/{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def accepted(hall: PaperHall) -> tuple[str, str, str]:
    """A matter was accepted at window 8: the case, its number, and the check code of its receipt."""
    for path in ("windows/8/claim", "windows/8/open"):
        manager(hall, path)
    ticket = manager(hall, "windows/8/serve", category="D", reason="question", matters=["D01"])["ticket"]
    opened = manager(hall, f"tickets/{ticket}/matters/D01/close", outcome="accepted")
    manager(hall, f"tickets/{ticket}/finish")
    return opened["case"], opened["number"], receipt_code(hall.site.halls[hall.hall].receipts, ticket)


def with_papers(page: Page, hall: PaperHall, case: str, receipt: str) -> None:
    """Papers are owed: the kiosk offers the clerk who accepted the case, in each language."""
    manager(hall, f"cases/{case}/take")
    owed = httpx.get(
        f"{hall.base}/api/halls/{hall.hall}/cases/{case}", headers={"authorization": "Bearer manager"}
    ).json()["materials"][:1]
    manager(hall, f"cases/{case}/supplement", missing=owed)
    visitor = Visitor(page, AtKiosk(hall))
    scan(page, receipt)
    cover = page.locator("[data-cover=sure]")
    for lang in ("ko", "en", "zh"):
        visitor.speak(lang)
        for key in ("clerk_same", "clerk_rule", "clerk_any", "clerk_yes"):
            expect(cover).to_contain_text(translate(f"kiosk.{key}", lang))
    visitor.settle()
    visitor.touch("[data-sure-yes]")
    assert visitor.number().startswith("D")
    expect(page.locator("[data-priority]")).to_be_visible()
    ticket = manager(hall, "windows/8/call-next")["ticket"]
    day = hall.site.halls[hall.hall].day
    assert day is not None
    taken = day.state.tickets[ticket]
    assert (taken.cls, taken.directed_clerk, taken.cases) == ("priority", "staff:manager", (case,))
    manager(hall, f"tickets/{ticket}/start")
    manager(hall, f"cases/{case}/received")
    manager(hall, f"tickets/{ticket}/finish")
    visitor.touch(".step.ticket .done")


def test_a_receipt_is_told_that_it_is_too_early_then_offers_the_clerk_and_gives_one_ticket_on_slip_and_board(
    page: Page, hall: PaperHall
) -> None:
    case, number, code = accepted(hall)
    visitor = Visitor(page, AtKiosk(hall))
    visitor.arrive()
    visitor.touch("[data-way=mine]")
    visitor.settle()
    visitor.press(number.replace("-", ""))
    visitor.touch("[data-field=code]")
    visitor.press(code)
    visitor.touch("[data-kind=claim]")
    problem = page.locator("[data-cover=problem]")
    expect(problem).to_contain_text(f"办件{number}还没有办好")

    visitor.back(2)
    with_papers(page, hall, case, f"https://hall.example/halls/county/status#{number}.{code}")

    manager(hall, f"cases/{case}/ready", shelf="A-3")
    visitor.settle()
    visitor.speak("en")
    scan(page, f"https://hall.example/halls/county/status#{number}.{code}")
    assert visitor.number() == "J001"
    expect(page.locator("[data-category-name]")).to_contain_text("Collection")
    assert len(hall.slips(1, 2)) == 2, "one with the papers, one for the result"

    manager(hall, "windows/8/assign", serves=["J"])
    manager(hall, "windows/8/call-next")
    page.goto(f"{hall.base}/halls/{hall.hall}/board")
    expect(page.locator("body")).to_contain_text("J001")


@pytest.mark.proves("S33")
@pytest.mark.proves("S38")
def test_people_ahead_are_those_ordered_before_and_the_kiosk_is_told_of_no_other_ticket(
    page: Page, hall: PaperHall
) -> None:
    told: list[str] = []

    def listening(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: told.append(str(frame)))

    page.on("websocket", listening)
    others = [manager(hall, "tickets", category="D", cls=cls) for cls in ("ordinary", "priority", "ordinary")]
    visitor = Visitor(page, AtKiosk(hall))
    visitor.arrive()
    expect(page.locator(".tile[data-category=D]")).to_contain_text(translate("kiosk.waiting", "zh", n=3))
    visitor.open("D")
    visitor.settle()
    visitor.take()
    number = visitor.number()
    day = hall.site.halls[hall.hall].day
    assert day is not None
    line = sorted(day.state.tickets.values(), key=lambda ticket: ticket.due)
    ahead = [ticket.number for ticket in line].index(number)
    assert ahead == 3
    expect(page.locator("[data-ahead]")).to_contain_text(translate("kiosk.ahead", "zh", n=ahead))
    visitor.settle()
    visitor.touch(".step.ticket .done")
    expect(page.locator(".tile[data-category=D]")).to_contain_text(translate("kiosk.waiting", "zh", n=4))
    shown = "".join(told) + page.content()
    assert told
    for other in others:
        for secret in (other["ticket"], other["number"], other["code"], other["url"].partition("#")[2]):
            assert secret not in shown
    assert number not in shown
