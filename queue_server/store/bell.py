"""The bell: one connection to a server of the store, on which every append to its halls' logs is heard.

A ring says which log has grown and how far; whoever hears it reads what is new. A ring may be lost (the
connection breaks, the server fails over, a hall moves): the look at the logs' ends every second finds what
was not heard.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import MovedError
from redis.exceptions import TimeoutError as Slow

from queue_server.store import keys
from queue_server.store.answers import TROUBLE, StoreRefused, Unanswered, named
from queue_server.store.node import Command, Node, hearing_cancellation
from queue_server.store.primaries import Primaries

SIGN_OF_LIFE = 2.0
"""Seconds after which a server that was silent is asked whether it is still there."""
TOGETHER = 0.002
"""Seconds for which further rings are waited for: what this process appended itself is known by then."""


class Bell:
    """Hears what grows at the server of one group of logs."""

    def __init__(self, primaries: Primaries) -> None:
        self._primaries = primaries
        self._node: Node | None = None
        self._line: AbstractConnection | None = None
        self._channels: set[str] = set()
        self._heard_at = 0.0
        self._asked_at = 0.0

    async def listen(self, logs: Iterable[str]) -> bool:
        """Listen for these logs and no others; whether something was not listened for before.

        Then it may have grown unheard. Raises `Unanswered` and `StoreRefused`.
        """
        wanted = {keys.bell(keys.hall_of(name)): name for name in logs}
        try:
            node = await self._primaries.node(next(iter(wanted.values())))
        except TROUBLE as trouble:
            raise named(trouble) from trouble
        if node is not self._node:
            await self.hang_up()
        if self._line is None:
            self._line, self._node = node.line(), node
            self._heard_at = time.monotonic()
        new, old = wanted.keys() - self._channels, self._channels - wanted.keys()
        await self._say([*(("SSUBSCRIBE", each) for each in new), *(("SUNSUBSCRIBE", each) for each in old)])
        self._channels = set(wanted)
        await self._ask_for_life()
        return bool(new)

    async def rung(self, until: float) -> dict[str, int]:
        """Wait for rings, at most until a monotonic time (s): the logs that grew and how far.

        Raises `Unanswered` and `StoreRefused`.
        """
        grown: dict[str, int] = {}
        while (left := until - time.monotonic()) > 0:
            said = await self._hear(left)
            if said is None:
                break
            kind = said[0] if isinstance(said, list) else said
            if kind == b"smessage":
                name, _, seq = said[2].decode().rpartition(" ")
                grown[name] = max(grown.get(name, 0), int(seq))
                until = min(until, time.monotonic() + TOGETHER)
            elif kind == b"sunsubscribe":
                self._channels.discard(said[1].decode())  # its hall has moved; the next look follows it
        return grown

    async def hang_up(self) -> None:
        """Listen no more."""
        line, self._line = self._line, None
        self._node, self._channels = None, set()
        if line is not None:
            await line.disconnect(nowait=True)

    async def _ask_for_life(self) -> None:
        """A connection whose other end vanished without a word looks as one on which nothing happens."""
        now = time.monotonic()
        if self._asked_at > self._heard_at and now - self._asked_at > self._primaries.deadline:
            raise await self._doubt(TimeoutError(f"nothing was heard for {now - self._heard_at:.0f} s"))
        if now - max(self._heard_at, self._asked_at) > SIGN_OF_LIFE:
            await self._say([("PING",)])
            self._asked_at = now

    async def _say(self, commands: Sequence[Command]) -> None:
        assert self._line is not None
        if not commands:
            return
        try:
            async with asyncio.timeout(self._primaries.deadline):
                with hearing_cancellation():
                    await self._line.send_packed_command(self._line.pack_commands(commands))
        except TROUBLE as trouble:
            raise await self._doubt(trouble) from trouble

    async def _hear(self, seconds: float) -> Any:
        """The next thing that the server says, None if nothing in time; raises what it refuses."""
        assert self._line is not None
        try:
            said = await self._line.read_response(
                timeout=seconds, disconnect_on_error=False, push_request=True
            )
        except (TimeoutError, Slow):
            return None
        except MovedError as moved:
            assert self._node is not None
            self._primaries.redirected(self._node, moved)  # the hall is listened for there from now on
            return b""
        except TROUBLE as trouble:
            raise await self._doubt(trouble) from trouble
        self._heard_at = time.monotonic()
        return said

    async def _doubt(self, trouble: Exception) -> Unanswered | StoreRefused:
        """The server may not be the primary any more: whoever asks next makes sure."""
        assert self._node is not None
        await self._primaries.suspect(self._node)
        return named(trouble)
