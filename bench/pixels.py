"""From the key press on a window's console to the pixel on a board, with 50 boards.

The console is the real one (Textual, driven by its own pilot) over the network, one board is a page in
Chromium that shows the calls, 49 more are sockets; the store syncs every append. The clock is this machine's,
read where the key is pressed and in the page: there at the second animation frame after the number changed,
when a frame that has it has been painted. Its resolution in a page is a tenth of a millisecond or one.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bench.clerk import WINDOW, Clerk
from bench.figures import Row, row
from bench.screens import Screens, allow_sockets
from bench.server import Served, serving
from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.store.embedded import EmbeddedStore

BOARDS = 50
PATIENCE = 20.0
WATCH = """() => { window.painted = {};
  const look = () => { const number = document.querySelector(".call:not([hidden]) .number")?.textContent;
    if (!number || number in painted) return;
    painted[number] = 0;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      painted[number] = performance.timeOrigin + performance.now(); })); };
  const all = { subtree: true, attributes: true, characterData: true, childList: true };
  new MutationObserver(look).observe(document.querySelector(".grid"), all); }"""


def measure(calls: int = 100) -> list[Row]:
    """Call visitors by F2; the store's directory is on disk, under build/."""
    allow_sockets()
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            with serving(store.start()) as served:
                took = asyncio.run(_measured(served, calls))
        finally:
            store.stop()
    slowest = statistics.quantiles(took, n=100)[98]
    return [
        row(f"key press to pixel, {BOARDS} boards: p99", [slowest], "ms", "< 100"),
        row("  median", took, "ms"),
    ]


async def _measured(served: Served, calls: int) -> list[float]:
    path = f"/api/halls/{served.halls[0]}/board/live"
    with Screens(served.port, path, BOARDS - 1) as boards:
        boards.gather()
        async with async_playwright() as playwright:
            found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1920, "height": 1080})
            await page.goto(f"http://127.0.0.1:{served.port}/halls/{served.halls[0]}/board")
            await page.wait_for_selector("body[data-link=fresh]")
            await page.evaluate(WATCH)
            took = await _at_the_console(served, page, boards, calls)
            await browser.close()
    return took


async def _at_the_console(served: Served, page: Page, boards: Screens, calls: int) -> list[float]:
    took = []
    async with HallClient(f"http://127.0.0.1:{served.port}", served.halls[0], served.clerk) as client:
        app = ConsoleApp(client, WINDOW, "zh")
        async with app.run_test(size=(100, 30)):
            await wait_for(lambda: app.scene.view is not None)
            clerk = Clerk(served)  # only now: the server hangs up on who is idle for 5 s
            for n in range(calls + 1):
                await asyncio.to_thread(clerk.takes_a_ticket)
                await wait_for(lambda: app.scene.seated and not app.scene.busy and app.scene.present is None)
                pressed = time.time() * 1000
                app.simulate_key("f2")
                await wait_for(lambda: app.scene.present is not None and not app.scene.busy)
                present = app.scene.present
                assert present is not None
                painted = await _painted(page, present.number)
                if n:  # the first warms everything up
                    took.append(painted - pressed)
                await asyncio.to_thread(_serve, clerk, present.id)
                boards.settle()
            clerk.close()
    return took


def _serve(clerk: Clerk, ticket: str) -> None:
    clerk.starts(ticket)
    clerk.send(f"/tickets/{ticket}/finish")
    clerk.answer()


async def _painted(page: Page, number: str) -> float:
    """When a number was on the page (ms since the epoch). RuntimeError if it never was."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        at: float | None = await page.evaluate("(number) => painted[number]", number)
        if at:
            return at
        await asyncio.sleep(0.01)
    raise RuntimeError(f"{number} was not painted within {PATIENCE:g} s")


async def wait_for(look: Callable[[], bool]) -> None:
    """Wait until something is so at the console. RuntimeError when it never is."""
    until = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > until:
            raise RuntimeError("the console did not get so far")
        await asyncio.sleep(0.005)
