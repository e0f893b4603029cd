"""Somebody of the staff at a page in a real browser: signed in, pressing keys, reading what is said."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from queue_server.hall.accounts import AddAccount
from tests.api.hall import Served
from tests.api.people import give
from tests.browser.product import Product

PATIENCE = 30_000
"""Milliseconds (of a loaded machine) after which what should have happened will not."""
LEAST = 60
"""Pixels that anything to be touched has at least, in both directions."""

_SMALL = """(least) => {
  const open = document.querySelector('dialog[open]');
  return [...(open ?? document).querySelectorAll('button, a[href], input, .results span')]
    .filter((each) => each.checkVisibility() && !each.matches('[type=radio], [type=checkbox]'))
    .map((each) => [each.textContent.trim().slice(0, 20) || each.name, each.getBoundingClientRect()])
    .filter(([, box]) => Math.round(box.width) < least || Math.round(box.height) < least)
    .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
}"""
_OUTSIDE = """() => [...document.querySelectorAll('.bar :is(.keys, .summons) button, .head :is(a, button)')]
    .filter((each) => each.checkVisibility())
    .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([, box]) => box.right > innerWidth || box.top < 0 || box.bottom > innerHeight)
    .map(([name]) => `${name}: outside`)"""
_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def enter(
    run: Product,
    context: BrowserContext,
    login: str,
    role: str,
    windows: tuple[int, ...] = (),
    department: str = "",
    at: str = "",
) -> str:
    """Somebody new has signed in with this browser (`at` another hall); gives the session's token."""
    assert run.hall is not None
    hall = run.hall.at(at) if at else run.hall

    async def work() -> str:
        await give(
            hall.site, hall.hall, AddAccount(login, login.upper(), role, windows, department=department)
        )
        account = hall.site.halls[hall.hall].register.state.accounts[login]
        return (await hall.site.sessions(hall.hall).enter(account, "test")).token

    token = run.do(work())
    context.add_cookies([{"name": f"yichuang-{hall.hall}", "value": token, "url": hall.base}])
    return token


def ask(run: Product, who: str, path: str, body: Any = None) -> dict[str, Any]:
    """Something is done at the hall by the API; it must succeed."""
    assert run.hall is not None
    answer: httpx.Response = run.do(run.hall.post(who, path, body))
    assert answer.is_success, (path, answer.text)
    done: dict[str, Any] = answer.json()
    return done


def number_of(hall: Served, ticket: str) -> str:
    """The number of a ticket."""
    return hall.day.tickets[ticket].number


class Desk:
    """A page of the staff."""

    def __init__(self, page: Page, base: str, path: str) -> None:
        self.page = page
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.goto(f"{base}{path}")
        expect(page.locator("body")).to_have_attribute("data-link", "up", timeout=PATIENCE)

    def does(self, *keys: str, said: str) -> None:
        """Press a key, answer each question by the next, and wait for the sentence and for the keys."""
        first, *answers = keys
        mark = uuid.uuid4().hex
        self.page.evaluate("mark => { document.querySelector('[data-said]').textContent = mark; }", mark)
        self.page.keyboard.press(first)
        for key in answers:
            self.answer(key)
        self.told(said)

    def finds(self, *typed: str, said: str) -> None:
        """Find an act by what is typed (Ctrl+P), answer each question by the next."""
        first, *answers = typed
        self.page.keyboard.press("Control+p")
        self.types(first)
        self.answer("Enter")
        for key in answers:
            self.answer(key)
        self.told(said)

    def types(self, text: str) -> None:
        """Write into the line of a question."""
        expect(self.page.locator("dialog[open] .typed")).to_be_focused(timeout=PATIENCE)
        self.page.keyboard.type(text)

    def ticks(self, *digits: str) -> None:
        """Tick lines of a list and go on."""
        expect(self.page.locator("dialog [data-ticks]")).to_be_visible(timeout=PATIENCE)
        for digit in digits:
            self.page.keyboard.press(digit)
        self.answer("Enter")

    def answer(self, key: str) -> None:
        """Answer a question by a digit: the next one stands in its place, or the dialog has gone."""
        expect(self.page.locator("dialog[open]")).to_be_visible(timeout=PATIENCE)
        asked = self.page.locator("dialog[data-ask]").get_attribute("data-question")
        self.page.keyboard.press(key)
        expect(self.page.locator(f"dialog[open][data-question='{asked}']")).to_have_count(0, timeout=PATIENCE)

    def told(self, said: str) -> None:
        """Wait until the page says a sentence and its keys answer again."""
        expect(self.page.locator("[data-said]")).to_contain_text(said, timeout=PATIENCE)
        expect(self.page.locator("body[data-busy]")).to_have_count(0, timeout=PATIENCE)

    @property
    def number(self) -> str:
        """The number of the present visitor."""
        return self.page.locator("[data-number]").inner_text()


def flaws(page: Page) -> list[str]:
    """What somebody with a screen reader, weak eyes or unsteady hands would stumble over on this page."""
    return broken_rules(page) + misfits(page)


def broken_rules(page: Page) -> list[str]:
    """What axe finds."""
    rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{one['id']}: {[node['html'][:140] for node in one['nodes']]}" for one in found]


def misfits(page: Page) -> list[str]:
    """What is too small to be touched, or does not fit the screen: another thing in each language."""
    wide = page.evaluate(_WIDE)
    small: list[str] = page.evaluate(_SMALL, LEAST) + page.evaluate(_OUTSIDE)
    return small + ([f"{wide} px too wide"] if wide > 0 else [])
