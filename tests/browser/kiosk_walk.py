"""Every step and cover of the kiosk, one after the other, for whoever measures or pictures them all."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from playwright.sync_api import Page, expect

from kiosk.menu import Paper
from tests.browser.kiosk_hall import FULL, KioskHall, problem
from tests.browser.kiosk_visitor import Visitor

MODES = ("usual", "large", "contrast", "low", "large low")
"""What a visitor asks for, one aid or two at once."""
NOTICE = {
    "zh": "今天下午三点到四点社保系统升级，社保业务暂缓办理。",
    "ko": "오늘 오후 3시부터 4시까지 사회보험 체계를 갱신합니다.",
    "en": "Social insurance pauses from three to four this afternoon.",
}
Seen = Callable[[str], None]


def walk(page: Page, kiosk: KioskHall, mode: str, lang: str, seen: Seen) -> None:
    """Go through the kiosk in one mode and language; `seen` is told of each step once it stands there."""
    page.clock.install()
    kiosk.menu = replace(kiosk.menu, choices=tuple(_asking_for_a_card(kiosk)))
    visitor = Visitor(page, kiosk)
    visitor.arrive()

    def settings() -> None:
        """The aids and the language, which the page forgets with each visitor."""
        if mode != "usual":
            visitor.aid(mode)
        visitor.speak(lang)

    def at(name: str) -> None:
        visitor.settle()
        seen(name)

    settings()
    at("start")
    _search_and_guide(page, visitor, lang, at)
    _codes(page, visitor, at)
    _help_and_aids(page, visitor, at)
    _take(page, kiosk, visitor, at)
    settings()
    _without_paper(page, kiosk, visitor, at)
    settings()
    _left_alone(page, visitor, at)


def unknown_machine(page: Page, kiosk: KioskHall, lang: str, seen: Seen) -> None:
    """What a machine says that the hall does not know."""
    kiosk.role = None
    page.goto("about:blank")  # a changed fragment alone loads nothing
    visitor = Visitor(page, kiosk)
    visitor.arrive()
    expect(page.locator("[data-cover=unknown]")).to_be_visible()
    visitor.speak(lang)
    visitor.settle()
    seen("unknown machine")


def _asking_for_a_card(kiosk: KioskHall) -> list[object]:
    return [
        replace(choice, matters=tuple(replace(m, identity=m.id == "S01") for m in choice.matters))
        for choice in kiosk.menu.choices
    ]


def _search_and_guide(page: Page, visitor: Visitor, lang: str, at: Seen) -> None:
    visitor.touch("[data-way=find]")
    at("search, nothing typed")
    visitor.press({"zh": "yl", "ko": "ㅂㅗㅎㅓㅁ", "en": "ins"}[lang])
    at("search")
    visitor.touch("[data-results] button >> nth=0")
    at("guide")
    visitor.touch("[data-kind=checklist]")
    expect(page.locator("[data-list-said]")).not_to_be_empty()
    at("checklist printed")
    visitor.back(2)


def _codes(page: Page, visitor: Visitor, at: Seen) -> None:
    visitor.touch("[data-way=booked]")
    at("booking")
    visitor.back()
    visitor.touch("[data-way=mine]")
    at("number and code")
    visitor.press("202611240007")
    visitor.touch("[data-field=code]")
    visitor.press("7K3M2X")
    at("case number and code")
    visitor.touch("[data-kind=claim]")
    expect(page.locator("[data-cover=sure]")).to_be_visible()
    at("which clerk?")
    visitor.back(2)
    visitor.open_ticket()
    at("opened ticket")
    visitor.touch("[data-what=cancel]")
    at("cancel?")
    visitor.touch("[data-cover=sure] [data-do=back]")
    visitor.settle()
    visitor.touch("[data-do=move]")
    at("moving, start")
    visitor.open("F")
    at("moving, category")
    visitor.back(2)
    visitor.touch("[data-do=again]")
    visitor.settle()


def _help_and_aids(page: Page, visitor: Visitor, at: Seen) -> None:
    visitor.touch("[data-kind=help]")
    at("staff are told")
    visitor.touch("[data-cover=staff] button")
    visitor.settle()
    visitor.touch(".dock [data-sheet=aids]")
    at("aids")
    visitor.touch("[data-cover=aids] [data-do=sheet]")
    visitor.settle()


def _take(page: Page, kiosk: KioskHall, visitor: Visitor, at: Seen) -> None:
    visitor.open("L")
    at("shut category")
    visitor.back()
    visitor.open("S")
    visitor.touch("[data-matter=S02][data-do=matter]:visible")
    at("category")
    visitor.touch("[data-matter=S01][data-do=matter]:visible")
    visitor.settle()
    visitor.take()
    at("card")
    visitor.touch("[data-cover=card] [data-do=back]")
    visitor.settle()
    visitor.touch("[data-matter=S01][data-do=matter]:visible")
    kiosk.offer(long_queue=9)
    visitor.settle()
    visitor.take()
    at("still?")
    visitor.touch("[data-cover=sure] [data-do=back]")
    kiosk.offer(long_queue=30)
    visitor.settle()
    kiosk.refusal = problem(409, "cutoff", FULL)
    visitor.take()
    expect(page.locator("[data-cover=problem]")).to_be_visible()
    at("refusal")
    kiosk.refusal = None
    visitor.touch("[data-cover=problem] [data-do=back]")
    visitor.settle()
    kiosk.speaks.clear()
    visitor.take("priority")
    expect(page.locator("[data-cover=link]")).to_be_visible()
    at("link down")
    kiosk.speaks.set()
    visitor.number()
    at("ticket")
    visitor.touch(".step.ticket .done")
    visitor.settle()


def _without_paper(page: Page, kiosk: KioskHall, visitor: Visitor, at: Seen) -> None:
    here = Paper("1", "东门", "p1", "paper_out", can_print=False)
    kiosk.offer(papers=(here, Paper("2", "西门", "p2", "ready", can_print=True)), notices=(NOTICE,))
    expect(page.locator("[data-paper-told]")).to_be_visible()
    at("start, no paper and a notice")
    visitor.open("F")
    visitor.settle()
    visitor.take()
    visitor.number()
    at("ticket, no paper")
    visitor.touch(".step.ticket .done")
    visitor.settle()
    kiosk.offer(papers=(), notices=())
    expect(page.locator("[data-paper-told]")).to_be_hidden()


def _left_alone(page: Page, visitor: Visitor, at: Seen) -> None:
    visitor.settle()
    visitor.open("S")
    visitor.settle()
    page.clock.fast_forward(125_000 if page.get_attribute("html", "data-type") == "large" else 65_000)
    expect(page.locator("[data-cover=idle]")).to_be_visible()
    at("left alone")
