"""From the key press on a window's console to the pixel on a board, with 50 boards.

The console is the real one (Textual, driven by its own pilot) over the network, one board is a page in
Chromium that shows the calls, 49 more are sockets; the store syncs every append. The clock is this machine's,
read where the key is pressed and in the page: there at the second animation frame after the number changed,
when a frame that has it has been painted. Its resolution in a page is a tenth of a millisecond or one.

The way is told in its four stretches: the console until it sends, the network and the hall until the page has
the board, the page until its text has changed, and the browser until it has painted. What the machine itself
adds is told beside them: how late a thread that sleeps a few milliseconds is woken meanwhile.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from playwright.async_api import Page, async_playwright

from bench.clerk import WINDOW, Clerk
from bench.figures import Row, row
from bench.screens import Screens, allow_sockets
from bench.server import Served, serving
from queue_server.console.app import ConsoleApp
from queue_server.console.client import HallClient
from queue_server.store.embedded import EmbeddedStore
from queue_server.wire import Done

BOARDS = 50
PATIENCE = 20.0
NAP = 0.005
"""Seconds that the thread sleeps which shows how late this machine wakes one."""
HEAR = """window.arrived = {};
  const now = () => performance.timeOrigin + performance.now();
  window.WebSocket = class extends WebSocket { constructor(...all) { super(...all);
    this.addEventListener("message", ({ data }) => { const at = now();
      for (const { number } of JSON.parse(data).current ?? []) arrived[number] ??= at; }); } };"""
WATCH = """() => { window.painted = {};
  const now = () => performance.timeOrigin + performance.now();
  const look = () => { const number = document.querySelector(".call:not([hidden]) .number")?.textContent;
    if (!number || number in painted) return;
    painted[number] = null;
    const written = now();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      painted[number] = [arrived[number], written, now()]; })); };
  const all = { subtree: true, attributes: true, characterData: true, childList: true };
  new MutationObserver(look).observe(document.querySelector(".grid"), all); }"""


def measure(calls: int = 250) -> list[Row]:
    """Call visitors by F2, so many that a p99 is more than the one worst of them; the store is on disk."""
    allow_sockets()
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            with serving(store.start()) as served, lateness() as late:
                ways = asyncio.run(_measured(served, calls))
        finally:
            store.stop()
    whole = [way.painted - way.pressed for way in ways]
    return [
        row(f"key press to pixel, {BOARDS} boards: p99", [p99(whole)], "ms", "< 100"),
        row("  median", whole, "ms"),
        *(each for name, stretch in STRETCHES.items() for each in _told(name, [stretch(w) for w in ways])),
        *_told("beside it: a sleeper is woken late by", late),
    ]


class Way(NamedTuple):
    """When (ms since the epoch) a call was where: pressed, sent, in the page, in its text, on the screen."""

    pressed: float
    sent: float
    arrived: float
    written: float
    painted: float


STRETCHES: dict[str, Callable[[Way], float]] = {
    "the console until it sends": lambda way: way.sent - way.pressed,
    "network and hall until the page has it": lambda way: way.arrived - way.sent,
    "the page until its text has changed": lambda way: way.written - way.arrived,
    "the browser until it has painted": lambda way: way.painted - way.written,
}


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return statistics.quantiles(values, n=100)[98]


def _told(name: str, values: Sequence[float]) -> list[Row]:
    return [row(f"  {name}", values, "ms"), row("    p99", [p99(values)], "ms")]


@contextmanager
def lateness() -> Iterator[list[float]]:
    """While the block runs: by how much (ms) a sleeping thread is woken late, again and again."""
    late: list[float] = []
    over = threading.Event()

    def sleep() -> None:
        while not over.is_set():
            began = time.perf_counter()
            time.sleep(NAP)
            late.append(1000 * (time.perf_counter() - began - NAP))

    sleeper = threading.Thread(target=sleep, daemon=True)
    sleeper.start()
    try:
        yield late
    finally:
        over.set()
        sleeper.join()


async def _measured(served: Served, calls: int) -> list[Way]:
    path = f"/api/halls/{served.halls[0]}/board/live"
    with Screens(served.port, path, BOARDS - 1) as boards:
        boards.gather()
        async with async_playwright() as playwright:
            found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1920, "height": 1080})
            await page.add_init_script(HEAR)
            await page.goto(f"http://127.0.0.1:{served.port}/halls/{served.halls[0]}/board")
            await page.wait_for_selector("body[data-link=fresh]")
            await page.evaluate(WATCH)
            ways = await _at_the_console(served, page, boards, calls)
            await browser.close()
    return ways


async def _at_the_console(served: Served, page: Page, boards: Screens, calls: int) -> list[Way]:
    ways = []
    client = TimedClient(f"http://127.0.0.1:{served.port}", served.halls[0], served.clerk)
    async with client:
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
                seen = await _painted(page, present.number)
                if n:  # the first warms everything up
                    ways.append(Way(pressed, client.sent, *seen))
                await asyncio.to_thread(_serve, clerk, present.id)
                boards.settle()
            clerk.close()
    return ways


class TimedClient(HallClient):
    """The console's own client; `sent` is when (ms since the epoch) it was last told to ask the hall."""

    sent = 0.0

    async def act(self, path: str, body: msgspec.Struct | None = None) -> Done:
        """Do one thing at the hall."""
        self.sent = time.time() * 1000
        return await super().act(path, body)


def _serve(clerk: Clerk, ticket: str) -> None:
    clerk.starts(ticket)
    clerk.send(f"/tickets/{ticket}/finish")
    clerk.answer()


async def _painted(page: Page, number: str) -> list[float]:
    """When a number came to the page, was in its text, and was painted (ms since the epoch).

    RuntimeError if it never was.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen: list[float] | None = await page.evaluate("(number) => painted[number]", number)
        if seen:
            return seen
        await asyncio.sleep(0.01)
    raise RuntimeError(f"{number} was not painted within {PATIENCE:g} s")


async def wait_for(look: Callable[[], bool]) -> None:
    """Wait until something is so at the console. RuntimeError when it never is."""
    until = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > until:
            raise RuntimeError("the console did not get so far")
        await asyncio.sleep(0.005)
