"""The agent's work: print what the hall sent, each once, and know how its printers are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping

import structlog
from msgspec.structs import replace

from printers.address import Local
from printers.agent.spool import DiskSpool
from printers.agent.words import Print
from printers.jobs import ENDS, Job, JobState, step
from printers.printer import Printer, at_address
from printers.spool import print_slip
from printers.status import State, ask

log = structlog.get_logger()

WATCH = 3.0
"""Seconds between two looks at a printer: what it lacks is known before the next visitor touches a button."""
BACKWARDS = 5.0
"""Seconds by which the clock may run behind the time a job was kept; beyond, its age cannot be told."""
FINISH, TELL = 15.0, 2.0
"""Seconds that slips under way have to come out when the agent is asked to end, and then to be told."""


class Agent:
    """The printers beside this computer. `news` is set whenever there is something to tell the hall."""

    def __init__(
        self,
        spool: DiskSpool,
        printers: Mapping[str, Local],
        clock: Callable[[], float] = time.time,
        watch: float = WATCH,
    ) -> None:
        self.spool = spool
        self.news = asyncio.Event()
        self.states: dict[str, State] = dict.fromkeys(printers, State.UNKNOWN)
        self._printers = printers
        self._clock = clock
        self._watch = watch
        self._ending = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, link: Coroutine[None, None, None]) -> None:
        """Print and watch, told of jobs by `link`, until asked to end; raises what broke."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            linking = tasks.create_task(link)
            watching = [tasks.create_task(self._look_after(name)) for name in self._printers]
            await self._resume()
            await self._ending.wait()
            await self._finish()
            for task in (linking, *watching, *self._under_way):
                task.cancel()

    def end(self) -> None:
        """Let slips under way come out and their ends be told, then end."""
        self._ending.set()

    async def _finish(self) -> None:
        """What does not come out in time, or is not told, is found at the next start."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH)
        until = asyncio.get_running_loop().time() + TELL
        while await self.spool.untold() and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    # --- jobs ------------------------------------------------------------------------------

    async def take(self, message: Print) -> None:
        """Keep a job on the disk, then print it. One that is known is not printed again."""
        expires = self._clock() + message.expires_in
        message = replace(message, job=replace(message.job, state=JobState.QUEUED, expires=expires))
        if await self.spool.keep(message):
            self._begin(message)

    async def _resume(self) -> None:
        """Take up what was there when the process ended. What may have been printed is told, not repeated."""
        for message, kept in await self.spool.unfinished():
            known = await self.spool.load(message.job.id)
            if known is not None and self._clock() < kept - BACKWARDS:
                await self.spool.save(replace(known, expires=self._clock()))
            self._begin(message)

    def _begin(self, message: Print) -> None:
        assert self._tasks is not None, "an agent takes jobs while it runs"
        task = self._tasks.create_task(self._print(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _print(self, message: Print) -> None:
        name = message.printer.name
        address = self._printers.get(name)
        if address is None:
            log.error("no such printer here", printer=name, job=message.job.id)
            await self._fail(message.job, "unreachable")
        else:
            await self._print_at(at_address(message.printer, address), message)
        self.news.set()

    async def _print_at(self, printer: Printer, message: Print) -> None:
        try:
            outcome = await print_slip(printer, message.job, self.spool, self.spool, clock=self._clock)
        except ValueError as trouble:
            log.error("slip cannot be laid out", job=message.job.id, why=str(trouble))  # noqa: TRY400
            await self._fail(message.job, "cannot_be_laid_out")
            return
        if outcome.printer_state is not State.UNKNOWN:
            self._note(printer.name, outcome.printer_state)
        job = outcome.job
        say = log.info if job.state is JobState.PRINTED else log.warning
        say("slip", job=job.id, printer=printer.name, state=job.state.value, why=job.reason)

    async def _fail(self, job: Job, reason: str) -> None:
        known = await self.spool.load(job.id)
        if known is not None and known.state not in ENDS:
            await self.spool.save(step(known, JobState.FAILED, self._clock(), reason))

    # --- printers ---------------------------------------------------------------------------

    async def _look_after(self, name: str) -> None:
        printer = at_address(Printer(name), self._printers[name])
        while True:
            async with self.spool.hold(name):
                state = await ask(printer)
            self._note(name, state)
            await asyncio.sleep(self._watch)

    def _note(self, name: str, state: State) -> None:
        before, self.states[name] = self.states[name], state
        if state is not before:
            log.info("printer", printer=name, state=state.value, before=before.value)
            self.news.set()
