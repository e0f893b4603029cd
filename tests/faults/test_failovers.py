"""Whole servers through failovers of their store, and through halls that move between its primaries.

Visitors and clerks go on all the while; afterwards every acknowledged act stands in the log once, numbers
have no gap, and every process shows the same halls.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from queue_server.store import keys
from queue_server.store.logs import Store
from tests.faults.audit import Audit
from tests.faults.crowd import crowded
from tests.faults.processes import ServerProcess, grant_tokens, hall_file, several
from tests.faults.spread import Spread
from tests.store.servers import Clustered, clustered, watched
from tests.store.test_cluster import a_log_on_each
from tests.store.test_sentinel import KINDS, until, until_whole
from tests.waiting import wait_until

PATIENT = 90.0
"""Seconds within which every hall serves again after a fault: a test's patience, not a promise."""


class Load:
    """Busy halls served by several processes over one store."""

    def __init__(self, spreads: Sequence[Spread], servers: Sequence[ServerProcess]) -> None:
        self.spreads = spreads
        self.servers = servers

    async def goes_on(self) -> None:
        """Wait until in every hall acts begun from now on are acknowledged again."""
        now = time.monotonic()

        def served() -> bool:
            return all(
                sum(act.done and act.asked_at > now for act in spread.acts[-100:]) >= 5
                for spread in self.spreads
            )

        await wait_until(served, timeout=PATIENT)

    async def audit(self, url: str) -> list[Audit]:
        """The halls as the store has them, held against what people were told and what processes show."""
        for server in self.servers:
            assert server.running, f"{server.name} ended by itself: {server.last_words()}"
        audits = []
        for spread in self.spreads:
            acts = tuple(spread.acts)
            async with aclosing(await Store.connect(url)) as store:
                audit = await Audit.of(store, spread.hall)
            audit.check_day()
            audit.check_acts(acts)
            await audit.check_processes(spread, [server.base for server in self.servers])
            audits.append(audit)
        return audits

    def told(self, audits: Sequence[Audit]) -> str:
        """The run in figures."""
        done = [[act for act in spread.acts if act.done] for spread in self.spreads]
        gaps = [b - a for acts in done for a, b in pairwise(sorted(act.answered_at for act in acts))]
        return (
            f"{sum(map(len, done))} acts acknowledged by {len(self.servers)} processes in {len(done)} halls, "
            f"{sum(len(audit.day.tickets) for audit in audits)} tickets, "
            f"{sum(spread.unanswered for spread in self.spreads)} times asked again, "
            f"longest time without an acknowledgement {max(gaps):.1f} s; none lost, none twice"
        )


@asynccontextmanager
async def load(
    url: str, halls: Sequence[str], count: int, folder: Path, seed: int, clerks: int
) -> AsyncIterator[Load]:
    """So many server processes and people who keep every hall busy; at the end everyone finishes."""
    await grant_tokens(url, halls)
    files = [hall_file(folder, hall) for hall in halls]
    servers = [ServerProcess(f"server-{n}", url, files, folder) for n in range(count)]
    async with several(servers) as bases, AsyncExitStack() as stack:
        spreads = [await stack.enter_async_context(Spread(bases, hall)) for hall in halls]
        running = Load(spreads, servers)
        async with AsyncExitStack() as crowds:
            for spread in spreads:
                await crowds.enter_async_context(crowded(spread, seed, kiosks=2, clerks=clerks))
            await running.goes_on()
            yield running
            await running.goes_on()
        audits = await running.audit(url)
        print(f"seed {seed}: {running.told(audits)}")


def a_seed() -> int:
    """The run's random choices: ``FAULTS_SEED`` repeats them."""
    return int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**9))


short, long = pytest.mark.timeout(240), [pytest.mark.faults, pytest.mark.timeout(3600)]


@pytest.mark.proves("S36", "S31", "S8")
@pytest.mark.parametrize(
    ("failovers", "count"),
    [pytest.param(2, 2, marks=short, id="short"), pytest.param(20, 3, marks=long, id="long")],
)
async def test_whole_servers_lose_nothing_when_the_sentinels_change_the_primary(
    tmp_path: Path, hall_id: str, capsys: pytest.CaptureFixture[str], failovers: int, count: int
) -> None:
    began = time.monotonic()
    with capsys.disabled(), watched() as site:
        print(f"\nSentinel, {failovers} failovers under whole servers:")
        async with load(site.url, [hall_id], count, tmp_path, a_seed(), clerks=5) as running:
            for n in range(failovers):
                await KINDS[n % len(KINDS)](site, site.primary())
                await running.goes_on()
                await until_whole(site)
        print(f"{time.monotonic() - began:.0f} s in all")


@pytest.mark.proves("S36", "S31", "S8")
@pytest.mark.parametrize(
    ("moves", "failovers", "count"),
    [pytest.param(1, 1, 2, marks=short, id="short"), pytest.param(12, 6, 3, marks=long, id="long")],
)
async def test_whole_servers_lose_nothing_when_halls_move_and_primaries_of_the_cluster_die(
    tmp_path: Path,
    hall_id: str,
    capsys: pytest.CaptureFixture[str],
    moves: int,
    failovers: int,
    count: int,
) -> None:
    began = time.monotonic()
    with capsys.disabled(), clustered(replicas=2) as site:
        print(f"\nCluster, {moves} moves of a hall and {failovers} failovers under whole servers:")
        logs = a_log_on_each(site, hall_id)
        halls = [keys.hall_of(log) for log in logs]
        async with load(site.url, halls, count, tmp_path, a_seed(), clerks=2) as running:
            for n in range(failovers):
                await _fail_over(site, logs[n % 3], running)
            for n in range(moves):
                owners = [await asyncio.to_thread(site.owner, log) for log in logs]
                await asyncio.to_thread(site.move, logs[n % 3], owners[(n + 1) % 3])
                await running.goes_on()
        print(f"{time.monotonic() - began:.0f} s in all")


async def _fail_over(site: Clustered, log: str, running: Load) -> None:
    """The primary of a hall is killed, a replica takes its place, and it comes back as a replica."""
    old = await asyncio.to_thread(site.owner, log)
    await asyncio.to_thread(old.kill)
    await until(partial(_has_another_owner, site, log, old.port))
    await running.goes_on()
    await asyncio.to_thread(old.start)
    await until(site.is_whole)


def _has_another_owner(site: Clustered, log: str, port: int) -> bool:
    return site.owner(log).port != port
