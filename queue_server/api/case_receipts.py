"""Printing a receipt (办件回执) at the window, by the same way as every other paper of the hall."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from printers.jobs import Job
from queue_server import case_slips, wire
from queue_server.access.principals import case_secret, receipt_code
from queue_server.api.calls import Call
from queue_server.desk.hall import Hall
from queue_server.hall.matters import SUPPLEMENT
from queue_server.hall.model import Ticket
from queue_server.hall.plan import Plan, Printer
from queue_server.hall.refusals import NotNow, Unknown
from queue_server.reactions.addresses import named
from queue_server.reactions.post import CHECKLIST
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printing import put_on_paper

EXPIRES = 60
"""Seconds for which a receipt is worth printing: its holder stands there."""


async def print_receipt(call: Call) -> wire.ReceiptPrinted:
    """Print the receipt of a ticket's cases; `again` marks it 补打."""
    body = await call.body(wire.PrintReceipt)
    id = call.params["id"]
    plan = call.hall.register.state.plan or call.hall.today().state.plan
    ticket = call.hall.today().state.tickets.get(id)
    printer = _printer(call, plan, ticket, body.printer)
    told = await _told(call, plan, id, ticket, body.again)
    job = Job(
        # The same wish asked for again, because no answer came, is one receipt.
        id=f"{CHECKLIST}:{call.digest_of_key()}",
        printer=printer.id,
        slip=case_slips.receipt(plan, told, body.language),
        expires=call.now / 1000 + EXPIRES,
    )
    jobs = PrintJobs(call.hall.store, call.hall.id)
    outcome = await put_on_paper(printer, job, jobs, call.halls.posts[call.hall.id])
    return wire.ReceiptPrinted(paper=outcome.job.state.value, reason=outcome.job.reason)


def _printer(call: Call, plan: Plan, ticket: Ticket | None, wanted: str) -> Printer:
    """The printer that is named, or the one beside the window of the ticket or of whoever asks."""
    windows = [ticket.window] if ticket is not None and ticket.window else []
    beside = [window.printer for n in (*windows, *call.principal.windows) if (window := plan.window(n))]
    found = named(plan, wanted or next(filter(None, beside), ""))
    if found is None:
        raise Unknown("unknown_printer", printer=wanted) if wanted else NotNow("no_printer")
    return found


def case_address(public_url: str, hall: Hall, ticket: str, number: str) -> str:
    """Where the cases of a ticket are seen on a phone. A kiosk reads number and check code from its end."""
    secret, code = case_secret(hall.receipts, ticket), receipt_code(hall.receipts, ticket)
    return f"{public_url}/c/{hall.id}/{ticket}#{secret}.{number}.{code}"


async def _told(call: Call, plan: Plan, id: str, ticket: Ticket | None, again: bool) -> case_slips.Told:
    cases = await call.hall.register.look(lambda r: tuple(c for c in r.cases.values() if c.ticket == id))
    lacking = tuple(end for end in ticket.closed if end.outcome == SUPPLEMENT) if ticket else ()
    if not cases and not lacking:
        raise Unknown("unknown_case")
    halls = {known.id: known.register.state.plan for known in call.halls.halls.values()}
    local = dt.datetime.fromtimestamp(call.now / 1000, ZoneInfo(plan.timezone))
    code = receipt_code(call.hall.receipts, id)
    number = cases[0].number if cases else ""
    return case_slips.Told(
        cases=cases,
        lacking=lacking,
        exits={hall: one.name for hall, one in halls.items() if one},
        code=code,
        url=case_address(call.halls.public_url, call.hall, id, number) if number else "",
        time=local.strftime("%Y-%m-%d %H:%M"),
        again=again,
    )
