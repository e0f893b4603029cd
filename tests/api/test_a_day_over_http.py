"""A ticket from the kiosk to the window over real sockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from openapi_spec_validator import validate
from websockets.asyncio.client import ClientConnection, connect

from tests.api.hall import served


async def test_a_visitor_takes_a_ticket_and_a_clerk_serves_it(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        taken = await hall.post("kiosk", "tickets", {"category": "D", "language": "ko"})
        assert taken.status_code == 201, taken.text
        receipt = taken.json()
        assert (receipt["number"], receipt["ahead"], len(receipt["code"])) == ("D001", 0, 5)
        who = await hall.sit(8)
        called = (await hall.post(who, "windows/8/call-next")).json()
        assert (called["number"], called["window"]) == ("D001", 8)
        for act in ("recall", "start", "finish"):
            answer = await hall.post(who, f"tickets/{receipt['ticket']}/{act}")
            assert answer.status_code == 200, answer.text
        shown = (await hall.get(who, f"/tickets/{receipt['ticket']}")).json()
        assert (shown["state"], shown["end"]) == ("ended", "done")


@pytest.mark.proves("S24")
async def test_a_board_and_a_console_see_a_call_and_its_undoing_in_one_push(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        await hall.post("kiosk", "tickets", {"category": "D"})
        address = hall.base.replace("http", "ws") + f"/api/halls/{hall_id}"
        token = {"Authorization": f"Bearer {who}"}
        async with (
            connect(f"{address}/board/live") as board,
            connect(f"{address}/windows/8/live", additional_headers=token) as console,
        ):
            called = (await hall.post(who, "windows/8/call-next")).json()
            shown = await _newest(board, called["seq"])
            assert [(c["number"], c["window"], c["state"]) for c in shown["current"]] == [
                ("D001", 8, "called")
            ]
            assert (await _newest(console, called["seq"]))["present"]["number"] == "D001"
            undone = (await hall.post(who, f"tickets/{called['ticket']}/undo")).json()
            shown = await _newest(board, undone["seq"])
            assert shown["current"] == []
            assert [(c["number"], c["state"]) for c in shown["recent"]] == [("D001", "wait")]


async def _newest(socket: ClientConnection, seq: int) -> dict[str, Any]:
    async with asyncio.timeout(5):
        async for text in socket:
            message: dict[str, Any] = json.loads(text)
            if message["type"] != "beat" and message["seq"] >= seq:
                return message
    raise AssertionError("the socket ended")


@pytest.mark.parametrize(
    ("who", "path", "body", "status", "code"),
    [
        ("kiosk", "tickets", {"category": "X"}, 404, "unknown_category"),
        ("kiosk", "tickets", {"category": 7}, 422, "bad_body"),
        (
            "kiosk",
            "tickets",
            {"category": "D", "matters": ["D01", "D02", "D03", "D01"]},
            422,
            "too_many_matters",
        ),
        ("kiosk", "tickets", {"category": "G", "matters": ["D01"]}, 422, "not_instant"),
        ("kiosk", "tickets", {"category": "D", "language": "x" * 70_000}, 413, "too_large"),
        ("nobody", "tickets", {"category": "D"}, 401, "bad_token"),
        ("kiosk", "windows/8/call-next", {}, 403, "not_allowed"),
        ("clerk9", "windows/8/call-next", {}, 403, "not_allowed"),
        ("clerk8", "windows/8/call-next", {}, 409, "not_claimed"),
        ("manager", "windows/99/call-next", {}, 404, "unknown_window"),
        ("clerk8", "tickets/nothing/start", {}, 404, "unknown_ticket"),
        ("kiosk", "nothing", {}, 404, "no_such_path"),
        ("kiosk", "board", {}, 405, "method_not_allowed"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_problem_and_changes_nothing(
    store_url: str, hall_id: str, who: str, path: str, body: dict[str, object], status: int, code: str
) -> None:
    async with served(store_url, hall_id) as hall:
        before = hall.site.halls[hall_id].today().tail
        answer = await hall.post(who, path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert hall.site.halls[hall_id].today().tail == before


async def test_the_description_is_a_valid_openapi_document(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        validate((await hall.client.get("/openapi.json")).json())
        for page in (f"/halls/{hall_id}/board", f"/kiosk/{hall_id}", "/healthz", "/readyz"):
            assert (await hall.client.get(page)).status_code == 200, page
