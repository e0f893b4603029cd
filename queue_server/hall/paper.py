"""What the hall knows of its paper: what became of each slip, how each printer is, who wants a slip again."""

from __future__ import annotations

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, about, running
from queue_server.hall.model import ENDED, Answer
from queue_server.hall.refusals import Conflict


def note_slip(day: Day, ask: Ask, c: do.NoteSlip) -> Decision:
    """What became of a ticket's paper; it changes nothing else."""
    running(day)
    ticket = day.ticket(c.ticket)
    noted = ev.SlipNoted(
        ticket=ticket.id,
        outcome=c.outcome,
        reason=c.reason,
        printer=c.printer,
        sent=c.sent,
        marked=c.marked,
        first=c.first,
    )
    return Decision((noted,), about(ticket))


def note_receipt(day: Day, ask: Ask, c: do.NoteReceipt) -> Decision:
    """What became of a receipt's paper; its ticket may be of an earlier day."""
    running(day)
    noted = ev.ReceiptNoted(
        ticket=c.ticket, outcome=c.outcome, reason=c.reason, printer=c.printer, again=c.again
    )
    return Decision((noted,), Answer(ticket=c.ticket))


def ask_reprint(day: Day, ask: Ask, c: do.AskReprint) -> Decision:
    """Print a slip once more, with the same number; one at a time, and none for a ticket that is over."""
    running(day)
    ticket = day.ticket(c.ticket)
    if ticket.state == ENDED:
        raise Conflict("ticket_ended", number=ticket.number, end=ticket.end)
    if ticket.paper_asked is not None and ask.at - ticket.paper_asked < day.plan.rules.slip_expires:
        raise Conflict("slip_coming", number=ticket.number)
    asked = ev.ReprintAsked(ticket=ticket.id, printer=c.printer)
    return Decision((asked,), Answer(ticket=ticket.id, number=ticket.number, detail=c.printer))


def note_printer(day: Day, ask: Ask, c: do.NotePrinter) -> Decision:
    """A printer is in another state; one that the log knows already is refused ``stale``."""
    running(day)
    seen = day.printers.get(c.printer)
    if seen is not None and seen.state == c.state:
        raise Conflict("stale")
    return Decision((ev.PrinterNoted(printer=c.printer, state=c.state, since=c.since),), Answer())
