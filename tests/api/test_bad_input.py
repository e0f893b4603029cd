"""Bad input of every kind gets a clear refusal and loses nothing; nothing stops the server."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from queue_server.api import calls
from queue_server.api.door import HEAD_LIMIT, Door
from tests.api.hall import Served, served
from tests.waiting import wait_until


async def told(hall: Served, raw: bytes) -> bytes:
    """Send bytes on a connection of one's own; what comes back until the server closes or 5 s are over."""
    host, port = hall.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(raw)
        await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()


def request(head: str, body: bytes = b"") -> bytes:
    """A request's bytes; the connection ends with its answer."""
    lines = [head, "Host: hall", "Connection: close", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def problem_of(answer: bytes) -> dict[str, Any]:
    """The problem details in an answer's bytes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, answer[:500]
    found: dict[str, Any] = json.loads(body)
    assert found["status"] == int(head.split()[1])
    assert b"Traceback" not in answer
    return found


async def well(hall: Served) -> bool:
    """The hall still gives tickets."""
    return (await hall.post("kiosk", "tickets", {"category": "D"})).status_code == 201


# --- what stands in a body ------------------------------------------------------------------------

DEEP = b"[" * 20_000


@pytest.mark.parametrize(
    ("body", "status", "code", "where"),
    [
        (b"", 422, "bad_body", "category"),
        (b"{", 400, "bad_json", "truncated"),
        (b"nothing", 400, "bad_json", "malformed"),
        (b"[]", 422, "bad_body", "object"),
        (b"null", 422, "bad_body", "object"),
        (b'{"category": "D"} {}', 400, "bad_json", "trailing"),
        (b'{"category": "\xff"}', 400, "bad_json", "utf-8"),
        (b'\xef\xbb\xbf{"category": "D"}', 400, "bad_json", "byte 0"),
        (b'{"category": "\\ud800"}', 400, "bad_json", ""),
        (b'{"category": "D", "Category": "D"}', 422, "bad_body", "Category"),
        (
            b'{"category": "D", "language": "zh\\u0000"}',
            422,
            "bad_body",
            "control characters - at `$.language`",
        ),
        (b'{"category": "D", "kind": "a\\nb"}', 422, "bad_body", "$.kind"),
        (b'{"category": "' + b"D" * 100 + b'"}', 422, "bad_body", "$.category"),
        (b'{"category": "D", "matters": ' + b"[" + b'"x",' * 99 + b'"x"]}', 422, "bad_body", "$.matters"),
        (b'{"category": "D", "matters": [1]}', 422, "bad_body", "$.matters[0]"),
        (b'{"category": "D", "matters": ' + DEEP, 422, "bad_body", "$.matters[0]"),
        (DEEP, 422, "bad_body", "object"),
        (b'{"x": ' + DEEP, 422, "bad_body", "x"),
        (b'{"category": NaN}', 400, "bad_json", "malformed"),
        (b'{"category": "D", "visit": "nobody"}', 404, "unknown_visit", ""),
        (b'{"category": "X"}', 404, "unknown_category", "category=X"),
        (b'{"category": "' + "𠮷".encode() + b'"}', 404, "unknown_category", "𠮷"),
        (b'{"category": "D", "language": "xx"}', 422, "unknown_language", "xx"),
        (b'{"category": "D", "cls": "booked"}', 422, "bad_body", "$.cls"),
        (b" " * (calls.BODY_LIMIT + 1), 413, "too_large", "65536"),
    ],
)
async def test_a_body_that_cannot_be_used_is_refused_with_what_and_where(
    store_url: str, hall_id: str, body: bytes, status: int, code: str, where: str
) -> None:
    async with served(store_url, hall_id) as hall:
        before = hall.tail
        headers = {
            "authorization": "Bearer kiosk",
            "idempotency-key": "k",
            "content-type": "application/json",
        }
        path = f"/api/halls/{hall_id}/tickets"
        answer = await hall.client.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert where.lower() in answer.json()["detail"].lower(), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert hall.tail == before
        good = await hall.client.post(path, json={"category": "D"}, headers=headers)
        assert good.status_code == 201, "the same key serves for the body that was meant"


NUMBERS = [-1, 10**15, 10**30, 1.5, 1e300, "12", True, None]


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_number_out_of_this_world_is_refused_wherever_one_is_asked(
    store_url: str, hall_id: str, number: object
) -> None:
    async with served(store_url, hall_id) as hall:
        ticket = await hall.take()
        before = hall.tail
        for path, body in (
            ("bookings", {"category": "D", "slot": number}),
            ("paper-tickets", {"category": "D", "number": "Z01", "taken_at": number}),
            ("down-times", {"since": number, "until": number}),
            (f"tickets/{ticket}/park", {"minutes": number}),
            (f"tickets/{ticket}/transfer", {"window": number}),
            ("windows/8/assign", {"serves": ["D"], "successor": number}),
        ):
            answer = await hall.post("manager", path, body)
            if number is None and path.endswith(("transfer", "assign")):
                continue  # there it means that none is named
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_body"), (path, answer.text)
            assert "`$." in answer.json()["detail"]
        if number is not None:
            assert hall.tail == before


async def test_a_whole_number_may_be_written_with_a_point(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        who = await hall.sit(8)
        ticket = await hall.take()
        await hall.post(who, "windows/8/call-next")
        assert (await hall.post(who, f"tickets/{ticket}/park", {"minutes": 5.0})).status_code == 200


# --- addresses, methods, queries -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/halls/nowhere", 404, "unknown_hall"),
        ("GET", "/api/halls/nowhere/board", 404, "unknown_hall"),
        ("POST", "/api/halls/{hall}/nothing", 404, "no_such_path"),
        ("GET", "/nothing", 404, "no_such_path"),
        ("GET", "/api", 404, "no_such_path"),
        ("GET", "/api/halls/{hall}/../../../etc/passwd", 404, "no_such_path"),
        ("GET", "/static/x/..%2f..%2fapp.py", 404, "no_such_path"),
        ("GET", "/static/x/%2e%2e", 404, "no_such_path"),
        ("GET", "/static/x/nothing.js", 404, "no_such_path"),
        ("PUT", "/api/halls/{hall}/tickets", 405, "method_not_allowed"),
        ("DELETE", "/api/halls/{hall}", 405, "method_not_allowed"),
        ("OPTIONS", "/api/halls/{hall}/board", 405, "method_not_allowed"),
        ("TRACE", "/api/halls/{hall}/board", 405, "method_not_allowed"),
        ("POST", "/openapi.json", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/halls/{hall}/board/live", 426, "socket_only"),
        ("GET", "/api/halls/{hall}/board?at_least=x", 422, "bad_query"),
        ("GET", "/api/halls/{hall}/board?at_least=-1", 422, "bad_query"),
        ("GET", "/api/halls/{hall}/board?at_least=" + "9" * 400, 422, "bad_query"),
        ("GET", "/api/halls/{hall}/board?at_least=999999999", 409, "too_busy"),
        ("GET", "/api/halls/{hall}/board?else=1", 422, "bad_query"),
        ("GET", "/api/halls/{hall}/windows/99999", 422, "bad_path"),
        ("GET", "/api/halls/{hall}/windows/%D9%A3", 422, "bad_path"),
        ("GET", "/api/halls/{hall}/windows/99", 404, "unknown_window"),
        ("GET", "/api/halls/{hall}/numbers/Z999", 404, "unknown_number"),
        ("GET", "/api/halls/{hall}/tickets/%00%ff%ed%a0%80", 404, "unknown_ticket"),
        ("GET", "/api/halls/{hall}/tickets/" + "x" * 5000, 404, "unknown_ticket"),
    ],
)
async def test_whatever_is_not_there_or_not_so_is_a_problem(
    store_url: str, hall_id: str, method: str, path: str, status: int, code: str
) -> None:
    async with served(store_url, hall_id) as hall:
        head = f"{method} {path.format(hall=hall_id)} HTTP/1.1\r\nAuthorization: Bearer manager"
        answer = await told(hall, request(head))
        problem = problem_of(answer)
        assert (problem["status"], problem["code"]) == (status, code), problem
        assert (b"\r\nallow: " in answer.lower()) == (status == 405)
        looked = await told(hall, request(f"HEAD {path.format(hall=hall_id)} HTTP/1.1"))
        assert looked.endswith(b"\r\n\r\n"), "a HEAD has no body"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_body_that_is_not_json_is_415(store_url: str, hall_id: str, kind: str) -> None:
    async with served(store_url, hall_id) as hall:
        headers = {"authorization": "Bearer kiosk", "idempotency-key": "k", "content-type": kind}
        path = f"/api/halls/{hall_id}/tickets"
        answer = await hall.client.post(path, content=b'{"category":"D"}', headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "not_json")
        headers["content-type"] = "application/json; charset=utf-8"
        good = await hall.client.post(path, content=b'{"category":"D"}', headers=headers)
        assert good.status_code == 201


async def test_a_body_that_grows_beyond_its_limit_is_refused_without_its_end(
    store_url: str, hall_id: str
) -> None:
    async with served(store_url, hall_id) as hall:
        head = f"POST /api/halls/{hall_id}/tickets HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer kiosk\r\n"
        head += "Idempotency-Key: k\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        assert problem_of(await told(hall, head.encode() + chunk * 3))["code"] == "too_large"
        assert await well(hall)


# --- the door ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nHost: hall\r\nX-Long: " + b"x" * 2 * HEAD_LIMIT,
        b"GET /healthz HTTP/1.1\r\nHost: hall\r\nX-Long: " + b"x" * 2 * HEAD_LIMIT + b"\r\n\r\n",
        b"GET /" + b"x" * 2 * HEAD_LIMIT + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(HEAD_LIMIT)),
    ],
    ids=["a header without an end", "a long header", "a long address", "many headers"],
)
async def test_a_head_beyond_its_limit_is_turned_away(store_url: str, hall_id: str, head: bytes) -> None:
    async with served(store_url, hall_id) as hall:
        problem = problem_of(await told(hall, head))
        assert (problem["status"], problem["code"]) == (431, "head_too_large")
        assert await well(hall)


async def test_a_head_that_does_not_come_is_not_waited_for(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Door, "head_seconds", 0.3)
    async with served(store_url, hall_id) as hall:
        assert problem_of(await told(hall, b""))["code"] == "too_slow"
        assert problem_of(await told(hall, b"GET /healthz HTTP/1.1\r\nHost:"))["status"] == 408
        answered = b"GET /healthz HTTP/1.1\r\nHost: hall\r\n\r\n"
        both = await told(hall, answered + b"GET /hea")
        assert both.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1 408" in both


async def test_a_body_that_does_not_come_is_not_waited_for(
    store_url: str, hall_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "BODY_SECONDS", 0.3)
    async with served(store_url, hall_id) as hall:
        head = f"POST /api/halls/{hall_id}/tickets HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer kiosk\r\n"
        head += "Idempotency-Key: k\r\nContent-Length: 20\r\n\r\n{"
        problem = problem_of(await told(hall, head.encode()))
        assert (problem["status"], problem["code"]) == (408, "too_slow")


@pytest.mark.proves("S39")
async def test_random_bytes_never_stop_the_server(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        dice = random.Random(20180330)
        starts = [b"", b"GET ", b"POST /api/halls/ HTTP/1.1\r\n", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\n"]
        sent = [
            dice.choice(starts) + dice.randbytes(dice.randrange(1, 4096)) + b"\r\n\r\n" for _ in range(60)
        ]

        async def poke(raw: bytes) -> bytes:
            host, port = hall.base.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(raw)
                writer.write_eof()
                async with asyncio.timeout(20):
                    return await reader.read(1 << 16)
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

        before = hall.tail
        answers = await asyncio.gather(*(poke(raw) for raw in sent))
        assert any(a.startswith(b"HTTP/1.1 400") for a in answers)
        assert not any(b" 500 " in a or b"Traceback" in a for a in answers)
        assert hall.tail == before
        assert await well(hall)


@pytest.mark.proves("S39")
async def test_oversized_and_malformed_frames_end_their_own_socket_only(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall, connect(f"{hall.sockets}/board/live") as good:
        await good.recv()
        async with connect(f"{hall.sockets}/board/live") as large:
            await large.send("x" * 70_000)
            await asyncio.wait_for(large.wait_closed(), 20)
            assert large.close_code == 1009
        for frame in (
            b"\xff" * 14,
            b"\x81\x05hello",
            b"\x83\x80\0\0\0\0",
            b"\x81\x81\0\0\0\0\xff",
        ):
            assert await after_frame(hall, frame), frame
        for text in ("", "{", '{"type":"here","seq":-1}', '{"type":"here","seq":1e99}', "[" * 250):
            await good.send(text)
        await good.send(b"\0\1\2")
        seq = (await hall.post("kiosk", "tickets", {"category": "D"})).json()["ticket"]
        assert seq
        async with asyncio.timeout(10):
            while json.loads(await good.recv()).get("queues", [{}] * 4)[3].get("waiting") != 1:
                pass


async def after_frame(hall: Served, frame: bytes) -> bool:
    """Send raw bytes as a frame; whether the server closed that socket."""
    head = f"GET /api/halls/{hall.hall}/board/live HTTP/1.1\r\nHost: hall\r\nUpgrade: websocket\r\n"
    head += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    head += "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    host, port = hall.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(head.encode())
        opened = await reader.readuntil(b"\r\n\r\n")
        writer.write(frame)
        async with asyncio.timeout(20):
            last = await reader.read()
    finally:
        writer.close()
    return opened.startswith(b"HTTP/1.1 101") and b"\x88" in last


@pytest.mark.proves("S39")
async def test_many_slow_connections_keep_nobody_from_a_ticket(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        host, port = hall.base.removeprefix("http://").split(":")
        slow = [await asyncio.open_connection(host, int(port)) for _ in range(200)]
        for n, (_, writer) in enumerate(slow):
            writer.write(
                [b"G", b"GET / HTTP/1.1\r\nHost: ", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"][n % 3]
            )
        started = time.monotonic()
        assert await well(hall)
        assert time.monotonic() - started < 10
        for _, writer in slow:
            writer.close()
        await wait_until(lambda: well(hall))


async def test_a_client_that_leaves_in_the_middle_of_its_body_breaks_nothing(
    store_url: str, hall_id: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with served(store_url, hall_id) as hall:
        before = hall.tail
        host, port = hall.base.removeprefix("http://").split(":")
        head = f"POST /api/halls/{hall_id}/tickets HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer kiosk\r\n"
        head += "Idempotency-Key: k\r\nContent-Length: 20\r\n\r\n{"
        for _ in range(5):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(head.encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        assert hall.tail == before
        assert await well(hall)
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_a_failure_of_ours_is_a_problem_without_a_trace(store_url: str, hall_id: str) -> None:
    async with served(store_url, hall_id) as hall:
        route = next(r for r in hall.app.routes if getattr(r, "path", "") == "/healthz")

        async def broken(scope: object, receive: object, send: object) -> None:
            raise ZeroDivisionError("made to fail")

        route.app = broken  # type: ignore[attr-defined]
        answer = await hall.client.get("/healthz")
        assert (answer.status_code, answer.json()["code"]) == (500, "broken")
        assert "ZeroDivision" not in answer.text
        assert isinstance(answer, httpx.Response)
        assert await well(hall)
