"""Printing: every ticket taken at a kiosk comes out of the printer beside it, once.

One process of a hall prints, by a lease, and each printer has its own line, so that one that is stuck holds
nobody else's slip up. A slip that cannot be printed is never a ghost ticket: the ticket exists, the kiosk's
screen shows it, and what became of the paper is an event in the log.

What may follow a slip that did not come out: while nothing of it was sent, the printer that the hall file
names as fallback; after that one copy marked 补打, when the printer is back and the slip is not too old.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import structlog

from printers import jobs
from printers.address import AtAgent, read_address
from printers.jobs import Job, JobState
from printers.printer import Deadlines
from printers.slip import Slip
from printers.spool import Outcome, Tell, Unwanted, print_slip
from printers.status import MAY_PRINT, State
from queue_server import slips, views
from queue_server.access.principals import check_code, ticket_secret
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall import events, plan
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.model import Ticket
from queue_server.hall.refusals import Refused
from queue_server.locale import translate
from queue_server.reactions.addresses import DEADLINES, beside, named, spoken_to
from queue_server.reactions.following import Happened
from queue_server.reactions.post import Post
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printer_watch import PrinterWatch

log = structlog.get_logger()


class Printing:
    """Prints one hall's slips, and watches its printers meanwhile."""

    name = "printing"
    from_start = False

    def __init__(
        self, hall: Hall, public_url: str, post: Post | None = None, deadlines: Deadlines = DEADLINES
    ) -> None:
        self.hall = hall
        self._post = post or Post(hall)
        self._deadlines = deadlines
        self._public_url = public_url
        self._jobs = PrintJobs(hall.store, hall.id)
        self.watch = PrinterWatch(hall, self._jobs, self._post, deadlines)
        self._tickets: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way: dict[str, int] = {}
        self._wanted: dict[str, str] = {}

    async def beside(self) -> None:
        """Watch the printers."""
        await self.watch.run()

    async def react(self, happened: Happened) -> asyncio.Future[None] | None:
        """Begin to print the slip of a ticket that was taken at a kiosk, or that somebody wants again."""
        event, place = happened.record.e, happened.place
        again = isinstance(event, events.ReprintAsked)
        if not again and not (isinstance(event, events.TicketTaken) and event.source == "kiosk"):
            return None
        assert isinstance(event, events.ReprintAsked | events.TicketTaken)
        day = await self.hall.look_of(event.ticket, lambda day: day, at_least=place.seq)
        ticket = day.tickets.get(event.ticket)
        # The plan in force, not the day's: a printer that was exchanged need not wait until tomorrow.
        agreed = self.hall.register.state.plan or day.plan
        printer = (
            named(agreed, event.printer)
            if isinstance(event, events.ReprintAsked)
            else beside(agreed, happened.record.by)
        )
        if ticket is None or printer is None:
            return None
        id = job_id(place.date, ticket.id, place.seq if again else None)
        if again:
            self._wanted[ticket.id] = printer.id
        expires = (happened.record.at + agreed.rules.slip_expires) / 1000
        return asyncio.ensure_future(self._print(printer, id, expires, day, ticket.id))

    async def _print(self, printer: plan.Printer, id: str, expires: float, day: Day, ticket: str) -> None:
        """One slip from the wish for it to its end; the slips of one ticket one after the other."""
        lock = self._tickets.setdefault(ticket, asyncio.Lock())
        async with lock:
            mark = day.tickets[ticket].paper_sent
            words = slip_of(day, day.tickets[ticket], self.hall.secret(ticket), self._public_url, mark)
            job = await self._send(printer, Job(id, printer.id, words, expires), ticket)
            job = await self._elsewhere(printer, job, ticket)
            await self._note(ticket, job)
            if jobs.doubtful(job):
                await self._send_marked(job, day.tickets[ticket])
            if self._wanted.get(ticket) == printer.id:
                del self._wanted[ticket]

    def _wanted_elsewhere(self, ticket: str, *here: str) -> bool:
        """Whether a person has had a ticket's slip printed elsewhere while it was stuck at these printers."""
        return self._wanted.get(ticket, here[0]) not in here

    async def _send(self, printer: plan.Printer, job: Job, ticket: str, *instead_of: str) -> Job:
        """Put a slip on a printer's paper; gives the job as it ended. One that ended before is left alone."""
        # Only here is the store asked first: two slips would else come to their printer in the wrong order.
        if self._held_up(printer.id):
            known = await self._jobs.load(job.id)
            if known is None:
                return await self._refuse(job, self.watch.states[printer.id].value)
            if known.state in jobs.ENDS:
                return known
        self._under_way[printer.id] = self._under_way.get(printer.id, 0) + 1
        try:
            outcome = await put_on_paper(
                printer,
                job,
                self._jobs,
                self._post,
                self._deadlines,
                tell=lambda state: self.watch.note(printer.id, state),
                unwanted=lambda: self._wanted_elsewhere(ticket, printer.id, *instead_of),
            )
        except ValueError as trouble:
            log.error("slip cannot be laid out", job=job.id, why=str(trouble))  # noqa: TRY400
            return await self._refuse(job, "cannot_be_laid_out")
        finally:
            self._under_way[printer.id] -= 1
        if outcome.missing:
            points = [f"U+{ord(char):04X}" for char in outcome.missing]
            log.warning("slip has characters that no font here draws", job=job.id, points=points)
        return outcome.job

    def _held_up(self, printer: str) -> bool:
        """Whether a printer is known to have stopped with a slip in it: its visitor may wait, others not."""
        stopped = self.watch.states.get(printer, State.UNKNOWN) not in MAY_PRINT
        return stopped and self._under_way.get(printer, 0) > 0

    async def _refuse(self, job: Job, why: str) -> Job:
        """End a job of which nothing was sent."""
        ended = jobs.step(job, JobState.FAILED, self._seconds(), why)
        await self._jobs.save(ended)
        return ended

    async def _elsewhere(self, printer: plan.Printer, job: Job, ticket: str) -> Job:
        """The printer that is named for it prints what this one could not begin."""
        agreed = self.hall.register.state.plan
        other = named(agreed, printer.fallback) if agreed else None
        if other is None or job.sent or job.state is not JobState.FAILED:
            return job
        return await self._send(other, jobs.elsewhere(job, other.id), ticket, printer.id)

    async def _send_marked(self, job: Job, ticket: Ticket) -> None:
        """Nobody knows whether the paper came: when the printer is back, one more slip, marked 补打.

        One of which nothing could be sent, because the printer stopped again, is tried anew; one that
        was begun is the last. Where a person has it printed elsewhere meanwhile, that is the copy.
        """
        agreed = self.hall.register.state.plan
        printer = named(agreed, job.printer) if agreed else None
        reprint = translate("hall.slip.reprint", ticket.language)
        mark = slips.mark_of(agreed, ticket.language) if agreed else reprint
        tried = 0
        while printer is not None and await self.watch.comes_back(
            printer.id,
            int(job.expires * 1000),
            lambda: self._wanted_elsewhere(ticket.id, job.printer),
        ):
            again = jobs.copy(job, f"{job.id}:copy{tried or ''}", mark, job.expires)
            copy = await self._send(printer, again, ticket.id)
            if copy.sent or copy.state is not JobState.FAILED:
                return await self._note(ticket.id, copy, marked=True)
            tried += 1
        return None

    async def _note(self, ticket: str, job: Job, marked: bool = False) -> None:
        """What became of a slip is an event; a day that has closed meanwhile does without it."""
        if job.state is not JobState.PRINTED:
            log.warning("slip not on paper", job=job.id, state=job.state, why=job.reason)
        await note_slip(self.hall, ticket, job, marked=marked)

    def _seconds(self) -> float:
        return self.hall.clock() / 1000


async def put_on_paper(
    printer: plan.Printer,
    job: Job,
    jobs: PrintJobs,
    post: Post,
    deadlines: Deadlines = DEADLINES,
    tell: Tell | None = None,
    unwanted: Unwanted = lambda: False,
) -> Outcome:
    """Print a job by the way that leads to its printer: the agent beside it, or straight from here."""
    address = read_address(printer.address)
    there = spoken_to(printer, deadlines)
    if isinstance(address, AtAgent):
        return await post.print(address, there, job)

    def clock() -> float:
        return post.hall.clock() / 1000

    return await print_slip(there, job, jobs, jobs, clock=clock, tell=tell, unwanted=unwanted)


def job_id(date: str, ticket: str, asked: int | None = None) -> str:
    """The job of the slip that comes with a ticket, or of the one that an event of the day asks for."""
    return f"{date}:{ticket}" if asked is None else f"{date}:{ticket}:{asked}"


def came_first(id: str) -> bool:
    """Whether a job, wherever it went on and as whichever copy, is of the slip that came with the ticket."""
    after_ticket = id.split(":")[2:3]
    return not (after_ticket and after_ticket[0].isdigit())


async def note_slip(hall: Hall, ticket: str, job: Job, late: bool = False, marked: bool = False) -> None:
    """Put into the log what became of a ticket's paper: once for each job, once more if it came late."""
    command = do.NoteSlip(
        ticket=ticket,
        outcome=job.state.value,
        reason=job.reason,
        printer=job.printer,
        sent=job.sent,
        marked=marked,
        first=came_first(job.id),
    )
    key = f"slip:{job.id}:late" if late else f"slip:{job.id}"
    try:
        await hall.ask(Ask(at=hall.clock(), by="printing", command=command, key=key, digest=key))
    except Refused as refusal:
        log.info("slip's outcome not noted", job=job.id, why=refusal.code)


def slip_of(day: Day, ticket: Ticket, key: bytes, public_url: str, reprint: bool = False) -> Slip:
    """A ticket's slip, in its visitor's language; `reprint` marks it 补打."""
    local = dt.datetime.fromtimestamp(ticket.taken_at / 1000, ZoneInfo(day.plan.timezone))
    url = f"{public_url}/t/{day.plan.hall}/{ticket.id}#{ticket_secret(key, ticket.id)}"
    return views.slip(day, ticket, url, check_code(key, ticket.id), local.strftime("%Y-%m-%d %H:%M"), reprint)
