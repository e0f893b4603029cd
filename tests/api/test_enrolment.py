"""Letting devices in: a code is good once and for ten minutes; a token taken back ends at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from queue_server.access import enrolment
from queue_server.hall.plan import Screen
from tests.api.hall import Served, demo_with, served
from tests.cli.processes import run
from tests.waiting import wait_until

PLAN = replace(demo_with(), screens=(Screen(id="b1", place="一楼东"), Screen(id="w8", window=8)))


async def code_of(hall: Served) -> dict[str, Any]:
    answer = await hall.post("", "enrolments")
    assert answer.status_code == 201, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


async def confirmed(hall: Served, code: str, device: str = "b1", key: str = "") -> int:
    return (await hall.post("manager", f"enrolments/{code}/confirm", {"device": device}, key)).status_code


async def enrolled(hall: Served, device: str = "b1") -> str:
    """A device that was let in; gives its token."""
    asked = await code_of(hall)
    assert await confirmed(hall, asked["code"], device) == 200
    token: str = asked["token"]
    return token


def joined(hall: Served, screen: str, token: str) -> connect:
    offered = [Subprotocol("yichuang"), Subprotocol(f"bearer.{token}")]
    return connect(f"{hall.sockets}/screens/{screen}/live", subprotocols=offered, compression=None)


async def ended(socket: ClientConnection) -> int:
    """The code with which a socket was closed."""
    async with asyncio.timeout(15):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code or 0


async def test_a_device_that_shows_a_code_is_let_in_by_a_manager_and_keeps_its_token(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        asked = await code_of(hall)
        assert len(asked["code"]) == 6
        assert asked["until"] - asked["answered_at"] == 10 * 60_000
        assert (await hall.get(asked["token"], "/me")).status_code == 401
        look = f"/enrolments/{asked['code']}"
        assert (await hall.get("", look)).json()["state"] == "waiting"
        assert await confirmed(hall, asked["code"], "w8") == 200
        state = (await hall.get("", look)).json()
        assert (state["state"], state["page"]) == ("confirmed", f"/halls/{hall_id}/screens/w8")
        me = (await hall.get(asked["token"], "/me")).json()
        assert (me["id"], me["role"], me["windows"]) == ("device:w8", "window", [8])


async def test_a_code_is_good_once_and_the_same_request_again_gets_the_same_answer(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        code = (await code_of(hall))["code"]
        assert await confirmed(hall, code, key="one") == 200
        assert await confirmed(hall, code, key="one") == 200
        again = await hall.post("manager", f"enrolments/{code}/confirm", {"device": "b1"})
        assert (again.status_code, again.json()["code"]) == (409, "code_used")
        other = await hall.post("manager", "enrolments/123456/confirm", {"device": "b1"})
        assert (other.status_code, other.json()["code"]) == (404, "unknown_code")
        absent = await hall.post("manager", f"enrolments/{code}/confirm", {"device": "nowhere"})
        assert (absent.status_code, absent.json()["code"]) == (404, "unknown_device")


async def test_waiting_codes_are_listed_until_they_are_answered_and_a_refused_one_lets_nobody_in(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        first, strange, last = [await code_of(hall) for _ in range(3)]

        async def listed() -> list[str]:
            waiting = (await hall.get("manager", "/enrolments")).json()["waiting"]
            assert all(one["since"] and one["address"] == "127.0.0.1" for one in waiting)
            return [one["code"] for one in waiting]

        assert sorted(await listed()) == sorted(one["code"] for one in (first, strange, last))
        assert (await hall.get("clerk8", "/enrolments")).status_code == 403
        refuse = f"enrolments/{strange['code']}/refuse"
        assert (await hall.post("clerk8", refuse)).status_code == 403
        no = await hall.post("manager", refuse, key="no")
        assert no.status_code == 200, no.text
        assert (await hall.post("manager", refuse, key="no")).json() == no.json()
        assert await confirmed(hall, first["code"]) == 200
        assert await listed() == [last["code"]]
        assert (await hall.get("", f"/enrolments/{strange['code']}")).json()["state"] == "refused"
        assert await confirmed(hall, strange["code"]) == 409
        assert (await hall.get(strange["token"], "/me")).status_code == 401
        unknown = await hall.post("manager", "enrolments/123456/refuse")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_code")


async def test_of_two_managers_on_two_processes_one_confirms_a_code(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, PLAN) as one, served(store_url, hall_id, PLAN) as other:
        asked = await code_of(one)
        statuses = await asyncio.gather(
            *(confirmed(hall, asked["code"], device) for hall in (one, other) for device in ("b1", "w8"))
        )
        assert sorted(statuses) == [200, 409, 409, 409]
        await wait_until(lambda: _known(one, asked["token"]))
        await wait_until(lambda: _known(other, asked["token"]))


async def _known(hall: Served, token: str) -> bool:
    return (await hall.get(token, "/me")).status_code == 200


async def test_a_code_ends_after_ten_minutes(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolment, "CODE_LIFE", 150)
    async with served(store_url, hall_id, PLAN) as hall:
        code = (await code_of(hall))["code"]

        async def over() -> bool:
            return (await hall.get("", f"/enrolments/{code}")).status_code == 404

        await wait_until(over)
        assert await confirmed(hall, code) == 404
        assert (await hall.get("manager", "/enrolments")).json()["waiting"] == []


async def test_whoever_asks_for_codes_without_end_is_told_to_wait(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        hall.site.halls[hall_id].enrolling = enrolment.Enrolling(most=3)
        statuses = [(await hall.post("", "enrolments")).status_code for _ in range(4)]
        assert statuses == [201, 201, 201, 429]


async def test_a_token_taken_back_ends_its_sockets_at_once_on_every_process(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as one, served(store_url, hall_id, PLAN) as other:
        token, kept = await enrolled(one), await enrolled(one, "w8")
        await wait_until(lambda: _known(other, token))
        await wait_until(lambda: _known(other, kept))
        async with (
            joined(one, "b1", token) as here,
            joined(other, "b1", token) as there,
            joined(other, "w8", kept) as stays,
        ):
            await asyncio.gather(here.recv(), there.recv(), stays.recv())
            answer = await other.post("manager", "devices/b1/revoke")
            assert answer.status_code == 200, answer.text
            assert set(await asyncio.gather(ended(here), ended(there))) == {4401}
            assert await asyncio.wait_for(stays.recv(), 15)
        with pytest.raises(InvalidStatus) as refused:
            await joined(one, "b1", token)
        assert refused.value.response.status_code == 401


async def test_taking_a_device_back_twice_with_one_key_is_done_once_and_answered_the_same(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        tokens = [await enrolled(hall), await enrolled(hall)]
        first = await hall.post("manager", "devices/b1/revoke", key="take back")
        assert first.status_code == 200, first.text
        again = await hall.post("manager", "devices/b1/revoke", key="take back")
        assert (again.status_code, again.json()) == (200, first.json())
        assert [(await hall.get(token, "/me")).status_code for token in tokens] == [401, 401]
        anew = await hall.post("manager", "devices/b1/revoke")
        assert (anew.status_code, anew.json()["code"]) == (404, "unknown_device")
        kept = await enrolled(hall)
        late = await hall.post("manager", "devices/b1/revoke", key="take back")
        assert late.json() == first.json()
        assert (await hall.get(kept, "/me")).status_code == 200, "let in after it, and untouched by it"


@pytest.mark.timeout(120)
async def test_a_code_is_confirmed_from_the_command_line_beside_a_running_server(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id, PLAN) as hall:
        asked = await code_of(hall)
        code = asked["code"]
        words = ("--hall", hall_id, "--device", "b1", "--store", store_url)
        done = await asyncio.to_thread(run, "device", "confirm", f"{code[:3]} {code[3:]}", *words)
        assert done.returncode == 0, done.stderr
        assert asked["token"] not in done.stdout
        await wait_until(lambda: _known(hall, asked["token"]))
        again = await asyncio.to_thread(run, "device", "confirm", code, *words)
        assert again.returncode == 1
        assert "used already" in again.stderr
