"""What the holder of a receipt (办件回执) asks, and the exit window that hands a result out."""

from __future__ import annotations

from typing import Literal

import msgspec

from queue_server.wire.cases import MatterResult
from queue_server.wire.words import Code, Text

# --- what clients send -------------------------------------------------------------


class OpenReceipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a receipt says: the number of one of its cases, and its check code."""

    number: Code
    code: Code


class OpenCasePage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the address of a receipt's page on a phone says: the ticket, and a secret."""

    ticket: Code
    secret: Code


class PickUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The holder of a receipt is here: for results that are ready, or else with papers that are owed.

    `same_clerk`: with the papers to whoever accepted the case, if that clerk is at a window now.
    """

    number: Code
    code: Code
    language: Code = "zh"
    same_clerk: bool = False


class IssueCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A result goes out: to the applicant, to an agent (代办) or to another person (他人代领).

    With the receipt's check `code`; without one a document was looked at, of which nothing is noted.
    """

    receiver: Literal["self", "agent", "other"] = "self"
    code: Code = ""


class PrintReceipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Print the receipt of a ticket's cases at a `printer`, or at the window's own.

    One that came out before is marked 补打; `again` marks it in any case.
    """

    printer: Code = ""
    language: Code = "zh"
    again: bool = False


# --- what the server answers --------------------------------------------------------


class ReceiptLine(msgspec.Struct, frozen=True):
    """One case of a receipt as its holder sees it; `says` how it is and what to do, in a plain sentence."""

    number: str
    name: Text
    state: str
    promised_by: str
    owed: tuple[str, ...]
    says: Text


class CaseReceipt(msgspec.Struct, frozen=True):
    """A receipt as its holder sees it. `ready` counts what can be had here now, `owing` what lacks papers.

    `clerk` says that whoever accepted the case that owes papers is at a window now.
    """

    cases: tuple[ReceiptLine, ...]
    ready: int
    owing: int
    clerk: bool


class CasePageLine(msgspec.Struct, frozen=True):
    """One case on its holder's phone. `ready`: its result lies at its exit; `exit` is that hall's name."""

    number: str
    name: Text
    state: str
    promised_by: str
    owed: tuple[str, ...]
    owed_until: str
    exit: Text
    ready: bool
    says: Text


class CasePage(msgspec.Struct, frozen=True):
    """The cases of one receipt, and nothing else; `data_at` is the server's time (ms)."""

    cases: tuple[CasePageLine, ...]
    data_at: int


class ReceiptShown(msgspec.Struct, frozen=True):
    """A receipt for a screen, where no paper came out: its cases, what else is to be brought, its check code.

    `lacking` are the matters that were not accepted, with their papers. `url` shows the cases on a phone,
    `svg` its QR code. Without a case there is no `code` and no address.
    """

    cases: tuple[CasePageLine, ...]
    lacking: tuple[MatterResult, ...]
    code: str
    url: str
    svg: str


class ReceiptPrinted(msgspec.Struct, frozen=True):
    """What became of the receipt's paper: printed, unconfirmed, failed or expired, and why; `again`: 补打.

    `paper` is ``none`` where there is no printer. Without paper the receipt is `shown`.
    """

    paper: str
    reason: str = ""
    again: bool = False
    shown: ReceiptShown | None = None
