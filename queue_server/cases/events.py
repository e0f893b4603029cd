"""What has happened to cases: facts of the register, which carry results and never what to compute."""

from __future__ import annotations

from typing import Any

import msgspec

from queue_server.cases.limits import Limit
from queue_server.hall.accounts import Fact


class CaseFact(Fact, frozen=True):
    """A fact about one case."""

    case: str


PUBLIC = frozenset({
    "date", "matter", "department", "hall", "exit", "at", "version", "promised_by", "legal_by", "owed",
    "owed_until", "missing", "stopped", "since", "ran", "days", "reason", "way", "receiver", "visit",
})  # fmt: skip
"""What of a case's facts is told to other systems: no shelf, no ticket, no author."""


def public_facts(fact: CaseFact) -> dict[str, Any]:
    """What other systems are told of a fact beside its case; what is empty is left out."""
    told = msgspec.structs.asdict(fact)
    return {name: value for name, value in told.items() if name in PUBLIC and value not in ("", (), None)}


class CaseOpened(CaseFact, frozen=True, tag="case_opened"):
    """A matter was accepted; `number` is what its receipt says."""

    number: str
    date: str
    matter: str
    ticket: str
    department: str
    hall: str
    exit: str
    at: str
    papers: str
    version: str = ""
    promised: Limit | None = None
    legal: Limit | None = None
    promised_by: str = ""
    legal_by: str = ""
    owed: tuple[str, ...] = ()
    owed_until: str = ""


class CaseTaken(CaseFact, frozen=True, tag="case_taken"):
    """The department handles it."""


class SupplementAsked(CaseFact, frozen=True, tag="case_supplement_asked"):
    """The visitor was told what is missing; a clock that stops names the day."""

    missing: tuple[str, ...]
    stopped: str = ""


class SupplementReceived(CaseFact, frozen=True, tag="case_supplement_received"):
    """It came; `owed` is what still lacks. When nothing does, a clock that stood runs again on `ran`."""

    visit: bool
    ran: str = ""
    promised_by: str = ""
    legal_by: str = ""
    owed: tuple[str, ...] = ()


class ClockStopped(CaseFact, frozen=True, tag="case_clock_stopped"):
    """Time does not count since a day."""

    since: str
    reason: str


class ClockRan(CaseFact, frozen=True, tag="case_clock_ran"):
    """Time counts again from the day after `ran`; the last days that hold from now on."""

    ran: str
    promised_by: str = ""
    legal_by: str = ""


class CaseExtended(CaseFact, frozen=True, tag="case_extended"):
    """More days, and the last days that follow."""

    days: int
    reason: str
    promised_by: str = ""
    legal_by: str = ""


class LimitsSettled(CaseFact, frozen=True, tag="case_limits_settled"):
    """Last days that could not be known before."""

    promised_by: str = ""
    legal_by: str = ""


class CaseReadied(CaseFact, frozen=True, tag="case_readied"):
    """The result is there."""

    way: str
    shelf: str = ""


class ResultMoved(CaseFact, frozen=True, tag="case_result_moved"):
    """The result lies elsewhere."""

    shelf: str


class CaseReworked(CaseFact, frozen=True, tag="case_reworked"):
    """The result was wrong."""

    reason: str


class CaseIssued(CaseFact, frozen=True, tag="case_issued"):
    """The result went out."""

    receiver: str
    proof: str
    visit: bool


class CaseReturned(CaseFact, frozen=True, tag="case_returned"):
    """The department did not do it."""

    reason: str


class CaseWithdrawn(CaseFact, frozen=True, tag="case_withdrawn"):
    """The visitor took it back."""

    reason: str = ""


class CaseSent(CaseFact, frozen=True, tag="case_sent"):
    """On the way to another hall."""

    hall: str


class CaseArrived(CaseFact, frozen=True, tag="case_arrived"):
    """At the other hall."""


class PapersPassed(Fact, frozen=True, tag="papers_passed"):
    """The giver's side of a 材料交接 list."""

    id: str
    giver: str
    receiver: str
    cases: tuple[str, ...]


class PapersConfirmed(Fact, frozen=True, tag="papers_confirmed"):
    """The receiver's side of it."""

    id: str
    missing: tuple[str, ...] = ()


class PapersTakenBack(Fact, frozen=True, tag="papers_taken_back"):
    """A list that nobody had confirmed is void."""

    id: str


AnyCaseFact = (
    CaseOpened
    | CaseTaken
    | SupplementAsked
    | SupplementReceived
    | ClockStopped
    | ClockRan
    | CaseExtended
    | LimitsSettled
    | CaseReadied
    | ResultMoved
    | CaseReworked
    | CaseIssued
    | CaseReturned
    | CaseWithdrawn
    | CaseSent
    | CaseArrived
    | PapersPassed
    | PapersConfirmed
    | PapersTakenBack
)
