"""The story of three matters where people meet it: a real kiosk, paper, board, terminal and phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.kiosk_visitor import Visitor
from tests.browser.paper_hall import paper_hall
from tests.browser.test_kiosk_cases import AtKiosk, manager
from tests.cli.test_console_command import Terminal
from tests.waiting import wait_for

pytestmark = pytest.mark.browser

LONG = 15_000
AT_THE_WINDOW = (
    (("F11",), "窗口已开"),
    (("F2",), "已叫 D001"),
    (("F4",), "D001 开始办理"),
    (("F5",), "办结 D001"),
    (("2", "4", "1", "Enter"), "补正，缺哪些？ 抵押权首次登记"),
    (("1", "Enter"), "D001 已办结"),
)
"""存量房转移登记 is accepted, 抵押权首次登记 lacks a paper, the search is done at once."""


@pytest.mark.timeout(150)
def test_three_matters_on_kiosk_slip_terminal_board_receipt_and_phone(
    page: Page, store_url: str, hall_id: str, tmp_path: Path
) -> None:
    with paper_hall(store_url, hall_id, tmp_path / "paper") as hall:
        visitor = Visitor(page, AtKiosk(hall))
        visitor.arrive()
        visitor.open("D")
        for matter in ("D01", "D02", "D03"):
            visitor.touch(f"[data-matter={matter}]")
        visitor.take()
        assert visitor.number() == "D001"
        (slip,) = hall.slips(1, 1)
        paper = "\n".join(slip.lines)
        for name in ("D001", "存量房转移登记", "抵押权首次登记", "不动产登记资料查询"):
            assert name in paper, paper

        seat = {"server": hall.base, "hall": hall_id, "window": "8", "token": "manager", "lang": "zh"}
        with Terminal(tmp_path / "tmux", seat) as terminal:
            wait_for(lambda: "按 F11 开窗" in terminal.screen(), 60)
            for keys, words in AT_THE_WINDOW:
                for key in keys:
                    terminal.press(key)
                wait_for(lambda words=words: words in terminal.screen(), 60)  # type: ignore[misc]
                if keys == ("F2",):
                    page.goto(f"{hall.base}/halls/{hall_id}/board")
                    expect(page.locator("body")).to_contain_text("D001", timeout=LONG)

        day = hall.site.halls[hall_id].today().state
        assert dict(day.by_number("D001").outcomes) == {"D01": "accepted", "D02": "supplement", "D03": "done"}
        (case,) = hall.site.halls[hall_id].register.state.cases.values()
        manager(hall, f"tickets/{case.ticket}/receipt", printer="p1")
        receipt = hall.slips(1, 2)[-1]
        told = "\n".join(receipt.lines)
        for name in (case.number, "本回执不是受理通知书", "不动产登记中心"):
            assert name in told, told
        page.goto(receipt.qr[0])
        expect(page.locator("[data-case]")).to_contain_text("存量房转移登记", timeout=LONG)
