"""What people do in a hall of several server processes, one request at another process than the last."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import httpx

from queue_server.store import keys
from queue_server.store.logs import Store
from tests.faults.audit import Audit
from tests.faults.spread import Act, Spread


async def done(spread: Spread, who: str, path: str, **body: Any) -> dict[str, Any]:
    """An act that must succeed; its answer."""
    act = await spread.act(who, path, body)
    assert act.done, act
    return act.answer


async def sit(spread: Spread, *windows: int) -> None:
    """Clerks claim and open their windows."""
    for window in windows:
        for what in ("claim", "open"):
            await done(spread, f"clerk{window}", f"windows/{window}/{what}")


async def take(spread: Spread, count: int, category: str = "A", **wish: str) -> list[Act]:
    """Visitors take tickets, all at once."""
    wishes = [{"category": category, **wish}] * count
    return await asyncio.gather(*(spread.act("kiosk", "tickets", wish) for wish in wishes))


async def taken(spread: Spread, count: int, category: str = "A", **wish: str) -> list[str]:
    """Visitors take tickets one after the other; their ids."""
    return [
        (await done(spread, "kiosk", "tickets", category=category, **wish))["ticket"] for _ in range(count)
    ]


async def audited(store_url: str, hall: str) -> Audit:
    """The hall's newest day as the store has it, which is as it must be."""
    async with aclosing(await Store.connect(store_url)) as store:
        audit = await Audit.of(store, hall, (await store.days(hall))[-1])
    audit.check_day()
    return audit


async def end_of(store_url: str, hall: str) -> int:
    """The sequence at which the hall's newest day ends in the store."""
    async with aclosing(await Store.connect(store_url)) as store:
        return (await store.tail(keys.day(hall, (await store.days(hall))[-1]))).seq


async def health(spread: Spread, base: str) -> dict[str, Any]:
    """How the hall is, as one process sees it."""
    return await spread.see("/health", base=base)


async def once(base: str, hall: str, path: str, body: dict[str, Any]) -> httpx.Response:
    """A visitor asks one process once, whatever comes."""
    headers = {"authorization": "Bearer kiosk", "idempotency-key": f"{path}-{id(body):x}"}
    async with httpx.AsyncClient(base_url=f"{base}/api/halls/{hall}/", timeout=20) as client:
        return await client.post(path, json=body, headers=headers)


async def queues(spread: Spread, bases: Sequence[str], window: int, at_least: int) -> list[list[str]]:
    """The numbers that wait for a window, as each process has them in order."""
    views = [
        await spread.see(f"/windows/{window}", who=f"clerk{window}", at_least=at_least, base=base)
        for base in bases
    ]
    return [[line["number"] for line in view["queue"]] for view in views]
