"""The hall's devices: printers and their slips, new ones that ask to be let in, and how each is."""

from __future__ import annotations

from typing import Literal

import msgspec

from queue_server.wire.words import Code, Text


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let a new device in by its code: as this screen or kiosk of the hall file, or ``board``."""

    device: Code


class Reprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Print a slip once more: at this `printer`, or at the one beside the asking kiosk.

    A kiosk sends the check `code` that the visitor typed; staff need none.
    """

    printer: Code = ""
    code: Code = ""


class SlipLine(msgspec.Struct, frozen=True):
    """A slip that a printer was given: when that was over (ms), and what became of it; `marked` is 补打.

    `says` is outcome and reason in words.
    """

    at: int
    ticket: str
    number: str
    outcome: str
    reason: str
    marked: bool
    says: Text


class PrinterLine(msgspec.Struct, frozen=True):
    """A printer as staff see it: its state ("" before it was first asked) since when (ms).

    `says` is the state in words, `trouble` what to do about it ({} while it is well); `slips` are its last
    ten, newest first.
    """

    id: str
    kiosks: tuple[str, ...]
    place: str
    state: str
    since: int
    can_print: bool
    says: Text
    trouble: Text
    slips: tuple[SlipLine, ...]


class Printers(msgspec.Struct, frozen=True):
    """Every printer of the hall."""

    printers: tuple[PrinterLine, ...]


class Enrolment(msgspec.Struct, frozen=True):
    """A new device shows `code` until `until` (ms); `token` counts once a manager has confirmed the code.

    `answered_at` is the server's time (ms).
    """

    code: str
    token: str
    until: int
    answered_at: int


class EnrolmentState(msgspec.Struct, frozen=True):
    """What has become of a code. Once it is confirmed, `page` is where the device goes; refused, nowhere.

    `keep` is the name under which that page looks for the token.
    """

    state: Literal["waiting", "confirmed", "refused"]
    page: str = ""
    keep: str = ""


class WaitingCode(msgspec.Struct, frozen=True):
    """A `code` that stands on some device `since` (ms), and the network `address` from which it asked."""

    code: str
    since: int
    address: str


class Enrolments(msgspec.Struct, frozen=True):
    """The codes that wait for a manager's answer; `answered_at` is the server's time (ms)."""

    waiting: tuple[WaitingCode, ...]
    answered_at: int


class DeviceLine(msgspec.Struct, frozen=True):
    """One device: `kind` is board, sign, kiosk, led, printer or pad; `seen_at` its last sign of life (ms).

    `state` is ``never`` (not heard yet), ``well`` or ``gone`` (silent, or with a `trouble`: a printer's is
    the state in which it cannot print). `shows` is the log sequence that a screen shows, or a strip's text;
    `sound` is ``on``, ``off`` or "".
    """

    id: str
    kind: str
    place: str
    enrolled: bool
    state: Literal["never", "well", "gone"]
    seen_at: int | None = None
    version: str = ""
    shows: str = ""
    sound: str = ""
    trouble: str = ""


class Devices(msgspec.Struct, frozen=True):
    """The hall's devices; `printers` once more with their slips; `answered_at` is the server's time (ms)."""

    devices: tuple[DeviceLine, ...]
    answered_at: int
    printers: tuple[PrinterLine, ...] = ()
