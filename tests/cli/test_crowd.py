"""The demo's visitors come back: a case is accepted, its result is fetched with a receipt and handed out."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from msgspec.structs import replace

from queue_server.access.principals import receipt_code
from queue_server.cli import crowd
from queue_server.cli.crowd import Crowd, _Hall
from queue_server.hall.commands import ClaimLapsed
from queue_server.hall.model import Tally
from tests.api.cases import step
from tests.api.hall import demo_with, served
from tests.waiting import wait_until


async def test_visitors_collect_their_results_at_the_exit_window(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APPROACH", "SERVICE"):
        monkeypatch.setattr(crowd, name, (0.0, 0.0))
    monkeypatch.setattr(crowd, "ABSENT", 0.0)
    plan = demo_with()
    async with served(store_url, hall_id, plan) as there:
        tokens = {f"kiosk:{plan.kiosks[0].id}": "kiosk", "window:8": "clerk8", "window:9": "clerk9"}
        here = there.site.halls[hall_id]
        people = Crowd(there.base, plan, tokens, lambda ticket: receipt_code(here.receipts, ticket))
        address = f"{there.base}/api/halls/{hall_id}"
        async with httpx.AsyncClient(base_url=address) as client:
            hall = _Hall(client, tokens)
            for window in (8, 9):
                await there.sit(window)
            await there.post("manager", "windows/9/assign", {"serves": ["J"]})
            await there.take("D", matters=["D01"])
            called = await hall.act("window:8", "/windows/8/call-next")
            await people.receive(hall, "window:8", {"id": called["ticket"], "state": "called"})
            (case,) = here.register.state.cases.values()
            await people.collect(hall)
            assert "J001" not in there.day.numbers, "not ready yet: the receipt is kept"
            await step(there, "manager", case.id, "take")
            await step(there, "manager", case.id, "ready", shelf="A-1")
            await people.collect(hall)
            called = await hall.act("window:9", "/windows/9/call-next")
            assert called["number"] == "J001"
            await people.receive(hall, "window:9", {"id": called["ticket"], "state": "called"})
            (case,) = here.register.state.cases.values()
            assert (case.state, case.visits, there.day.by_number("J001").end) == ("issued", 2, "done")


async def test_a_clerk_who_serves_for_longer_than_a_claim_lasts_keeps_the_window(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "APPROACH", (0.0, 0.0))
    monkeypatch.setattr(crowd, "SERVICE", (3.0, 3.0))
    monkeypatch.setattr(crowd, "ABSENT", 0.0)
    monkeypatch.setattr(crowd, "PULSE", 0.1)
    monkeypatch.setattr(crowd, "STAFFED", {8: "D"})
    plan = demo_with(claim_lapse=1000)
    async with served(store_url, hall_id, plan) as there:
        tokens = {
            "kiosk:k1": "kiosk",
            "kiosk:k2": "kiosk",
            "kiosk:k3": "kiosk",
            "window:8": "clerk8",
            "floor": "floor",
        }
        here = replace(plan, hall=hall_id)
        people = Crowd(there.base, here, tokens, lambda _: "", frozenset(plan.departments))
        working = asyncio.create_task(people.run())
        await wait_until(lambda: there.day.tallies.get(8, Tally()).served > 0, timeout=30)
        assert there.day.window(8).clerk == "staff:8"
        await _ended(working)


async def test_a_clerk_whose_claim_lapsed_sits_down_again_and_serves_on(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APPROACH", "SERVICE"):
        monkeypatch.setattr(crowd, name, (0.0, 0.0))
    plan = demo_with()
    async with served(store_url, hall_id, plan) as there:
        ticket = await there.take("D")
        await there.sit(8)
        await there.post("clerk8", "windows/8/call-next")
        await there.post("clerk8", f"tickets/{ticket}/start")
        here = there.site.halls[hall_id]
        await here.offer(ClaimLapsed(8, "staff:8"), here.clock(), "gone")
        assert there.day.window(8).clerk == ""
        people = Crowd(there.base, plan, {"window:8": "clerk8"}, lambda _: "")
        async with httpx.AsyncClient(base_url=f"{there.base}/api/halls/{hall_id}") as client:
            working = asyncio.create_task(people.work(_Hall(client, {"window:8": "clerk8"}), 8))
            await wait_until(lambda: there.day.tickets[ticket].end == "done", timeout=30)
            await _ended(working)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
