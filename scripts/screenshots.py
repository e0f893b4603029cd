"""The README's pictures, taken from the demo with a morning's visitors in it, and every step of the kiosk:
``make screenshots``.

Nothing is drawn for the picture: kiosk and board are the pages in a browser, the console runs on the same
hall, the slip is what the virtual printer put on paper.
"""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from queue_server.access.principals import new_token
from queue_server.cli.demo import Told, read_told
from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.demo import county_plan
from scripts.kiosk_pictures import take_pictures

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
LARGEST = 150_000
"""Bytes a picture may have: a README is read on telephones too."""
CELL = 12.2
"""Units that a cell of the terminal is wide in the SVG that Rich writes."""
PATIENCE = 20
"""Seconds to wait for a slip or a screen."""

CONSOLE = 8
AT_WORK = (3, 4, 10, 13, 22, 6, 9, 12, 17, 20)
"""Windows with a visitor; the console's has one too."""
SERVED = (6, 9, 12, 17)
"""Windows whose first visitor has gone already."""
IN_SERVICE = (3, 10, 13, 22, CONSOLE)
"""Windows whose visitor has sat down; the others are being called."""
TAKEN = "BDSFGDBSJDFSCDGSBDFSJADSGFCDSBFSD"
"""Categories in the order in which visitors took their tickets."""
SIZES = {"kiosk": (1080, 1920), "board": (1920, 1080)}


class Scene:
    """The hall as the pictures show it, brought about through the API as kiosks and consoles would."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self._client = httpx.Client(base_url=f"{told.address}/api/halls/{told.hall}", timeout=10)

    def act(self, who: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Do something as somebody; it must succeed."""
        headers = {"authorization": f"Bearer {self.told.tokens[who]}", "idempotency-key": new_token()}
        answer = self._client.post(path, json=body or {}, headers=headers)
        if answer.is_error:
            raise SystemExit(f"{path}: {answer.text}")
        done: dict[str, Any] = answer.json()
        return done

    def play(self) -> None:
        """Visitors come, clerks sit down and call."""
        matters: dict[str, list[str]] = {}
        for matter in county_plan().matters:
            matters.setdefault(matter.category, []).append(matter.id)
        for number, category in enumerate(TAKEN):
            wish: dict[str, Any] = {"category": category, "matters": matters.get(category, [])[:1]}
            if number % 9 == 4:
                wish |= {"cls": "priority", "kind": "elderly"}
            self.act(f"kiosk:k{number % 3 + 1}", "/tickets", wish)
        for window in (CONSOLE, *AT_WORK):
            who = f"window:{window}"
            self.act(who, f"/windows/{window}/claim")
            self.act(who, f"/windows/{window}/open")
            called = self.act(who, f"/windows/{window}/call-next")
            if window in SERVED:
                self.act(who, f"/tickets/{called['ticket']}/start")
                self.act(who, f"/tickets/{called['ticket']}/finish")
                called = self.act(who, f"/windows/{window}/call-next")
            if window in IN_SERVICE:
                self.act(who, f"/tickets/{called['ticket']}/start")


@contextmanager
def running_demo(folder: Path) -> Iterator[Told]:
    """The demo on a free port, without visitors of its own."""
    words = ["demo", "--quiet", "--port", "0", "--directory", str(folder)]
    demo = subprocess.Popen(
        [sys.executable, "-m", "queue_server.cli", *words], stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout is not None
    try:
        for line in demo.stdout:
            if "Ctrl-C" in line:
                break
        told = read_told(folder)
        if told is None:
            raise SystemExit("the demo did not start")
        yield told
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(30)


def page_of(browser: Browser, name: str, address: str, seen: str) -> bytes:
    """A page as a device of its size shows it, half as large, once it shows what it should."""
    width, height = SIZES[name]
    page: Page = browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=0.5, locale="zh-CN"
    )
    page.goto(address)
    # Boards turn their pages by themselves: wait for the one that the picture is of.
    page.locator(f":text('{seen}'):visible").first.wait_for(timeout=2 * PATIENCE * 1000)
    page.wait_for_timeout(1500)  # a call blinks at first
    picture = page.screenshot()
    page.close()
    return picture


async def console_of(told: Told) -> str:
    """The console of a window as its terminal shows it, as SVG."""
    async with HallClient(told.address, told.hall, told.tokens[f"window:{CONSOLE}"]) as client:
        app = ConsoleApp(client, CONSOLE)
        async with app.run_test(size=(100, 30)) as pilot:
            end = time.monotonic() + PATIENCE
            while app.scene.view is None or app.scene.hall is None or not app.scene.seated:
                if time.monotonic() > end:
                    raise SystemExit("the console does not get its window's state")
                await pilot.pause(0.05)
            app.clear_notifications()
            await pilot.pause(0.5)
            return app.export_screenshot(title="yichuang console")


def drawn(browser: Browser, svg: str) -> bytes:
    """An SVG as pixels; its font is not fetched from anywhere."""
    # The export squeezes a text into as many cells as it has characters, but a Chinese one fills two. In a
    # font that is half an em wide, texts have their cells' width by themselves at twice that size.
    svg = re.sub(r' textLength="[^"]*"', "", svg)
    style = f"font-family:'Noto Sans Mono CJK SC',monospace!important;font-size:{2 * CELL}px!important"
    style += ";font-variant-east-asian:normal!important"  # the export asks for wide digits
    page = browser.new_page(viewport={"width": 1250, "height": 800}, device_scale_factor=0.8)
    page.set_content(f"<style>body{{margin:0}}svg{{width:100%}}svg text{{{style}}}</style>{svg}")
    picture = page.locator("svg").screenshot()
    page.close()
    return picture


def newest_slip(folder: Path, count: int) -> bytes:
    """The last slip, once all of them have come out."""
    end = time.monotonic() + 3 * PATIENCE
    while len(slips := sorted((folder / "slips").glob("*.png"))) < count:
        if time.monotonic() > end:
            raise SystemExit(f"{len(slips)} of {count} slips came out of the printer")
        time.sleep(0.1)
    return slips[-1].read_bytes()


def keep(name: str, picture: bytes) -> None:
    """Write a picture in few colours, small enough for a README."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    path = PICTURES / f"{name}.png"
    image.save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{path} has {size} bytes, more than {LARGEST}")
    print(f"{path.relative_to(PICTURES.parent.parent)}: {image.width} x {image.height}, {size} bytes")


def main() -> None:
    """Take the four of the README, then those of the kiosk's steps under build/."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with running_demo(place) as told:
            Scene(told).play()
            svg = asyncio.run(console_of(told))
            keep("slip", newest_slip(place, len(TAKEN)))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
                keep("kiosk", page_of(browser, "kiosk", told.kiosk, "不动产"))
                keep("board", page_of(browser, "board", told.board, "项目投资"))
                keep("console", drawn(browser, svg))
                take_pictures(browser)
                browser.close()


if __name__ == "__main__":
    main()
