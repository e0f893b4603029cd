"""Server processes and the store are killed in turn, in the middle of a busy hall on a shaky line.

Afterwards every acknowledged act stands in the log once, numbers have no gap, no ticket is in two
states, and every process shows the same hall. ``FAULTS_SEED`` repeats a run's random choices.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from queue_server.store.embedded import EmbeddedStore
from queue_server.store.logs import Store
from tests.faults.audit import Audit
from tests.faults.crowd import Crowd, crowded
from tests.faults.processes import ServerProcess, grant_tokens, hall_file
from tests.faults.shaky import Fault, Shaky, is_append, shaky
from tests.faults.spread import Spread
from tests.waiting import wait_until

HALL = "killed"
SERVING_AGAIN = 5.0
"""Seconds within which the hall serves again after a kill."""
RARE = {
    Fault.DELAY: 0.10,
    Fault.UNSENT: 0.02,
    Fault.CUT: 0.02,
    Fault.HALF: 0.01,
    Fault.TWICE: 0.02,
    Fault.SILENT: 0.001,
    Fault.LATE: 0.001,
}
"""How often each fault befalls an append; the last two cost its process the command deadline."""


class Site:
    """The store, the shaky line in front of it, and the server processes behind the line."""

    def __init__(self, store: EmbeddedStore, line: Shaky, servers: list[ServerProcess], seed: int) -> None:
        self.store = store
        self.line = line
        self.servers = servers
        self.random = random.Random(seed)
        self.pauses: dict[str, list[float]] = {"server": [], "store": []}
        self.restarts: list[float] = []

    @property
    def bases(self) -> list[str]:
        """The addresses of the processes."""
        return [server.base for server in self.servers]

    async def kill_a_server(self, n: int) -> ServerProcess:
        """Kill a server process and start it again; it comes back some time later."""
        server = self.servers[n % len(self.servers)]
        await asyncio.to_thread(server.kill)
        server.start()
        return server

    async def kill_the_store(self) -> None:
        """Kill the store and start it again at once, as its supervisor does."""
        await asyncio.to_thread(self.store.kill)
        self.line.target = await asyncio.to_thread(self.store.start)

    async def back(self, server: ServerProcess) -> None:
        """Wait until a killed process serves by itself again, and note how long it took."""
        began = time.monotonic()
        await server.ready()
        self.restarts.append(time.monotonic() - began)


@asynccontextmanager
async def a_site(folder: Path, count: int, seed: int) -> AsyncIterator[Site]:
    """Server processes on one hall over a store of their own; all gone at the end."""
    store = EmbeddedStore(folder / "store")
    servers: list[ServerProcess] = []
    try:
        url = await asyncio.to_thread(store.start)
        await grant_tokens(url, [HALL])
        async with shaky(url, seed=seed) as line:
            file = hall_file(folder, HALL)
            servers += [ServerProcess(f"server-{n}", line.url, [file], folder) for n in range(count)]
            for server in servers:
                server.start()
            for server in servers:
                await server.ready()
            yield Site(store, line, servers, seed)
            for server in servers:
                await asyncio.to_thread(server.kill)
    finally:
        for server in servers:
            server.kill()
        store.stop()


def rare_faults(seed: int) -> Callable[[bytes], Fault | None]:
    """Faults that befall appends at random."""
    dice = random.Random(seed)

    def choose(question: bytes) -> Fault | None:
        if not is_append(question):
            return None
        (chosen,) = dice.choices([None, *RARE], [1 - sum(RARE.values()), *RARE.values()])
        return chosen

    return choose


async def kill_and_wait(site: Site, crowd: Crowd, n: int) -> None:
    """One kill, server and store in turn, and the time until an act begun after it is acknowledged."""
    victim = None
    began = time.monotonic()
    if n % 2:
        await site.kill_the_store()
    else:
        victim = await site.kill_a_server(n // 2)

    def served() -> bool:
        return any(act.done and act.asked_at > began for act in reversed(crowd.spread.acts[-20:]))

    await wait_until(served, timeout=60)
    site.pauses["store" if n % 2 else "server"].append(time.monotonic() - began)
    if victim is not None:
        await site.back(victim)


async def kill_under_load(folder: Path, kills: int, servers: int, seed: int) -> tuple[Site, Spread, Audit]:
    """Kill so many times at random points under load, let everyone finish, and read what is left."""
    async with a_site(folder, servers, seed) as site, Spread(site.bases, HALL) as spread:
        async with crowded(spread, seed) as crowd:
            await wait_until(lambda: len(spread.acts) > 20, timeout=30)
            site.line.choose = rare_faults(seed)
            for n in range(kills):
                await asyncio.sleep(site.random.uniform(0.02, 0.6))
                await kill_and_wait(site, crowd, n)
            site.line.choose = None
        acts = tuple(spread.acts)
        for server in site.servers:
            assert server.running, f"{server.name} ended by itself: {server.last_words()}"
            assert not server.ended, f"{server.name} ended by itself: {server.ended}"
        async with aclosing(await Store.connect(site.line.target)) as store:
            audit = await Audit.of(store, HALL)
        audit.check_day()
        audit.check_acts(acts)
        await audit.check_processes(spread, site.bases)
        return site, spread, audit


def told(site: Site, spread: Spread, audit: Audit, seed: int) -> str:
    """The run in figures."""
    acts = [act for act in spread.acts if act.done]
    kills = sum(map(len, site.pauses.values()))
    faults = ", ".join(f"{f.value} {n}" for f, n in sorted(site.line.done.items(), key=str))
    lines = [
        f"seed {seed}: {kills} kills, {len(acts)} acts acknowledged, {spread.unanswered} times asked again",
        f"the log: {len(audit.day.tickets)} tickets, {len(audit.entries)} entries",
        f"faults on the line: {faults}",
    ]
    for name, pauses in site.pauses.items():
        lines.append(f"serving again after a {name} was killed: {distribution(pauses)}")
    lines.append(f"a killed server process serves again by itself: {distribution(site.restarts)}")
    return "\n".join(lines)


def distribution(seconds: list[float]) -> str:
    """Median, 95th percentile and maximum."""
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return f"median {statistics.median(ordered):.2f} s, p95 {late:.2f} s, max {ordered[-1]:.2f} s"


@pytest.mark.proves("S36", "S31", "S2", "S8", "S9")
@pytest.mark.parametrize(
    ("kills", "servers"),
    [
        pytest.param(8, 2),
        pytest.param(4, 3),
        pytest.param(200, 3, marks=[pytest.mark.faults, pytest.mark.timeout(3600)]),
    ],
)
async def test_whoever_is_killed_nothing_acknowledged_is_lost_or_happens_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kills: int, servers: int
) -> None:
    seed = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**9))
    with capsys.disabled():
        print(f"\nFAULTS_SEED={seed}")
    site, spread, audit = await kill_under_load(tmp_path, kills, servers, seed)
    with capsys.disabled():
        print(told(site, spread, audit, seed))
    assert sum(map(len, site.pauses.values())) == kills
    assert max(map(max, site.pauses.values())) < SERVING_AGAIN
    assert sum(site.line.done.values()) > kills, "the line was not shaky"
