"""Boards that hang at each of several server processes and keep whatever was pushed to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.waiting import wait_until


class Watched:
    """One board and its pushes, in order."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pushed: list[dict[str, Any]] = []

    async def read(self, socket: ClientConnection) -> None:
        """Keep what comes for as long as the socket lasts."""
        async for text in socket:
            shown = json.loads(text)
            if shown["type"] == "board":
                self.pushed.append(shown)

    def calls(self) -> set[tuple[str, int]]:
        """Every call that was shown at any time: number and window."""
        return {(c["number"], c["window"]) for b in self.pushed for c in (*b["current"], *b["recent"])}


async def all_show(boards: Sequence[Watched], seq: int) -> list[dict[str, Any]]:
    """The first push of each board that has a sequence."""

    def shown(board: Watched) -> dict[str, Any] | None:
        return next((b for b in board.pushed if b["seq"] >= seq), None)

    await wait_until(lambda: all(shown(board) for board in boards), timeout=30)
    return [found for board in boards if (found := shown(board))]


@asynccontextmanager
async def boards_at(bases: Sequence[str], hall: str) -> AsyncIterator[list[Watched]]:
    """A board at each process while the block runs."""
    boards = [Watched(base) for base in bases]
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        reading = []
        for board in boards:
            address = f"{board.base.replace('http', 'ws')}/api/halls/{hall}/board/live"
            socket = await stack.enter_async_context(connect(address))
            reading.append(tasks.create_task(board.read(socket)))
        await wait_until(lambda: all(board.pushed for board in boards), timeout=30)
        yield boards
        for task in reading:
            task.cancel()
