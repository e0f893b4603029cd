"""The whole hall with its voice for a board in a browser: real server and store, in a thread of its own."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page

from displays.voice_pack import Pack
from displays.voice_sound import FULL, Sound
from queue_server.hall import commands as do
from queue_server.hall.model import Answer
from queue_server.hall.plan import Plan
from tests.api.hall import Served, served
from tests.api.loudspeaker import ZONE, asked, called, seated
from tests.waiting import wait_for

T = TypeVar("T")
OBSERVER = Path(__file__).with_name("heard.js")
LONG = 20.0


class VoiceHall:
    """A hall that a test starts and stops; what it does runs on the hall's own loop."""

    def __init__(self, store_url: str, hall: str, plan: Plan, pack: Pack | None) -> None:
        self.store_url, self.hall, self.plan, self.pack = store_url, hall, plan, pack
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def start(self) -> VoiceHall:
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        wait_for(self._started.is_set, LONG)
        return self

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        async with served(
            self.store_url, self.hall, self.plan, voice=self.pack, port=self.port
        ) as self.served:
            self._started.set()
            await self._ended.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(LONG)
        assert not self._thread.is_alive()

    def _do(self, make: Callable[[Served], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(make(self.served), self._loop).result(LONG)

    def seat(self, *windows: int) -> None:
        """A clerk sits at each window."""
        self._do(lambda hall: seated(hall, *windows))

    def call(self, *windows: int, language: str = "zh") -> list[Answer]:
        """As many visitors, called all at once; in the order of their calls."""
        answers = self._do(lambda hall: called(hall, *windows, language=language))
        return sorted(answers, key=lambda answer: answer.seq)

    def ask(self, window: int, command: do.Command) -> Answer:
        """The clerk of a window presses a key."""
        return self._do(lambda hall: asked(hall, f"staff:{window}", command))

    def get(self, path: str, who: str = "") -> Any:
        """Look at something of the hall."""

        async def look(hall: Served) -> Any:
            return (await hall.get(who, path)).json()

        return self._do(look)

    def post(self, path: str, body: Any) -> None:
        """The manager does something."""
        answer = self._do(lambda hall: hall.post("manager", path, body))
        assert answer.status_code == 200, answer.text

    @property
    def silent(self) -> bool:
        """Whether staff are told that the zone has no sound."""
        return self.served.day.now.broken_zones == (ZONE,)

    def spoken(self) -> int:
        """How many calls the log says were spoken."""
        tickets = list(self.served.day.tickets.values())
        return sum(call.spoken_at is not None for ticket in tickets for call in ticket.calls)

    def url(self, speaks: bool = True) -> str:
        """The board's address."""
        board = self.page("board")
        return f"{board}#zone={ZONE}&token=board" if speaks else board

    def page(self, name: str) -> str:
        """The address of one of the hall's pages."""
        return f"http://127.0.0.1:{self.port}/halls/{self.hall}/{name}"


def heard(page: Page) -> list[dict[str, Any]]:
    """The clips that were heard on a page, with `call` as it stands in their address."""
    clips: list[dict[str, Any]] = page.evaluate("window.heard")
    for clip in clips:
        clip["lang"], clip["call"] = clip["from"].removesuffix(".wav").split("/")[-2:]
        clip["call"] = clip["call"].removeprefix("chime-")
    return clips


def shape(sound: Sound) -> list[float]:
    """How loud a sound is in each of forty stretches of it, as the page measures it."""
    size = len(sound.samples) // 40
    parts = (sound.samples[n * size : (n + 1) * size] for n in range(40))
    return [math.sqrt(sum((each / FULL) ** 2 for each in part) / size) for part in parts]


def likeness(one: list[float], other: list[float]) -> float:
    """How much two shapes differ: 0 for the same."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / sum(other)
