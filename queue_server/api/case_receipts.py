"""Printing a receipt (办件回执) at the window, by the same way as every other paper of the hall."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk import qr
from printers.jobs import Job, JobState
from queue_server import case_slips, views, wire
from queue_server.api.calls import Call
from queue_server.api.cases import names
from queue_server.api.exits import in_hand
from queue_server.hall.model import Ticket
from queue_server.hall.plan import Plan, Printer
from queue_server.hall.refusals import Unknown
from queue_server.reactions.addresses import named
from queue_server.reactions.post import CHECKLIST
from queue_server.reactions.print_jobs import PrintJobs
from queue_server.reactions.printing import put_on_paper
from queue_server.reactions.receipts import EXPIRES, as_accepted, is_first, note, told_of


async def print_receipt(call: Call) -> wire.ReceiptPrinted:
    """Print the receipt of a ticket's cases; one that came out before is marked 补打.

    Where no paper comes out, or the window has no printer, it is shown on the screen instead.
    """
    body = await call.body(wire.PrintReceipt)
    id = call.params["id"]
    plan = call.hall.register.state.plan or call.hall.today().state.plan
    ticket = call.hall.today().state.tickets.get(id)
    printer = _printer(call, plan, ticket, body.printer)
    told = await told_of(call.hall, plan, call.halls.public_url, names(call), id, ticket)
    if not told.cases and not told.lacking:
        raise Unknown("unknown_case")
    if printer is None:
        return wire.ReceiptPrinted(paper="none", shown=_on_screen(call, told))
    guides = call.hall.today().state.guides(ticket) if ticket is not None else ()
    accepted = as_accepted(call.hall.register.state, plan, guides, told.cases)
    # The same wish asked for again, because no answer came, is one receipt.
    job_id = f"{CHECKLIST}:{call.digest_of_key()}"
    first = await is_first(call.hall, told, id, job_id)
    told = replace(told, again=body.again or ticket is None or not first)
    job = Job(
        id=job_id,
        printer=printer.id,
        slip=case_slips.receipt(accepted, told, body.language),
        expires=call.now / 1000 + EXPIRES,
    )
    jobs = PrintJobs(call.hall.store, call.hall.id)
    outcome = await put_on_paper(printer, job, jobs, call.halls.posts[call.hall.id])
    await note(call.hall, call.principal.id, told, id, outcome.job)
    state, reason = outcome.job.state, outcome.job.reason
    on_paper = state in (JobState.PRINTED, JobState.UNCONFIRMED)
    shown = None if on_paper else _on_screen(call, told)
    return wire.ReceiptPrinted(paper=state.value, reason=reason, again=told.again, shown=shown)


def _on_screen(call: Call, told: case_slips.Told) -> wire.ReceiptShown:
    """What the visitor writes down, or takes along on a phone."""
    return wire.ReceiptShown(
        cases=tuple(in_hand(call, one) for one in told.cases),
        lacking=tuple(views.matter_result(end) for end in told.lacking),
        code=told.code if told.cases else "",
        url=told.url,
        svg=qr.svg(told.url),
    )


def _printer(call: Call, plan: Plan, ticket: Ticket | None, wanted: str) -> Printer | None:
    """The printer that is named, or the one beside the window of the ticket or of whoever asks, if any."""
    windows = [ticket.window] if ticket is not None and ticket.window else []
    beside = [window.printer for n in (*windows, *call.principal.windows) if (window := plan.window(n))]
    found = named(plan, wanted or next(filter(None, beside), ""))
    if found is None and wanted:
        raise Unknown("unknown_printer", printer=wanted)
    return found
