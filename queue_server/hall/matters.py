"""What becomes of each matter of a visit: done, accepted, to be supplemented, turned away; each by itself.

Accepting a matter (受理, 容缺受理) is one event of the day, with everything in it that its case will be
opened with. The case itself lives in the register, another log: whoever finds the event and no case opens it
(`desk/cases.py`), so that ticket and case agree however the servers die in between.
"""

from __future__ import annotations

import datetime as dt

from queue_server.cases.limits import Limit, Unclear, read_limit
from queue_server.cases.model import case_id
from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, at_own_window, in_state, picked, running
from queue_server.hall.joint import must_be_here, must_be_over
from queue_server.hall.model import SERVING, Acceptance, Answer, MatterEnd, Ticket
from queue_server.hall.plan import Matter
from queue_server.hall.refusals import Conflict, Unusable

DONE = "done"  # 即办办结
ACCEPTED = "accepted"  # 受理
DEFERRED = "deferred"  # 容缺受理
SUPPLEMENT = "supplement"  # 补正
REJECTED = "rejected"  # 不予受理
OPENING = (ACCEPTED, DEFERRED)
"""Results that open a case."""
LISTED = (DEFERRED, SUPPLEMENT)
"""Results that name papers: what may be brought later, or what is missing."""
EXPLAINED = (*LISTED, REJECTED)
"""Results that say more than their name, and so are given matter by matter."""
LATEST = 366
"""Most days that a paper may be owed."""


def close_matter(day: Day, ask: Ask, c: do.CloseMatter) -> Decision:
    """One matter is over, whatever becomes of the others."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, SERVING)
    at_own_window(day, ask, ticket)
    must_be_here(day, ticket, (c.matter,))
    if ended(ticket, c.matter) is not None:
        raise Conflict("matter_closed", matter=c.matter)
    if c.matter not in ticket.matters:
        day.matter(c.matter)
    closed = _closed(day, ask, ticket, c)
    added = () if c.matter in ticket.matters else (ev.MattersAdded(ticket=ticket.id, matters=(c.matter,)),)
    case = closed.case.id if closed.case else ""
    return Decision(
        (*added, closed),
        Answer(ticket=ticket.id, number=ticket.number, window=ticket.window or 0, detail=case),
    )


def finish_events(
    day: Day, ask: Ask, ticket: Ticket, outcomes: tuple[tuple[str, str], ...]
) -> tuple[ev.AnyEvent, ...]:
    """The events of finishing a service: added and accepted matters, the end with all outcomes."""
    given = dict(outcomes)
    must_be_over(day, ticket)
    known = {end.matter: end.outcome for end in ticket.closed}
    for matter, outcome in given.items():
        _possible(day, outcome)
        if known.get(matter, outcome) != outcome:
            raise Conflict("matter_closed", matter=matter)
        if outcome in EXPLAINED and matter not in known:
            raise Unusable("details_needed", matter=matter, outcome=outcome)
    added = tuple(m for m in given if m not in ticket.matters)
    for matter in added:
        day.matter(matter)
    named = tuple((m, known.get(m) or given.get(m, DONE)) for m in (*ticket.matters, *added))
    accepted = tuple(
        _closed(day, ask, ticket, do.CloseMatter(ticket.id, matter, outcome))
        for matter, outcome in named
        if outcome in OPENING and matter not in known
    )
    end = ev.Finished(ticket=ticket.id, outcomes=named, ended_at=ask.at)
    more = (ev.MattersAdded(ticket=ticket.id, matters=added),) if added else ()
    return (*more, *accepted, end)


def outcomes_of(
    ticket: Ticket, other: str, nobodys: tuple[str, ...] = (), instead: str = ""
) -> tuple[tuple[str, str], ...]:
    """Every matter with what became of it: `other` where nobody said, `instead` for `nobodys`."""
    known = {end.matter: end.outcome for end in ticket.closed} | dict.fromkeys(nobodys, instead)
    return tuple((m, known.get(m, other)) for m in ticket.matters)


def ended(ticket: Ticket, matter: str) -> MatterEnd | None:
    """What became of a matter, if that has been said."""
    return next((end for end in ticket.closed if end.matter == matter), None)


def _closed(day: Day, ask: Ask, ticket: Ticket, c: do.CloseMatter) -> ev.MatterClosed:
    _possible(day, c.outcome)
    matter = _matter(day, ticket, c.matter)
    return ev.MatterClosed(
        ticket=ticket.id,
        matter=matter.id,
        outcome=c.outcome,
        reason=picked(day, "reject", c.reason) if c.outcome == REJECTED else "",
        papers=_papers(matter, c.papers) if c.outcome in LISTED else (),
        until=_until(day, c.until) if c.outcome == DEFERRED else "",
        case=_acceptance(day, ticket, matter, c.exit) if c.outcome in OPENING else None,
    )


def _possible(day: Day, outcome: str) -> None:
    if day.plan.outcomes and outcome not in day.plan.outcomes:
        raise Unusable("unknown_outcome", outcome=outcome)


def _matter(day: Day, ticket: Ticket, id: str) -> Matter:
    """The matter under the edition of its ticket, retired since or not."""
    return day.guide(ticket, id) or day.matter(id)


def _papers(matter: Matter, papers: tuple[str, ...]) -> tuple[str, ...]:
    """What is missing is named from the guide, whose list is complete: nothing else can be asked for."""
    if not papers or len(set(papers)) != len(papers) or not set(papers) <= set(matter.materials):
        raise Unusable("list_unclear")
    return papers


def _until(day: Day, until: str) -> str:
    """The last day on which papers may be brought; without one the hall's own number of days."""
    today = dt.date.fromisoformat(day.date)
    if not until:
        return (today + dt.timedelta(days=day.plan.rules.deferred_days)).isoformat()
    try:
        last = dt.date.fromisoformat(until)
    except ValueError:
        raise Unusable("bad_time") from None
    if not 0 <= (last - today).days <= LATEST:
        raise Unusable("bad_time")
    return last.isoformat()


def _acceptance(day: Day, ticket: Ticket, matter: Matter, exit: str) -> Acceptance:
    hall = day.plan.hall
    exits = matter.exits or (hall,)
    if exit and exit not in exits:
        raise Unusable("unknown_exit", exit=exit)
    return Acceptance(
        id=case_id(hall, day.date, ticket.id, matter.id),
        department=matter.department,
        exit=exit or exits[0],
        at=matter.handled_at or hall,
        version=day.guide_version(ticket, matter.id),
        promised=_limit(matter.promised_limit),
        legal=_limit(matter.legal_limit),
    )


def _limit(words: str) -> Limit | None:
    """A guide's limit; one whose words fix no number of days (a warning of the catalogue's check) is none."""
    try:
        return read_limit(words)
    except Unclear:
        return None
