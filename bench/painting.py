"""The first paint of the demo hall's kiosk on a slow machine: a real browser, throttled six times.

Time from the first byte of the page to its first contentful paint; script time and what went over the
wire (packed; the page brings no fonts) for the start page as it is painted. What comes after it (the machine
and the other steps) is kept back for these two and stands below them, without a goal, with the time at which
the page takes touches. Each opening begins with an empty cache.

The browser has all cores, as at a kiosk: its throttle waits by keeping a core busy, and on one core it would
slow the browser's other processes as well, which draw what the page's own has laid out.

Touches go from the first to the ticket that is being taken, each timed until its effect has been drawn, as
slow and at the machine's own speed; a goal (every touch within 100 ms) has the machine's own speed.

Beside each opening a page of one line is opened from the same server: what it takes is the browser's and the
machine's own, and grows with whatever else the machine does. Of the kiosk's time the ratio tells which part
is the page's.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from bench.cores import OTHER_CORES, SERVER_CORE, on
from bench.figures import Row, ratios, row
from bench.server import serving
from kiosk.pages import MODULES
from queue_server.store.embedded import EmbeddedStore

THROTTLE = 6
SIZE = {"width": 1080, "height": 1920}
AFTERWARDS = [f"*/{name}" for name in (*MODULES, "kiosk-steps.css", "kiosk-ways.css", "kiosk-reach.css")]
"""What the page fetches once it has been painted."""


class Seen(NamedTuple):
    """One opening: first byte to first paint and to the first touch taken (ms), script (ms), KB."""

    paint: float
    ready: float
    script: float
    kilobytes: float


TOUCHED = ("[data-lang=ko]", "[data-category=S]", "[data-matter=S01]", "[data-cls=ordinary]")
"""From the start page to the ticket that is being taken."""
_TOUCHES = """async (touched) => {
  const root = document.querySelector('yc-kiosk');
  const took = [];
  for (const selector of touched) {
    const began = performance.now();
    const changed = new Promise((done) => {
      new MutationObserver(done).observe(root, { subtree: true, attributes: true, childList: true });
    });
    root.querySelector(`button${selector}`).click();
    await changed;
    await new Promise(requestAnimationFrame);
    await new Promise((done) => setTimeout(done));  // the frame has been drawn
    took.push(performance.now() - began);
  }
  return Math.max(...took);
}"""


def measure(runs: int = 7) -> list[Row]:
    """Open the kiosk anew for each run."""
    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir="build") as place:
        store = EmbeddedStore(place)
        try:
            everywhere = on(SERVER_CORE | OTHER_CORES)
            with serving(store.start()) as served, everywhere, sync_playwright() as driver:
                browser = driver.chromium.launch(
                    executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
                    args=["--no-sandbox"],
                )
                address = f"http://127.0.0.1:{served.port}/kiosk/{served.halls[0]}#token={served.kiosk}"
                line = f"http://127.0.0.1:{served.port}/healthz"
                all_three(browser, address, line)  # the first run also starts the browser's own processes
                seen = [all_three(browser, address, line) for _ in range(runs)]
                slow = [slowest_touch(browser, address, THROTTLE) for _ in range(runs)]
                plain = [slowest_touch(browser, address, 1) for _ in range(runs)]
                browser.close()
        finally:
            store.stop()
    first, whole, least = zip(*seen, strict=True)
    paints, lines = [one.paint for one in whole], [one.paint for one in least]
    return [
        row("kiosk, 6x slower: first byte to first paint", paints, "ms", "<= 500"),
        row("  the same of a page of one line", lines, "ms"),
        row("  ratio of the two", ratios(paints, lines), "times"),
        row("  script time of the start page", [one.script for one in first], "ms", "<= 60"),
        row("  transferred for it, packed, without fonts", [one.kilobytes for one in first], "KB", "<= 60"),
        row("  first byte to the first touch that is taken", [one.ready for one in whole], "ms"),
        row("  slowest touch to its effect drawn", slow, "ms"),
        row("  the same at the machine's own speed", plain, "ms", "<= 100"),
        row("  script time of all steps", [one.script for one in whole], "ms"),
        row("  transferred for all steps", [one.kilobytes for one in whole], "KB"),
    ]


def all_three(browser: Browser, address: str, line: str) -> tuple[Seen, Seen, Seen]:
    """One opening without what comes after the start page, a whole one, and one of a page of one line."""
    first, whole = painted(browser, address, AFTERWARDS), painted(browser, address)
    return first, whole, painted(browser, line, kiosk=False)


def painted(browser: Browser, address: str, without: Sequence[str] = (), *, kiosk: bool = True) -> Seen:
    """One opening of a page, some files kept back."""
    context = browser.new_context(viewport=SIZE, service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    session = context.new_cdp_session(page)
    received: list[float] = []
    session.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    for method, params in (
        ("Network.enable", {}),
        ("Network.setBlockedURLs", {"urls": list(without)}),
        ("Performance.enable", {}),
        ("Emulation.setCPUThrottlingRate", {"rate": THROTTLE}),
    ):
        session.send(method, params)
    page.goto(address, wait_until="load")
    paint = since_first_byte(page, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    ready = 0.0
    if kiosk and not without:
        ready = since_first_byte(
            page, "'ready' in document.querySelector('yc-kiosk').dataset && performance.now()"
        )
    script = metric(session.send("Performance.getMetrics"), "ScriptDuration")
    context.close()
    return Seen(paint, ready, script, sum(received) / 1000)


def slowest_touch(browser: Browser, address: str, throttle: int) -> float:
    """The touches of one visitor: the longest time (ms) from a touch until its effect was drawn."""
    context = browser.new_context(viewport=SIZE, service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address, wait_until="load")
    page.locator("yc-kiosk[data-ready]").wait_for()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    took: float = page.evaluate(_TOUCHES, TOUCHED)
    context.close()
    return took


def since_first_byte(page: Page, moment: str) -> float:
    """From the page's first byte to a moment (ms), once it has come."""
    took: float = page.evaluate(f"""async () => {{
      const [navigation] = performance.getEntriesByType('navigation');
      const seen = () => {moment};
      while (!seen()) await new Promise(requestAnimationFrame);
      return seen() - navigation.responseStart;
    }}""")
    return took


def metric(told: dict[str, Any], name: str) -> float:
    """One of the browser's own figures (s), as ms."""
    return 1000 * float(next(one["value"] for one in told["metrics"] if one["name"] == name))
