"""Every screen sees the newest board at once, and a slow screen delays nobody.

Each distinct view (a hall board in one configuration) is encoded once; the same bytes go
to every screen on it. A screen that does not read is offered nothing more until it has
drained and then gets only the newest; one that stays stuck is dropped and comes back by
itself. Nothing here waits for a screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from displays.sockets import EXTENSION, FrameProtocol, text_frame

PROTOCOL = "yichuang"
"""The subprotocol a page offers; a token may be offered beside it and is never echoed."""

LONGEST_HERE = 256
"""Characters of a screen's sign of life; whatever is longer is not one and is left unread."""


class Here(msgspec.Struct, frozen=True, tag="here"):
    """A screen's sign of life: it shows the state of log sequence `seq`."""

    seq: int
    version: str = ""
    sound: str = ""


Told = Callable[[Here], None]
"""Whoever wants to know of a screen's signs of life."""


class Ready(msgspec.Struct, frozen=True):
    """A message ready to go out: its text in UTF-8 and the same as a WebSocket frame."""

    payload: bytes
    frame: bytes


class View:
    """One distinct picture: the newest message, the newest confirmation of it, and who looks at it."""

    __slots__ = ("beat", "newest", "published_at", "screens")

    def __init__(self) -> None:
        self.newest: Ready | None = None
        self.beat: Ready | None = None
        self.published_at = 0.0
        self.screens: set[Screen] = set()

    def due(self) -> list[Ready]:
        """What a screen that has nothing needs: the newest message, then its confirmation."""
        return [ready for ready in (self.newest, self.beat) if ready is not None]


class Screen(Protocol):
    """One socket on a view. `seen_at` is the monotonic time (s) of its last sign of life."""

    seen_at: float
    shows: int

    def offer(self, ready: Ready) -> None:
        """Send a message if the screen can take it now, else remember that it is behind."""

    def drop_if_stuck(self, before: float) -> bool:
        """Drop the screen if it has been behind since before that monotonic time (s)."""


class FramedScreen:
    """A screen whose socket takes ready frames (the server's own protocol)."""

    __slots__ = ("_behind_since", "_missed", "_protocol", "_view", "seen_at", "shows")

    def __init__(self, view: View, protocol: FrameProtocol) -> None:
        self._view = view
        self._protocol = protocol
        self._behind_since: float | None = None
        self._missed = False
        self.seen_at = time.monotonic()
        self.shows = 0
        protocol.lead(self._drained)

    def offer(self, ready: Ready) -> None:
        if self._behind_since is not None:
            self._missed = True
        elif not self._protocol.write_frame(ready.frame):
            self._behind_since = time.monotonic()

    def drop_if_stuck(self, before: float) -> bool:
        if self._behind_since is None or self._behind_since > before:
            return False
        self._protocol.abort()
        return True

    def _drained(self) -> None:
        self._behind_since = None
        if self._missed:
            self._missed = False
            for ready in self._view.due():
                self.offer(ready)


class AwaitedScreen:
    """A screen behind any other ASGI server: one slot that holds only the newest, sent by awaiting."""

    __slots__ = ("_news", "_view", "_websocket", "seen_at", "shows")

    def __init__(self, view: View, websocket: WebSocket) -> None:
        self._view = view
        self._websocket = websocket
        self._news = asyncio.Event()
        self.seen_at = time.monotonic()
        self.shows = 0

    def offer(self, ready: Ready) -> None:
        self._news.set()

    def drop_if_stuck(self, before: float) -> bool:
        return False  # send_news ends by itself when the screen is stuck

    async def send_news(self, drop_after: float) -> None:
        """Send whatever is newest, for ever. Raises TimeoutError when the screen is stuck."""
        sent: list[Ready] = []
        while True:
            await self._news.wait()
            self._news.clear()
            due = self._view.due()
            for ready in (ready for ready in due if ready not in sent):
                async with asyncio.timeout(drop_after):
                    await self._websocket.send_text(ready.payload.decode())
            sent = due


class Hub:
    """Fans each view out to its screens. `drop_after` is how long (s) a screen may be stuck."""

    def __init__(self, drop_after: float = 15.0) -> None:
        self.drop_after = drop_after
        self.dropped = 0
        self._views: dict[str, View] = {}

    def publish(self, view: str, payload: bytes) -> None:
        """Show a new state (a board's JSON in UTF-8) on every screen of `view`. Never waits."""
        ready = Ready(payload, text_frame(payload))
        shown = self._view(view)
        shown.newest, shown.beat, shown.published_at = ready, None, time.monotonic()
        for screen in shown.screens:
            screen.offer(ready)

    def confirm(self, view: str, payload: bytes) -> None:
        """Tell the screens of `view` that what they show is still the newest (a beat's JSON)."""
        shown = self._view(view)
        if shown.newest is None:
            return
        shown.beat = ready = Ready(payload, text_frame(payload))
        for screen in shown.screens:
            screen.offer(ready)

    async def keep_fresh(self, confirmed: Callable[[str], msgspec.Struct | None], every: float = 1.0) -> None:
        """Beat each view on which nothing changed for `every` seconds, and drop stuck screens.

        `confirmed(view)` is the beat of the newest published state, or None while the
        log's tail cannot be confirmed: then nothing is sent, and the screens say by
        themselves that their data are old. Runs until cancelled.
        """
        encode = msgspec.json.Encoder().encode
        while True:
            await asyncio.sleep(every)
            now = time.monotonic()
            for name, view in list(self._views.items()):
                self._drop_stuck(view, now)
                beat = confirmed(name) if now - view.published_at > every / 2 else None
                if beat is not None:
                    self.confirm(name, encode(beat))

    async def serve(self, websocket: WebSocket, view: str, told: Told | None = None) -> None:
        """Take a screen onto `view` and stay until its socket ends. The caller has let it in.

        `told` is told of its signs of life.
        """
        offered = PROTOCOL in websocket.scope.get("subprotocols", ())
        await websocket.accept(subprotocol=PROTOCOL if offered else None)
        protocol = websocket.scope.get("extensions", {}).get(EXTENSION)
        if isinstance(protocol, FrameProtocol):
            await self._stay(websocket, view, FramedScreen(self._view(view), protocol), told)
        else:
            await self._stay_awaiting(websocket, view, told)

    def count(self, view: str | None = None) -> int:
        """How many screens are on `view`, or in all."""
        views = self._views.values() if view is None else [self._views[view]] if view in self._views else []
        return sum(len(each.screens) for each in views)

    def surfaces(self) -> dict[str, int]:
        """How many screens there are of each kind: the first part of their views' names."""
        counts: dict[str, int] = {}
        for name, view in self._views.items():
            kind = name.partition("/")[0]
            counts[kind] = counts.get(kind, 0) + len(view.screens)
        return counts

    def screens(self, view: str) -> tuple[Screen, ...]:
        """The screens on `view`: what each shows and when it was last heard."""
        return tuple(self._views[view].screens) if view in self._views else ()

    def has(self, view: str) -> bool:
        """Whether a state was published for `view`, so that one who joins gets it at once."""
        return view in self._views and self._views[view].newest is not None

    def forget(self, view: str) -> None:
        """Let go of a view nobody looks at any more; with screens on it, it stays."""
        if view in self._views and not self._views[view].screens:
            del self._views[view]

    def _view(self, name: str) -> View:
        return self._views.setdefault(name, View())

    def _drop_stuck(self, view: View, now: float) -> None:
        stuck = [screen for screen in view.screens if screen.drop_if_stuck(now - self.drop_after)]
        view.screens.difference_update(stuck)
        self.dropped += len(stuck)

    async def _stay(self, websocket: WebSocket, view: str, screen: Screen, told: Told | None = None) -> None:
        shown = self._view(view)
        shown.screens.add(screen)
        try:
            for ready in shown.due():
                screen.offer(ready)
            while True:
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                here = hear(screen, message.get("text"))
                if here is not None and told is not None:
                    told(here)
        finally:
            shown.screens.discard(screen)

    async def _stay_awaiting(self, websocket: WebSocket, view: str, told: Told | None = None) -> None:
        screen = AwaitedScreen(self._view(view), websocket)
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(screen.send_news(self.drop_after))
                await self._stay(websocket, view, screen, told)
                sending.cancel()
        except* TimeoutError:
            self.dropped += 1
        except* WebSocketDisconnect:
            pass  # it went away while we were sending: as good as any other end


def hear(screen: Screen, text: str | None) -> Here | None:
    """Note a screen's sign of life and give it; what is not one changes nothing."""
    screen.seen_at = time.monotonic()
    if text is None or len(text) > LONGEST_HERE:
        return None
    try:
        here = msgspec.json.decode(text, type=Here)
    except msgspec.DecodeError:
        return None  # any other text from a screen means nothing to us; it is not an error of ours
    screen.shows = here.seq
    return here
