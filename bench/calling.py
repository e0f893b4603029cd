"""Calling the next visitor with 100,000 waiting, beside 100 waiting.

Two halls of one server, the same plan and the same people at work; through the API, with an fsync on
every append, and with a board, a kiosk and the window's console watching each hall, so that what they
are shown is part of the call. A visitor comes for each who is called: the lines stay as long as they are.
The clock runs from sending ``call-next`` to its answer; the processor time of the server for the same
calls shows a dependence on the length that waiting for the disk would hide.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace

from bench.clerk import WINDOW, Clerk
from bench.cores import busy_seconds
from bench.days import lay_down, waiting_day
from bench.figures import Row, ratios, row
from bench.screens import Screens, allow_sockets
from bench.server import Served, serving
from queue_server.demo import demo_plan
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store

WAITING = {"few": 100, "many": 100_000}
CALLS = 60
"""Calls of each hall in one pair, one of the one and one of the other in turn."""


class Hall:
    """A hall at work: its clerk, its screens, and what its calls took."""

    def __init__(self, served: Served, hall: str, open_ones: ExitStack) -> None:
        base = f"/api/halls/{hall}"
        token = {"Authorization": f"Bearer {served.clerk}"}
        self._pid = served.pid
        self._clerk = Clerk(served, hall)
        open_ones.callback(self._clerk.close)
        self._screens = [
            open_ones.enter_context(Screens(served.port, base + path, 1, token))
            for path in ("/board/live", "/kiosk/live", f"/windows/{WINDOW}/live")
        ]
        self.times: list[float] = []
        self.busy: list[float] = []

    def call(self) -> None:
        """One call, timed; then its visitor is served and somebody new comes."""
        for screens in self._screens:
            screens.settle()
        busy, began = busy_seconds(self._pid), time.perf_counter()
        self._clerk.send_call()
        ticket = self._clerk.called()
        self.times.append(time.perf_counter() - began)
        self.busy.append(busy_seconds(self._pid) - busy)
        self._clerk.starts(ticket)
        self._clerk.takes_a_ticket()

    def means(self) -> tuple[float, float]:
        """The mean time and processor time of the calls since the last means (s)."""
        times, self.times = self.times, []
        busy, self.busy = self.busy, []
        return sum(times) / len(times), sum(busy) / len(busy)


def measure(pairs: int = 9) -> list[Row]:
    """Call in both halls in turns; the store's directory is on disk, under build/."""
    allow_sockets()
    with _halls() as served, ExitStack() as open_ones:
        few, many = (Hall(served, hall, open_ones) for hall in WAITING)
        _pair(few, many)  # to warm up
        measured = [_pair(few, many) for _ in range(pairs)]
    short, short_busy, long, long_busy = zip(*measured, strict=True)
    most, least = WAITING["many"], WAITING["few"]
    return [
        row(f"call next, {most:,} waiting ÷ {least} waiting", ratios(long, short), "ratio", "<= 1.3"),
        row("  the same, the server's processor time", ratios(long_busy, short_busy), "ratio", "<= 1.3"),
        row(f"  with {most:,} waiting", [1000 * x for x in long], "ms"),
        row(f"  with {least} waiting", [1000 * x for x in short], "ms"),
    ]


def _pair(few: Hall, many: Hall) -> tuple[float, float, float, float]:
    for _ in range(CALLS):
        few.call()
        many.call()
    return (*few.means(), *many.means())


@contextmanager
def _halls() -> Iterator[Served]:
    """Both halls served, their days as long as they are to be."""
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            url = store.start()
            asyncio.run(_fill(url))
            with serving(url, *WAITING) as served:
                yield served
        finally:
            store.stop()


async def _fill(url: str) -> None:
    store = await Store.connect(url)
    for hall, waiting in WAITING.items():
        plan = replace(demo_plan(time.time_ns() // 1_000_000), hall=hall)
        await lay_down(store, plan, waiting_day(plan, waiting))
    await store.aclose()
