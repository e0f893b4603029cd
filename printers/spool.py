"""Printing one slip: check, send, and believe only what the printer acknowledges.

It tries again by itself only while no byte of the slip has left; after that the job ends
as printed, unconfirmed or failed, and only a marked copy may follow (`jobs.copy`).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import zlib
from collections.abc import AsyncIterator, Callable

import msgspec

from printers.compile import STATUS_REQUEST, compile_slip, process_id_request
from printers.jobs import ENDS, Job, JobState, JobStore, Lease, recover, step
from printers.printer import Printer
from printers.status import MAY_PRINT, AtEnd, Conversation, Process, State, ask
from printers.transports import Line, LineDown, connected

RETRY_AFTER = 0.2
"""Seconds before a second knock at a printer that refused the connection: most serve one client at a time."""

LOOK_AGAIN = 1.5
"""Seconds without acknowledgement after which the printer is asked what keeps it."""


KEPT = 1000


class Outcome(msgspec.Struct, frozen=True):
    """What became of a slip, how the printer was when last asked, and characters nobody could draw."""

    job: Job
    printer_state: State = State.UNKNOWN
    missing: tuple[str, ...] = ()

    @property
    def on_paper(self) -> bool:
        """Whether the printer said that the slip came out."""
        return self.job.state is JobState.PRINTED


class HereAndNow:
    """A store and a lease within one process: enough for a demo hall, forgotten with it.

    Of the jobs that ended it keeps the last thousand, which is what could still be asked for twice.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def load(self, job_id: str) -> Job | None:
        return self.jobs.get(job_id)

    async def save(self, job: Job) -> None:
        self.jobs[job.id] = job
        if len(self.jobs) > KEPT:
            oldest = next((job_id for job_id, kept in self.jobs.items() if kept.state in ENDS), None)
            self.jobs.pop(oldest or "", None)

    @contextlib.asynccontextmanager
    async def hold(self, printer: str) -> AsyncIterator[None]:
        async with self._locks.setdefault(printer, asyncio.Lock()):
            yield


async def print_slip(
    printer: Printer,
    job: Job,
    store: JobStore,
    lease: Lease,
    *,
    clock: Callable[[], float] = time.time,
    attempts: int = 2,
) -> Outcome:
    """Print a job once, and say what became of it.

    A job the store knows is taken up where it stands: one that ended or whose bytes may
    have left is not printed again. Raises ValueError for a slip that cannot be laid out.
    """
    async with lease.hold(printer.name):
        known = await store.load(job.id)
        run = _Run(printer, recover(known, clock()) if known else job, store, clock)
        await store.save(run.job)
        if run.job.state is JobState.QUEUED:
            await run.print(attempts)
        return Outcome(run.job, run.printer_state, run.missing)


class _Run:
    """One job's way through its states, saved at each."""

    def __init__(self, printer: Printer, job: Job, store: JobStore, clock: Callable[[], float]) -> None:
        self.job = job
        self.printer_state = State.UNKNOWN
        self.missing: tuple[str, ...] = ()
        self._printer = printer
        self._store = store
        self._clock = clock

    async def print(self, attempts: int) -> None:
        compiled = compile_slip(self.job.slip, self._printer.dots, self._printer.text_mode)
        self.missing = compiled.missing
        for attempt in range(attempts):
            if attempt:
                await asyncio.sleep(RETRY_AFTER)
            if self._clock() >= self.job.expires:
                return await self._go(JobState.EXPIRED, "expired")
            try:
                async with connected(self._printer) as line:
                    await self._over(line, compiled.data)
                reason = "no_answer"
            except LineDown:
                reason = "hung_up"
            if self.job.state in ENDS:
                return None
            if self.job.sent:
                return await self._look_again(reason)
            if self.job.state is JobState.CHECKED:
                await self._go(JobState.QUEUED)
        self.printer_state = State.OFFLINE
        await self._go(JobState.FAILED, "unreachable")
        return None

    async def _look_again(self, reason: str) -> None:
        """The end is open: ask over a new connection, because the old one may be stuck behind the slip.

        A printer that says why it stopped did not finish; one that lost the line before the
        last byte cannot have; else nobody knows.
        """
        if self.printer_state is not State.UNKNOWN:
            self.printer_state = await ask(self._printer)
        if self.printer_state not in MAY_PRINT:
            await self._go(JobState.FAILED, self.printer_state.value)
        elif self.job.state is JobState.SENDING:
            await self._go(JobState.FAILED, reason)
        else:
            await self._go(JobState.UNCONFIRMED, reason)

    async def _over(self, line: Line, data: bytes) -> None:
        talk = Conversation(line)
        self.printer_state = await talk.state(self._printer.deadlines.answer)
        if self.printer_state not in MAY_PRINT:
            return await self._go(JobState.FAILED, self.printer_state.value)
        await self._go(JobState.CHECKED)
        if self._clock() >= self.job.expires:
            return await self._go(JobState.EXPIRED, "expired")
        await self._go(JobState.SENDING)
        await line.write(data)
        await self._go(JobState.SENT)
        await talk.forget()
        await line.write(self._acknowledgement())
        await self._believe(talk)
        return None

    async def _believe(self, talk: Conversation) -> None:
        """Wait until the printer says the slip is out; ask in between what keeps it."""
        if self._printer.acknowledge == "none":
            return None
        wanted = Process(self._process_id()) if self._printer.acknowledge == "process_id" else AtEnd
        loop = asyncio.get_running_loop()
        until = loop.time() + self._printer.deadlines.finish
        while (left := until - loop.time()) > 0:
            if await talk.hears(wanted, min(left, LOOK_AGAIN)):
                return await self._go(JobState.PRINTED)
            stopped = await talk.state(min(left, self._printer.deadlines.answer))
            if stopped not in MAY_PRINT:
                self.printer_state = stopped
                return await self._go(JobState.FAILED, stopped.value)
        return None

    def _acknowledgement(self) -> bytes:
        match self._printer.acknowledge:
            case "process_id":
                return process_id_request(self._process_id())
            case "status":
                return STATUS_REQUEST
            case "none":
                return b""

    def _process_id(self) -> str:
        """Four digits that the last jobs do not share, from the job's id."""
        return f"{zlib.crc32(self.job.id.encode()) % 10000:04d}"

    async def _go(self, state: JobState, reason: str = "") -> None:
        self.job = step(self.job, state, self._clock(), reason)
        await self._store.save(self.job)
