"""Print jobs and the turn at a printer, kept in the store: they outlive the process that prints."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec

from printers.jobs import Job, JobState
from queue_server.store.logs import Store, StoreRefused, Unanswered

KEPT = 12 * 3_600_000
"""How long (ms) a job is remembered: far beyond anything that could print it again."""
TURN = 9_000
"""How long (ms) a printer stays with a process that died at it; a living one renews its turn.

That it is short is safe: who was only asleep for longer finds out before its slip's first byte (`save`).
"""
LOOK = 0.05
AT_ONCE = 8
"""Jobs looked up or kept at once: a morning's backlog must not take every connection to the store."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Job)


class TurnLost(Exception):
    """Another process has the printer now."""


class PrintJobs:
    """The `JobStore` and the `Lease` of one hall's printers, for every process of the hall.

    Jobs hold what the slip says, the phone's address with it: they are side keys that expire, never events.
    """

    def __init__(self, store: Store, hall: str) -> None:
        self._store = store
        self._hall = hall
        self._here: dict[str, asyncio.Lock] = {}
        self._fences: dict[str, int] = {}
        self._few = asyncio.Semaphore(AT_ONCE)

    async def load(self, job_id: str) -> Job | None:
        """The job as last saved."""
        async with self._few:
            kept = await self._store.get_side(self._hall, f"job:{job_id}")
        return _decoder.decode(kept) if kept else None

    async def save(self, job: Job) -> None:
        """Keep the job. Before its first byte may leave the turn is looked at once more: raises `TurnLost`.

        In this order, because whoever has the turn by then either finds the job begun, and marks its own
        copy, or has printed it before this process says so here.
        """
        async with self._few:
            await self._store.put_side(self._hall, f"job:{job.id}", _encoder.encode(job), KEPT)
        fence = self._fences.get(job.printer)
        if fence is None or job.state is not JobState.SENDING:
            return
        name = f"printer:{job.printer}"
        if not await self._renewed(name, fence):
            raise TurnLost(name)

    @contextlib.asynccontextmanager
    async def hold(self, printer: str) -> AsyncIterator[None]:
        """Wait for the printer to be free, and keep it while inside, however long that takes.

        Whoever loses it (the store was away for longer than a turn) goes no further: `TurnLost`.
        """
        name = f"printer:{printer}"
        async with self._here.setdefault(printer, asyncio.Lock()):
            fence = await self._turn(name)
            self._fences[printer] = fence
            try:
                async with self._kept(name, fence):
                    yield
            finally:
                del self._fences[printer]
                await self._store.release_lease(self._hall, name, fence)

    async def _turn(self, name: str) -> int:
        while True:
            fence = await self._store.acquire_lease(self._hall, name, TURN)
            if fence is not None:
                return fence
            await asyncio.sleep(LOOK)

    async def _renewed(self, name: str, fence: int) -> bool:
        """Whether the turn is still ours; a store that does not answer may have let it run out."""
        try:
            return await self._store.renew_lease(self._hall, name, fence, TURN)
        except (Unanswered, StoreRefused):
            return False

    @contextlib.asynccontextmanager
    async def _kept(self, name: str, fence: int) -> AsyncIterator[None]:
        """Renew the lease while the block runs; a block whose lease is lost is cancelled."""
        whose = asyncio.current_task()
        assert whose is not None
        lost = False

        async def keep() -> None:
            nonlocal lost
            while not lost:
                await asyncio.sleep(TURN / 3000)
                lost = not await self._renewed(name, fence)
            whose.cancel()

        keeping = asyncio.ensure_future(keep())
        try:
            yield
        except asyncio.CancelledError:
            if lost and not whose.uncancel():
                raise TurnLost(name) from None
            raise
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
