"""The live link of a console: its window or floor pushed whole, and the truth about the link itself.

The link reconnects by itself with back-off and jitter. It is down the moment nothing has been
heard for `stale` seconds, whatever the socket says: a switch that lost power closes nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Union

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from queue_server.console.words import cleaned
from queue_server.wire import AgentTickets, Beat, Cases, FloorView, WindowView

MESSAGE_BYTES = 1 << 20


class Live(msgspec.Struct, frozen=True):
    """How patient the link is, in seconds.

    `stale` is the silence after which it counts as down: half a second under the three that
    a clerk may be left in doubt. Waits between attempts grow from `first_wait` to `longest_wait`.
    """

    stale: float = 2.5
    open: float = 2.5
    first_wait: float = 0.2
    longest_wait: float = 2.0


class LinkUp(msgspec.Struct, frozen=True):
    """The state arrives again."""


class LinkDown(msgspec.Struct, frozen=True):
    """The link is down. `why` is ``lost``, ``stale``, ``unreachable`` or ``status <code>``."""

    why: str


Heard = Union[WindowView, FloorView, Beat]  # noqa: UP007  (msgspec is handed it as a value)
LinkEvent = WindowView | FloorView | Cases | AgentTickets | Beat | LinkUp | LinkDown


async def live_view(address: str, token: str, live: Live) -> AsyncGenerator[LinkEvent, None]:
    """Everything a console must know, for ever: LinkUp precedes the first state of a connection."""
    failures = 0
    while True:
        try:
            async with (
                connect(
                    address,
                    additional_headers={"Authorization": f"Bearer {token}"},
                    open_timeout=live.open,
                    close_timeout=live.first_wait,
                    ping_interval=None,
                    compression=None,
                    proxy=None,
                    max_size=MESSAGE_BYTES,
                ) as socket,
                aclosing(_heard(socket, live)) as events,
            ):
                async for event in events:
                    failures = 0
                    yield event
            down = LinkDown("lost")
        except ConnectionClosed:
            down = LinkDown("lost")
        except TimeoutError:
            down = LinkDown("stale" if failures == 0 else "unreachable")
        except InvalidStatus as error:
            down = LinkDown(f"status {error.response.status_code}")
        except (OSError, InvalidHandshake, EOFError):
            down = LinkDown("unreachable")
        except (msgspec.DecodeError, msgspec.ValidationError):
            down = LinkDown("unreadable")
        yield down
        failures += 1
        await asyncio.sleep(wait_before(failures, live))


def wait_before(attempt: int, live: Live) -> float:
    """Seconds to wait before this attempt (from 1), with jitter: thirty consoles do not return at once."""
    return random.uniform(0.5, 1.0) * min(live.longest_wait, live.first_wait * 2.0 ** min(attempt - 1, 16))  # noqa: S311


async def _heard(socket: ClientConnection, live: Live) -> AsyncGenerator[LinkEvent, None]:
    """What one connection says. Raises TimeoutError after a silence, ConnectionClosed at its end."""
    up = False
    while True:
        try:
            async with asyncio.timeout(live.stale):
                raw = await socket.recv()
        except TimeoutError:
            # Nobody answers a farewell on a dead link: drop it instead of waiting for one.
            socket.transport.abort()
            raise
        event = heard(raw)
        if not up:
            up = True
            yield LinkUp()
        # A sign of life each time, so that the hall knows which window is still looked at.
        await socket.send(sign_of_life(event.seq))
        yield event


def sign_of_life(seq: int) -> str:
    """What a screen says to show that it lives and shows the state of log sequence `seq`."""
    return msgspec.json.encode({"type": "here", "seq": seq}).decode()


def heard(raw: str | bytes) -> WindowView | FloorView | Beat:
    """One message of the link, harmless. Raises msgspec's errors for what is neither state nor beat."""
    event: WindowView | FloorView | Beat = msgspec.convert(cleaned(msgspec.json.decode(raw)), Heard)
    return event
