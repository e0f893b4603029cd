"""A hall's printers as its plan has them, and as the printing stack speaks to them."""

from __future__ import annotations

from printers.address import AtAgent, read_address
from printers.encoding import TextMode
from printers.printer import Deadlines, Printer, at_address
from queue_server.hall import plan

DEADLINES = Deadlines()


def beside(agreed: plan.Plan, by: str) -> plan.Printer | None:
    """The printer beside the kiosk that a ticket was taken at, if it has one."""
    kiosk = by.removeprefix("device:")
    name = next((k.printer for k in agreed.kiosks if k.id == kiosk), "")
    return named(agreed, name)


def named(agreed: plan.Plan, id: str) -> plan.Printer | None:
    """The printer with this id, or None."""
    return next((p for p in agreed.printers if p.id == id), None)


def asked_from_here(agreed: plan.Printer) -> bool:
    """Whether the server itself asks a printer how it is: one beside an agent is watched by that agent."""
    return not isinstance(read_address(agreed.address), AtAgent)


def spoken_to(agreed: plan.Printer, deadlines: Deadlines = DEADLINES) -> Printer:
    """A printer as the hall file describes it, as the printing stack speaks to it."""
    printer = Printer(
        name=agreed.id,
        dots=agreed.width,
        text_mode=text_mode_of(agreed),
        acknowledge=agreed.acknowledge,  # type: ignore[arg-type]
        deadlines=deadlines,
    )
    address = read_address(agreed.address)
    return printer if isinstance(address, AtAgent) else at_address(printer, address)


def text_mode_of(agreed: plan.Printer) -> TextMode:
    """How text reaches a printer; registers of older versions say "native" for GB18030."""
    return TextMode.GB18030 if agreed.text_mode == "native" else TextMode(agreed.text_mode)
