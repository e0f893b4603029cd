"""Many hands at once: over real sockets each gets an answer of its own, and nothing is given twice."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter

import httpx
import pytest
from msgspec.structs import replace

from queue_server.access.principals import CLERK, token_hash
from queue_server.demo import demo_plan
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan, Serve, Window
from queue_server.hall.register import Grant, GrantToken
from tests.api.hall import Served, served


def plan_with(quota: int | None = None, windows: int = 0) -> Plan:
    """The demo hall, with a quota on D and with so many windows that all serve D."""
    plan = demo_plan(time.time_ns() // 1_000_000)
    categories = tuple(replace(c, quota=quota) if c.letter == "D" else c for c in plan.categories)
    many = tuple(
        Window(number=n, name={"zh": f"{n}号窗口"}, serves=(Serve(category="D"),))
        for n in range(101, 101 + windows)
    )
    return replace(plan, categories=categories, windows=(*plan.windows, *many))


@pytest.mark.proves("S1")
async def test_200_visitors_at_once_get_unique_and_contiguous_numbers(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        answers = await asyncio.gather(
            *(hall.post("kiosk", "tickets", {"category": "D"}) for _ in range(200))
        )
        assert sorted(a.json()["number"] for a in answers) == [f"D{n:03}" for n in range(1, 201)]


@pytest.mark.proves("S5")
async def test_a_quota_of_10_and_50_visitors_at_once_gives_10_tickets_and_40_reasons(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, plan_with(quota=10)) as hall:
        answers = await asyncio.gather(*(hall.post("kiosk", "tickets", {"category": "D"}) for _ in range(50)))
        told = Counter((a.status_code, a.json().get("code")) for a in answers if a.status_code != 201)
        assert told == {(409, "quota_reached"): 40}
        issued = [a.json()["number"] for a in answers if a.status_code == 201]
        assert sorted(issued) == [f"D{n:03}" for n in range(1, 11)]
        assert all(a.json()["sentence"]["zh"] for a in answers if a.status_code == 409)


@pytest.mark.proves("S7")
@pytest.mark.parametrize("tickets", [20, 19])
async def test_20_windows_call_at_once(store_url: str, hall_id: str, tickets: int) -> None:
    async with served(store_url, hall_id, plan_with(windows=20)) as hall:
        windows = range(101, 121)
        await _seat(hall, windows)
        for _ in range(tickets):
            await hall.take()
        answers = await asyncio.gather(*(hall.post(f"at{n}", f"windows/{n}/call-next") for n in windows))
        called = {a.json()["number"]: a.json()["window"] for a in answers if a.status_code == 200}
        assert sorted(called) == [f"D{n:03}" for n in range(1, tickets + 1)]
        assert len(set(called.values())) == tickets
        refused = [a.json()["code"] for a in answers if a.status_code != 200]
        assert refused == ["nobody_waits"] * (20 - tickets)


async def _seat(hall: Served, windows: range) -> None:
    register = hall.site.halls[hall.hall].register
    for n in windows:
        grant = Grant(f"staff:{n}", str(n), CLERK, (n,))
        await register.ask(Ask(at=1, by="system", command=GrantToken(token_hash(f"at{n}"), grant)))
        for act in ("claim", "open"):
            assert (await hall.post(f"at{n}", f"windows/{n}/{act}")).status_code == 200


@pytest.mark.proves("S8")
async def test_a_double_key_press_calls_one_visitor(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        for _ in range(2):
            await hall.take()
        answers = await asyncio.gather(*(hall.post(who, "windows/8/call-next") for _ in range(2)))
        assert sorted(a.status_code for a in answers) == [200, 409]
        lost = next(a.json() for a in answers if a.status_code == 409)
        assert (lost["code"], "D001" in lost["detail"]) == ("visitor_present", True)
        assert [t.state for t in hall.day.tickets.values()] == ["called", "waiting"]


@pytest.mark.proves("S8")
async def test_a_client_that_gives_up_waiting_and_repeats_takes_one_ticket(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        key, gave_up = uuid.uuid4().hex, 0
        hasty = httpx.Timeout(5, read=0.0005)
        for _ in range(20):  # the request is sent whole; its answer is not waited for
            try:
                headers = {"authorization": "Bearer kiosk", "idempotency-key": key}
                path = f"/api/halls/{hall_id}/tickets"
                await hall.client.post(path, json={"category": "D"}, headers=headers, timeout=hasty)
            except httpx.ReadTimeout:
                gave_up += 1
        assert gave_up, "no client gave up: this test would prove nothing"
        last = await hall.post("kiosk", "tickets", {"category": "D"}, key)
        assert (last.status_code, last.json()["number"], len(hall.day.tickets)) == (201, "D001", 1)
        assert hall.tail.seq == hall.day.seq


@pytest.mark.proves("S9")
@pytest.mark.parametrize("act", ["start", "park", "transfer", "cancel"])
async def test_whoever_calls_a_number_that_another_window_has_is_told_who_won(
    store_url: str, hall_id: str, act: str
) -> None:
    async with served(store_url, hall_id) as hall:
        mine, theirs = await hall.sit(8), await hall.sit(9)
        out_of_order = next(iter(hall.day.plan.reasons["out_of_order"]))
        cancelling = next(iter(hall.day.plan.reasons["cancel"]))
        body = {"transfer": {"window": 8}, "cancel": {"reason": cancelling}}.get(act, {})
        for number in (f"D{n:03}" for n in range(1, 9)):
            ticket = await hall.take()
            assert (await hall.post(mine, "windows/8/call-next")).json()["ticket"] == ticket
            call = {"number": number, "reason": out_of_order}
            won, lost = await asyncio.gather(
                hall.post(mine, f"tickets/{ticket}/{act}", body),
                hall.post(theirs, "windows/9/call", call),
            )
            assert won.status_code == 200, won.text
            if act == "transfer" and lost.status_code == 200:
                await hall.post(theirs, f"tickets/{ticket}/start")  # directed on, it waited: it may be called
                await hall.post(theirs, f"tickets/{ticket}/finish")
                continue
            assert lost.status_code == 409
            named = "cancelled_by_staff" if lost.json()["code"] == "ticket_ended" else "clerk=staff:8"
            assert named in lost.json()["detail"] or "state=waiting" in lost.json()["detail"]
            await hall.post(mine, f"tickets/{ticket}/finish")
            await hall.post(mine, "windows/8/call-next") if act == "transfer" else None
            await hall.post(mine, f"tickets/{ticket}/start")
            await hall.post(mine, f"tickets/{ticket}/finish")


@pytest.mark.proves("S9")
@pytest.mark.parametrize("act", ["call", "cancel", "transfer"])
async def test_of_two_who_want_one_waiting_ticket_one_wins_and_is_named(
    store_url: str, hall_id: str, act: str
) -> None:
    async with served(store_url, hall_id) as hall:
        mine, theirs = await hall.sit(8), await hall.sit(9)
        reasons = hall.day.plan.reasons
        for turn in range(1, 9):
            ticket, number = await hall.take(), f"D{turn:03}"
            call = {"number": number, "reason": next(iter(reasons["out_of_order"]))}
            other = {
                "call": (mine, "windows/8/call", call),
                "cancel": ("floor", f"tickets/{ticket}/cancel", {"reason": next(iter(reasons["cancel"]))}),
                "transfer": ("floor", f"tickets/{ticket}/transfer", {"category": "F"}),
            }[act]
            pair = [hall.post(theirs, "windows/9/call", call), hall.post(*other)]
            answers = await asyncio.gather(*(pair if turn % 2 else reversed(pair)))
            called, others = answers if turn % 2 else reversed(answers)
            if act == "transfer" and called.status_code == others.status_code == 200:
                # It was transferred first, and calling a number out of order reaches every category.
                assert hall.day.tickets[ticket].category == "F"
            else:
                assert sorted(a.status_code == 200 for a in answers) == [False, True]
                lost = next(a.json() for a in answers if a.status_code != 200)
                winner = hall.day.tickets[ticket].clerk or "cancelled_by_staff"
                assert winner in lost["detail"], lost
            for who in (mine, theirs):
                await hall.post(who, f"tickets/{ticket}/start")
                await hall.post(who, f"tickets/{ticket}/finish")
