"""A socket stays open only while whoever opened it may see what it shows.

Locked, removed, signed out, a token revoked or run out: the socket is closed with the entry that says so,
and a session that idles out within seconds. Looking on is no use of a session; a visitor at the window is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Protocol

from starlette.websockets import WebSocket

from queue_server.access.principals import Principal
from queue_server.api.problems import Unfit
from queue_server.desk.hall import Hall
from queue_server.hall.refusals import NotNow, Refused

LOOK = 2.0
"""Seconds between two looks at a session of an open socket."""
ENDED = 4401
"""The close code of a socket whose session or token has ended: sign in anew."""


class Allowed(Protocol):
    """Says who is there, or refuses; `used`: a sign that the person is."""

    async def __call__(self, used: bool = ...) -> Principal: ...


class Ended(Exception):
    """Whoever opened the socket may not see it any more."""


class Staying:
    """The sockets of this process that belong to somebody."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = {}

    async def while_allowed(
        self, websocket: WebSocket, hall: Hall, who: Principal, allowed: Allowed, view: Awaitable[None]
    ) -> None:
        """Show the view until its socket ends or its right does."""
        trouble: Exception | None = None
        bell = self._bell(hall)
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_watch(hall, who, allowed, bell))
                try:
                    await view
                except (Refused, Unfit) as refusal:
                    trouble = refusal
                watching.cancel()
        except* Ended:
            with suppress(RuntimeError):  # the other end has just gone: there is nothing to close
                await websocket.close(ENDED, "signed_out")
        finally:
            self._bells[hall.id].discard(bell)
        if trouble is not None:
            raise trouble

    def _bell(self, hall: Hall) -> asyncio.Event:
        """What rings when the hall's register changes."""
        if hall.id not in self._bells:
            self._bells[hall.id] = set()
            hall.register.on_landed.append(lambda _: self._ring(hall.id))
        bell = asyncio.Event()
        self._bells[hall.id].add(bell)
        return bell

    def _ring(self, hall: str) -> None:
        for bell in self._bells[hall]:
            bell.set()


async def _watch(hall: Hall, who: Principal, allowed: Allowed, bell: asyncio.Event) -> None:
    """Look again and again. Raises `Ended`."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await bell.wait()
        bell.clear()
        try:
            await allowed(used=serving(hall, who))
        except NotNow:
            continue  # the store is away: nobody is sent off for that
        except (Refused, Unfit) as refusal:
            raise Ended from refusal


def serving(hall: Hall, who: Principal) -> bool:
    """Whether somebody has a visitor: nobody is signed out in the middle of a service."""
    windows = hall.day.state.windows.values() if hall.day is not None else ()
    return any(window.clerk == who.id and window.present for window in windows)
