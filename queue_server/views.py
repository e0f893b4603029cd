"""What people see of a day: pure translations of the day into the words of boards, kiosks and slips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Set
from functools import cache
from zoneinfo import ZoneInfo

from displays import board as b
from kiosk import menu as m
from printers.slip import Slip
from queue_server import papers, wire
from queue_server.hall.calling import people_ahead, why_ahead
from queue_server.hall.day import Day
from queue_server.hall.decision import fitting_matters, hold_until, miss_opens_at, park_until, serving_windows
from queue_server.hall.expecting import expect, shown
from queue_server.hall.joint import elsewhere
from queue_server.hall.model import (
    CALLED,
    DONE,
    MISSED,
    PARKED,
    SERVING,
    WAITING,
    MatterEnd,
    PastCall,
    Tally,
    Ticket,
    Window,
)
from queue_server.hall.plan import CLASSES, ORDINARY, PRIORITY, Matter, Plan, Serve, checklist_of
from queue_server.hall.refusals import Refused
from queue_server.hall.taking import calling_from, closed_because
from queue_server.locale import translate
from queue_server.slips import Told, languages_of, word

LANGUAGES = ("zh", "ko", "en")
SHOWN_IN_QUEUE = 20


def refusal_text(refusal: Refused) -> wire.Text:
    """The sentence of a refusal in every language."""
    return {
        lang: translate(f"hall.refusal.{refusal.code}", lang, **_told(refusal.facts, lang))
        for lang in LANGUAGES
    }


def _told(facts: dict[str, str | int], lang: str) -> dict[str, str | int]:
    """A refusal's facts in people's words: a state's and an end's name, a clerk's number, where it is."""
    told = dict(facts)
    if "state" in facts:
        told["state"] = translate(f"hall.state.{facts['state']}", lang)
    if "stage" in facts:
        told["stage"] = translate(f"hall.case.{facts['stage']}", lang)
    if "end" in facts:
        told["end"] = translate(f"hall.end.{facts['end']}", lang)
    if "clerk" in facts:
        told["clerk"] = str(facts["clerk"]).rpartition(":")[2]
        at = translate("hall.state.at", lang, window=facts.get("window", 0), clerk=told["clerk"])
        told["where"] = at if facts.get("window") and told["clerk"] else ""
    return told


def alarm_text(code: str, facts: dict[str, str | int]) -> wire.Text:
    """The sentence of an alarm in every language: what happened, and what to do."""
    return {lang: translate(f"hall.alarm.{code}", lang, **facts) for lang in LANGUAGES}


def missed_rule(plan: Plan) -> wire.Text:
    """What happens to a visitor who does not come when called, in every language."""
    return _missed_rule(plan.rules.hold // 60_000, plan.rules.reinsert_after)


@cache
def _missed_rule(hold: int, after: int) -> wire.Text:
    """The same words on every receipt of a day: worded once."""
    return {lang: translate("hall.rule.missed", lang, hold=hold, after=after) for lang in LANGUAGES}


# --- the board ----------------------------------------------------------------------------


def board(day: Day, data_at: int, version: str = "") -> b.Board:
    """The hall's board: present calls newest first, earlier ones, the lines and the notice."""
    calls = [call_of(day, w, day.tickets[w.present]) for w in day.windows.values() if w.present]
    return b.Board(
        hall=day.plan.name,
        seq=day.seq,
        data_at=data_at,
        current=tuple(sorted((c for c in calls if c.times), key=lambda c: -c.seq)),
        recent=tuple(_past(day, p) for p in day.now.past),
        queues=tuple(_queue(day, c.letter, c.name) for c in day.plan.categories),
        notices=(b.Notice(text=dict(day.now.notice), at=day.now.notice_at),) if day.now.notice else (),
        version=version,
    )


def call_of(day: Day, window: Window, ticket: Ticket) -> b.Call:
    """A window's present call as screens show it."""
    last = ticket.calls[-1] if ticket.calls else None
    return b.Call(
        seq=last.seq if last else 0,
        number=ticket.number,
        window=window.number,
        at=last.at if last else 0,
        times=len(ticket.calls),
        state=ticket.state,
        floor=place_of(day, window.number)[0],
        area=place_of(day, window.number)[1],
    )


def _past(day: Day, past: PastCall) -> b.Call:
    floor, area = place_of(day, past.window)
    return b.Call(past.seq, past.number, past.window, past.at, past.times, past.state, floor, area)


def place_of(day: Day, number: int) -> tuple[str, str]:
    """Floor and area of a window, "" where the plan has none."""
    window = day.plan.window(number)
    return (window.floor, window.area) if window else ("", "")


def _queue(day: Day, letter: str, name: b.Text) -> b.Queue:
    return b.Queue(
        category=letter,
        name=name,
        waiting=day.line.count(letter),
        windows=len(day.open_windows(letter)),
        paused=day.categories[letter].paused,
    )


# --- the kiosk -----------------------------------------------------------------------------


def menu(day: Day, now: int, data_at: int, version: str = "") -> m.Menu:
    """What the hall offers at `now`."""
    return m.Menu(
        hall=day.plan.name,
        seq=day.seq,
        data_at=data_at,
        languages=day.plan.languages,
        choices=tuple(_choice(day, c.letter, c.name, now) for c in day.plan.categories),
        priority_kinds=tuple(day.plan.priority_kinds.values()),
        notices=(dict(day.now.notice),) if day.now.notice else (),
        version=version,
        timezone=day.plan.timezone,
        catalogue=day.plan.catalogue,
        long_queue=day.plan.rules.long_queue or 0,
        credit=day.plan.rules.credits.get(PRIORITY, 0) // 60_000,
        most_matters=day.plan.rules.matters_per_ticket,
        papers=papers.of_kiosks(day),
    )


def status(day: Day, now: int) -> wire.Status:
    """The hall for the public: the kiosk's start page without its buttons."""
    offered = menu(day, now, now)
    return wire.Status(
        hall=offered.hall,
        at=now,
        timezone=offered.timezone,
        languages=offered.languages,
        categories=tuple(
            wire.StatusLine(c.category, c.name, not c.closed, c.waiting, c.windows, c.why)
            for c in offered.choices
        ),
        notices=offered.notices,
        catalogue=offered.catalogue,
    )


def offers_at(day: Day, now: int) -> tuple[tuple[str, int | None], ...]:
    """What time alone changes of a menu: why each category cannot be taken, and when calling goes on."""
    closed = ((c.letter, closed_because(day, c.letter, now)) for c in day.plan.categories)
    return tuple(
        (why.code if why else "", calling_from(day, letter, ORDINARY, now)) for letter, why in closed
    )


def _choice(day: Day, letter: str, name: m.Text, now: int) -> m.Choice:
    closed = closed_because(day, letter, now)
    return m.Choice(
        category=letter,
        name=name,
        waiting=day.line.count(letter),
        windows=day.open_windows(letter),
        matters=(*_joint_errands(day.plan, letter), *_matters_of(fitting_matters(day, letter))),
        closed=closed.code if closed else "",
        why=refusal_text(closed) if closed else {},
        calling_from=calling_from(day, letter, ORDINARY, now),
    )


def _matters_of(matters: Iterable[Matter]) -> tuple[m.Matter, ...]:
    return tuple(m.Matter(x.id, x.name, x.checklist(), x.identity) for x in matters)


def _joint_errands(plan: Plan, letter: str) -> tuple[m.Matter, ...]:
    """Joint errands (一件事) stand in the menu as matters do, with all that their matters ask for."""
    return tuple(
        m.Matter(
            joint.id,
            joint.name,
            checklist_of(plan.wanted(joint.matters)),
            any(x.identity for x in plan.wanted(joint.matters)),
        )
        for joint in plan.joints
        if joint.category == letter
    )


def hall(plan: Plan) -> wire.Hall:
    """What a client must know of a hall; static for a day."""
    return wire.Hall(
        id=plan.hall,
        name=plan.name,
        timezone=plan.timezone,
        languages=plan.languages,
        windows=tuple(
            wire.WindowLine(w.number, w.name, w.floor, w.area, tuple(serve_text(s) for s in w.serves))
            for w in plan.windows
        ),
        categories=tuple(wire.Labelled(c.letter, c.name) for c in plan.categories),
        matters=tuple(_matter_line(x) for x in plan.matters),
        reasons={act: _labelled(names) for act, names in plan.reasons.items()},
        outcomes=_labelled(plan.outcomes),
        kinds=_labelled(plan.priority_kinds),
        departments=_labelled(plan.departments),
        catalogue=plan.catalogue,
        exits=tuple(c.letter for c in plan.categories if c.exit),
    )


def _matter_line(x: Matter) -> wire.MatterLine:
    return wire.MatterLine(x.id, x.name, x.category, x.materials, x.conditions, x.instant)


def _labelled(names: dict[str, wire.Text]) -> tuple[wire.Labelled, ...]:
    return tuple(wire.Labelled(code, name) for code, name in names.items())


def receipt(
    day: Day,
    ticket: Ticket,
    url: str,
    code: str,
    rules: tuple[m.Text, ...],
    calls_from: int | None = None,
) -> m.Receipt:
    """A ticket in its visitor's hand."""
    plan = day.plan
    category = plan.category(ticket.category)
    matters = day.guides(ticket)
    windows = serving_windows(day, ticket.category, ticket.cls)
    floor, area = place_of(day, windows[0]) if windows else ("", "")
    return m.Receipt(
        ticket=ticket.id,
        number=ticket.number,
        category=ticket.category,
        category_name=category.name if category else {"zh": ticket.category},
        matters=(*_joint_name(plan, ticket), *(x.name for x in matters)),
        priority=ticket.cls == "priority",
        ahead=ticket.ahead,
        windows=windows,
        floor=floor,
        area=area,
        area_name=plan.area(area),
        taken_at=ticket.taken_at,
        language=ticket.language,
        url=url,
        code=code,
        checklist=checklist_of(matters),
        calling_from=calls_from,
        expected=shown(ticket.expected),
        rules=tuple(rule[ticket.language] for rule in rules),
        rule_texts=rules,
    )


def _joint_name(plan: Plan, ticket: Ticket) -> tuple[m.Text, ...]:
    joint = plan.joint(ticket.joint)
    return (joint.name,) if joint else ()


def slip(day: Day, ticket: Ticket, url: str, code: str, time: str, reprint: bool = False) -> Slip:
    """A ticket's paper, in its visitor's language or in the two that the hall puts together."""
    windows = serving_windows(day, ticket.category, ticket.cls)
    floor, area = place_of(day, windows[0]) if windows else ("", "")
    goes_on = calling_from(day, ticket.category, ticket.cls, ticket.taken_at)
    told = Told(
        number=ticket.number,
        category=ticket.category,
        cls=ticket.cls,
        matters=ticket.matters,
        ahead=ticket.ahead,
        windows=windows,
        floor=floor,
        area=day.plan.area(area),
        time=time,
        url=url,
        code=code,
        expected=None if reprint else _clocks(day.plan, shown(ticket.expected)),
        calling_from=_clock(day.plan, goes_on) if goes_on else "",
        reprint=reprint,
        joint=ticket.joint,
    )
    return word(day.plan_of(ticket), told, languages_of(day.plan, ticket.language))


def _clocks(plan: Plan, range_: tuple[int, int] | None) -> tuple[str, str] | None:
    return (_clock(plan, range_[0]), _clock(plan, range_[1])) if range_ is not None else None


def _clock(plan: Plan, at: int) -> str:
    """A moment (ms since the epoch) as the hall's clocks show it."""
    return dt.datetime.fromtimestamp(at / 1000, ZoneInfo(plan.timezone)).strftime("%H:%M")


def checklist(plan: Plan, ids: tuple[str, ...], lang: str, time: str) -> Slip:
    """What to bring for some matters, on paper: no number, and it says so."""
    matters = plan.wanted(ids)
    return Slip(
        hall=_both(plan.name, lang),
        number="",
        category=translate("hall.slip.checklist_only", lang),
        matters=tuple(_both(x.name, lang) for x in matters),
        lines=(
            translate("hall.slip.printed", lang, time=time),
            *(translate("hall.slip.version", lang, version=plan.guide_versions[x.id]) for x in matters),
        ),
        rules=(translate("hall.slip.no_number", lang),),
        checklist_title=translate("hall.slip.checklist", lang),
        checklist=tuple(_both(thing, lang) for thing in checklist_of(matters)),
    )


def _both(text: wire.Text, lang: str) -> str:
    """A name in a language; Korean and English stand under the Chinese."""
    own = text.get(lang)
    return text["zh"] if lang == "zh" or not own else f"{text['zh']}\n{own}"


# --- a ticket ------------------------------------------------------------------------------


def ticket_view(day: Day, t: Ticket) -> wire.TicketView:
    """A ticket as staff see it."""
    return wire.TicketView(
        id=t.id,
        number=t.number,
        category=t.category,
        cls=t.cls,  # type: ignore[arg-type]
        kind=t.kind,
        state=t.state,  # type: ignore[arg-type]
        end=t.end,
        matters=t.matters,
        language=t.language,
        visit=t.visit,
        source=t.source,
        taken_at=t.taken_at,
        due=t.due,
        ahead=people_ahead(day, t),
        window=t.window,
        times_called=len(t.calls),
        called_at=t.called_at,
        started_at=t.started_at,
        ended_at=t.ended_at,
        misses=t.misses,
        note=t.note,
        parked_until=park_until(day, t),
        hold_until=hold_until(day, t) if t.state == "missed" else None,
        stations=tuple(wire.Station(s.window, s.clerk, s.since, s.until) for s in t.stations),
        left_open=t.left_open,
        paper=t.paper,
        closed=tuple(matter_result(end) for end in t.closed),
        cases=t.cases,
        principal=t.principal,
        joint=t.joint,
        elsewhere=elsewhere(day, t),
        edition=t.edition,
        guides=_guides(day, t),
    )


def _guides(day: Day, t: Ticket) -> tuple[wire.MatterLine, ...]:
    """Those of a ticket's matters that the catalogue in force has otherwise, or no more."""
    if t.edition == day.now.edition:
        return ()
    return tuple(_matter_line(x) for x in day.guides(t) if x != day.plan.matter(x.id))


def matter_result(end: MatterEnd) -> wire.MatterResult:
    """What became of a matter, as staff see it."""
    case = end.case.id if end.case else ""
    return wire.MatterResult(end.matter, end.outcome, end.at, end.reason, end.papers, end.until, case)


def ticket_public(day: Day, t: Ticket, now: int, data_at: int) -> wire.TicketPublic:
    """A ticket as its holder sees it: this ticket only."""
    category = day.plan.category(t.category)
    window = _holders_window(t)
    windows = serving_windows(day, t.category, t.cls)
    floor, area = place_of(day, window or next(iter(windows), 0))
    ahead = people_ahead(day, t)
    return wire.TicketPublic(
        number=t.number,
        category=t.category,
        state=t.state,  # type: ignore[arg-type]
        end=t.end,
        ahead=ahead,
        before=why_ahead(day, t),
        window=window,
        calling_from=calling_from(day, t.category, t.cls, now) if t.state == WAITING else None,
        data_at=data_at,
        seq=day.seq,
        answered_at=now,
        language=t.language,
        category_name=category.name if category else {"zh": t.category},
        windows=windows,
        floor=floor,
        area=area,
        area_name=day.plan.area(area),
        taken_at=t.taken_at,
        calls=len(t.calls),
        called_at=t.called_at,
        hold_until=hold_until(day, t) if t.state == MISSED else None,
        parked_until=park_until(day, t),
        misses=t.misses,
        tomorrow=t.tomorrow,
        passing_until=t.passing_until,
        may_pass=_may_pass(day, t),
        rated=t.rated,
        may_rate=t.end == DONE and bool(t.stations) and not t.rated,
        expected=shown(expect(day, t.category, t.cls, ahead, now)) if ahead else None,
        matters=tuple(wire.MatterHeld(x.id, x.name, day.guide_version(t, x.id)) for x in day.guides(t)),
    )


def _may_pass(day: Day, t: Ticket) -> int:
    """For how long (ms) the holder may let others pass, were it asked now; 0: not now."""
    rules = day.plan.rules
    may = t.state == WAITING and t.passing_until is None and t.passes < rules.let_pass_times
    return rules.let_pass or 0 if may else 0


def _holders_window(t: Ticket) -> int | None:
    """The one window a holder has to do with now, if there is one."""
    if t.state in (CALLED, SERVING, PARKED):
        return t.window
    return t.directed_window if t.state == WAITING else None


# --- a window ------------------------------------------------------------------------------


def window_view(
    day: Day, number: int, now: int, data_at: int, needs: Callable[[str], tuple[str, ...]] | None = None
) -> wire.WindowView:
    """All that a window's console shows. `needs` tells what a ticket's visitor needs."""
    w = day.window(number)
    agreed = day.plan.window(number)
    present = day.present(w)
    lines = _window_queue(day, w)
    undo = _undo(day, number, now)
    return wire.WindowView(
        hall=day.plan.hall,
        seq=day.seq,
        data_at=data_at,
        window=number,
        name=agreed.name if agreed else {"zh": str(number)},
        state=w.state,  # type: ignore[arg-type]
        pausing=w.pausing,
        reason=w.reason,
        clerk=w.clerk,
        serves=tuple(serve_text(s) for s in w.serves),
        present=ticket_view(day, present) if present else None,
        queue=lines,
        waiting=_waiting_for(day, w),
        missed=_served_here(day, w, day.line.missed),
        parked=_served_here(day, w, day.line.parked),
        categories=tuple(_category_line(day, c.letter, c.name, now) for c in day.plan.categories),
        figures=_figures(day.tallies.get(number, Tally())),
        calls_needed=max(0, day.plan.rules.calls_before_miss - len(present.calls)) if present else 0,
        miss_opens_at=miss_opens_at(day, present) if present else None,
        undo=undo[0],
        undo_until=undo[1],
        undo_ticket=undo[2],
        notices=(dict(day.now.notice),) if day.now.notice else (),
        needs=needs(present.id) if present and needs else (),
        troubles=papers.troubles(day, day.plan),
        summons=dict(w.summons),
        summoned_at=w.summoned_at,
        catalogue=day.plan.catalogue,
    )


def pressing(day: Day, number: int, now: int, authors: Set[str]) -> object:
    """What of a window's view a clerk must see at once: all but how the queue and others' figures stand.

    Whatever the clerk did (one of the `authors` of what has just landed) is never the same as before.
    """
    w = day.window(number)
    present = day.present(w)
    return (
        w,
        present,
        _undo(day, number, now),
        miss_opens_at(day, present) if present else None,
        _waiting_for(day, w) > 0,
        _served_here(day, w, day.line.missed),
        _served_here(day, w, day.line.parked),
        day.now.notice,
        papers.troubles(day, day.plan),
        object() if w.clerk in authors else None,
    )


def serve_text(serve: Serve) -> str:
    """A pair as it is written in a hall file: ``A``, ``A:ordinary`` or ``*:priority``."""
    return serve.category if serve.cls == "*" else f"{serve.category}:{serve.cls}"


def _window_queue(day: Day, window: Window) -> tuple[wire.QueueLine, ...]:
    directed = sorted([*day.line.directed_to(window.number), *day.line.directed_to(window.clerk or "-")])
    first = [day.tickets[id] for _, id in directed]
    rest: list[tuple[int, int, str]] = []
    for (category, cls), places in day.line.pairs():
        penalties = [s.penalty for s in window.serves if s.covers(category, cls)]
        if penalties and not day.categories[category].paused:
            rest += [(due + min(penalties), place, id) for due, place, id in places[:SHOWN_IN_QUEUE]]
    in_line = [day.tickets[id] for _, _, id in sorted(rest)]
    return tuple(_queue_line(t) for t in [*first, *in_line][:SHOWN_IN_QUEUE])


def _queue_line(t: Ticket) -> wire.QueueLine:
    why = "directed" if t.directed else t.why if t.why == "returned" else t.cls
    return wire.QueueLine(
        ticket=t.id,
        number=t.number,
        category=t.category,
        cls=t.cls,  # type: ignore[arg-type]
        taken_at=t.taken_at,
        due=t.due,
        why="order" if why == ORDINARY else why,
    )


def _waiting_for(day: Day, window: Window) -> int:
    in_line = sum(len(places) for pair, places in day.line.pairs() if window.covers(*pair))
    return in_line + len(day.line.directed_to(window.number)) + len(day.line.directed_to(window.clerk or "-"))


def _served_here(day: Day, window: Window, ids: set[str]) -> tuple[wire.TicketView, ...]:
    found = [
        t for id in ids if window.covers((t := day.tickets[id]).category, t.cls) or t.window == window.number
    ]
    return tuple(ticket_view(day, t) for t in sorted(found, key=lambda t: t.place)[:SHOWN_IN_QUEUE])


def _category_line(day: Day, letter: str, name: wire.Text, now: int) -> wire.CategoryLine:
    heads_of = [day.tickets[line[0][2]] for cls in CLASSES if (line := day.line.waiting.get((letter, cls)))]
    return wire.CategoryLine(
        category=letter,
        name=name,
        waiting=day.line.count(letter),
        longest=max((now - t.taken_at for t in heads_of), default=0),
        windows=day.open_windows(letter),
        paused=day.categories[letter].paused,
    )


def _figures(tally: Tally) -> wire.OwnFigures:
    mean = tally.service // tally.timed if tally.timed else None
    return wire.OwnFigures(served=tally.served, called=tally.called, missed=tally.missed, mean_service=mean)


def _undo(day: Day, window: int, now: int) -> tuple[str, int | None, str]:
    last = day.undoables.get(day.last_acts.get(window, ""))
    if last is None or last.window != window or now - last.at > day.plan.rules.undo:
        return "", None, ""
    return last.kind, last.at + day.plan.rules.undo, last.before.id
