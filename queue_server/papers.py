"""What people are told of the hall's paper: staff of every printer, a kiosk of its own and of the others'."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from kiosk.menu import Paper
from printers.status import MAY_PRINT, State
from queue_server import wire
from queue_server.hall.day import Day
from queue_server.hall.model import PastSlip, PrinterSeen, Ticket
from queue_server.hall.plan import Plan
from queue_server.locale import translate

LANGUAGES = ("zh", "ko", "en")
WELL = frozenset({"", State.READY, State.UNKNOWN})
"""States that nobody need do anything about. A mute printer is one whose slips are unconfirmed."""
CAN_PRINT = frozenset({"", *MAY_PRINT})


def troubles(day: Day, agreed: Plan) -> tuple[wire.Text, ...]:
    """A sentence for each printer that somebody must do something about."""
    return tuple(text for p in agreed.printers if (text := trouble(p.id, _seen(day, p.id).state)))


def trouble(printer: str, state: str) -> wire.Text:
    """What is wrong with a printer and what to do, in every language; {} while it is well."""
    if state in WELL:
        return {}
    return {lang: translate(f"hall.alarm.printer_{state}", lang, printer=printer) for lang in LANGUAGES}


def lines(day: Day, agreed: Plan) -> tuple[wire.PrinterLine, ...]:
    """Every printer of a plan as staff see it."""
    return tuple(_line(day, agreed, p.id) for p in agreed.printers)


def _line(day: Day, agreed: Plan, printer: str) -> wire.PrinterLine:
    seen = _seen(day, printer)
    return wire.PrinterLine(
        id=printer,
        kiosks=tuple(k.id for k in agreed.kiosks if k.printer == printer),
        place=place_of(agreed, printer),
        state=seen.state,
        since=seen.since,
        can_print=seen.state in CAN_PRINT,
        says=state_in_words(seen.state or State.UNKNOWN.value),
        trouble=trouble(printer, seen.state),
        slips=tuple(_slips(day, seen.slips)),
    )


def _slips(day: Day, slips: Iterable[PastSlip]) -> Iterable[wire.SlipLine]:
    for slip in slips:
        number = day.tickets[slip.ticket].number
        says = became(slip.outcome, slip.reason)
        yield wire.SlipLine(slip.at, slip.ticket, number, slip.outcome, slip.reason, slip.marked, says)


@cache
def became(outcome: str, reason: str) -> wire.Text:
    """What became of a slip and why, in every language."""
    told = {lang: translate(f"hall.paper.{outcome}", lang) for lang in LANGUAGES}
    if not reason or reason == outcome:
        return told
    why = _why_in_words(reason)
    return {
        lang: translate("hall.paper.because", lang, outcome=told[lang], reason=why[lang])
        for lang in LANGUAGES
    }


def _why_in_words(reason: str) -> wire.Text:
    if reason in set(State):
        return state_in_words(reason)
    return {lang: translate(f"hall.paper_why.{reason}", lang) for lang in LANGUAGES}


@cache
def state_in_words(state: str) -> wire.Text:
    """How a printer is, in a word or two, in every language."""
    return {lang: translate(f"hall.printer.{state}", lang) for lang in LANGUAGES}


def _seen(day: Day, printer: str) -> PrinterSeen:
    return day.printers.get(printer, PrinterSeen())


def place_of(agreed: Plan, printer: str) -> str:
    """Where a printer stands: beside these kiosks."""
    return "、".join(k.place or k.id for k in agreed.kiosks if k.printer == printer)


def of_kiosks(day: Day) -> tuple[Paper, ...]:
    """Every kiosk's paper, for the kiosks themselves."""
    found = []
    for kiosk in day.plan.kiosks:
        state = _seen(day, kiosk.printer).state
        can_print = bool(kiosk.printer) and state in CAN_PRINT
        found.append(
            Paper(
                kiosk.id, kiosk.place or kiosk.id, kiosk.printer, state, can_print,
                kiosk.reader_prefix, kiosk.reader_suffix, kiosk.card_reader,
            )
        )  # fmt: skip
    return tuple(found)


def of_ticket(day: Day, ticket: Ticket) -> wire.SlipPublic:
    """What its holder may know of a ticket's slip."""
    return wire.SlipPublic(
        outcome=ticket.paper,
        coming=ticket.paper_asked is not None,
        printer=ticket.paper_at,
        place=place_of(day.plan, ticket.paper_at) if ticket.paper_at else "",
    )
