"""Cases as people see them: pure translations of the register's cases into the words of the wire."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from queue_server import wire
from queue_server.cases.limits import Calendar, CalendarEnds, standing
from queue_server.cases.model import READY, RUNNING, Case, PaperList
from queue_server.hall.plan import Matter
from queue_server.locale import translate

LANGUAGES = ("zh", "ko", "en")
PAGE = 100
"""Cases of one answer."""
FAR = "9999-12-31"
SETTLED_SHOWN = 20


def standing_of(case: Case, calendar: Calendar, today: str) -> wire.Standing:
    """How a case stands today: in time while its clock stands, unknown while nobody knows its limits."""
    if case.state not in RUNNING:
        return ""
    if case.stopped is not None:
        return "in_time"
    if case.limits_open:
        return "unknown"
    try:
        found = standing(calendar, dt.date.fromisoformat(today), _day(case.promised_by), _day(case.legal_by))
    except CalendarEnds:
        return "unknown"
    return found  # type: ignore[return-value]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def line(case: Case, matter: Matter | None, calendar: Calendar, today: str) -> wire.CaseLine:
    """A case in a list; `matter` as the guide has it under which the case was accepted."""
    return wire.CaseLine(
        id=case.id,
        number=case.number,
        matter=case.matter,
        name=matter.name if matter else {"zh": case.matter},
        department=case.department,
        state=case.state,  # type: ignore[arg-type]
        standing=standing_of(case, calendar, today),
        accepted=case.accepted,
        promised_by=case.promised_by,
        legal_by=case.legal_by,
        limits_open=case.limits_open,
        stopped=case.stopped is not None,
        hall=case.hall,
        at=case.at,
        exit=case.exit,
        bound=case.bound,
        owed=case.owed,
        owed_until=case.owed_until,
        supplemented=case.supplemented,
        extended=case.extended,
        way=case.way,
        shelf=case.shelf,
        papers=case.papers,
        handler=case.handler,
    )


def view(case: Case, matter: Matter | None, calendar: Calendar, today: str) -> wire.CaseView:
    """A case with its history."""
    return wire.CaseView(
        case=line(case, matter, calendar, today),
        version=case.version,
        materials=matter.materials if matter else (),
        visits=case.visits,
        receiver=case.receiver,
        steps=tuple(wire.CaseStep(s.at, s.by, s.what, s.detail) for s in case.steps),
    )


def page(lines: Sequence[wire.CaseLine], after: str, now: int, halls: Mapping[str, wire.Text]) -> wire.Cases:
    """The cases that come after a place in the order of last days, as they are at a time (ms)."""
    rest = sorted((one for one in lines if _place(one) > after), key=_place)
    shown = tuple(rest[:PAGE])
    return wire.Cases(
        cases=shown,
        after=_place(shown[-1]) if len(rest) > PAGE else "",
        standings=dict(Counter(one.standing for one in lines if one.standing)),
        data_at=now,
        halls=dict(halls),
    )


def _place(one: wire.CaseLine) -> str:
    """Where a case stands in the list: its first last day, then its number and hall."""
    first = min(one.promised_by or FAR, one.legal_by or FAR)
    return f"{first}~{one.number}~{one.hall}"


def paper_lists(papers: Iterable[PaperList], cases: dict[str, Case]) -> wire.PaperLists:
    """The lists that are not settled yet, then those settled last."""
    known = list(papers)
    settled = [one for one in known if one.settled][-SETTLED_SHOWN:]
    shown = [one for one in known if not one.settled] + settled[::-1]
    return wire.PaperLists(tuple(_papers(one, cases) for one in shown))


def _papers(one: PaperList, cases: dict[str, Case]) -> wire.PaperListLine:
    return wire.PaperListLine(
        id=one.id,
        giver=one.giver,
        receiver=one.receiver,
        numbers={id: cases[id].number for id in one.cases},
        given_by=one.given_by,
        taken_by=one.taken_by,
        missing=one.missing,
        void=one.void,
    )


# --- for the holder of a receipt --------------------------------------------------------------


def says(case: Case, ready: bool, exit: wire.Text) -> wire.Text:
    """How a case stands and what its holder can do now, in every language; `exit`: its hall's name."""
    return {
        lang: _says(case, ready, exit.get(lang) or exit.get("zh") or case.exit, lang) for lang in LANGUAGES
    }


def _says(case: Case, ready: bool, exit: str, lang: str) -> str:
    if ready:
        return translate("hall.receipt.ready", lang)
    if case.state == READY:
        at_exit = case.at == case.exit and not case.bound
        return translate(f"hall.receipt.{'elsewhere' if at_exit else 'moving'}", lang, hall=exit)
    if case.state in RUNNING and case.owed:
        return translate("hall.receipt.owing", lang, papers="、".join(case.owed))
    if case.state in RUNNING and case.promised_by:
        return translate("hall.receipt.running", lang, date=case.promised_by)
    return translate(f"hall.receipt.{'open' if case.state in RUNNING else case.state}", lang)
