"""Two processes on one hall: tickets a second beside one process alone, and what a lost race costs.

The second process shares the load's core, so on two cores two processes cannot be twice as fast: the figure
shows what their conflicts leave. A lost race is measured at the desk: a command whose log has moved on is
unwound and decided again; beside it the same command that finds the log where it thought.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.cores import OTHER_CORES
from bench.figures import Row, ratios, row
from bench.issuing import load
from bench.server import HALL, Served, serving
from queue_server.demo import demo_plan
from queue_server.desk.line import Line
from queue_server.desk.scribes import DayScribe
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.hours import business_date
from queue_server.hall.plan import plan_hash
from queue_server.store import keys
from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store


def measure(pairs: int = 7, seconds: int = 2) -> list[Row]:
    """Issue with one process and with two in turns, then lose races; the store is on disk, under build/."""
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            url = store.start()
            with serving(url) as one, serving(url) as two:
                os.sched_setaffinity(two.pid, OTHER_CORES)
                alone, both = _in_turns(one, two, pairs, seconds)
            won, lost = asyncio.run(_races(url))
        finally:
            store.stop()
    return [
        row("two processes on one hall ÷ one, tickets a second", ratios(both, alone), "ratio"),
        row("  two", both, "1/s"),
        row("  one", alone, "1/s"),
        row("a command that lost a race ÷ one that did not", ratios(lost, won), "ratio"),
        row("  lost once", [1000 * x for x in lost], "ms"),
        row("  not", [1000 * x for x in won], "ms"),
    ]


def _in_turns(one: Served, two: Served, pairs: int, seconds: int) -> tuple[list[float], list[float]]:
    alone, both = [], []
    with ThreadPoolExecutor(2) as threads:
        for served in (one, two):
            load(served, "/tickets", 1)
        for _ in range(pairs):
            alone.append(load(one, "/tickets", seconds).rate)
            legs = threads.map(lambda served: load(served, "/tickets", seconds), (one, two))
            both.append(sum(leg.rate for leg in legs))
    return alone, both


async def _races(url: str, times: int = 200) -> tuple[list[float], list[float]]:
    """The seconds of a command that finds the log as it thought, and of one that another was faster than."""
    here, there = await Store.connect(url), await Store.connect(url)
    now = time.time_ns() // 1_000_000
    plan = demo_plan(now)
    date = business_date(plan, now)
    name = keys.day(f"{HALL}-race", date)
    mine, theirs = (Line(store, name, lambda: Day(plan, date), DayScribe()) for store in (here, there))
    won, lost = [], []
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(line.run()) for line in (mine, theirs)]
        await mine.ask(Ask(now, "time", do.OpenDay(date, plan_hash(plan))))
        for n in range(times):
            await theirs.catch_up()
            won.append(await _take(mine, now, f"won-{n}"))
            await theirs.catch_up()
            await _take(theirs, now, f"theirs-{n}")
            lost.append(await _take(mine, now, f"lost-{n}"))
        for task in running:
            task.cancel()
    await here.aclose()
    await there.aclose()
    return won, lost


async def _take(line: Line[Day], now: int, ticket: str) -> float:
    began = time.perf_counter()
    await line.ask(Ask(now, "device:k1", do.TakeTicket(ticket, "D")))
    return time.perf_counter() - began
