"""One printer as its hall describes it: where it is, how wide, and how it wants to be spoken to."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from printers.address import Device, Local, Network, Serial, Usb
from printers.encoding import TextMode
from printers.layout import PAPER_80_MM

Acknowledgement = Literal["status", "process_id", "none"]
"""How a printer says that a job is done: GS r answers at its end (nearly all), GS ( H names it (newer)."""


class Deadlines(msgspec.Struct, frozen=True):
    """Seconds that a printer may take: to accept a connection, to take the next 1,024 bytes,
    to answer a status request, and from the last byte to saying that the slip is out. A printer that
    stopped with the whole slip in it is waited for `comeback` seconds: its paper may be put in."""

    connect: float = 3.0
    write: float = 5.0
    answer: float = 1.0
    finish: float = 10.0
    comeback: float = 60.0


class Printer(msgspec.Struct, frozen=True):
    """A printer on the network (port 9100 by custom), or at the end of another `line`.

    `dots` is 576 (80 mm) or 384 (58 mm).
    """

    name: str
    host: str = ""
    port: int = 9100
    dots: int = PAPER_80_MM
    text_mode: TextMode = TextMode.RASTER
    acknowledge: Acknowledgement = "status"
    deadlines: Deadlines = Deadlines()
    line: Serial | Usb | Device | None = None


def at_address(printer: Printer, address: Local) -> Printer:
    """The same printer, reached by this address."""
    if isinstance(address, Network):
        return replace(printer, host=address.host, port=address.port, line=None)
    return replace(printer, host="", line=address)
