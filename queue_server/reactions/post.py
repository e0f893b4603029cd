"""The post: slips on their way to printers beside other computers, and what became of them.

A slip for an agent's printer lies as a parcel on the agent's shelf in the store. Whichever process has
the agent's socket offers it and takes the answer; whichever prints the hall's slips waits for that.
A parcel that was offered may have been printed, so it is never withdrawn, only given up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from printers.address import AtAgent, read_address
from printers.jobs import ENDS, Job, JobState, recover, step
from printers.printer import Printer
from printers.spool import Outcome
from printers.status import State
from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall.day import Day
from queue_server.hall.plan import Plan
from queue_server.reactions.print_jobs import KEPT, PrintJobs
from queue_server.store.logs import StoreRefused, Unanswered
from queue_server.store.shelf import Shelf, seize_lease

SEAT = 10_000
"""How long (ms) an agent's place is kept without a sign of life; then it is offline."""
GONE = 10.0
"""Seconds without an agent after which a slip that nobody has fetched is given back: its visitor sees the
number on the screen meanwhile, and paper that comes later helps nobody."""
AT_WORK = 60.0
"""Seconds after its time was over for which an agent may still tell what became of a slip."""
QUICK, SLOW = 0.05, 1.0
"""Seconds between two looks: at once after something has happened, then ever more seldom."""


class Parcel(msgspec.Struct, frozen=True):
    """A slip for an agent's printer. `spool` is whose it is once it was offered.

    `waiting` (nobody has it), `offered` (it may be on its way), `kept` (it is on the agent's disk);
    `withdrawn` (nobody gets it any more), `given_up` (nobody knows; the agent may still tell).
    """

    job: Job
    printer: Printer
    state: str = "waiting"
    spool: str = ""


FOLLOWS: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"offered", "withdrawn"}),
    "offered": frozenset({"kept", "given_up"}),
    "kept": frozenset({"given_up"}),
    "withdrawn": frozenset(),
    "given_up": frozenset(),
}
"""Which state may follow which. Only what nobody was offered can be withdrawn."""


class Seat(msgspec.Struct, frozen=True):
    """An agent that is there: its spool, its version, when it was last heard (ms), how its printers are."""

    spool: str
    version: str
    seen: int
    printers: dict[str, State] = {}


_encode = msgspec.json.Encoder().encode
_parcel = msgspec.json.Decoder(Parcel).decode
_seat = msgspec.json.Decoder(Seat).decode


class Post:
    """The post of one hall, in one process: both who sends and who delivers ring its bell."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._store = hall.store
        self._jobs = PrintJobs(hall.store, hall.id)
        self._bells: set[asyncio.Event] = set()
        hall.on_day.append(self._hang_bell)
        if hall.day is not None:
            self._hang_bell(hall.day)

    def _hang_bell(self, line: Line[Day]) -> None:
        # Another process may be about to send: what was taken at a kiosk lands here, too.
        line.on_landed.append(lambda _: self.ring())

    def ring(self) -> None:
        """Something may lie on a shelf, or may have become of it."""
        for bell in self._bells:
            bell.set()

    # --- for whoever prints the hall's slips -------------------------------------------------

    async def print(self, at: AtAgent, printer: Printer, job: Job) -> Outcome:
        """Have an agent print a job, and say what became of it; a job that is under way is waited for."""
        here = replace(printer, name=at.printer or printer.name)
        parcel = Parcel(replace(job, changed=self._now()), here)
        bell, pause, away_since = self.bell(), QUICK, 0.0
        loop = asyncio.get_running_loop()
        try:
            while True:
                bell.clear()
                known = await self._jobs.load(job.id)
                states = await self.states(at.agent)
                if known is not None and known.state in ENDS:
                    return Outcome(known, (states or {}).get(here.name, State.OFFLINE))
                away_since = 0.0 if states is not None else away_since or loop.time()
                away = away_since > 0 and loop.time() - away_since > GONE
                if not await self._further(at.agent, parcel, away):
                    pause = await rest(bell, pause)
        finally:
            self.unhang(bell)

    async def _further(self, agent: str, ours: Parcel, away: bool) -> bool:
        """See to a parcel that has not come to its end: send it, give it back, or give it up.

        Gives whether there is something new. Each step can be taken again by whoever finds it half done.
        """
        lies = await self._shelf(agent).get(ours.job.id)
        if lies is None:
            return await self._begin(agent, ours)
        parcel = _parcel(lies)
        late = self._now() - ours.job.expires
        if parcel.state == "waiting" and (away or late >= 0):
            return await self._go(agent, parcel, lies, "withdrawn")
        if parcel.state in ("offered", "kept") and late >= AT_WORK:
            return await self._go(agent, parcel, lies, "given_up")
        if parcel.state == "withdrawn":
            reached, why = (JobState.EXPIRED, "expired") if late >= 0 else (JobState.FAILED, "unreachable")
            await self._jobs.save(step(parcel.job, reached, self._now(), why))
            return await self._shelf(agent).swap(parcel.job.id, lies, b"")
        if parcel.state == "given_up":
            await self._jobs.save(_in_doubt(parcel.job, "no_answer", self._now()))
            return True
        return False

    async def _begin(self, agent: str, ours: Parcel) -> bool:
        """Nothing lies there: the job is new, or has come to its end this moment, or began elsewhere."""
        known = await self._jobs.load(ours.job.id)
        if known is None:
            await self._jobs.save(ours.job)
        elif known.state is not JobState.QUEUED:
            await self._jobs.save(recover(known, self._now()))
            return True
        await self._shelf(agent).swap(ours.job.id, b"", _encode(ours))
        self.ring()
        return False

    async def _go(self, agent: str, parcel: Parcel, lies: bytes, state: str, spool: str = "") -> bool:
        assert state in FOLLOWS[parcel.state], f"{state} cannot follow {parcel.state}"
        changed = replace(parcel, state=state, spool=spool or parcel.spool)
        return await self._shelf(agent).swap(parcel.job.id, lies, _encode(changed))

    # --- for whoever has an agent's socket ---------------------------------------------------

    async def sit(self, agent: str, spool: str, version: str, take_over: bool) -> int | None:
        """Give an agent its place; the fence of it, or None while another agent has it.

        The same spool on a new line is the same agent: the old line is dead, or will find out.
        """
        fence = await self._store.acquire_lease(self.hall.id, _lease(agent), SEAT)
        if fence is None:
            there = await self.seat(agent)
            if not take_over and (there is None or there.spool != spool):
                return None
            fence = await seize_lease(self._store, self.hall.id, _lease(agent), SEAT)
        await self.stay(agent, fence, Seat(spool, version, self.hall.clock()))
        await self._doubt_other_spools(agent, spool)
        return fence

    async def stay(self, agent: str, fence: int, seat: Seat) -> bool:
        """Note a sign of life of an agent; False when another one took its place."""
        if not await self._has_place(agent, fence):
            return False
        await self._store.put_side(self.hall.id, _lease(agent), _encode(seat), SEAT)
        return True

    async def leave(self, agent: str, fence: int) -> None:
        """The line to an agent has ended: it is offline at once, unless it sits elsewhere already."""
        with suppress(Unanswered, StoreRefused):  # without a store the place ends by itself
            if await self._has_place(agent, fence):
                await self._store.drop_side(self.hall.id, _lease(agent))
                await self._store.release_lease(self.hall.id, _lease(agent), fence)

    async def _has_place(self, agent: str, fence: int) -> bool:
        return await self._store.renew_lease(self.hall.id, _lease(agent), fence, SEAT)

    async def offer(self, agent: str, spool: str, fence: int) -> list[Parcel]:
        """What an agent is to print now: what nobody has yet, and what may have got lost on the way to it."""
        offered = []
        for lies in (await self._shelf(agent).all()).values():
            parcel = _parcel(lies)
            if parcel.job.expires <= self._now():
                continue
            if parcel.state == "waiting" and await self._has_place(agent, fence):
                if not await self._go(agent, parcel, lies, "offered", spool):
                    continue
                await self._jobs.save(_under_way(parcel.job, self._now()))
                offered.append(parcel)
            elif (parcel.state, parcel.spool) == ("offered", spool):
                offered.append(parcel)
        return sorted(offered, key=lambda parcel: (parcel.job.expires, parcel.job.changed))

    async def kept(self, agent: str, spool: str, job_id: str) -> None:
        """An agent has a job on its disk: it need not be sent again, whatever happens to the line."""
        lies = await self._shelf(agent).get(job_id)
        parcel = _parcel(lies) if lies else None
        if parcel is not None and lies is not None and (parcel.state, parcel.spool) == ("offered", spool):
            await self._go(agent, parcel, lies, "kept")

    async def ended(self, agent: str, spool: str, job_id: str, end: Callable[[Job], Job]) -> Parcel | None:
        """What an agent says became of a job; gives the parcel as it lay there, with the job at its end.

        None for a job that is not this spool's, or whose end is known already.
        """
        lies = await self._shelf(agent).get(job_id)
        parcel = _parcel(lies) if lies else None
        if parcel is None or lies is None or parcel.spool != spool:
            return None
        ended = replace(parcel, job=end(parcel.job))
        await self._jobs.save(ended.job)
        await self._shelf(agent).swap(job_id, lies, b"")
        self.ring()
        return ended

    async def _doubt_other_spools(self, agent: str, spool: str) -> None:
        """What another spool was given may be printed or lost: nobody can tell any more."""
        for name, lies in (await self._shelf(agent).all()).items():
            parcel = _parcel(lies)
            if parcel.state in ("offered", "kept") and parcel.spool != spool:
                await self._jobs.save(_in_doubt(parcel.job, "interrupted", self._now()))
                await self._shelf(agent).swap(name, lies, b"")
            elif parcel.state == "given_up" and self._now() - parcel.job.expires > KEPT / 1000:
                await self._shelf(agent).swap(name, lies, b"")
        self.ring()

    def bell(self) -> asyncio.Event:
        """A bell that rings whenever the post's does; whoever asked for it gives it back (`unhang`)."""
        bell = asyncio.Event()
        self._bells.add(bell)
        return bell

    def unhang(self, bell: asyncio.Event) -> None:
        """Ring this bell no more."""
        self._bells.discard(bell)

    # --- for whoever wants to know ------------------------------------------------------------

    async def seat(self, agent: str) -> Seat | None:
        """An agent that is there, or None."""
        kept = await self._store.get_side(self.hall.id, _lease(agent))
        return _seat(kept) if kept else None

    async def states(self, agent: str) -> dict[str, State] | None:
        """How the printers of an agent are, by its own names for them; None when it is not there."""
        there = await self.seat(agent)
        return there.printers if there else None

    async def printer_states(self, plan: Plan) -> dict[str, State]:
        """How each printer of the hall is that stands at an agent: offline when the agent is not there."""
        found: dict[str, State] = {}
        for printer in plan.printers:
            at = read_address(printer.address)
            if isinstance(at, AtAgent):
                states = await self.states(at.agent)
                found[printer.id] = (states or {}).get(at.printer or printer.id, State.OFFLINE)
        return found

    def _shelf(self, agent: str) -> Shelf:
        return Shelf(self._store, self.hall.id, f"agent:{agent}", KEPT)

    def _now(self) -> float:
        return self.hall.clock() / 1000


CHECKLIST = "checklist"
"""How the id of a job begins that is no ticket's: a list of what to bring."""


def ticket_of(job: Job) -> str:
    """The ticket whose slip a job prints, "" for one that is no ticket's slip.

    An id is date and ticket, and what tells a ticket's slips apart.
    """
    kind, ticket = re.split("[:@]", job.id)[:2]
    return "" if kind == CHECKLIST else ticket


def _lease(agent: str) -> str:
    return f"agent:{agent}"


def _under_way(job: Job, now: float) -> Job:
    """A job that was offered: from now on a byte of it may have left."""
    return step(step(job, JobState.CHECKED, now), JobState.SENDING, now)


def _in_doubt(job: Job, reason: str, now: float) -> Job:
    return step(_under_way(job, now), JobState.UNCONFIRMED, now, reason)


async def rest(bell: asyncio.Event, pause: float) -> float:
    """Wait for a bell, at most `pause` seconds; the pause after it: short when it rang, else longer."""
    try:
        async with asyncio.timeout(pause):
            await bell.wait()
    except TimeoutError:
        return min(SLOW, pause * 2)
    return QUICK
