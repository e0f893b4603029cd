"""Printing one slip: check, send, and believe only what the printer acknowledges.

It tries again by itself only while no byte of the slip has left. A printer that stops with the
whole slip in it is waited for; if it does not come back it is told to forget what it holds. Then the
job ends as printed, unconfirmed or failed, and only a marked copy may follow (`jobs.copy`).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from printers.compile import STATUS_REQUEST, compile_slip, process_id_request
from printers.jobs import ENDS, Job, JobState, JobStore, Lease, recover, step
from printers.printer import Printer
from printers.status import FORGET, MAY_PRINT, AtEnd, Conversation, Process, State, ask
from printers.transports import Line, LineDown, connected

RETRY_AFTER = 0.2
"""Seconds before a second knock at a printer that refused the connection: most serve one client at a time."""

LOOK_AGAIN = 1.5
"""Seconds without acknowledgement after which the printer is asked what keeps it."""

Tell = Callable[[State], Awaitable[None]]
"""Is told how the printer is, whenever it says that it is otherwise than before."""

Unwanted = Callable[[], bool]
"""Whether nobody waits for the slip here any more, because somebody had it printed elsewhere."""

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
    tell: Tell | None = None,
    unwanted: Unwanted = lambda: False,
) -> Outcome:
    """Print a job once, and say what became of it.

    A job the store knows is taken up where it stands: one that ended or whose bytes may
    have left is not printed again. A printer that stopped with a slip that is `unwanted` is not waited
    for. Raises ValueError for a slip that cannot be laid out.
    """
    async with lease.hold(printer.name):
        known = await store.load(job.id)
        run = _Run(printer, recover(known, clock()) if known else job, store, clock, tell, unwanted)
        await store.save(run.job)
        if run.job.state is JobState.QUEUED:
            await run.print(attempts)
        return Outcome(run.job, run.printer_state, run.missing)


class _Run:
    """One job's way through its states, saved at each."""

    def __init__(
        self,
        printer: Printer,
        job: Job,
        store: JobStore,
        clock: Callable[[], float],
        tell: Tell | None,
        unwanted: Unwanted,
    ) -> None:
        self.job = job
        self.printer_state = State.UNKNOWN
        self.missing: tuple[str, ...] = ()
        self._printer = printer
        self._store = store
        self._clock = clock
        self._tell = tell
        self._unwanted = unwanted

    async def print(self, attempts: int) -> None:
        # Drawing takes tens of milliseconds: the hall's other visitors are not made to wait for it.
        compiled = await asyncio.to_thread(
            compile_slip, self.job.slip, self._printer.dots, self._printer.text_mode
        )
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
        await self._is(State.OFFLINE)
        await self._go(JobState.FAILED, "unreachable")
        return None

    async def _look_again(self, reason: str) -> None:
        """The end is open: ask over a new connection, because the old one may be stuck behind the slip.

        A printer that says why it stopped did not finish; one that lost the line before the
        last byte cannot have; else nobody knows.
        """
        if self.printer_state is not State.UNKNOWN:
            if reason == "no_answer" and self._printer.acknowledge != "none":
                reason = "fell_silent"
            await self._is(await ask(self._printer))
        if self.printer_state not in MAY_PRINT:
            await self._let_go()
            await self._go(JobState.FAILED, self.printer_state.value)
        elif self.job.state is JobState.SENDING:
            await self._go(JobState.FAILED, reason)
        else:
            await self._go(JobState.UNCONFIRMED, reason)

    async def _let_go(self) -> None:
        """Have a stopped printer drop the slip, so that it does not come out with the next paper (S30)."""
        with contextlib.suppress(LineDown):  # one that cannot be reached cannot be told either
            async with connected(self._printer) as line:
                await self._forget(line)

    async def _forget(self, line: Line) -> None:
        """As the reference asks: nothing more is sent until the printer says that it has forgotten."""
        await line.write(FORGET)
        await line.read(self._printer.deadlines.answer)

    async def _is(self, state: State) -> None:
        """The printer is in this state now."""
        if state is not self.printer_state:
            self.printer_state = state
            if self._tell is not None:
                await self._tell(state)

    async def _over(self, line: Line, data: bytes) -> None:
        talk = Conversation(line)
        await self._is(await talk.state(self._printer.deadlines.answer))
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
        if self._printer.acknowledge != "none":
            await self._believe(talk, line)
        return None

    async def _believe(self, talk: Conversation, line: Line) -> None:
        """Wait until the printer says the slip is out; ask in between what keeps it.

        One that has stopped gets more time: its paper is put in, its cover closed, and it goes on; unless
        a person has had the slip printed elsewhere meanwhile.
        """
        wanted = Process(self._process_id()) if self._printer.acknowledge == "process_id" else AtEnd
        deadlines, loop = self._printer.deadlines, asyncio.get_running_loop()
        until = loop.time() + deadlines.finish
        patience = loop.time() + min(deadlines.comeback, max(0.0, self.job.expires - self._clock()))
        while (left := until - loop.time()) > 0:
            if await talk.hears(wanted, min(left, LOOK_AGAIN)):
                if self.printer_state not in MAY_PRINT:
                    await self._is(await talk.state(deadlines.answer))
                return await self._go(JobState.PRINTED)
            state = await talk.state(min(left, deadlines.answer))
            if state is not State.UNKNOWN:
                await self._is(state)
            if self.printer_state in MAY_PRINT:
                continue
            if loop.time() >= patience or self._unwanted():
                await self._forget(line)
                return await self._go(JobState.FAILED, self.printer_state.value)
            until = loop.time() + deadlines.finish
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
