"""A process far from the store gets its commands through beside a busy one that is near: nobody starves."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from queue_server.store.embedded import EmbeddedStore
from tests.faults.processes import ServerProcess, grant_tokens, hall_file
from tests.faults.shaky import shaky
from tests.faults.spread import Spread

FARTHER = 0.003
"""Seconds by which the second process's every question and answer is longer on its way."""
BUSY = 12
"""Kiosks that ask the near process without a pause."""
COMMANDS = 60
THROUGH = 5.0
"""Seconds within which each command of the far process is answered: generous, for machines are noisy."""


async def test_a_process_3_ms_farther_from_the_store_than_a_busy_one_gets_its_commands_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hall = "far"
    store = EmbeddedStore(tmp_path / "store")
    servers: list[ServerProcess] = []
    try:
        url = await asyncio.to_thread(store.start)
        await grant_tokens(url, [hall])
        async with shaky(url) as line:
            file = hall_file(tmp_path, hall)
            servers += [
                ServerProcess("near", url, [file], tmp_path),
                ServerProcess("far", line.url, [file], tmp_path),
            ]
            for server in servers:
                server.start()
            for server in servers:
                await server.ready()
            line.distance = FARTHER
            near_done, took = await _contend(servers[0].base, servers[1].base, hall)
            for server in servers:
                await asyncio.to_thread(server.kill)
    finally:
        for server in servers:
            server.kill()
        store.stop()
    with capsys.disabled():
        print(
            f"\nfar process: {len(took)} commands beside {near_done} of the near one; "
            f"median {took[len(took) // 2] * 1000:.0f} ms, p99 {took[len(took) * 99 // 100] * 1000:.0f} ms"
        )
    assert near_done > COMMANDS, "the near process was not busy"
    assert took[-1] < THROUGH


async def _contend(near: str, far: str, hall: str) -> tuple[int, list[float]]:
    """Commands of the far process while the near one is busy: how many the near one did, and each one's s."""
    stop = asyncio.Event()
    took: list[float] = []
    async with Spread([near], hall) as busy, Spread([far], hall, deadline=30) as slow:

        async def kiosk() -> None:
            while not stop.is_set():
                assert (await busy.act("kiosk", "tickets", {"category": "A"})).done

        async with asyncio.TaskGroup() as people:
            for _ in range(BUSY):
                people.create_task(kiosk())
            for _ in range(COMMANDS):
                began = time.monotonic()
                act = await slow.act("kiosk", "tickets", {"category": "B"})
                assert act.done, act
                assert act.attempts == 1, act
                took.append(time.monotonic() - began)
            stop.set()
        numbers = [act.answer["number"] for act in slow.acts]
        assert numbers == [f"B{n:03}" for n in range(1, COMMANDS + 1)]
        return len(busy.acts), sorted(took)
