"""Pictures of every step of the kiosk in every language and mode, and sheets of them: ``make screenshots``.

The pages are the real ones, in a hall that a test makes up, so that each refusal and trouble can be had.
They go to ``build/kiosk/`` and are looked at, not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.browser.kiosk_hall import kiosk_hall
from tests.browser.kiosk_visitor import LANGUAGES, SIZES
from tests.browser.kiosk_walk import MODES, unknown_machine, walk

PICTURES = Path("build/kiosk")
WIDE = 1800
"""Pixels that a sheet is wide."""
LEGEND = 34
IN_ALL_SIZES = ("usual", "large", "large low")


def take_pictures(
    browser: Browser, modes: Iterable[str] = MODES, languages: Iterable[str] = LANGUAGES
) -> None:
    """Every step in these modes and languages, and a sheet for each mode, language and size."""
    for mode in modes:
        for lang in languages:
            shots = _walked(browser, mode, lang)
            for size, steps in shots.items():
                path = PICTURES / f"{_plain(mode)}-{lang}-{size}.png"
                _sheet(steps).save(path)
                print(f"{path}: {len(steps)} steps")


def _walked(browser: Browser, mode: str, lang: str) -> dict[str, list[tuple[str, Path]]]:
    shots: dict[str, list[tuple[str, Path]]] = {}
    page = browser.new_page(device_scale_factor=0.5)

    def seen(name: str) -> None:
        for width, height in SIZES if mode in IN_ALL_SIZES else SIZES[:1]:
            page.set_viewport_size({"width": width, "height": height})
            laid_out(page)
            size = f"{width}x{height}"
            path = (
                PICTURES
                / f"{_plain(mode)}-{lang}-{size}"
                / f"{len(shots.get(size, ())):02d}-{_plain(name)}.png"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path)
            shots.setdefault(size, []).append((name, path))
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        laid_out(page)

    with kiosk_hall() as kiosk:
        walk(page, kiosk, mode, lang, seen)
        unknown_machine(page, kiosk, lang, seen)
    page.close()
    return shots


def laid_out(page: Page) -> None:
    """Wait for what follows a new size of the screen."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _plain(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-")


def _sheet(steps: list[tuple[str, Path]]) -> Image.Image:
    """All steps side by side, each under its name."""
    pictures = [(name, Image.open(path).convert("RGB")) for name, path in steps]
    across = 6 if pictures[0][1].height > pictures[0][1].width else 4
    width = WIDE // across
    height = width * pictures[0][1].height // pictures[0][1].width
    rows = -(-len(pictures) // across)
    sheet = Image.new("RGB", (WIDE, rows * (height + LEGEND)), "#555555")
    draw = ImageDraw.Draw(sheet)
    for place, (name, picture) in enumerate(pictures):
        left, top = place % across * width, place // across * (height + LEGEND)
        sheet.paste(picture.resize((width - 8, height)), (left + 4, top + LEGEND))
        draw.text((left + 8, top + 8), name, fill="white", font_size=18)
    return sheet
