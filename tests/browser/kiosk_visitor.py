"""What a visitor does at a kiosk, and what they see there."""

from __future__ import annotations

from typing import Protocol

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

SIZES = ((1080, 1920), (1920, 1080), (1024, 768))
LANGUAGES = ("zh", "ko", "en")


class Kiosk(Protocol):
    """Where the page of a kiosk is."""

    def url(self) -> str: ...


class Visitor:
    """Somebody at the kiosk; counts the touches."""

    def __init__(self, page: Page, hall: Kiosk, size: tuple[int, int] = (1080, 1920)) -> None:
        self.page = page
        self.hall = hall
        self.touches = 0
        page.set_viewport_size({"width": size[0], "height": size[1]})

    def arrive(self) -> None:
        """Stand before a kiosk whose live menu has arrived."""
        self.page.goto(self.hall.url())
        expect(self.page.locator("yc-kiosk[data-ready]")).to_be_attached()
        expect(self.step("start")).to_be_visible()

    def touch(self, selector: str) -> None:
        self.touches += 1
        self.page.click(selector)

    def speak(self, lang: str) -> None:
        """Choose a language unless the kiosk speaks it already."""
        if self.page.get_attribute(f".key[data-lang={lang}]", "aria-pressed") != "true":
            self.touch(f".key[data-lang={lang}]")

    def aid(self, names: str) -> None:
        """Ask for large type, high contrast, low reach or spoken prompts, or for several."""
        for name in names.split():
            if name == "large":
                self.touch("[data-do=large]")
            else:
                self._aid_of_the_sheet(name)

    def _aid_of_the_sheet(self, name: str) -> None:
        self.touch(".dock [data-sheet=aids]")
        self.touch(f"[data-cover=aids] [data-do={name}]")
        self.settle()
        self.touch("[data-cover=aids] [data-do=sheet]")
        self.settle()

    def back(self, times: int = 1) -> None:
        """Go back a step, and another."""
        for _ in range(times):
            self.settle()
            self.touch(".key.back")
        self.settle()

    def press(self, text: str) -> None:
        """Type on the screen's keys."""
        for key in text:
            self.touch(f'[data-key="{key}"]')

    def open_ticket(self, number: str = "S023", code: str = "7KQ4M") -> None:
        """Open a ticket by its number and check code."""
        self.touch("[data-way=mine]")
        self.settle()
        self.press(number)
        self.touch("[data-field=code]")
        self.press(code)
        self.touch("[data-kind=claim]")
        expect(self.step("held")).to_be_visible()
        self.settle()

    def open(self, category: str) -> None:
        self.touch(f".tile[data-category={category}]")

    def take(self, cls: str = "ordinary") -> None:
        self.touch(f"[data-do=take][data-cls={cls}]")

    def step(self, name: str) -> Locator:
        return self.page.locator(f".step[data-step={name}]")

    def number(self) -> str:
        """The number on the screen, once it is there."""
        expect(self.page.locator("[data-number]")).to_be_visible()
        return self.page.inner_text("[data-number]")

    def settle(self) -> None:
        """Wait until the page takes touches again after it changed."""
        settled(self.page)


def settled(page: Page) -> None:
    """Wait until a page takes touches, looking at each frame: Playwright looks but every half second."""
    page.evaluate("""() => new Promise((done) => {
      const root = document.querySelector('yc-kiosk');
      const look = () => 'settling' in root.dataset ? requestAnimationFrame(look) : done();
      look();
    })""")


def reads(page: Page, text: str) -> None:
    """A reader that types reads something: all keys at once, as a busy machine's driver cannot press them."""
    page.evaluate(
        """(keys) => {
      for (const key of keys) {
        const letter = /^[A-Za-z]$/.test(key) ? `Key${key.toUpperCase()}` : "";
        const code = /^[0-9]$/.test(key) ? `Digit${key}` : letter;
        const pressed = { key, code, shiftKey: /^[A-Z]$/.test(key), bubbles: true, cancelable: true };
        for (const kind of ["keydown", "keyup"])
          document.activeElement.dispatchEvent(new KeyboardEvent(kind, pressed));
      }
    }""",
        [*text, "Enter"],
    )


def read_qr(picture: Image.Image) -> str:
    """What a phone reads in a picture of the screen."""
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1, [code.text for code in found]
    return found[0].text
