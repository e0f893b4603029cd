"""Who may do what: docs/access.md, asked line by line; tokens travel in headers and nowhere else."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from queue_server.access.principals import ANYONE, MAY, ROLES, Principal, may
from queue_server.api import agents, live
from queue_server.api.table import OPERATIONS, PREFIX
from queue_server.cases import commands as case
from queue_server.hall import accounts, register
from queue_server.hall import commands as do
from queue_server.hall.accounts import STAFF
from queue_server.hall.commands import Command
from queue_server.hall.decide import DECIDERS
from queue_server.hall.on_the_spot import CountDay
from queue_server.staff import pages as staff
from tests.api.hall import Served, served
from tests.api.people import person, signed_in

BODIES: dict[str, dict[str, Any]] = {
    "/tickets": {"category": "D"},
    "/paper-tickets": {"category": "D", "number": "Z01", "taken_at": 0},
    "/check-ins": {"code": "NOTHING"},
    "/bookings": {"category": "D", "slot": 0},
    "/claims": {"number": "Q999", "code": "nothing"},
    "/persons": {"number": "nothing"},
    "/checklists": {"matters": ["nothing"]},
    "/class": {"cls": "priority", "reason": "seen"},
    "/matters": {"matters": ["nothing"]},
    "/matters/nothing/close": {"outcome": "done"},
    "/supplement": {"missing": ["nothing"]},
    "/extend": {"days": 1, "reason": "nothing"},
    "/move": {"shelf": "nothing"},
    "/send": {"hall": "nothing"},
    "/receipts": {"number": "nothing", "code": "nothing"},
    "/pick-ups": {"number": "nothing", "code": "nothing"},
    "/exchange/ready": {"id": "m1", "ready": [{"case": "nothing"}]},
    "/receipt": {"printer": "nothing"},
    "/paper-lists": {"giver": "", "receiver": "exit", "cases": ["nothing"]},
    "/transfer": {"category": "nothing"},
    "/cancel": {"reason": "nothing"},
    "/reprint": {"printer": "nothing"},
    "/spoken": {"spoken_at": 0},
    "/call": {"number": "nothing", "reason": "taken_ill"},
    "/serve": {"category": "nothing", "reason": "question"},
    "/pause": {"reason": "nothing"},
    "windows/8/rate": {"ticket": "nothing", "level": "nothing"},
    "windows/9/rate": {"ticket": "nothing", "level": "nothing"},
    "/rate": {"level": "nothing"},
    "/assign": {"serves": ["nothing"]},
    "/sound": {"broken": False},
    "/down-times": {"since": 0, "until": 0},
    "/quota": {"quota": None},
    "/seen": {"code": "nothing", "log": "nothing", "until": 0},
    "/confirm": {"device": "nothing"},
    "/notice": {"text": {"xx": "nothing"}},
    "/sign-in": {"login": "nobody", "password": "nothing"},
    "/password": {"old": "nothing", "new": "nothing"},
}
"""Bodies by the path's end: well formed, and refused by the hall wherever they could change something."""

OF_TIME_AND_SYSTEM: dict[type[Command], str] = {
    do.ChangeCatalogue: "time",
    do.OpenDay: "the system opens a day",
    do.BarNumbers: "whoever finds that the log lost its tail",
    do.NoteSlip: "the printing follower",
    do.NotePrinter: "the printing follower",
    CountDay: "time, when a day is over",
    do.NoteReceipt: "whoever prints a receipt, by the operation that prints it",
    do.HoldLapsed: "time",
    do.ParkLapsed: "time",
    do.PassLapsed: "time",
    do.ClaimLapsed: "time",
    case.OpenCase: "whoever finds that a matter was accepted",
    case.SettleLimits: "time, once the calendar reaches far enough",
    register.PublishPlan: "the command line publishes plans",
    register.ExpireToken: "the command line replaces tokens",
    register.RevokeToken: "the command line takes a single token back",
    **dict.fromkeys(accounts.DECIDERS, "the command line looks after people"),
}
"""Commands that nobody gives over the API, and who gives them instead."""


ACCESS = Path(__file__).parents[2] / "docs" / "access.md"
REFUSED = frozenset({"not_allowed", "password_old", "no_token"})
DEVICES = ("kiosk", "board", "window", "printer", "pad", "platform")


class Row(NamedTuple):
    """One line of docs/access.md: the method, the path behind the hall's, and what each column may."""

    method: str
    path: str
    cells: dict[str, str]


def rows() -> list[Row]:
    """The table of docs/access.md."""
    lines = [line for line in ACCESS.read_text("utf-8").splitlines() if line.startswith("|")]
    head, _, *rest = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    found = []
    for name, *cells in rest:
        method, _, path = name.partition(" ")
        found.append(Row(method, path.removeprefix(PREFIX), dict(zip(head[1:], cells, strict=True))))
    return found


def filled(path: str, ticket: str, window: int) -> str:
    """A path of the table, about this ticket and this window."""
    known: dict[str, Any] = {
        "hall": "{hall}",
        "id": ticket,
        "n": window,
        "number": "D001",
        "letter": "D",
        "zone": "hall",
        "kiosk": "nobody",
        "seq": 7,
        "name": "p1",
        "code": "000000",
        "device": "none",
        "screen": "none",
        "matter": "nothing",
    }
    return path.format(**known)


def address(hall: Served, path: str, ticket: str) -> str:
    """Where a row of the table is on the server, about window 8."""
    whole = filled(path, ticket, 8)
    return (
        whole.replace("{hall}", hall.hall) if path.startswith("/staff/") else f"/api/halls/{hall.hall}{whole}"
    )


async def tokens_of(hall: Served, own: str) -> dict[str, str]:
    """Somebody of every column: devices by token, people by session, the clerk bound to window 8."""
    for role in STAFF:
        await person(hall, role, role, (8,) if role == "clerk" else ())
    await person(hall, "newcomer", "manager", must_change=True)
    people = {role: await signed_in(hall, role) for role in (*STAFF, "newcomer")}
    return {name: name for name in DEVICES} | people | {"holder": hall.holder(own), "nobody": ""}


async def asked(hall: Served, token: str, method: str, path: str) -> tuple[int, str]:
    """Status and code of one request, or of one handshake."""
    if method == "WS":
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with connect(f"{hall.sockets}{path}", additional_headers=headers):
                return 101, ""
        except InvalidStatus as refused:
            told = json.loads(refused.response.body or b"{}")
            return refused.response.status_code, told["code"]
    if path.startswith("/staff/"):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await hall.client.get(path.replace("{hall}", hall.hall), headers=headers)
        return answer.status_code, "" if answer.status_code < 400 else answer.json()["code"]
    if method == "GET":
        answer = await hall.get(token, path)
    else:
        body = next((b for end, b in BODIES.items() if path.endswith(end)), {})
        answer = await hall.post(token, path.removeprefix("/"), body)
    return answer.status_code, answer.json().get("code", "")


def test_the_table_has_every_operation_and_socket() -> None:
    wanted = {(o.method, o.path) for o in OPERATIONS} | {
        ("WS", path) for path in live.SOCKETS | agents.SOCKETS
    }
    wanted |= {("GET", path) for path in staff.PAGES}
    assert {(row.method, row.path) for row in rows()} == wanted
    columns = {*DEVICES, *STAFF, "newcomer", "holder", "nobody"}
    assert all(row.cells.keys() == columns for row in rows())
    assert columns - {"nobody"} == set(ROLES)


async def test_every_route_of_the_server_is_in_the_document(store_url: str, hall_id: str) -> None:
    told = ACCESS.read_text("utf-8")
    async with served(store_url, hall_id) as hall:
        for route in hall.app.routes:
            if isinstance(route, Route):
                listed = [f"`{m} {route.path}`" in told for m in (route.methods or ()) if m != "HEAD"]
                assert any(listed) or f"`WS {route.path}`" in told, route.path
            else:
                assert isinstance(route, WebSocketRoute)
                assert f"`WS {route.path}`" in told


@pytest.mark.proves("S18")
@pytest.mark.timeout(240)
async def test_every_role_scope_and_nobody_may_do_what_the_table_says_and_no_more(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        own, other = await hall.take(), await hall.take()
        tokens = await tokens_of(hall, own)
        wrong = []
        for row in rows():
            for column, cell in row.cells.items():
                tries = [(own, 8, cell != "-")]
                if cell == "ticket":
                    tries.append((other, 8, False))
                if cell == "window" and "{n}" in row.path:
                    tries.append((own, 9, column not in ("clerk", "pad")))
                for ticket, window, allowed in tries:
                    path = filled(row.path, ticket, window)
                    status, code = await asked(hall, tokens[column], row.method, path)
                    if (code not in REFUSED) != allowed or status >= 500:
                        wrong.append((row.method, path, column, status, code))
                if row.path == "/sign-out" and cell == "yes":
                    tokens[column] = await signed_in(hall, column)
        assert wrong == []


@pytest.mark.proves("S18")
async def test_nobody_without_a_token_changes_anything_or_sees_more_than_the_public(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        own = await hall.take()
        before = hall.tail
        for row in rows():
            if row.method == "WS" or row.path == "/sign-in":
                continue
            path = address(hall, row.path, own)
            public = row.cells["nobody"] == "yes"
            for token, code in (("", "no_token"), ("guessed", "bad_token"), (f"{own}.guess", "bad_token")):
                if public and not token:
                    continue
                headers = {"authorization": f"Bearer {token}"} if token else {}
                answer = await hall.client.request(
                    row.method,
                    path,
                    headers=headers,
                    json={} if row.method == "POST" else None,
                )
                assert (answer.status_code, answer.json()["code"]) == (401, code), row
                assert answer.headers["www-authenticate"] == "Bearer"
        for ended in ("s.", "s.guessed", "s." + "x" * 43):
            assert (await hall.get(ended, "/me")).json()["code"] == "signed_out"
        assert hall.tail == before


@pytest.mark.proves("S18")
async def test_a_crawl_of_every_get_changes_nothing(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        own = await hall.take()
        await hall.sit(8)
        before, picture = hall.tail, hall.day.picture()
        for row in rows():
            path = address(hall, row.path, own)
            for token in ("manager", "clerk8", "kiosk", hall.holder(own)):
                for verb in ("GET", "HEAD", "OPTIONS"):
                    headers = {"authorization": f"Bearer {token}", "idempotency-key": "crawl"}
                    await hall.client.request(verb, path, headers=headers)
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
