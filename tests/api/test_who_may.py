"""Who may do what: every operation by every role, as a table; tokens travel in headers and nowhere else."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from queue_server.access.principals import ANYONE, MAY, Principal, may
from queue_server.api.table import OPERATIONS
from queue_server.hall import commands as do
from queue_server.hall import register
from queue_server.hall.decide import DECIDERS
from tests.api.hall import Served, served

COLUMNS = ("kiosk", "board", "clerk8", "floor", "manager", "holder")

# y: this role may (the hall may still say no for a reason of its own). -: not_allowed. Whoever sends no
# token gets 401 wherever any column has a "-", and an answer where all are "y".
TABLE = """
                                    kiosk  board  clerk8  floor  manager  holder
GET  /                                y      y      y      y       y        y
GET  /me                              y      y      y      y       y        y
GET  /board                           y      y      y      y       y        y
GET  /menu                            y      y      y      y       y        y
GET  /health                          -      -      -      -       y        -
POST /tickets                         y      -      y      y       y        -
POST /paper-tickets                   -      -      -      -       y        -
POST /check-ins                       y      -      y      y       y        -
POST /bookings                        y      -      y      y       y        -
GET  /numbers/D001                    -      -      y      y       y        -
GET  /tickets/{own}                   -      -      y      y       y        -
GET  /tickets/{own}/visit             -      -      y      y       y        -
GET  /tickets/{own}/place             -      -      y      y       y        y
GET  /tickets/{other}/place           -      -      y      y       y        -
GET  /tickets/{own}/qr                -      -      -      -       -        y
GET  /tickets/{other}/qr              -      -      -      -       -        -
POST /tickets/{own}/recall            -      -      y      -       y        -
POST /tickets/{own}/start             -      -      y      -       y        -
POST /tickets/{own}/finish            -      -      y      -       y        -
POST /tickets/{own}/miss              -      -      y      -       y        -
POST /tickets/{own}/found             -      -      y      y       y        -
POST /tickets/{own}/return            -      -      y      y       y        y
POST /tickets/{other}/return          -      -      y      y       y        -
POST /tickets/{own}/park              -      -      y      -       y        -
POST /tickets/{own}/unpark            -      -      y      y       y        -
POST /tickets/{own}/transfer          -      -      y      y       y        y
POST /tickets/{other}/transfer        -      -      y      y       y        -
POST /tickets/{own}/cancel            -      -      y      y       y        y
POST /tickets/{other}/cancel          -      -      y      y       y        -
POST /tickets/{own}/undo              -      -      y      -       y        -
POST /tickets/{own}/class             -      -      y      y       y        -
POST /tickets/{own}/matters           -      -      y      -       y        -
POST /calls/7/spoken                  -      y      -      -       -        -
GET  /windows/8                       -      -      y      -       y        -
GET  /windows/9                       -      -      -      -       y        -
POST /windows/8/call-next             -      -      y      -       y        -
POST /windows/9/call-next             -      -      -      -       y        -
POST /windows/8/call                  -      -      y      -       y        -
POST /windows/9/call                  -      -      -      -       y        -
POST /windows/8/serve                 -      -      y      -       y        -
POST /windows/9/serve                 -      -      -      -       y        -
POST /windows/8/claim                 -      -      y      -       y        -
POST /windows/9/claim                 -      -      -      -       y        -
POST /windows/8/open                  -      -      y      -       y        -
POST /windows/9/open                  -      -      -      -       y        -
POST /windows/8/pause                 -      -      y      -       y        -
POST /windows/9/pause                 -      -      -      -       y        -
POST /windows/8/close                 -      -      y      -       y        -
POST /windows/9/close                 -      -      -      -       y        -
POST /windows/8/release               -      -      y      -       y        -
POST /windows/9/release               -      -      -      -       y        -
POST /windows/8/assign                -      -      -      -       y        -
POST /categories/D/pause              -      -      -      -       y        -
POST /categories/D/resume             -      -      -      -       y        -
POST /zones/hall/sound                -      y      -      -       y        -
POST /down-times                      -      -      -      -       y        -
POST /notice                          -      -      -      -       y        -
POST /day/close                       -      -      -      -       y        -
"""

BODIES: dict[str, dict[str, Any]] = {
    "/tickets": {"category": "D"},
    "/paper-tickets": {"category": "D", "number": "Z01", "taken_at": 0},
    "/check-ins": {"code": "NOTHING"},
    "/bookings": {"category": "D", "slot": 0},
    "/class": {"cls": "priority", "reason": "seen"},
    "/matters": {"matters": ["nothing"]},
    "/transfer": {"category": "nothing"},
    "/cancel": {"reason": "nothing"},
    "/spoken": {"spoken_at": 0},
    "/call": {"number": "nothing", "reason": "taken_ill"},
    "/serve": {"category": "nothing", "reason": "question"},
    "/pause": {"reason": "nothing"},
    "/assign": {"serves": ["nothing"]},
    "/sound": {"broken": False},
    "/down-times": {"since": 0, "until": 0},
    "/notice": {"text": {"xx": "nothing"}},
}
"""Bodies by the path's end: well formed, and refused by the hall wherever they could change something."""

OF_TIME_AND_SYSTEM = {
    do.OpenDay: "the system opens a day",
    do.BarNumbers: "whoever finds that the log lost its tail",
    do.NoteSlip: "the printing follower",
    do.HoldLapsed: "time",
    do.ParkLapsed: "time",
    do.ClaimLapsed: "time",
    register.PublishPlan: "the command line publishes plans",
    register.GrantToken: "the command line grants tokens",
    register.RevokeToken: "the command line revokes tokens",
}
"""Commands that nobody gives over the API, and who gives them instead."""


def rows() -> list[tuple[str, str, tuple[bool, ...]]]:
    """The table: (method, path, who may in the order of COLUMNS)."""
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    assert tuple(head) == COLUMNS
    return [
        (method, "" if path == "/" else path, tuple(m == "y" for m in marks))
        for method, path, *marks in lines
    ]


def pattern(path: str) -> str:
    """The path as the table of operations writes it."""
    for told, written in (
        ("{own}", "{id}"),
        ("{other}", "{id}"),
        ("D001", "{number}"),
        ("/calls/7/", "/calls/{seq}/"),
        ("/windows/8", "/windows/{n}"),
        ("/windows/9", "/windows/{n}"),
        ("/categories/D/", "/categories/{letter}/"),
        ("/zones/hall/", "/zones/{zone}/"),
    ):
        path = path.replace(told, written)
    return path


async def asked(hall: Served, token: str, method: str, path: str) -> tuple[int, str]:
    """Status and code of one request."""
    if method == "GET":
        answer = await hall.get(token, path)
    else:
        body = next((b for end, b in BODIES.items() if path.endswith(end)), {})
        answer = await hall.post(token, path.removeprefix("/"), body)
    return answer.status_code, answer.json().get("code", "")


def test_the_table_has_every_operation() -> None:
    told = {(method, pattern(path)) for method, path, _ in rows()}
    assert told == {(o.method, o.path) for o in OPERATIONS}


@pytest.mark.proves("S18")
async def test_every_role_may_do_what_the_table_says_and_no_more(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        own, other = await hall.take(), await hall.take()
        wrong = []
        for method, told, marks in rows():
            path = told.format(own=own, other=other)
            for column, allowed in zip(COLUMNS, marks, strict=True):
                token = hall.holder(own) if column == "holder" else column
                _, code = await asked(hall, token, method, path)
                if (code != "not_allowed") != allowed:
                    wrong.append((method, told, column, code))
        assert wrong == []


@pytest.mark.proves("S18")
async def test_nobody_without_a_token_changes_anything_or_sees_more_than_the_public(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        own = await hall.take()
        before = hall.tail
        for method, told, marks in rows():
            path = told.format(own=own, other=own)
            public = method == "GET" and all(marks) and told != "/me"
            for token, code in (("", "no_token"), ("guessed", "bad_token"), (f"{own}.guess", "bad_token")):
                if public and not token:
                    continue
                headers = {"authorization": f"Bearer {token}"} if token else {}
                answer = await hall.client.request(
                    method,
                    f"/api/halls/{hall_id}{path}",
                    headers=headers,
                    json={} if method == "POST" else None,
                )
                assert (answer.status_code, answer.json()["code"]) == (401, code), (method, told)
                assert answer.headers["www-authenticate"] == "Bearer"
        assert hall.tail == before


@pytest.mark.proves("S18")
async def test_a_crawl_of_every_get_changes_nothing(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        own = await hall.take()
        await hall.sit(8)
        before, picture = hall.tail, hall.day.picture()
        for _method, told, _marks in rows():
            path = told.format(own=own, other=own)
            for token in ("manager", "clerk8", "kiosk", hall.holder(own)):
                for verb in ("GET", "HEAD", "OPTIONS"):
                    headers = {"authorization": f"Bearer {token}", "idempotency-key": "crawl"}
                    await hall.client.request(verb, f"/api/halls/{hall_id}{path}", headers=headers)
        for page in (f"/halls/{hall_id}/board", f"/kiosk/{hall_id}", "/openapi.json", "/healthz", "/readyz"):
            await hall.client.get(page)
        assert (hall.tail, hall.day.picture()) == (before, picture)


@pytest.mark.proves("S18")
async def test_a_clerk_of_window_9_cannot_act_on_the_ticket_at_window_8(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        ticket = await hall.take()
        mine, theirs = await hall.sit(8), await hall.sit(9)
        await hall.post(mine, "windows/8/call-next")
        acts = {
            "recall": {},
            "start": {},
            "miss": {},
            "park": {},
            "undo": {},
            "transfer": {"category": "F"},
            "cancel": {"reason": "left"},
            "matters": {"matters": ["D01"]},
            "class": {"cls": "priority", "reason": "seen"},
        }
        before = hall.tail
        for act, body in acts.items():
            answer = await hall.post(theirs, f"tickets/{ticket}/{act}", body)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_your_window"), act
            assert "window=8, clerk=staff:8" in answer.json()["detail"]
        assert hall.tail == before
        await hall.post(mine, f"tickets/{ticket}/start")
        finished = await hall.post(theirs, f"tickets/{ticket}/finish")
        assert (finished.status_code, finished.json()["code"]) == (403, "not_your_window")


# --- every command has an operation -----------------------------------------------------------


def commands_of(does: Any) -> set[str]:
    """The names of the commands that a handler makes."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(does)))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls}


def test_every_command_that_people_and_devices_give_has_an_operation() -> None:
    made = set().union(*(commands_of(operation.does) for operation in OPERATIONS))
    known = {*DECIDERS, *register._DECIDERS}
    missing = {c.__name__ for c in known - OF_TIME_AND_SYSTEM.keys() if c.__name__ not in made}
    assert missing == set()
    assert {c.__name__ for c in OF_TIME_AND_SYSTEM if c.__name__ in made} == set(), "no exception any more"


def test_every_command_of_the_api_is_somebodys_to_give() -> None:
    somebodys = frozenset().union(*MAY.values())
    assert {c.__name__ for c in DECIDERS if c not in somebodys and c not in OF_TIME_AND_SYSTEM} == set()


def test_who_is_unknown_or_of_an_unknown_role_may_nothing() -> None:
    stranger = Principal("x", "x", "a role of another version")
    for kind in (do.CallNext(window=8), do.Cancel(ticket="t"), do.CloseDay(), do.OpenDay(date="", plan="")):
        assert not may(stranger, kind)
        assert not may(ANYONE, kind)


# --- how a token travels ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "bearer"])
async def test_a_token_in_a_query_is_refused_and_not_repeated(
    store_url: str, hall_id: str, name: str
) -> None:
    async with served(store_url, hall_id) as hall:
        bare = await hall.client.get(f"/api/halls/{hall_id}/me?{name}=manager")
        assert (bare.status_code, bare.json()["code"]) == (401, "no_token")
        known = await hall.get("manager", f"/me?{name}=manager-secret")
        assert (known.status_code, known.json()["code"]) == (422, "bad_query")
        assert "manager-secret" not in known.text
        before = hall.tail
        path = f"/api/halls/{hall_id}/tickets?{name}=kiosk"
        taken = await hall.client.post(path, json={"category": "D"}, headers={"idempotency-key": "k"})
        assert (taken.status_code, hall.tail) == (401, before)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{hall.sockets}/windows/8/live?{name}=clerk8")
        assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    ("token", "window", "status", "code"),
    [
        ("", 8, 401, "no_token"),
        ("guessed", 8, 401, "bad_token"),
        ("clerk9", 8, 403, "not_allowed"),
        ("kiosk", 8, 403, "not_allowed"),
        ("manager", 99, 404, "unknown_window"),
    ],
)
async def test_a_window_socket_is_refused_with_a_problem(
    store_url: str, hall_id: str, token: str, window: int, status: int, code: str
) -> None:
    async with served(store_url, hall_id) as hall:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{hall.sockets}/windows/{window}/live", additional_headers=headers)
        response = refused.value.response
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert f'"code":"{code}"'.encode() in response.body


async def test_a_browsers_socket_offers_its_token_and_never_gets_it_back(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        offered = [Subprotocol("yichuang"), Subprotocol("bearer.clerk8")]
        async with connect(f"{hall.sockets}/windows/8/live", subprotocols=offered) as socket:
            assert socket.subprotocol == "yichuang"
            assert socket.response is not None
            assert "clerk8" not in str(socket.response.headers)
        only = [Subprotocol("bearer.clerk8")]
        async with connect(f"{hall.sockets}/windows/8/live", subprotocols=only) as socket:
            assert socket.subprotocol is None


async def test_a_holder_sees_and_changes_the_own_ticket_only(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        mine, theirs = await hall.take(), await hall.take()
        token = hall.holder(mine)
        place = (await hall.get(token, f"/tickets/{mine}/place")).json()
        assert (place["number"], place["ahead"]) == ("D001", 0)
        assert theirs not in str(place)
        crossed = f"{mine}.{hall.holder(theirs).partition('.')[2]}"
        assert (await hall.get(crossed, f"/tickets/{mine}/place")).status_code == 401
        assert (await hall.post(token, f"tickets/{theirs}/cancel")).status_code == 403
        assert (await hall.post(token, f"tickets/{mine}/transfer", {"window": 8})).status_code == 403
        assert (await hall.post(token, f"tickets/{mine}/cancel")).status_code == 200
        ends = [t.end for t in hall.day.tickets.values()]
        assert ends == ["cancelled_by_visitor", ""]
