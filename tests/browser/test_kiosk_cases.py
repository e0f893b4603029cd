"""The holder of a case's receipt at a real kiosk: told plainly that it is not ready, then given a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from queue_server.access.principals import receipt_code
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


def test_a_receipt_is_told_that_it_is_too_early_and_then_gives_one_ticket_on_screen_slip_and_board(
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

    manager(hall, f"cases/{case}/take")
    manager(hall, f"cases/{case}/ready", shelf="A-3")
    visitor.back(2)
    visitor.speak("en")
    scan(page, f"https://hall.example/halls/county/status#{number}.{code}")
    assert visitor.number() == "J001"
    expect(page.locator("[data-category-name]")).to_contain_text("Collection")
    assert len(hall.slips(1, 1)) == 1

    manager(hall, "windows/8/assign", serves=["J"])
    manager(hall, "windows/8/call-next")
    page.goto(f"{hall.base}/halls/{hall.hall}/board")
    expect(page.locator("body")).to_contain_text("J001")
