"""The first paint of the demo hall's kiosk on a slow machine: a real browser, throttled six times.

Time from the first byte of the page to its first contentful paint, script time until the page stands,
and what went over the wire (packed; the page brings no fonts). Each run begins with an empty cache.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figures import Row, row
from bench.server import serving
from queue_server.store.embedded import EmbeddedStore

THROTTLE = 6
SIZE = {"width": 1080, "height": 1920}


def measure(runs: int = 7) -> list[Row]:
    """Open the kiosk anew for each run."""
    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir="build") as place:
        store = EmbeddedStore(place)
        try:
            with serving(store.start()) as served, sync_playwright() as driver:
                browser = driver.chromium.launch(
                    executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
                    args=["--no-sandbox"],
                )
                address = f"http://127.0.0.1:{served.port}/kiosk/{served.halls[0]}#token={served.kiosk}"
                painted(browser, address)  # the first run also starts the browser's own processes
                seen = [painted(browser, address) for _ in range(runs)]
                browser.close()
        finally:
            store.stop()
    paints, scripts, sizes = zip(*seen, strict=True)
    return [
        row("kiosk, 6x slower: first byte to first paint", paints, "ms", "<= 500"),
        row("  script time until the page stands", scripts, "ms", "<= 60"),
        row("  transferred, packed, without fonts", sizes, "KB", "<= 60"),
    ]


def painted(browser: Browser, address: str) -> tuple[float, float, float]:
    """One opening: first byte to first paint (ms), script time (ms, throttled too), KB received."""
    context = browser.new_context(viewport=SIZE, service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    session = context.new_cdp_session(page)
    received: list[float] = []
    session.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    for method, params in (
        ("Network.enable", {}),
        ("Performance.enable", {}),
        ("Emulation.setCPUThrottlingRate", {"rate": THROTTLE}),
    ):
        session.send(method, params)
    page.goto(address, wait_until="load")
    paint = first_paint(page)
    script = metric(session.send("Performance.getMetrics"), "ScriptDuration")
    context.close()
    return paint, script, sum(received) / 1000


def first_paint(page: Page) -> float:
    """From the page's first byte to its first contentful paint (ms)."""
    took: float = page.evaluate("""async () => {
      const [navigation] = performance.getEntriesByType('navigation');
      const seen = () => performance.getEntriesByName('first-contentful-paint')[0];
      while (!seen()) await new Promise(requestAnimationFrame);
      return seen().startTime - navigation.responseStart;
    }""")
    return took


def metric(told: dict[str, Any], name: str) -> float:
    """One of the browser's own figures (s), as ms."""
    return 1000 * float(next(one["value"] for one in told["metrics"] if one["name"] == name))
