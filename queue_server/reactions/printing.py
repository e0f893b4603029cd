"""Printing: every ticket taken at a kiosk comes out of the printer beside it, once.

One process of a hall prints, by a lease, and each printer has its own line, so that one that is stuck holds
nobody else's slip up. A slip that cannot be printed is never a ghost ticket: the ticket exists, the kiosk's
screen shows it, and what became of the paper is an event in the log.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from zoneinfo import ZoneInfo

import structlog

from printers import jobs
from printers.address import AtAgent, read_address
from printers.encoding import TextMode
from printers.jobs import Job, JobState
from printers.printer import Printer, at_address
from printers.slip import Slip
from printers.spool import Outcome, print_slip
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
from queue_server.reactions.following import Happened
from queue_server.reactions.post import Post
from queue_server.reactions.print_jobs import PrintJobs

log = structlog.get_logger()

EXPIRES = 5 * 60
"""Seconds after which a slip is not printed any more: its visitor has long gone on."""


class Printing:
    """Prints one hall's slips."""

    name = "printing"
    from_start = False

    def __init__(self, hall: Hall, public_url: str, post: Post | None = None) -> None:
        self.hall = hall
        self._post = post or Post(hall)
        self._public_url = public_url
        self._jobs = PrintJobs(hall.store, hall.id)

    async def react(self, happened: Happened) -> asyncio.Future[None] | None:
        """Begin to print the slip of a ticket that was taken at a kiosk with a printer."""
        event = happened.record.e
        if not isinstance(event, events.TicketTaken) or event.source != "kiosk":
            return None
        place = happened.place
        day = await self.hall.look_of(event.ticket, lambda day: day, at_least=place.seq)
        ticket = day.tickets.get(event.ticket)
        # The plan in force, not the day's: a printer that was exchanged must not wait until tomorrow.
        printer = printer_of(self.hall.register.state.plan or day.plan, happened.record.by)
        if ticket is None or printer is None:
            return None
        job = Job(
            id=f"{place.date}:{ticket.id}",
            printer=printer.id,
            slip=slip_of(day, ticket, self.hall.secret(ticket.id), self._public_url),
            expires=happened.record.at / 1000 + EXPIRES,
        )
        return asyncio.ensure_future(self._print(printer, job, ticket))

    async def _print(self, printer: plan.Printer, job: Job, ticket: Ticket) -> None:
        known = await self._jobs.load(job.id)
        if known is not None and known.state in jobs.ENDS and known.reason != "interrupted":
            await self._note(ticket, known)  # whoever printed it may have died before it could tell
            return
        try:
            outcome = await self._out(printer, job)
        except ValueError as trouble:
            log.error("slip cannot be laid out", number=ticket.number, why=str(trouble))  # noqa: TRY400
            return
        if outcome.missing:
            points = [f"U+{ord(char):04X}" for char in outcome.missing]
            log.warning("slip has characters that no font here draws", number=ticket.number, points=points)
        await self._note(ticket, outcome.job)
        if outcome.job.reason == "interrupted":
            await self._print_marked(printer, outcome.job, ticket)

    async def _out(self, printer: plan.Printer, job: Job) -> Outcome:
        """Print a job by the way that leads to its printer: the agent beside it, or straight from here."""
        address = read_address(printer.address)
        if isinstance(address, AtAgent):
            return await self._post.print(address, spoken_to(printer), job)
        return await print_slip(spoken_to(printer), job, self._jobs, self._jobs, clock=self._seconds)

    async def _print_marked(self, printer: plan.Printer, job: Job, ticket: Ticket) -> None:
        """Nobody knows whether the paper came before the process died: one more slip, marked 补打."""
        agreed = self.hall.register.state.plan
        reprint = translate("hall.slip.reprint", ticket.language)
        mark = slips.mark_of(agreed, ticket.language) if agreed else reprint
        again = jobs.copy(job, f"{job.id}:copy", mark, self._seconds() + EXPIRES)
        outcome = await self._out(printer, again)
        await self._note(ticket, outcome.job)

    async def _note(self, ticket: Ticket, job: Job) -> None:
        """What became of a slip is an event; a day that has closed meanwhile does without it."""
        if job.state is not JobState.PRINTED:
            log.warning("slip not on paper", number=ticket.number, state=job.state, why=job.reason)
        await note_slip(self.hall, ticket.id, job)

    def _seconds(self) -> float:
        return self.hall.clock() / 1000


async def note_slip(hall: Hall, ticket: str, job: Job, late: bool = False) -> None:
    """Put into the log what became of a ticket's paper: once for each job, once more if it came late."""
    command = do.NoteSlip(ticket=ticket, outcome=job.state.value, reason=job.reason)
    key = f"slip:{job.id}:late" if late else f"slip:{job.id}"
    try:
        await hall.ask(Ask(at=hall.clock(), by="printing", command=command, key=key, digest=key))
    except Refused as refusal:
        log.info("slip's outcome not noted", job=job.id, why=refusal.code)


def printer_of(agreed: plan.Plan, by: str) -> plan.Printer | None:
    """The printer beside the kiosk that a ticket was taken at, if it has one."""
    kiosk = by.removeprefix("device:")
    name = next((k.printer for k in agreed.kiosks if k.id == kiosk), "")
    return next((p for p in agreed.printers if p.id == name), None)


def spoken_to(agreed: plan.Printer) -> Printer:
    """A printer as the hall file describes it, as the printing stack speaks to it."""
    printer = Printer(name=agreed.id, dots=agreed.width, text_mode=text_mode_of(agreed))
    address = read_address(agreed.address)
    return printer if isinstance(address, AtAgent) else at_address(printer, address)


def text_mode_of(agreed: plan.Printer) -> TextMode:
    """How text reaches a printer; registers of older versions say "native" for GB18030."""
    return TextMode.GB18030 if agreed.text_mode == "native" else TextMode(agreed.text_mode)


def slip_of(day: Day, ticket: Ticket, key: bytes, public_url: str) -> Slip:
    """A ticket's slip, in its visitor's language."""
    local = dt.datetime.fromtimestamp(ticket.taken_at / 1000, ZoneInfo(day.plan.timezone))
    url = f"{public_url}/t/{day.plan.hall}/{ticket.id}#{ticket_secret(key, ticket.id)}"
    return views.slip(day, ticket, url, check_code(key, ticket.id), local.strftime("%Y-%m-%d %H:%M"))
