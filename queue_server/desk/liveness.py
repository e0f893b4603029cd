"""Signs of life: how long a hall was down, by the store's own clock, and whether this machine's clock jumped.

While a day is open every process leaves a mark in the store every few seconds. Whoever comes back after
the marks stopped tells from the last one how long nobody served the hall. The mark is the store's time, so
processes whose clocks differ do not take each other for dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from queue_server.store.logs import Store

EVERY = 5.0
"""Seconds between two marks."""
DOWN_AFTER = 15_000
"""Milliseconds without a mark after which the hall was down; a restart takes less."""
KEPT = 7 * 24 * 3_600_000
STEP = 60_000
"""Milliseconds by which a clock may drift between two looks; more is a step, and an alarm."""


class Liveness:
    """The marks of one hall. `clock` is this process' clock (ms since the epoch)."""

    def __init__(self, store: Store, hall: str, clock: Callable[[], int]) -> None:
        self._store = store
        self._hall = hall
        self._clock = clock
        self._marked_at: float | None = None
        self._offset = self._ahead()

    def _ahead(self) -> int:
        """How far the clock is ahead of the time that only runs forward (ms)."""
        return self._clock() - time.monotonic_ns() // 1_000_000

    def clock_step(self) -> int:
        """By how much the clock has jumped since the last look (ms); 0 for a drift of less than a minute."""
        ahead = self._ahead()
        step, self._offset = ahead - self._offset, ahead
        return step if abs(step) > STEP else 0

    async def gap(self) -> int:
        """For how long (ms) nobody served the hall before now, if that was down time, else 0.

        Raises `Unanswered` and `StoreRefused`.
        """
        last = await self._store.get_side(self._hall, "alive")
        gap = await self._store.now(self._hall) - int(last) if last else 0
        return gap if gap > DOWN_AFTER else 0

    @property
    def due(self) -> bool:
        """Whether it is time for the next mark."""
        return self._marked_at is None or time.monotonic() - self._marked_at >= EVERY

    async def mark(self) -> None:
        """Leave a mark. Raises `Unanswered` and `StoreRefused`."""
        await self._store.put_side(self._hall, "alive", str(await self._store.now(self._hall)).encode(), KEPT)
        self._marked_at = time.monotonic()
