"""Screens come and go: each gets the newest state when it comes, and nobody pays for the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from displays.board import Board
from tests.api.hall import Served, served
from tests.waiting import wait_until


@pytest.fixture
async def hall(store_url: str, hall_id: str) -> AsyncIterator[Served]:
    async with served(store_url, hall_id) as one:
        yield one


def joined(hall: Served) -> connect:
    base = str(hall.client.base_url).replace("http", "ws", 1)
    return connect(f"{base}/api/halls/{hall.hall}/board/live", compression=None)


async def next_board(screen: ClientConnection) -> Board:
    """The next board a screen gets; beats are passed over."""
    while True:
        said = msgspec.json.decode(await screen.recv())
        if said.pop("type") == "board":
            return msgspec.convert(said | {"type": "board"}, Board)


def waiting(board: Board, category: str) -> int:
    return next(queue.waiting for queue in board.queues if queue.category == category)


async def test_a_screen_that_joins_sends_nothing_to_those_that_are_there(hall: Served) -> None:
    async with joined(hall) as first:
        shown = await next_board(first)
        for _ in range(20):
            async with joined(hall) as other:
                assert (await next_board(other)).seq == shown.seq
        assert (await hall.post("kiosk", "tickets", {"category": "D"})).status_code == 201
        after = await next_board(first)
        assert waiting(after, "D") == waiting(shown, "D") + 1  # nothing came in between


async def test_a_screen_that_joins_when_nobody_watched_sees_what_happened_meanwhile(hall: Served) -> None:
    async with joined(hall) as first:
        before = await next_board(first)
    await wait_until(lambda: hall.site.hub.count() == 0)
    assert (await hall.post("kiosk", "tickets", {"category": "D"})).status_code == 201
    async with joined(hall) as later:
        assert waiting(await next_board(later), "D") == waiting(before, "D") + 1


async def test_screens_that_join_while_tickets_are_taken_all_end_with_the_newest(hall: Served) -> None:
    async def watch() -> int:
        async with joined(hall) as screen:
            seen = 0
            while seen < 30:
                seen = waiting(await next_board(screen), "D")
            return seen

    watching = [asyncio.create_task(watch()) for _ in range(10)]
    for _ in range(30):
        assert (await hall.post("kiosk", "tickets", {"category": "D"})).status_code == 201
    assert await asyncio.gather(*watching) == [30] * 10


async def test_what_nobody_watches_is_not_kept(hall: Served) -> None:
    async with joined(hall) as screen:
        await next_board(screen)
        assert hall.site.hub.has(f"board/{hall.hall}")
    await wait_until(lambda: not hall.site.hub.has(f"board/{hall.hall}"))
