"""Print jobs and the turn at a printer, kept in the store: they outlive the process that prints."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec

from printers.jobs import Job
from queue_server.store.logs import Store

KEPT = 12 * 3_600_000
"""How long (ms) a job is remembered: far beyond anything that could print it again."""
TURN = 30_000
"""How long (ms) a printer stays with a process that died at it: longer than a slip may take."""
LOOK = 0.05

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Job)


class PrintJobs:
    """The `JobStore` and the `Lease` of one hall's printers, for every process of the hall.

    Jobs hold what the slip says, the phone's address with it: they are side keys that expire, never events.
    """

    def __init__(self, store: Store, hall: str) -> None:
        self._store = store
        self._hall = hall
        self._here: dict[str, asyncio.Lock] = {}

    async def load(self, job_id: str) -> Job | None:
        """The job as last saved."""
        kept = await self._store.get_side(self._hall, f"job:{job_id}")
        return _decoder.decode(kept) if kept else None

    async def save(self, job: Job) -> None:
        """Keep the job."""
        await self._store.put_side(self._hall, f"job:{job.id}", _encoder.encode(job), KEPT)

    @contextlib.asynccontextmanager
    async def hold(self, printer: str) -> AsyncIterator[None]:
        """Wait for the printer to be free, and keep it while inside."""
        name = f"printer:{printer}"
        async with self._here.setdefault(printer, asyncio.Lock()):
            fence = await self._turn(name)
            try:
                yield
            finally:
                await self._store.release_lease(self._hall, name, fence)

    async def _turn(self, name: str) -> int:
        while True:
            fence = await self._store.acquire_lease(self._hall, name, TURN)
            if fence is not None:
                return fence
            await asyncio.sleep(LOOK)
