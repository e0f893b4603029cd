"""/metrics on a running hall: what was done, and nothing about whom it was done for."""

from __future__ import annotations

import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from tests.api.hall import Served, served
from tests.waiting import wait_until


async def numbers(hall: Served) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and labels, the hall's own label left out."""
    async with httpx.AsyncClient(base_url=hall.base) as client:
        text = (await client.get("/metrics")).text
    return {
        (sample.name, frozenset((k, v) for k, v in sample.labels.items() if k != "hall")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return f"yichuang_{name}", frozenset(labels.items())


async def test_tickets_commands_appends_and_waiting_are_counted(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        for _ in range(3):
            await hall.post("kiosk", "tickets", {"category": "D"})
        who = await hall.sit(9)
        ticket = (await hall.post(who, "windows/9/call-next")).json()["ticket"]
        assert (await hall.post(who, "windows/9/call-next")).status_code == 409
        await hall.post(who, f"tickets/{ticket}/start")
        await hall.post(who, f"tickets/{ticket}/finish")
        seen = await numbers(hall)
    assert seen[named("tickets_issued_total", category="D")] == 3
    assert seen[named("tickets_issued_total", category="F")] == 0
    assert seen[named("tickets_ended_total", end="done")] == 1
    assert seen[named("waiting", category="D")] == 2
    assert seen[named("windows", state="open")] == 1
    assert seen[named("commands_total", command="TakeTicket", outcome="done")] == 3
    assert seen[named("commands_total", command="CallNext", outcome="done")] == 1
    refused = [key for key in seen if ("command", "CallNext") in key[1] and ("outcome", "done") not in key[1]]
    assert len(refused) == 2, "the counter and when it began"
    assert seen[named("append_seconds_count")] >= 8
    assert 0 <= seen[named("store_confirmed_age_seconds")] < 30


async def test_screens_are_counted_while_they_are_connected(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        live = f"{hall.base.replace('http', 'ws')}/api/halls/{hall_id}/board/live"
        async with connect(live, proxy=None) as one, connect(live, proxy=None) as other:
            await one.recv()
            await other.recv()
            assert (await numbers(hall))[named("screens", surface="board")] == 2

        async def none() -> bool:
            return (await numbers(hall))[named("screens", surface="board")] == 0

        await wait_until(none, 20)


@pytest.mark.proves("S38")
async def test_no_number_ticket_or_name_is_in_the_metrics(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        taken = (await hall.post("kiosk", "tickets", {"category": "D"})).json()
        who = await hall.sit(9)
        await hall.post(who, "windows/9/call-next")
        async with httpx.AsyncClient(base_url=hall.base) as client:
            text = (await client.get("/metrics")).text
    assert "TakeTicket" in text, "the metrics are not empty"
    for secret in (taken["ticket"], taken["number"], "窗口9", "staff:", "device:"):
        assert secret not in text
    assert not re.search(r"\b[A-Z]\d{3,}\b", text)
