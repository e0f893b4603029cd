"""What follows from what is asked of a case: one fact, or a refusal that changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Protocol, TypedDict

from queue_server.cases import commands as do
from queue_server.cases import events as ev
from queue_server.cases.limits import (
    LONGEST,
    UNITS,
    Calendar,
    CalendarEnds,
    Limit,
    Stop,
    last_day,
)
from queue_server.cases.model import (
    ACCEPTED,
    FOLLOWS,
    HANDLING,
    ISSUED,
    PROOFS,
    READY,
    RECEIVERS,
    RETURNED,
    RUNNING,
    SHELVED,
    SUPPLEMENT,
    WAYS,
    WITHDRAWN,
    Case,
    PaperList,
)
from queue_server.hall.commands import Ask, Command
from queue_server.hall.model import Answer
from queue_server.hall.refusals import Conflict, NotNow, NotYours, Unknown, Unusable


class Book(Protocol):
    """What the rules need of the register."""

    cases: dict[str, Case]
    papers: dict[str, PaperList]
    case_counts: dict[str, int]
    calendar: Calendar


Decided = tuple[ev.AnyCaseFact, Answer]


# --- conditions that many commands share ----------------------------------------------


def _case(book: Book, id: str) -> Case:
    found = book.cases.get(id)
    if found is None:
        raise Unknown("unknown_case")
    return found


def _moving(book: Book, id: str, to: str) -> Case:
    """The case, which may go into that state; on the road, or with its clock standing, it moves nowhere."""
    case = _case(book, id)
    if to not in FOLLOWS[case.state]:
        raise _state(case)
    _here(case)
    if case.state != SUPPLEMENT and to in (READY, SUPPLEMENT):
        _ticking(case)
    return case


def _standing(book: Book, id: str, *states: str) -> Case:
    case = _case(book, id)
    if case.state not in states:
        raise _state(case)
    _here(case)
    return case


def _state(case: Case) -> Conflict:
    return Conflict("case_state", number=case.number, stage=case.state)


def _here(case: Case) -> None:
    if case.bound:
        raise Conflict("case_travelling", number=case.number, hall=case.bound)


def _ticking(case: Case) -> None:
    if case.stopped is not None:
        raise Conflict("case_stopped", number=case.number)


def _reason(words: str) -> str:
    if not words.strip() or not words.isprintable():
        raise Unusable("reason_needed")
    return words


def _named(things: tuple[str, ...]) -> tuple[str, ...]:
    """Things by name, each once: an empty list, or one with a gap in it, tells the visitor nothing."""
    if (
        not things
        or len(set(things)) != len(things)
        or not all(t.strip() and t.isprintable() for t in things)
    ):
        raise Unusable("list_unclear")
    return things


def _day(date: str) -> dt.date:
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise Unusable("bad_time") from None


def _about(case: Case) -> Answer:
    return Answer(number=case.number, detail=case.id)


# --- limits ---------------------------------------------------------------------------


def _checked(limit: Limit | None) -> Limit | None:
    if limit is not None and (limit.unit not in UNITS or not 0 <= limit.count <= LONGEST):
        raise Unusable("bad_limit")
    return limit


def _last(
    book: Book, accepted: dt.date, limit: Limit | None, stops: tuple[Stop, ...] = (), more: int = 0
) -> str:
    """A last day as the log has it; empty without a limit, or when the calendar ends before it."""
    if limit is None:
        return ""
    try:
        return last_day(book.calendar, accepted, limit, stops, more).isoformat()
    except CalendarEnds:
        return ""


class Days(TypedDict):
    """The last days of a case."""

    promised_by: str
    legal_by: str


def _days(book: Book, case: Case, stops: tuple[Stop, ...] = (), more: int = 0) -> Days:
    """The last days of a case after these stops beside the earlier ones, and so many more days."""
    since, stood, days = _day(case.accepted), (*case.stops, *stops), case.extended + more
    return {
        "promised_by": _last(book, since, case.promised, stood, days),
        "legal_by": _last(book, since, case.legal, stood, days),
    }


def _ran(case: Case, date: str) -> tuple[Stop, ...]:
    """The stop that ends on `date`, if the clock stands; a date before it began is the day it began."""
    if case.stopped is None:
        return ()
    return (Stop(case.stopped.since, max(case.stopped.since, _day(date).isoformat())),)


# --- deciding -------------------------------------------------------------------------


def _open(book: Book, ask: Ask, c: do.OpenCase) -> Decided:
    if c.id in book.cases:
        raise Conflict("stale")
    day = _day(c.date)
    promised, legal = _checked(c.promised), _checked(c.legal)
    if c.owed:
        _named(c.owed)
    number = f"{c.date.replace('-', '')}-{book.case_counts.get(c.date, 0) + 1:04d}"
    fact = ev.CaseOpened(
        case=c.id,
        number=number,
        date=c.date,
        matter=c.matter,
        ticket=c.ticket,
        department=c.department,
        hall=c.hall,
        exit=c.exit,
        at=c.at or c.hall,
        papers=c.papers,
        version=c.version,
        promised=promised,
        legal=legal,
        promised_by=_last(book, day, promised),
        legal_by=_last(book, day, legal),
        owed=c.owed,
        owed_until=c.owed_until if c.owed else "",
    )
    return fact, Answer(number=number, detail=c.id)


def _take(book: Book, ask: Ask, c: do.TakeCase) -> Decided:
    case = _moving(book, c.case, HANDLING)
    if case.state != ACCEPTED:
        raise _state(case)
    return ev.CaseTaken(c.case), _about(case)


def _ask_supplement(book: Book, ask: Ask, c: do.AskSupplement) -> Decided:
    case = _moving(book, c.case, SUPPLEMENT)
    if case.supplemented:
        raise NotNow("supplement_asked", number=case.number)
    stopped = _day(c.date).isoformat() if c.stops else ""
    return ev.SupplementAsked(c.case, missing=_named(c.missing), stopped=stopped), _about(case)


def _receive_supplement(book: Book, ask: Ask, c: do.ReceiveSupplement) -> Decided:
    case = _standing(book, c.case, *RUNNING)
    if not case.owed or not set(c.still) <= set(case.owed) or len(set(c.still)) != len(c.still):
        raise Unusable("list_unclear")
    if c.still or case.state != SUPPLEMENT:
        return ev.SupplementReceived(c.case, owed=c.still, visit=c.visit), _about(case)
    stops = _ran(case, c.date)
    days = _days(book, case, stops)
    ran = stops[0].until if stops else ""
    return ev.SupplementReceived(c.case, visit=c.visit, ran=ran, **days), _about(case)


def _stop(book: Book, ask: Ask, c: do.StopClock) -> Decided:
    case = _standing(book, c.case, ACCEPTED, HANDLING)
    _ticking(case)
    return ev.ClockStopped(c.case, since=_day(c.date).isoformat(), reason=_reason(c.reason)), _about(case)


def _run(book: Book, ask: Ask, c: do.RunClock) -> Decided:
    case = _standing(book, c.case, ACCEPTED, HANDLING)
    if case.stopped is None:
        raise Conflict("stale")
    stops = _ran(case, c.date)
    return ev.ClockRan(c.case, ran=stops[0].until, **_days(book, case, stops)), _about(case)


def _extend(book: Book, ask: Ask, c: do.ExtendCase) -> Decided:
    case = _standing(book, c.case, ACCEPTED, HANDLING)
    _ticking(case)
    if case.extended:
        raise NotNow("extended_already", number=case.number)
    if not 0 < c.days <= LONGEST:
        raise Unusable("bad_limit")
    days = _days(book, case, more=c.days)
    return ev.CaseExtended(c.case, days=c.days, reason=_reason(c.reason), **days), _about(case)


def _settle(book: Book, ask: Ask, c: do.SettleLimits) -> Decided:
    case = _case(book, c.case)
    days = _days(book, case)
    if (
        case.state not in RUNNING
        or not case.limits_open
        or (days["promised_by"], days["legal_by"]) == (case.promised_by, case.legal_by)
    ):
        raise Conflict("stale")
    return ev.LimitsSettled(c.case, **days), _about(case)


def _ready(book: Book, ask: Ask, c: do.ReadyCase) -> Decided:
    case = _moving(book, c.case, READY)
    if case.owed:
        raise Conflict("still_owed", number=case.number, owed="、".join(case.owed))
    if c.way not in WAYS:
        raise Unusable("unknown_way")
    if c.way in SHELVED and not c.shelf.strip():
        raise Conflict("shelf_needed", number=case.number)
    return ev.CaseReadied(c.case, way=c.way, shelf=c.shelf), _about(case)


def _move_result(book: Book, ask: Ask, c: do.MoveResult) -> Decided:
    case = _standing(book, c.case, READY)
    if case.way in SHELVED and not c.shelf.strip():
        raise Conflict("shelf_needed", number=case.number)
    return ev.ResultMoved(c.case, shelf=c.shelf), _about(case)


def _rework(book: Book, ask: Ask, c: do.ReworkCase) -> Decided:
    case = _standing(book, c.case, READY)
    return ev.CaseReworked(c.case, reason=_reason(c.reason)), _about(case)


def _issue(book: Book, ask: Ask, c: do.IssueCase) -> Decided:
    case = _moving(book, c.case, ISSUED)
    if c.receiver not in RECEIVERS or c.proof not in PROOFS:
        raise Unusable("unknown_way")
    if case.way in SHELVED and not case.shelf:
        raise Conflict("shelf_needed", number=case.number)
    return ev.CaseIssued(c.case, receiver=c.receiver, proof=c.proof, visit=c.visit), _about(case)


def _return(book: Book, ask: Ask, c: do.ReturnCase) -> Decided:
    case = _moving(book, c.case, RETURNED)
    return ev.CaseReturned(c.case, reason=_reason(c.reason)), _about(case)


def _withdraw(book: Book, ask: Ask, c: do.WithdrawCase) -> Decided:
    case = _moving(book, c.case, WITHDRAWN)
    return ev.CaseWithdrawn(c.case, reason=c.reason), _about(case)


def _send(book: Book, ask: Ask, c: do.SendCase) -> Decided:
    case = _standing(book, c.case, *RUNNING, READY)
    if c.hall == case.at or not c.hall:
        raise Conflict("stale")
    return ev.CaseSent(c.case, hall=c.hall), _about(case)


def _arrive(book: Book, ask: Ask, c: do.ArriveCase) -> Decided:
    case = _case(book, c.case)
    if not case.bound:
        raise Conflict("stale")
    return ev.CaseArrived(c.case), _about(case)


# --- papers ---------------------------------------------------------------------------


def _pass(book: Book, ask: Ask, c: do.PassPapers) -> Decided:
    if c.id in book.papers or c.giver == c.receiver:
        raise Conflict("stale")
    under_way = {case for papers in book.papers.values() if not papers.settled for case in papers.cases}
    for id in _named(c.cases):
        case = _case(book, id)
        if case.papers != c.giver or id in under_way:
            raise Conflict("papers_elsewhere", number=case.number, holder=case.papers)
    return ev.PapersPassed(c.id, giver=c.giver, receiver=c.receiver, cases=c.cases), Answer(detail=c.id)


def _open_list(book: Book, id: str) -> PaperList:
    papers = book.papers.get(id)
    if papers is None:
        raise Unknown("unknown_papers")
    if papers.settled:
        raise Conflict("papers_settled")
    return papers


def _confirm(book: Book, ask: Ask, c: do.ConfirmPapers) -> Decided:
    papers = _open_list(book, c.id)
    if ask.by == papers.given_by:
        raise NotYours("own_papers")
    if not set(c.missing) <= set(papers.cases) or len(set(c.missing)) != len(c.missing):
        raise Unusable("list_unclear")
    return ev.PapersConfirmed(c.id, missing=c.missing), Answer(detail=c.id)


def _take_back(book: Book, ask: Ask, c: do.TakeBackPapers) -> Decided:
    papers = _open_list(book, c.id)
    if ask.by != papers.given_by:
        raise NotYours("own_papers")
    return ev.PapersTakenBack(c.id), Answer(detail=c.id)


DECIDERS: dict[type[Command], Callable[[Any, Ask, Any], Decided]] = {
    do.OpenCase: _open,
    do.TakeCase: _take,
    do.AskSupplement: _ask_supplement,
    do.ReceiveSupplement: _receive_supplement,
    do.StopClock: _stop,
    do.RunClock: _run,
    do.ExtendCase: _extend,
    do.SettleLimits: _settle,
    do.ReadyCase: _ready,
    do.MoveResult: _move_result,
    do.ReworkCase: _rework,
    do.IssueCase: _issue,
    do.ReturnCase: _return,
    do.WithdrawCase: _withdraw,
    do.SendCase: _send,
    do.ArriveCase: _arrive,
    do.PassPapers: _pass,
    do.ConfirmPapers: _confirm,
    do.TakeBackPapers: _take_back,
}
