"""The demo's visitors come back: a case is accepted, its result is fetched with a receipt and handed out."""

from __future__ import annotations

import httpx
import pytest

from queue_server.access.principals import receipt_code
from queue_server.cli import crowd
from queue_server.cli.crowd import Crowd, _Hall
from tests.api.cases import step
from tests.api.hall import demo_with, served


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
