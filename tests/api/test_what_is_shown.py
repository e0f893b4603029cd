"""What boards, phones and consoles are shown: what is so, to everybody at once, and nothing private."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from displays.board import Beat, Board, Call, Notice, Queue
from queue_server.hall.commands import Ask
from queue_server.hall.model import WAITING
from queue_server.hall.register import PublishPlan
from tests.api.hall import Served, served
from tests.waiting import wait_until


@asynccontextmanager
async def boards(hall: Served, count: int) -> AsyncIterator[list[list[dict[str, Any]]]]:
    """So many boards; each collects whatever is pushed to it while the block runs."""
    pushed: list[list[dict[str, Any]]] = [[] for _ in range(count)]

    async def collect(socket: ClientConnection, into: list[dict[str, Any]]) -> None:
        async for text in socket:
            into.append(json.loads(text))  # noqa: PERF401 - each as it comes

    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(f"{hall.sockets}/board/live")) for _ in pushed]
        reading = [asyncio.create_task(collect(s, into)) for s, into in zip(sockets, pushed, strict=True)]
        try:
            yield pushed
        finally:
            for task in reading:
                task.cancel()


async def newest(pushed: list[list[dict[str, Any]]], seq: int) -> list[dict[str, Any]]:
    """The first board of each screen that has this sequence."""

    await wait_until(
        lambda: all(any(b["type"] == "board" and b["seq"] >= seq for b in each) for each in pushed),
        timeout=20,
    )
    return [next(b for b in each if b["type"] == "board" and b["seq"] >= seq) for each in pushed]


@pytest.mark.proves("S24")
async def test_a_park_and_a_reset_change_every_board_within_one_push(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        ticket = await hall.take()
        await hall.take()
        async with boards(hall, 5) as pushed:
            called = (await hall.post(who, "windows/8/call-next")).json()
            for shown in await newest(pushed, called["seq"]):
                assert [c["number"] for c in shown["current"]] == ["D001"]
            parked = (await hall.post(who, f"tickets/{ticket}/park", {"minutes": 10})).json()
            for shown in await newest(pushed, parked["seq"]):
                assert shown["current"] == []
            closed = (await hall.post("manager", "day/close", {"reason": "agreed"})).json()
            for shown in await newest(pushed, closed["seq"]):
                assert (shown["current"], {q["waiting"] for q in shown["queues"]}) == ([], {0})
            await asyncio.gather(*(hall.get("manager", "/board") for _ in range(5)))
            for each in pushed:
                later = [b for b in each if b["type"] == "board" and b["seq"] >= parked["seq"]]
                assert all(b["current"] == [] for b in later), "a board was filled again with what is over"


@pytest.mark.proves("S11")
async def test_a_call_that_lost_is_on_no_board_not_even_for_one_push(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        await hall.sit(8)
        await hall.sit(9)
        won: dict[str, int] = {}
        seq = 0
        async with boards(hall, 1) as pushed:
            for n in range(1, 9):
                ticket = await hall.take()
                body = {"number": f"D{n:03}", "reason": "continued"}
                answers = await asyncio.gather(
                    *(hall.post(f"clerk{w}", f"windows/{w}/call", body) for w in (8, 9))
                )
                assert sorted(a.status_code for a in answers) == [200, 409]
                called = next(a.json() for a in answers if a.status_code == 200)
                won[called["number"]] = called["window"]
                for act in ("start", "finish"):
                    done = await hall.post(f"clerk{called['window']}", f"tickets/{ticket}/{act}")
                    seq = done.json()["seq"]
            await hall.post("clerk9", "windows/9/call-next")  # nobody waits: refused
            await newest(pushed, seq)
        shown = {
            (c["number"], c["window"])
            for b in pushed[0]
            if b["type"] == "board"
            for c in (*b["current"], *b["recent"])
        }
        assert shown == set(won.items())


@pytest.mark.proves("S38")
async def test_a_board_socket_carries_public_fields_only(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        tickets = [await hall.take(cls="priority", kind="elderly"), await hall.take()]
        async with boards(hall, 1) as pushed:
            await hall.post(who, "windows/8/call-next")
            sent = await hall.post(
                "floor", f"tickets/{tickets[1]}/transfer", {"category": "F", "note": "私事"}
            )
            await newest(pushed, sent.json()["seq"])
        fields = {name for kind in (Board, Call, Queue, Notice, Beat) for name in kind.__struct_fields__}
        fields |= {"type", "zh", "ko", "en"}
        for message in pushed[0]:
            assert names(message) <= fields
            text = json.dumps(message, ensure_ascii=False)
            secrets = [*tickets, *(hall.holder(t).partition(".")[2] for t in tickets)]
            for private in (*secrets, "staff:", "私事", "elderly", "窗口8", "Bearer", "device:"):
                assert private not in text, private


def names(value: Any) -> set[str]:
    """Every field name in a message."""
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in names(one)}
    return {name for one in value for name in names(one)} if isinstance(value, list) else set()


@pytest.mark.proves("S38")
async def test_a_phone_is_shown_no_other_visitor(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        tickets = [await hall.take() for _ in range(5)]
        place = await hall.get(hall.holder(tickets[3]), f"/tickets/{tickets[3]}/place")
        assert (place.json()["number"], place.json()["ahead"]) == ("D004", 3)
        for n, other in enumerate(tickets, 1):
            assert other not in place.text
            assert n == 4 or f"D{n:03}" not in place.text
        assert (await hall.get(hall.holder(tickets[3]), f"/tickets/{tickets[2]}/place")).status_code == 403
        assert (await hall.get(hall.holder(tickets[3]), "/numbers/D003")).status_code == 403


@pytest.mark.proves("S33")
async def test_people_ahead_are_those_who_wait_and_are_ordered_before(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        ids = [await hall.take(cls=c) for c in ("ordinary", "ordinary", "priority", "ordinary", "priority")]
        ids += [await hall.take("F"), await hall.take()]
        await hall.post("floor", f"tickets/{ids[5]}/transfer", {"category": "D"})
        await hall.post(who, "windows/8/call-next")
        await hall.post("floor", f"tickets/{ids[1]}/cancel", {"reason": "left"})
        line = sorted((t for t in hall.day.tickets.values() if t.state == WAITING), key=lambda t: t.key)
        assert len(line) == 5
        for ahead, ticket in enumerate(line):
            shown = (await hall.get("manager", f"/tickets/{ticket.id}")).json()
            place = (await hall.get(hall.holder(ticket.id), f"/tickets/{ticket.id}/place")).json()
            assert (shown["ahead"], place["ahead"], sum(place["before"].values())) == (ahead, ahead, ahead)
        assert (await hall.get("", "/board")).json()["queues"][3]["waiting"] == 5


@pytest.mark.proves("S10")
async def test_a_finished_cancelled_or_parked_ticket_called_by_number_is_refused_with_the_reason(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        finished, cancelled, parked, _ = [await hall.take() for _ in range(4)]
        await hall.post("floor", f"tickets/{cancelled}/cancel", {"reason": "left"})
        for ticket, acts in ((finished, ("start", "finish")), (parked, ("park",))):
            assert (await hall.post(who, "windows/8/call-next")).json()["ticket"] == ticket
            for act in acts:
                assert (await hall.post(who, f"tickets/{ticket}/{act}")).status_code == 200
        for number, code, told in (
            ("D001", "ticket_ended", "end=done"),
            ("D002", "ticket_ended", "end=cancelled_by_staff"),
            ("D003", "ticket_state", "state=parked"),
            ("D099", "unknown_number", "number=D099"),
        ):
            body = {"number": number, "reason": "continued"}
            refused = await hall.post(who, "windows/8/call", body)
            assert refused.status_code in (404, 409)
            assert (refused.json()["code"], told in refused.json()["detail"]) == (code, True), refused.text
            assert refused.json()["sentence"]["zh"]


@pytest.mark.proves("S13")
async def test_changing_one_ticket_leaves_the_others_byte_identical(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        one, *others = [await hall.take() for _ in range(6)]

        def bytes_of_others() -> list[bytes]:
            return [msgspec.json.encode(hall.day.tickets[id]) for id in others]

        before = bytes_of_others()
        changes: list[tuple[str, str, dict[str, Any]]] = [
            ("floor", f"tickets/{one}/transfer", {"category": "F"}),
            ("floor", f"tickets/{one}/transfer", {"category": "D"}),
            ("floor", f"tickets/{one}/class", {"cls": "priority", "reason": "seen"}),
            (who, "windows/8/call-next", {}),
            (who, f"tickets/{one}/recall", {}),
            (who, f"tickets/{one}/undo", {}),
            (who, "windows/8/call-next", {}),
            (who, f"tickets/{one}/start", {}),
            (who, f"tickets/{one}/matters", {"matters": [hall.day.plan.matters[0].id]}),
            (who, f"tickets/{one}/park", {"minutes": 5}),
            (who, f"tickets/{one}/unpark", {}),
            (who, "windows/8/call-next", {}),
            (who, f"tickets/{one}/start", {}),
            (who, f"tickets/{one}/finish", {}),
        ]
        for token, path, body in changes:
            answer = await hall.post(token, path, body)
            assert answer.status_code == 200, (path, answer.text)
            assert hall.day.tickets[one].id == one
            assert bytes_of_others() == before, path


@pytest.mark.proves("S37")
async def test_closing_hall_a_leaves_hall_b_untouched(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, others=(f"{hall_id}-b",)) as a:
        b = Served(a.app, a.site, f"{hall_id}-b", a.client, a.base)
        who = await b.sit(8)
        for hall in (a, b):
            for _ in range(3):
                await hall.take()
        await b.post(who, "windows/8/call-next")
        before, picture = b.tail, b.day.picture()
        alone = await a.post("manager", "day/close")
        assert (alone.status_code, alone.json()["code"]) == (422, "reason_needed")
        assert (await a.post("manager", "day/close", {"reason": "emergency"})).status_code == 200
        assert {t.end for t in a.day.tickets.values()} == {"hall_closed"}
        assert (b.tail, b.day.picture()) == (before, picture)
        assert (await b.post("kiosk", "tickets", {"category": "D"})).json()["number"] == "D004"
        assert (await a.post("kiosk", "tickets", {"category": "D"})).json()["code"] == "day_closed"


@pytest.mark.proves("S37")
async def test_the_days_end_comes_by_itself_in_the_hall_whose_time_it_is(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, others=(f"{hall_id}-b",)) as a:
        b = Served(a.app, a.site, f"{hall_id}-b", a.client, a.base)
        for hall in (a, b):
            await hall.take()
        before, date = b.tail, a.day.date
        real = a.site.halls[a.hall].clock
        a.site.halls[a.hall].clock = lambda: real() + 13 * 3_600_000
        await wait_until(lambda: a.day.date > date and a.day.now.opened, timeout=20)
        assert (await a.post("kiosk", "tickets", {"category": "D"})).json()["number"] == "D001"
        assert (b.day.date, b.tail) == (date, before)


async def test_a_console_whose_window_the_new_day_lacks_costs_nobody_else_the_day(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        running = hall.site.halls[hall_id]
        token = {"Authorization": "Bearer clerk20"}
        async with connect(f"{hall.sockets}/windows/20/live", additional_headers=token) as console:
            await console.recv()
            fewer = tuple(w for w in hall.day.plan.windows if w.number != 20)
            plan = msgspec.structs.replace(hall.day.plan, windows=fewer)
            await running.register.ask(Ask(at=running.clock(), by="system", command=PublishPlan(plan)))
            date, real = hall.day.date, running.clock
            running.clock = lambda: real() + 13 * 3_600_000
            await wait_until(lambda: hall.day.date > date and hall.day.now.opened, timeout=20)
            async with boards(hall, 1) as pushed:
                answer = await hall.post("kiosk", "tickets", {"category": "D"})
                assert answer.status_code == 201
                await newest(pushed, hall.tail.seq)
            assert (await hall.get("manager", "/windows/20")).json()["code"] == "unknown_window"
            assert hall.site.live.confirmed(f"window/{hall_id}/20") is None
