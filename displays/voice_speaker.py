"""One loudspeaker of the hall: a board page that says what it is told and tells what it has said.

The page remembers what it has said, over a reload too, and never says it again; so whoever tells it may be
killed, and the next one may ask for the same thing. A loudspeaker that does not answer is not waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from displays.hub import PROTOCOL

SIGN_WITHIN = 10.0
"""Seconds without a sign of life after which a loudspeaker is taken for dead; it gives one every three."""
SEND_WITHIN = 2.0
REMEMBERED = 300
LONGEST_ID = 60


class Said(msgspec.Struct, frozen=True):
    """An utterance that was said to its end, `ago` ms before this message."""

    id: str
    ago: int


class Sign(msgspec.Struct, frozen=True, tag="here"):
    """A sign of life: ``on`` or why there is no sound, and on joining what was said before."""

    sound: str
    said: tuple[Said, ...] = ()


class Done(msgspec.Struct, frozen=True, tag="done"):
    """An utterance was said to its end."""

    id: str
    ago: int = 0


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """An utterance was not said, or not to its end."""

    id: str
    why: str = ""


_reader = msgspec.json.Decoder(Sign | Done | Failed)
_writer = msgspec.json.Encoder()

ON = "on"
DONE, FAILED, HUSHED, LATE = "done", "failed", "hushed", "late"


class Speaker:
    """One connected page. `said` gives for each utterance the monotonic time (s) at which it ended.

    `changed` is told when its sound or its connection has changed, or something was said. `sound` is ``on``,
    or why there is none, ``""`` before it has told.
    """

    def __init__(self, websocket: WebSocket, changed: Callable[[], None]) -> None:
        self.sound = ""
        self.said: dict[str, float] = {}
        self.rests_until = 0.0
        self.gone = False
        self._websocket = websocket
        self._changed = changed
        self._heard_at = time.monotonic()
        self._outcome: tuple[str, asyncio.Future[str]] | None = None

    @property
    def ready(self) -> bool:
        """Whether it can speak now."""
        now = time.monotonic()
        alive = not self.gone and now - self._heard_at < SIGN_WITHIN
        return alive and self.sound == ON and now >= self.rests_until

    def rest(self, seconds: float) -> None:
        """Do not ask it for a while: it failed."""
        self.rests_until = time.monotonic() + seconds

    async def stay(self) -> None:
        """Listen to it until its socket ends. The caller has let it in."""
        offered = PROTOCOL in self._websocket.scope.get("subprotocols", ())
        await self._websocket.accept(subprotocol=PROTOCOL if offered else None)
        try:
            while True:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                self._hear(message.get("text") or "")
                await self.tell({"type": "heard"})
        finally:
            self.gone = True
            self._settle("", FAILED)
            self._changed()

    def _hear(self, text: str) -> None:
        try:
            message = _reader.decode(text)
        except msgspec.DecodeError:
            return  # not a word of ours: it changes nothing
        self._heard_at = now = time.monotonic()
        if isinstance(message, Failed):
            self._settle(message.id, FAILED)
        elif isinstance(message, Done):
            self._remember(message.id, now - max(0, message.ago) / 1000)
            self._settle(message.id, DONE)
        else:
            for each in message.said:
                self._remember(each.id, now - max(0, each.ago) / 1000)
            if message.sound == self.sound and not message.said:
                return
            self.sound = message.sound[:LONGEST_ID]
        self._changed()

    def _remember(self, id: str, at: float) -> None:
        if len(id) > LONGEST_ID:
            return
        self.said.setdefault(id, at)
        while len(self.said) > REMEMBERED:
            del self.said[next(iter(self.said))]

    def _settle(self, id: str, outcome: str) -> None:
        """End the utterance under way; "" is whichever it is."""
        if self._outcome is not None and id in ("", self._outcome[0]) and not self._outcome[1].done():
            self._outcome[1].set_result(outcome)

    async def tell(self, message: dict[str, object]) -> bool:
        """Send it something; whether that went out in time."""
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await self._websocket.send_text(_writer.encode(message).decode())
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            self.gone = True  # Starlette raises RuntimeError for a socket that has ended
            return False
        return True

    async def say(self, id: str, what: dict[str, object], patience: float) -> str:
        """Have it say an utterance: ``done``, ``failed``, ``hushed``, or ``late`` after `patience` (s)."""
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._outcome = (id, outcome)
        try:
            if not await self.tell({"type": "say", "id": id, **what}):
                return FAILED
            async with asyncio.timeout(patience):
                return await outcome
        except TimeoutError:
            await self.tell({"type": "hush", "id": id})
            return LATE
        finally:
            self._outcome = None

    async def hush(self, id: str) -> None:
        """Break off an utterance ("": any): its call was taken back, or somebody else speaks now."""
        if await self.tell({"type": "hush", "id": id}):
            self._settle(id, HUSHED)
