"""Who still sits at a window: signs of life, and the claims of consoles that have gone silent (S14).

Signs of life are never events: they live in side keys that expire, so they cost the log nothing and
leave no record of when a clerk went for water. A console that is connected, a clerk who acts and a
look at the own window keep the key of (window, clerk) alive; any process that finds it gone offers
`ClaimLapsed`, and the first wins. Since the keys are in the store, a console connected to one process
is alive for all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog

from queue_server.desk.line import Line
from queue_server.hall import commands as do
from queue_server.hall.day import Day
from queue_server.hall.refusals import Refused
from queue_server.hall.running import cause
from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()

Claim = tuple[int, str]
"""A window and the clerk who holds it."""

PULSES = 10
"""Looks in the time after which a claim lapses: one each 4.5 s with the shipped 45 s."""
IDLE = 1.0
"""Seconds between two looks while no day is open."""
GONE = 2
"""Looks in a row that must miss a key: whoever is connected writes it before each look."""


class Desk(Protocol):
    """What presence needs of the hall: its day, its clock, and a way to offer a command of time."""

    clock: Callable[[], int]

    @property
    def day(self) -> Line[Day] | None: ...

    async def offer(self, command: do.Command, now: int, why: str) -> None: ...


class Presence:
    """The signs of life that this process has seen, and its judgement on the claims of its hall.

    `looks` counts the looks that the store has answered.
    """

    def __init__(self, store: Store, hall: str) -> None:
        self.looks = 0
        self.store = store
        self._hall = hall
        self._signs: set[str] = set()
        self._consoles: Counter[Claim] = Counter()
        self._judged_since: dict[Claim, float] = {}
        self._missed: Counter[Claim] = Counter()
        self._down = False

    # --- signs of life ------------------------------------------------------------------

    def sign(self, clerk: str) -> None:
        """A clerk has acted, or looked at the own window. Never waits; the next look writes it down."""
        self._signs.add(clerk)

    @contextmanager
    def console(self, window: int, clerk: str) -> Iterator[None]:
        """A clerk's console is connected while the block runs; losing the link is its last sign (D23)."""
        self._consoles[window, clerk] += 1
        try:
            yield
        finally:
            self._consoles[window, clerk] -= 1
            self.sign(clerk)

    # --- judging ------------------------------------------------------------------------

    async def run(self, hall: Desk) -> None:
        """Keep alive and look, for as long as the hall runs."""
        while True:
            line = hall.day
            if line is None or not line.state.now.opened or line.state.now.closed:
                await asyncio.sleep(IDLE)
                continue
            await asyncio.sleep(line.state.plan.rules.claim_lapse / 1000 / PULSES)
            for command, why in await self.look(line.state):
                await self._offer(hall, command, why)

    async def _offer(self, hall: Desk, command: do.ClaimLapsed, why: str) -> None:
        try:
            await hall.offer(command, hall.clock(), why)
        except Refused as trouble:
            self._cannot_judge(trouble)  # it could not be settled: the store is away
        else:
            log.info("a claim lapsed", hall=self._hall, window=command.window, clerk=command.clerk)

    async def look(self, day: Day) -> list[tuple[do.ClaimLapsed, str]]:
        """Write down who has been seen, and give what is to be offered for those who are gone, and why.

        The reason is the same from every process, and another once the window has changed hands.
        """
        claims = sorted((w.number, w.clerk) for w in day.windows.values() if w.clerk)
        lapse = day.plan.rules.claim_lapse
        try:
            await self._keep_alive(claims, lapse + lapse // PULSES)
            there = await self.store.sides_there(self._hall, [_name(claim) for claim in claims])
        except (Unanswered, StoreRefused) as trouble:
            self._cannot_judge(trouble)
            return []
        self._down = False
        self.looks += 1
        gone = self._gone(dict(zip(claims, there, strict=True)), lapse / 1000)
        lapsed = [do.ClaimLapsed(window=window, clerk=clerk) for window, clerk in gone]
        return [(command, cause(day, command)) for command in lapsed]

    async def _keep_alive(self, claims: list[Claim], ttl: int) -> None:
        seen = [claim for claim in claims if claim[1] in self._signs or self._consoles[claim] > 0]
        told = set(self._signs)
        await self.store.put_sides(self._hall, [_name(claim) for claim in seen], b"here", ttl)
        self._signs -= told

    def _gone(self, there: dict[Claim, bool], lapse: float) -> list[Claim]:
        """The claims without a sign of life, each watched by this process for `lapse` seconds at least."""
        now = time.monotonic()
        self._judged_since = {claim: self._judged_since.get(claim, now) for claim in there}
        self._missed = Counter({claim: self._missed[claim] + 1 for claim, here in there.items() if not here})
        return [
            claim
            for claim, times in self._missed.items()
            if times >= GONE and now - self._judged_since[claim] >= lapse
        ]

    def _cannot_judge(self, trouble: Exception) -> None:
        """While the store is away nobody could leave a sign: judging begins anew when it is back."""
        if not self._down:
            log.warning("presence unknown", hall=self._hall, error=str(trouble))
        self._down = True
        self._judged_since.clear()
        self._missed.clear()


def _name(claim: Claim) -> str:
    return f"here:{claim[0]}:{claim[1]}"
