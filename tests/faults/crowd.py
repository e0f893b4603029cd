"""Visitors and clerks who keep a hall busy: tickets are taken, called, started, finished, missed, sent on.

Nobody gives up on an act: it is asked again until it is answered, so what each of them knows is certain.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.faults.spread import Act, Spread

PATIENT = 0.02, 0.12
"""Seconds between two acts of one person."""

WAITING_ROOM = 40
"""People waiting at which no more come in: the load is for the faults, not for the processor."""


class Surprise(AssertionError):
    """Somebody was refused what they must be able to do."""


class Crowd:
    """People who act until `stop` is set; each finishes what was begun."""

    def __init__(self, spread: Spread, seed: int) -> None:
        self.spread = spread
        self.stop = asyncio.Event()
        self.random = random.Random(seed)
        self.inside = 0

    async def _pause(self) -> None:
        await asyncio.sleep(self.random.uniform(*PATIENT))

    async def _must(self, who: str, path: str, body: object = None) -> Act:
        act = await self.spread.act(who, path, body)
        if not act.done:
            raise Surprise(f"{who} was refused {path}: {act}")
        return act

    async def kiosk(self) -> None:
        """Visitors come in, one after the other."""
        while not self.stop.is_set():
            if self.inside < WAITING_ROOM:
                category = self.random.choice("AAB")
                await self._must("kiosk", "tickets", {"category": category})
                self.inside += 1
            await self._pause()

    async def clerk(self, window: int) -> None:
        """A clerk sits down and receives one visitor after the other."""
        who = f"clerk{window}"
        await self._must(who, f"windows/{window}/claim")
        await self._must(who, f"windows/{window}/open")
        while not self.stop.is_set():
            called = await self.spread.act(who, f"windows/{window}/call-next")
            if called.done:
                await self._receive(who, called.answer["ticket"])
            elif called.code != "nobody_waits":
                raise Surprise(f"{who} was refused the next visitor: {called}")
            await self._pause()

    async def _receive(self, who: str, ticket: str) -> None:
        ways: list[Callable[[str, str], Awaitable[None]]] = [
            self._serve,
            self._serve,
            self._serve,
            self._miss,
            self._send_on,
            self._park,
        ]
        await self.random.choice(ways)(who, f"tickets/{ticket}")

    async def _serve(self, who: str, ticket: str) -> None:
        await self._must(who, f"{ticket}/start")
        await self._pause()
        await self._must(who, f"{ticket}/finish")
        self.inside -= 1

    async def _miss(self, who: str, ticket: str) -> None:
        """Nobody comes; some return and wait again, a second miss is the end."""
        await self._must(who, f"{ticket}/recall")
        await self._must(who, f"{ticket}/miss")
        if self.random.random() < 0.5:
            back = await self.spread.act("floor", f"{ticket}/return")
            if back.done:
                return
            if back.code != "ticket_ended":
                raise Surprise(f"a visitor could not return: {back}")
        self.inside -= 1

    async def _send_on(self, who: str, ticket: str) -> None:
        await self._must(who, f"{ticket}/start")
        await self._must(who, f"{ticket}/transfer", {"category": self.random.choice("AB")})

    async def _park(self, who: str, ticket: str) -> None:
        """The visitor fills in a form, comes back, and is called again at this window."""
        await self._must(who, f"{ticket}/park")
        await self._pause()
        await self._must(who, f"{ticket}/unpark")


@asynccontextmanager
async def crowded(spread: Spread, seed: int, kiosks: int = 3, clerks: int = 5) -> AsyncIterator[Crowd]:
    """A busy hall while the block runs; at its end everyone finishes what was begun."""
    crowd = Crowd(spread, seed)
    async with asyncio.TaskGroup() as people:
        for _ in range(kiosks):
            people.create_task(crowd.kiosk())
        for window in range(1, clerks + 1):
            people.create_task(crowd.clerk(window))
        try:
            yield crowd
        finally:
            crowd.stop.set()
