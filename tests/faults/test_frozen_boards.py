"""A board that stopped reading, at each of several processes, delays neither other boards nor consoles."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.faults.floor import sit, take
from tests.faults.processes import Processes, both_counts
from tests.faults.spread import Spread
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(240)

CALLS = 80
NOTICE = {"zh": "停" * 500, "ko": "중" * 500, "en": "x" * 500}
"""Makes a push large, so that a socket that nobody reads fills up."""
IN_TIME = 3.0
"""Seconds within which a push must be there on a busy test machine; a frozen board is dropped after 15."""


class FrozenBoard:
    """A board whose picture was painted and that then read nothing more, as a hung browser does."""

    def __init__(self, base: str, hall: str) -> None:
        address = urlsplit(base)
        self._socket = socket.socket()
        # Small segments and a small buffer: on the loopback megabytes would fit in before anybody notices.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(10)
        self._socket.connect((address.hostname, address.port))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._socket.sendall(
            f"GET /api/halls/{hall}/board/live HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert self._socket.recv(12) == b"HTTP/1.1 101"

    def thaw(self) -> bytes:
        """Everything that was on its way while it was frozen."""
        self._socket.settimeout(1)
        read = b""
        try:
            while part := self._socket.recv(65536):
                read += part
        except TimeoutError:
            pass  # no more is on its way
        return read

    def close(self) -> None:
        """Switch it off."""
        self._socket.close()


class Screen:
    """A board or console that reads, and knows when it saw each sequence."""

    def __init__(self, live: ClientConnection) -> None:
        self.seen: dict[int, float] = {}
        self.newest = 0
        self._live = live

    async def watch(self) -> None:
        """Read for as long as the socket lasts."""
        async for text in self._live:
            shown: dict[str, Any] = json.loads(text)
            if shown["type"] != "beat":
                self.newest = max(self.newest, shown["seq"])
                self.seen[shown["seq"]] = time.monotonic()

    def saw(self, seq: int) -> float:
        """When it first showed this sequence or a newer one."""
        return min((at for shown, at in self.seen.items() if shown >= seq), default=float("inf"))


@asynccontextmanager
async def screens(bases: list[str], hall: str) -> AsyncIterator[list[Screen]]:
    """At every process two boards and the console of window 1."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        opened = []
        for base in bases:
            address = f"{base.replace('http', 'ws')}/api/halls/{hall}"
            token = {"Authorization": "Bearer clerk1"}
            for path, headers in (("board", {}), ("board", {}), ("windows/1", token)):
                live = await stack.enter_async_context(
                    connect(f"{address}/{path}/live", additional_headers=headers)
                )
                opened.append(Screen(live))
        watching = [tasks.create_task(screen.watch()) for screen in opened]
        yield opened
        for task in watching:
            task.cancel()


@both_counts
@pytest.mark.proves("S27")
async def test_boards_that_froze_delay_neither_other_boards_nor_consoles_at_any_process(
    processes: Processes, count: int
) -> None:
    hall, bases = processes.unused_hall(), processes.bases(count)
    frozen = [await asyncio.to_thread(FrozenBoard, base, hall) for base in bases]
    late: list[float] = []
    async with Spread(bases, hall) as spread, screens(bases, hall) as shown:
        await sit(spread, 1)
        await take(spread, 10)
        assert (await spread.act("manager", "notice", {"text": NOTICE})).done
        called = await spread.act("clerk1", "windows/1/call-next")
        for _ in range(CALLS):
            recalled = await spread.act("clerk1", f"tickets/{called.answer['ticket']}/recall")
            assert recalled.done, recalled
            late.append(await _shown_everywhere(shown, recalled.answer["seq"], recalled.answered_at))
    missed = [CALLS - (await asyncio.to_thread(board.thaw)).count(b'"type":"board"') for board in frozen]
    for board in frozen:
        board.close()
    assert min(missed) > 0, "no board was really frozen: every push found its way"
    assert max(late) < IN_TIME


async def _shown_everywhere(shown: list[Screen], seq: int, since: float) -> float:
    """Wait until every screen shows a sequence, and give how long the last one took (s)."""
    await wait_until(lambda: all(screen.newest >= seq for screen in shown), timeout=30)
    return max(screen.saw(seq) for screen in shown) - since
