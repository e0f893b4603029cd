"""A board for a long day: thousands of calls, cuts and restarts; nothing is missed and nothing grows.

The short run is in every `make test`; `make soak` runs the long one (20,000 calls).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import CDPSession, Page

from queue_server.hall import commands as do
from tests.api.hall import Served
from tests.api.loudspeaker import asked
from tests.browser.product import Product, product
from tests.console.relay import Relay, relayed
from tests.waiting import wait_for

WINDOWS = (8, 9, 10, 11)
SHORT, LONG = 1_000, int(os.environ.get("SOAK_CALLS", "20000"))
CUTS, RESTARTS = 5, 3
CONTROL = 60
"""Calls on the same page after it was made to leak: the same measure must find it."""
LOOK_EVERY = 20
"""Calls between two looks at what the page has shown: the clerk waits for the page, as clerks do."""

RECORD = """() => {
  window.seen = new Set();
  const look = () => {
    for (const one of document.querySelectorAll(".call:not([hidden]) .number")) seen.add(one.textContent);
    for (const row of document.querySelectorAll("board-recent li:not([hidden])"))
      seen.add(row.dataset.number); };
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document.querySelector("main"), all);
  look(); }"""
TAKE = "() => { const found = [...seen]; seen.clear(); return found; }"
LEAK = """() => { window.kept = [];
  const leak = () => { const one = document.createElement("p");
    one.more = Array.from({ length: 2000 }, Math.random);
    addEventListener("message", () => one.isConnected);
    kept.push(one); };
  const all = { subtree: true, attributes: true };
  new MutationObserver(leak).observe(document.querySelector(".grid"), all); }"""


class Size(NamedTuple):
    """What a page holds after its garbage was collected."""

    nodes: int
    listeners: int
    heap: int


def size(cdp: CDPSession) -> Size:
    cdp.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return Size(int(found["Nodes"]), int(found["JSEventListeners"]), int(found["JSHeapUsedSize"]))


def grown(before: Size, after: Size) -> list[str]:
    """In what a page has grown beyond what a row more or less explains."""
    bounds = Size(round(before.nodes * 1.1) + 20, before.listeners, round(before.heap * 1.15) + 200_000)
    return [name for name, now, most in zip(Size._fields, after, bounds, strict=True) if now > most]


def measured(page: Page) -> CDPSession:
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    cdp.send("HeapProfiler.enable")
    return cdp


class Day:
    """A hall at work behind a network that is cut, and a server that is started anew."""

    def __init__(self, running: Product, relay: Relay) -> None:
        self.running = running
        self.relay = relay
        self.called = 0
        self._present: dict[int, str] = {}

    def call(self) -> str:
        """The next window calls a visitor who has just come; gives the number."""
        window = WINDOWS[self.called % len(WINDOWS)]
        self.called += 1
        number, self._present[window] = self.running.do(self._call(window, self._present.get(window, "")))
        return number

    async def _call(self, window: int, present: str) -> tuple[str, str]:
        hall, clerk = self._hall, f"staff:{window}"
        hall.site.halls[hall.hall].presence.sign(clerk)  # as whatever a console asks for does
        await asked(hall, "device:k1", do.TakeTicket(ticket=f"soak-{self.called}", category="D"))
        if present:
            await asked(hall, clerk, do.Start(ticket=present))
        answer = await asked(hall, clerk, do.CallNext(window=window, finish=bool(present)))
        return answer.number, answer.ticket

    def sit(self) -> None:
        for window in WINDOWS:
            self.running.do(self._hall.sit(window))

    @property
    def _hall(self) -> Served:
        assert self.running.hall is not None
        return self.running.hall

    def cut(self) -> list[str]:
        """The network goes, three calls are made, it comes back."""
        self.running.do(_soon(self.relay.cut))
        numbers = [self.call() for _ in range(3)]
        self.running.do(_soon(self.relay.mend))
        return numbers

    def restart(self) -> list[str]:
        """The server ends, a new one comes; a call is made before the board has found it.

        With a long log behind it the new one takes so long that the calls are taken back (D10): those
        visitors are in line again, and their windows call whoever is first.
        """
        self.running.stop()
        hall = self.running.start()
        here = {number: window.present for number, window in hall.day.windows.items()}
        self._present = {w: ticket for w, ticket in self._present.items() if here[w] == ticket}
        self.relay.target = int(hall.base.rpartition(":")[2])
        return [self.call()]


async def _soon(act: object) -> None:
    act()  # type: ignore[operator]


@contextmanager
def a_day(store_url: str, hall_id: str) -> Iterator[Day]:
    with product(store_url, hall_id) as running:
        line = relayed(running.base)
        relay = running.do(line.__aenter__())
        try:
            day = Day(running, relay)
            day.sit()
            yield day
        finally:
            running.do(line.__aexit__(None, None, None))


def soak(page: Page, store_url: str, hall_id: str, calls: int) -> None:
    troubles = {calls * (n + 1) // (CUTS + 1): "cut" for n in range(CUTS)}
    troubles |= {calls * (2 * n + 1) // (2 * RESTARTS) + 1: "restart" for n in range(RESTARTS)}
    assert len(troubles) == CUTS + RESTARTS
    with a_day(store_url, hall_id) as day:
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(f"{day.relay.base}/halls/{hall_id}/board?distance=5")
        page.wait_for_selector("body[data-link=fresh]")
        page.evaluate(RECORD)
        cdp, missing, warm = measured(page), Missing(page), None
        for n in range(calls):
            trouble = troubles.get(n)
            missing.expect(day.cut() if trouble == "cut" else day.restart() if trouble else [day.call()])
            if trouble or n % LOOK_EVERY == LOOK_EVERY - 1 or n == calls - 1:
                wait_for(missing.none, 30)
            if n == calls // 5:
                warm = size(cdp)
        assert warm is not None
        assert missing.expected == day.called == calls + 2 * CUTS
        flat = size(cdp)
        assert grown(warm, flat) == []
        page.evaluate(LEAK)
        for _ in range(CONTROL):
            missing.expect([day.call()])
        wait_for(missing.none, 30)
        assert set(grown(flat, size(cdp))) == {"nodes", "listeners", "heap"}, "the measure finds no leak"


class Missing:
    """The numbers that were called and that the page has not shown yet."""

    def __init__(self, page: Page) -> None:
        self.expected = 0
        self._page = page
        self._numbers: set[str] = set()

    def expect(self, numbers: list[str]) -> None:
        self.expected += len(numbers)
        self._numbers |= set(numbers)

    def none(self) -> bool:
        self._numbers -= set(self._page.evaluate(TAKE))
        return not self._numbers


@pytest.mark.proves("S20", "S23")
@pytest.mark.timeout(400)
def test_a_thousand_calls_with_cuts_and_restarts_are_all_shown_and_nothing_grows(
    page: Page, store_url: str, hall_id: str
) -> None:
    soak(page, store_url, hall_id, SHORT)


@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_a_month_of_calls_with_cuts_and_restarts_are_all_shown_and_nothing_grows(
    page: Page, store_url: str, hall_id: str
) -> None:
    soak(page, store_url, hall_id, LONG)
