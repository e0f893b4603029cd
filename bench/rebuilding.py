"""Rebuilding a day from its log: what a server does at its start, before its hall answers.

The log of 5,000 visitors lies in a real store; each run reads it, verifies the chain, decodes and evolves
it into a fresh day, as the server does and by the same code.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.cores import SERVER_CORE, on
from bench.days import busy_day, lay_down
from bench.figures import Row, row
from queue_server.cli.serve import run_loop
from queue_server.demo import demo_plan
from queue_server.desk.line import Line
from queue_server.desk.scribes import DayScribe
from queue_server.hall.day import Day
from queue_server.hall.plan import Plan
from queue_server.store import keys
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store

VISITORS = 5000


def measure(runs: int = 9) -> list[Row]:
    """Rebuild the day again and again, on the server's core; the store has the other."""
    build = Path("build")
    build.mkdir(exist_ok=True)
    plan = demo_plan(time.time_ns() // 1_000_000)
    bodies = busy_day(plan, VISITORS)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            url = store.start()
            with on(SERVER_CORE):
                times = run_loop(_rebuild(url, plan, bodies, runs))
        finally:
            store.stop()
    return [
        row(f"rebuild a day of {VISITORS:,} visitors, {len(bodies):,} events", times, "s", "< 1.5"),
    ]


async def _rebuild(url: str, plan: Plan, bodies: list[bytes], runs: int) -> list[float]:
    store = await Store.connect(url)
    log = await lay_down(store, plan, bodies)
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        line = Line(store, log, lambda: Day(plan, keys.date_of(log)), DayScribe())
        await line.load()
        times.append(time.perf_counter() - began)
        assert line.tail.seq == len(bodies)
        assert not line.state.now.quarantined
    await store.aclose()
    return times
