"""Receipts (办件回执): what they tell, and that one comes out beside the window when a service has ended.

A visitor whose matter was accepted, or lacks papers, goes home with a receipt. Where the clerk has had the
same one printed during the service there is no second one; whoever prints it once more, wherever, gets the
mark 补打 on it. The same is what says the same: a matter accepted later makes it another.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

import structlog

from printers.jobs import Job, JobState
from queue_server import case_slips
from queue_server.access.principals import case_secret, receipt_code
from queue_server.cases.model import Case
from queue_server.desk.cases import open_case
from queue_server.desk.hall import Hall
from queue_server.hall import events
from queue_server.hall.commands import Ask, NoteReceipt
from queue_server.hall.day import Day
from queue_server.hall.editions import with_matters
from queue_server.hall.matters import SUPPLEMENT
from queue_server.hall.model import Ticket
from queue_server.hall.plan import DAY, Matter, Plan, Printer, Text
from queue_server.hall.refusals import Refused
from queue_server.hall.register import Register
from queue_server.reactions.addresses import named
from queue_server.reactions.following import Happened
from queue_server.reactions.post import CHECKLIST, Post
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printing import put_on_paper

log = structlog.get_logger()

EXPIRES = 60
"""Seconds for which a receipt is worth printing: its holder stands there."""
Exits = Callable[[], Mapping[str, Text]]
"""The names of the halls of this server."""


class Receipts:
    """Prints one hall's receipts."""

    name = "receipts"
    from_start = False

    def __init__(self, hall: Hall, public_url: str, post: Post, exits: Exits) -> None:
        self.hall = hall
        self._public_url = public_url
        self._post = post
        self._exits = exits
        self._jobs = PrintJobs(hall.store, hall.id)

    async def react(self, happened: Happened) -> asyncio.Future[None] | None:
        """Begin to print the receipt of a service that has ended, if there is something on it."""
        event, place = happened.record.e, happened.place
        if not isinstance(event, events.Finished):
            return None
        day = await self.hall.look_of(event.ticket, lambda day: day, at_least=place.seq)
        ticket = day.tickets[event.ticket]
        plan = self.hall.register.state.plan or day.plan
        printer = beside(plan, ticket)
        if printer is None or not plan.rules.receipt_at_end or not worth_one(ticket):
            return None
        expires = happened.record.at / 1000 + EXPIRES
        return asyncio.ensure_future(self._print(plan, printer, day, ticket, expires))

    async def _print(self, plan: Plan, printer: Printer, day: Day, ticket: Ticket, expires: float) -> None:
        date = day.date
        for end in ticket.closed:  # whoever took the clerk's word may be dead; a case is opened once
            await open_case(self.hall, date, ticket.id, end, ticket.clerk)
        told = await told_of(self.hall, plan, self._public_url, self._exits(), ticket.id, ticket)
        id = f"{CHECKLIST}:receipt:{date}:{ticket.id}"
        if not await is_first(self.hall, told, ticket.id, id):
            return
        accepted = as_accepted(self.hall.register.state, plan, day.guides(ticket), told.cases)
        slip = case_slips.receipt(accepted, told, ticket.language)
        job = Job(id=id, printer=printer.id, slip=slip, expires=expires)
        try:
            outcome = await put_on_paper(printer, job, self._jobs, self._post)
        except ValueError as trouble:
            log.error("receipt cannot be laid out", job=job.id, why=str(trouble))  # noqa: TRY400
            return
        if outcome.job.reason:
            log.warning("receipt not on paper", job=job.id, why=outcome.job.reason)
        await note(self.hall, "printing", told, ticket.id, outcome.job)


def printed(ticket: str, matters: Iterable[str]) -> str:
    """Under which name it is kept which job first printed a ticket's receipt with these matters on it."""
    said = " ".join(sorted(matters))
    return f"receipt:{ticket}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


PRINTED_FOR = DAY
"""How long (ms) that is kept; of a receipt that is printed on a later day nobody knows, so it is marked."""


def _on_it(told: case_slips.Told) -> list[str]:
    """The matters that a receipt tells of, and what of them."""
    return [f"+{case.matter}" for case in told.cases] + [f"-{end.matter}" for end in told.lacking]


async def is_first(hall: Hall, told: case_slips.Told, ticket: str, job: str) -> bool:
    """Whether this job prints a receipt for the first time; among several at once one alone does."""
    name = printed(ticket, _on_it(told))
    return await hall.store.put_side_once(hall.id, name, job.encode(), PRINTED_FOR) == job.encode()


async def note(hall: Hall, by: str, told: case_slips.Told, ticket: str, job: Job) -> None:
    """Put into the log what became of a receipt's paper, once for each job.

    One of which nothing can have come out was none: the next is the first.
    """
    name = printed(ticket, _on_it(told))
    nothing_out = not job.sent and job.state in (JobState.FAILED, JobState.EXPIRED)
    if nothing_out and await hall.store.get_side(hall.id, name) == job.id.encode():
        await hall.store.drop_side(hall.id, name)
    command = NoteReceipt(ticket, job.state.value, job.reason, job.printer, told.again)
    key = f"receipt:{job.id}"
    try:
        await hall.ask(Ask(at=hall.clock(), by=by, command=command, key=key, digest=key))
    except Refused as refusal:
        log.info("receipt's outcome not noted", job=job.id, why=refusal.code)


def worth_one(ticket: Ticket) -> bool:
    """Whether a receipt would say anything: a case, or papers without which a matter was not accepted."""
    return any(end.case is not None or end.outcome == SUPPLEMENT for end in ticket.closed)


def as_accepted(register: Register, plan: Plan, guides: Iterable[Matter], cases: Iterable[Case]) -> Plan:
    """The plan with each matter of a receipt as its ticket (`guides`) or its case goes by it."""
    of_cases = (register.guide(case.matter, case.version) for case in cases)
    return with_matters(plan, tuple({m.id: m for m in (*guides, *of_cases) if m}.values()))


def beside(plan: Plan, ticket: Ticket) -> Printer | None:
    """The printer beside the window of a ticket."""
    window = plan.window(ticket.window or 0)
    return named(plan, window.printer) if window is not None and window.printer else None


async def told_of(
    hall: Hall,
    plan: Plan,
    public_url: str,
    exits: Mapping[str, Text],
    id: str,
    ticket: Ticket | None,
) -> case_slips.Told:
    """What the receipt of a ticket's cases tells; `ticket` is None where its day has gone."""
    cases = await hall.register.look(lambda r: tuple(c for c in r.cases.values() if c.ticket == id))
    lacking = tuple(end for end in ticket.closed if end.outcome == SUPPLEMENT) if ticket else ()
    local = dt.datetime.fromtimestamp(hall.clock() / 1000, ZoneInfo(plan.timezone))
    return case_slips.Told(
        cases=cases,
        lacking=lacking,
        exits=dict(exits),
        code=receipt_code(hall.receipts, id),
        url=case_address(public_url, hall, id, cases[0].number) if cases else "",
        time=local.strftime("%Y-%m-%d %H:%M"),
    )


def case_address(public_url: str, hall: Hall, ticket: str, number: str) -> str:
    """Where the cases of a ticket are seen on a phone. A kiosk reads number and check code from its end."""
    secret, code = case_secret(hall.receipts, ticket), receipt_code(hall.receipts, ticket)
    return f"{public_url}/c/{hall.id}/{ticket}#{secret}.{number}.{code}"
