"""How facts change cases: putting records, nothing computed that the fact does not say."""

from __future__ import annotations

from typing import Any, Protocol

from msgspec.structs import replace

from queue_server.cases import events as ev
from queue_server.cases.limits import Stop
from queue_server.cases.model import (
    HANDLING,
    ISSUED,
    READY,
    RETURNED,
    SUPPLEMENT,
    WITHDRAWN,
    Case,
    PaperList,
    Step,
    Stopped,
)


class Shelf(Protocol):
    """Where cases are put: the register, which remembers what each put replaced."""

    cases: dict[str, Case]
    papers: dict[str, PaperList]
    case_counts: dict[str, int]

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None: ...


def evolve(shelf: Shelf, fact: ev.AnyCaseFact, at: int, by: str) -> None:
    """Apply one fact of `at` (ms) by a principal."""
    match fact:
        case ev.CaseOpened():
            shelf.put(shelf.cases, fact.case, _opened(fact, at, by))
            shelf.put(shelf.case_counts, fact.date, shelf.case_counts.get(fact.date, 0) + 1)
        case ev.PapersPassed(id=id, giver=giver, receiver=receiver, cases=cases):
            shelf.put(shelf.papers, id, PaperList(id, giver, receiver, cases, given_by=by))
        case ev.PapersTakenBack(id=id):
            shelf.put(shelf.papers, id, replace(shelf.papers[id], void=True))
        case ev.PapersConfirmed(id=id, missing=missing):
            _confirmed(shelf, id, missing, at, by)
        case _:
            known = shelf.cases[fact.case]
            after = _after(known, fact, by)
            shelf.put(shelf.cases, fact.case, _with_step(after, at, by, *_told(fact)))


def _opened(fact: ev.CaseOpened, at: int, by: str) -> Case:
    return Case(
        id=fact.case,
        number=fact.number,
        matter=fact.matter,
        ticket=fact.ticket,
        department=fact.department,
        hall=fact.hall,
        at=fact.at,
        exit=fact.exit,
        accepted=fact.date,
        version=fact.version,
        promised=fact.promised,
        legal=fact.legal,
        promised_by=fact.promised_by,
        legal_by=fact.legal_by,
        owed=fact.owed,
        owed_until=fact.owed_until,
        papers=fact.papers,
        steps=(Step(at, by, "opened", fact.hall),),
    )


def _confirmed(shelf: Shelf, id: str, missing: tuple[str, ...], at: int, by: str) -> None:
    """What was counted changes hands; what was missing stays with the giver, and both are remembered."""
    papers = shelf.papers[id]
    shelf.put(shelf.papers, id, replace(papers, taken_by=by, missing=missing))
    for case in papers.cases:
        if case not in missing:
            known = replace(shelf.cases[case], papers=papers.receiver)
            shelf.put(shelf.cases, case, _with_step(known, at, by, "papers", papers.receiver))


def _with_step(case: Case, at: int, by: str, what: str, detail: str) -> Case:
    return replace(case, steps=(*case.steps, Step(at, by, what, detail)))


def _told(fact: ev.AnyCaseFact) -> tuple[str, str]:
    """What a step is called, and what it was about."""
    what = str(type(fact).__struct_config__.tag).removeprefix("case_")
    for field in ("reason", "hall", "shelf", "way", "receiver"):
        told = getattr(fact, field, "")
        if told:
            return what, told
    return what, "、".join(getattr(fact, "missing", ()))


def _after(case: Case, fact: ev.AnyCaseFact, by: str) -> Case:
    match fact:
        case ev.CaseReadied(way=way, shelf=shelf):
            return replace(case, state=READY, way=way, shelf=shelf)
        case ev.ResultMoved(shelf=shelf):
            return replace(case, shelf=shelf)
        case ev.CaseReworked():
            return replace(case, state=HANDLING, way="", shelf="")
        case ev.CaseIssued(receiver=receiver, visit=visit):
            return replace(case, state=ISSUED, receiver=receiver, shelf="", visits=case.visits + visit)
        case ev.CaseReturned():
            return replace(case, state=RETURNED)
        case ev.CaseWithdrawn():
            return replace(case, state=WITHDRAWN)
        case ev.CaseSent(hall=hall):
            return replace(case, bound=hall, shelf="")
        case ev.CaseArrived():
            return replace(case, at=case.bound, bound="")
        case ev.CaseTaken():
            return replace(case, state=HANDLING, handler=by)
    return _after_time(case, fact)


def _after_time(case: Case, fact: ev.AnyCaseFact) -> Case:
    """What changes what is owed, and how long it may take."""
    match fact:
        case ev.SupplementAsked(missing=missing, stopped=since):
            owed = tuple(dict.fromkeys((*case.owed, *missing)))
            stopped = Stopped(since) if since else None
            return replace(case, state=SUPPLEMENT, owed=owed, stopped=stopped, supplemented=True)
        case ev.SupplementReceived(owed=owed, visit=visit):
            case = replace(case, owed=owed, visits=case.visits + visit)
            if owed or case.state != SUPPLEMENT:
                return case
            return replace(_ran(case, fact.ran, fact.promised_by, fact.legal_by), state=HANDLING)
        case ev.ClockStopped(since=since, reason=reason):
            return replace(case, stopped=Stopped(since, reason))
        case ev.ClockRan(ran=ran, promised_by=promised, legal_by=legal):
            return _ran(case, ran, promised, legal)
        case ev.CaseExtended(days=days, promised_by=promised, legal_by=legal):
            return replace(case, extended=case.extended + days, promised_by=promised, legal_by=legal)
        case ev.LimitsSettled(promised_by=promised, legal_by=legal):
            return replace(case, promised_by=promised, legal_by=legal)
    raise TypeError(f"{type(fact).__name__} changes no case")


def _ran(case: Case, ran: str, promised_by: str, legal_by: str) -> Case:
    stops = case.stops if case.stopped is None else (*case.stops, Stop(case.stopped.since, ran))
    return replace(case, stopped=None, stops=stops, promised_by=promised_by, legal_by=legal_by)
