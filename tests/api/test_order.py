"""Numbers and order over real sockets: never two equal numbers, and one order whoever sorts."""

from __future__ import annotations

import pytest

from queue_server.hall.model import WAITING
from tests.api.hall import Served, demo_with, served


async def taken(hall: Served, **wish: str) -> str:
    answer = await hall.post("kiosk", "tickets", {"category": "D", **wish})
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["ticket"]
    return id


async def done(hall: Served, who: str, path: str, **body: object) -> dict[str, str]:
    answer = await hall.post(who, path, body)
    assert answer.is_success, answer.text
    told: dict[str, str] = answer.json()
    return told


@pytest.mark.proves("S4")
async def test_a_number_that_is_alive_on_paper_is_widened_at_the_kiosk(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        at = hall.site.halls[hall_id].clock()
        paper = {"category": "D", "number": "D002", "taken_at": at - 60_000}
        assert (await hall.post("manager", "paper-tickets", paper)).status_code == 201
        answers = [await hall.post("kiosk", "tickets", {"category": "D"}) for _ in range(3)]
        assert [answer.json()["number"] for answer in answers] == ["D001", "D0002", "D003"]
        again = await hall.post("manager", "paper-tickets", paper)
        assert (again.status_code, again.json()["code"]) == (409, "number_taken")


@pytest.mark.proves("S15", "S16")
async def test_after_returns_transfers_and_priority_the_queue_is_a_full_sort_the_same_at_a_second_server(
    store_url: str, hall_id: str
) -> None:
    agreed = demo_with(miss_gap=0)  # a miss needs no pause after the third call
    kind = next(iter(agreed.priority_kinds))
    async with served(store_url, hall_id, agreed) as hall:
        clerk = await hall.sit(8)
        first = await taken(hall)
        waiting = [await taken(hall) for _ in range(4)]
        await taken(hall, cls="priority", kind=kind)
        await done(
            hall, clerk, "windows/8/call", number="D001", reason=next(iter(agreed.reasons["out_of_order"]))
        )
        for _ in range(2):
            await done(hall, clerk, f"tickets/{first}/recall")
        await done(hall, clerk, f"tickets/{first}/miss")
        await done(hall, "floor", f"tickets/{first}/return")
        reason = next(iter(agreed.reasons["priority"]))
        await done(hall, "floor", f"tickets/{waiting[3]}/class", cls="priority", kind=kind, reason=reason)
        await done(hall, "floor", f"tickets/{waiting[0]}/transfer", category="F")
        await done(hall, "floor", f"tickets/{waiting[0]}/transfer", category="D")
        day = hall.site.halls[hall_id].today().state
        sort = sorted((t for t in day.tickets.values() if t.state == WAITING), key=lambda t: t.key)
        shown = await queue(hall, clerk)
        assert shown == [t.number for t in sort]
        async with served(store_url, hall_id, agreed) as second:
            assert await queue(second, clerk) == shown
        assert [await queue(hall, clerk) for _ in range(5)] == [shown] * 5


async def queue(hall: Served, clerk: str) -> list[str]:
    """The numbers that wait for window 8, in the order in which it calls them."""
    seen = (await hall.get(clerk, "/windows/8")).json()
    return [line["number"] for line in seen["queue"]]
