"""One server process' view of a hall, running on a real store, and what its people ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from queue_server.demo import demo_plan
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan
from queue_server.hall.register import PublishPlan
from queue_server.store.logs import Store
from queue_server.store.reader import Reader
from tests.waiting import wait_until

NOON = 1_795_492_800_000


class Clock:
    """A clock that stands until it is set (ms since the epoch)."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def live(url: str, id: str, now: int | Clock = NOON, store: type[Store] = Store) -> AsyncIterator[Hall]:
    """One server process' view of a hall, running."""
    clock = now if isinstance(now, Clock) else Clock(now)
    there = await store.connect(url)
    reader = Reader(there)
    hall = Hall(there, reader, id, clock=clock)
    started = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(reader.run()), tasks.create_task(hall.run(started))]
            await asyncio.wait_for(started.wait(), 10)
            try:
                yield hall
            finally:
                for task in running:
                    task.cancel()
    finally:
        await there.aclose()


async def opened(hall: Hall, plan: Plan | None = None) -> None:
    """Publish a plan and wait until the day is open."""
    await hall.register.ask(Ask(at=NOON, by="system", command=PublishPlan(plan or demo_plan(NOON))))
    await wait_until(lambda: hall.day is not None and hall.day.state.now.opened)


def take(id: str, category: str = "D", key: str = "", at: int = NOON) -> Ask:
    """A visitor takes a ticket at kiosk k1."""
    command = do.TakeTicket(ticket=id, category=category)
    return Ask(at=at, by="device:k1", command=command, key=key, digest=key)


async def sit(hall: Hall, window: int) -> str:
    """A clerk sits down at a window and opens it."""
    clerk = f"staff:{window}"
    await hall.ask(Ask(at=NOON, by=clerk, command=do.ClaimWindow(window=window, clerk=clerk)))
    await hall.ask(Ask(at=NOON, by=clerk, command=do.OpenWindow(window=window)))
    return clerk
