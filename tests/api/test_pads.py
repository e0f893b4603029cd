"""A window's rating pad: what it is told, what it may say, and nothing about any other window."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace
from websockets.asyncio.client import connect

from queue_server.api.staying import ENDED
from queue_server.hall.plan import Pad
from queue_server.screens import ASKED_FOR, pad
from tests.api.hall import Served, demo_with, served

PLAN = replace(demo_with(), pads=(Pad("pad9", 9, "9号窗口台面"),))


async def let_in(hall: Served, device: str) -> tuple[str, str]:
    """A tablet is let in as a device of the hall file; gives its token and its page."""
    asked = (await hall.post("", "enrolments")).json()
    confirmed = await hall.post("manager", f"enrolments/{asked['code']}/confirm", {"device": device})
    assert confirmed.status_code == 200, confirmed.text
    state = (await hall.get("", f"/enrolments/{asked['code']}")).json()
    assert state["keep"] == "yichuang.screen.token"
    return asked["token"], state["page"]


async def serve(hall: Served, window: int) -> str:
    """A visitor is served to the end at a window that is sat at; gives the ticket."""
    who = f"clerk{window}"
    await hall.take("D")
    called = (await hall.post(who, f"windows/{window}/call-next")).json()
    for act in ("start", "finish"):
        answer = await hall.post(who, f"tickets/{called['ticket']}/{act}")
        assert answer.status_code == 200, answer.text
    return str(called["ticket"])


async def test_a_pad_is_let_in_for_its_window_and_rates_what_ended_there_once(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        token, page = await let_in(hall, "pad9")
        assert page == f"/halls/{hall_id}/pads/pad9"
        shown = await hall.client.get(page)
        assert shown.status_code == 200
        assert token not in shown.text
        assert (await hall.client.get(f"/halls/{hall_id}/pads/none")).status_code == 404
        await hall.sit(8)
        await hall.sit(9)
        elsewhere = await serve(hall, 8)
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(f"{hall.sockets}/windows/9/pad/live", additional_headers=headers) as socket:

            async def told(**wanted: Any) -> dict[str, Any]:
                while True:
                    view: dict[str, Any] = msgspec.json.decode(await socket.recv())
                    if all(view.get(name) == value for name, value in wanted.items()):
                        return view

            await told(type="pad", ticket="")
            mine = await serve(hall, 9)
            view = await told(type="pad", ticket=mine)
            assert (view["window"], view["number"]) == (9, hall.day.tickets[mine].number)
            for body, code in (
                ({"ticket": elsewhere, "level": "satisfied"}, "not_served_here"),
                ({"ticket": "guessed", "level": "satisfied"}, "unknown_ticket"),
                ({"ticket": mine, "level": "splendid"}, "unknown_level"),
            ):
                refused = await hall.post(token, "windows/9/rate", body)
                assert refused.json()["code"] == code
            lied = await hall.post(token, "windows/8/rate", {"ticket": elsewhere, "level": "satisfied"})
            assert (lied.status_code, lied.json()["code"]) == (403, "not_allowed")
            assert hall.day.tickets[elsewhere].rated == ""
            first = await hall.post(token, "windows/9/rate", {"ticket": mine, "level": "dissatisfied"})
            assert first.status_code == 200, first.text
            await told(type="pad", ticket="")
            again = await hall.post(token, "windows/9/rate", {"ticket": mine, "level": "satisfied"})
            assert (again.status_code, again.json()["code"]) == (409, "rated_already")
            assert hall.day.tickets[mine].rated == "dissatisfied"
            # Nobody says how somebody else was served: the question goes when the next visitor sits there.
            unrated = await serve(hall, 9)
            await told(type="pad", ticket=unrated)
            await hall.take("D")
            called = (await hall.post("clerk9", "windows/9/call-next")).json()
            assert pad(hall.day, 9, hall.day.now.last_at, 0).ticket == unrated
            await hall.post("clerk9", f"tickets/{called['ticket']}/start")
            await told(type="pad", ticket="")
            ended = hall.day.tickets[elsewhere].ended_at or 0
            assert pad(hall.day, 8, ended + ASKED_FOR, 0).ticket == elsewhere
            assert pad(hall.day, 8, ended + ASKED_FOR + 1, 0).ticket == ""
            await hall.post("manager", "devices/pad9/revoke")
            await socket.wait_closed()
            assert socket.close_code == ENDED
