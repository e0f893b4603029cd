"""Every screen sees the newest board at once; a slow, frozen or hostile screen delays nobody."""

from __future__ import annotations

import asyncio
import base64
import gc
import os
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from displays.board import Beat
from displays.hub import Hub
from displays.sockets import text_frame
from tests.displays.serving import served
from tests.waiting import wait_until


def app_of(hub: Hub) -> Starlette:
    async def live(websocket: WebSocket) -> None:
        await hub.serve(websocket, websocket.path_params["view"])

    return Starlette(routes=[WebSocketRoute("/live/{view}", live)])


@asynccontextmanager
async def hall(hub: Hub, **settings: object) -> AsyncIterator[str]:
    async with served(app_of(hub), **settings) as port:
        yield f"ws://127.0.0.1:{port}/live"


def board(seq: int, size: int = 300) -> bytes:
    return msgspec.json.encode({"type": "board", "seq": seq, "data_at": seq, "pad": "x" * size})


async def newest(screen: ClientConnection) -> dict[str, object]:
    async with asyncio.timeout(10):
        message: dict[str, object] = msgspec.json.decode(await screen.recv())
        return message


async def frozen_screen(address: str) -> socket.socket:
    """A screen that shakes hands and then never reads."""
    host, port = address.removeprefix("ws://").split("/")[0].split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    await loop.sock_sendall(
        raw,
        f"GET /live/hall HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode(),
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(raw, 1)
    assert b" 101 " in answer
    return raw


async def test_a_new_board_reaches_every_screen_of_its_view_and_no_other() -> None:
    hub = Hub()
    async with (
        hall(hub) as address,
        connect(f"{address}/hall") as one,
        connect(f"{address}/hall") as two,
        connect(f"{address}/floor-2") as other,
    ):
        await wait_until(lambda: hub.count() == 3)
        hub.publish("hall", board(1))
        hub.publish("floor-2", board(2))
        assert [(await newest(screen))["seq"] for screen in (one, two, other)] == [1, 1, 2]


async def test_a_late_joiner_gets_the_newest_board_and_its_confirmation_at_once() -> None:
    hub = Hub()
    async with hall(hub) as address:
        hub.publish("hall", board(1))
        hub.publish("hall", board(2))
        hub.confirm("hall", msgspec.json.encode(Beat(2, 99)))
        async with connect(f"{address}/hall") as late:
            assert (await newest(late))["seq"] == 2
            assert await newest(late) == {"type": "beat", "seq": 2, "data_at": 99}


@pytest.mark.proves("S27")
async def test_a_frozen_screen_delays_nobody_and_gets_only_the_newest_when_it_thaws() -> None:
    hub = Hub()
    async with hall(hub) as address, connect(f"{address}/hall") as healthy:
        frozen = await frozen_screen(address)
        await wait_until(lambda: hub.count("hall") == 2)
        slowest = 0.0
        for seq in range(1, 201):
            began = time.monotonic()
            hub.publish("hall", board(seq, 20_000))
            assert (await newest(healthy))["seq"] == seq
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 1.0
        received = b""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            while not received.endswith(text_frame(board(200, 20_000))):
                received += await loop.sock_recv(frozen, 1 << 20)
        frozen.close()
        assert received.count(b'"type":"board"') < 40, "the frozen screen was sent the boards it missed"


@pytest.mark.proves("S27")
async def test_what_a_frozen_screen_has_not_read_is_not_kept_for_it() -> None:
    """Two hundred boards are four megabytes: whoever kept them, or a part of them, would be found."""
    hub = Hub()
    async with hall(hub) as address, connect(f"{address}/hall") as healthy:
        frozen = await frozen_screen(address)
        await wait_until(lambda: hub.count("hall") == 2)

        async def held_after(seqs: range) -> int:
            """Bytes that are held once these boards were pushed, and the healthy screen has the last."""
            for seq in seqs:
                hub.publish("hall", board(seq, 20_000))
                assert (await newest(healthy))["seq"] == seq
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            before = await held_after(range(1, 41))  # by then its buffers are full
            kept = [board(seq, 20_000) for seq in range(1, 11)]
            control = tracemalloc.get_traced_memory()[0] - before
            assert control > 10 * 20_000, "the measure finds ten boards that somebody keeps"
            kept.clear()
            grown = await held_after(range(41, 241)) - before
        finally:
            tracemalloc.stop()
        frozen.close()
        assert grown < 5 * 20_000


async def test_a_screen_that_stays_stuck_is_dropped_and_the_others_stay() -> None:
    hub = Hub(drop_after=0.1)
    async with hall(hub) as address, connect(f"{address}/hall") as healthy:
        frozen = await frozen_screen(address)
        await wait_until(lambda: hub.count() == 2)
        fresh = asyncio.ensure_future(hub.keep_fresh(lambda view: None, every=0.05))
        for seq in range(1, 101):
            hub.publish("hall", board(seq, 20_000))
            assert (await newest(healthy))["seq"] == seq
        await wait_until(lambda: hub.count() == 1)
        assert hub.dropped == 1
        hub.publish("hall", board(101))
        assert (await newest(healthy))["seq"] == 101
        fresh.cancel()
        frozen.close()


async def test_boards_beat_while_the_tail_is_confirmed_and_fall_silent_when_it_is_not() -> None:
    hub = Hub()
    asked: list[str] = []
    tail: list[Beat | None] = [Beat(7, 1000)]

    def confirmed(view: str) -> Beat | None:
        asked.append(view)
        return tail[0]

    async with hall(hub) as address, connect(f"{address}/hall") as screen:
        await wait_until(lambda: hub.count() == 1)
        hub.publish("hall", board(7))
        fresh = asyncio.ensure_future(hub.keep_fresh(confirmed, every=0.02))
        assert (await newest(screen))["type"] == "board"
        assert await newest(screen) == {"type": "beat", "seq": 7, "data_at": 1000}
        tail[0] = None
        hub.publish("hall", board(8))
        while (await newest(screen)).get("seq") != 8:
            pass
        asked.clear()
        await wait_until(lambda: len(asked) >= 3)
        hub.publish("hall", board(9))
        assert (await newest(screen))["seq"] == 9, "a beat was sent for data that nobody confirmed"
        fresh.cancel()


async def test_a_screen_answers_pings_says_here_and_leaves_cleanly() -> None:
    hub = Hub()
    async with hall(hub) as address:
        async with connect(f"{address}/hall", subprotocols=["yichuang", "bearer.x"]) as screen:  # type: ignore[list-item]
            assert screen.subprotocol == "yichuang"
            async with asyncio.timeout(5):
                await (await screen.ping())
            await screen.send('{"type":"here","seq":41}')
            await wait_until(lambda: [each.shows for each in hub.screens("hall")] == [41])
        await wait_until(lambda: hub.count() == 0)


@pytest.mark.proves("S39")
async def test_random_and_oversized_messages_from_a_screen_stop_nobody() -> None:
    hub = Hub()
    async with hall(hub, ws_max_size=4096) as address, connect(f"{address}/hall") as healthy:
        for nonsense in ("{", "null", "x" * 3000, b"\xff\x00", '{"type":"here","seq":"no"}'):
            async with connect(f"{address}/hall") as bad:
                await bad.send(nonsense)
        async with connect(f"{address}/hall") as bad:
            await bad.send("x" * 100_000)
            await bad.wait_closed()
        raw = await frozen_screen(address)
        await asyncio.get_running_loop().sock_sendall(raw, os.urandom(512))
        raw.close()
        await wait_until(lambda: hub.count() == 1)
        hub.publish("hall", board(1))
        assert (await newest(healthy))["seq"] == 1


async def test_a_board_larger_than_64_kib_arrives_whole() -> None:
    hub = Hub()
    async with hall(hub) as address, connect(f"{address}/hall") as screen:
        for size in (100, 125, 126, 65_000, 70_000):
            hub.publish("hall", board(size, size))
            assert len(str((await newest(screen))["pad"])) == size


async def test_under_another_protocol_screens_are_served_by_awaiting() -> None:
    hub = Hub()
    async with hall(hub, ws="websockets-sansio") as address:
        hub.publish("hall", board(1))
        async with connect(f"{address}/hall") as screen:
            assert (await newest(screen))["seq"] == 1
            hub.publish("hall", board(2))
            assert (await newest(screen))["seq"] == 2
            hub.confirm("hall", msgspec.json.encode(Beat(2, 5)))
            assert (await newest(screen))["data_at"] == 5
        await wait_until(lambda: hub.count() == 0)
