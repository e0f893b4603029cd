"""What an event does to a day: put records, nothing else.

An event that contradicts the state raises `Contradiction` before anything is put; the desk sets it aside,
names it, and goes on (S12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import NOW, Day
from queue_server.hall.editions import revised
from queue_server.hall.expecting import called, expect
from queue_server.hall.model import (
    CALLED,
    CANCELLED_BY_STAFF,
    CANCELLED_BY_VISITOR,
    CLOSED,
    DONE,
    ENDED,
    FOLLOWS,
    HALL_CLOSED,
    HOLD_OVER,
    MISSED,
    OPEN,
    PARKED,
    PAUSED,
    SERVING,
    UNDOES,
    VOID_MISSED,
    WAITING,
    Kept,
    MatterEnd,
    PastCall,
    PastSlip,
    PrinterSeen,
    Seen,
    Segment,
    Stop,
    Tally,
    Ticket,
    Undoable,
    Utterance,
    Window,
)
from queue_server.hall.plan import ORDINARY, PRIORITY

RECENT_CALLS = 12
RECENT_SLIPS = 10
"""Slips of each printer that staff see."""


class Contradiction(Exception):
    """An event of the log cannot follow what came before it."""


Applier = Callable[[Day, ev.Record, int, Any], None]
_APPLY: dict[type[ev.Event], Applier] = {}


def evolve(day: Day, record: ev.Record, seq: int) -> None:
    """Apply the event with log sequence `seq` to the day.

    Raises `Contradiction`, with the day unchanged, when the event cannot follow.
    """
    if seq != day.seq + 1:
        raise Contradiction(f"event {seq} does not follow event {day.seq}")
    if record.key and record.answer is None:
        raise Contradiction(f"event {seq} has a key and no answer")
    mark = day.mark()
    try:
        _APPLY[type(record.e)](day, record, seq, record.e)
    except (Contradiction, KeyError, AttributeError, IndexError) as error:
        day.unwind(mark)
        raise Contradiction(f"event {seq} ({type(record.e).__name__}): {error}") from error
    day.seq = seq
    status = day.now
    if record.at > status.last_at:
        day.put(day.status, "day", replace(status, last_at=record.at))
    if record.key and record.answer is not None:
        day.put(day.kept, record.key, Kept(record.digest, replace(record.answer, seq=seq + record.more)))


def quarantine(day: Day, seq: int) -> None:
    """Set an event aside: it changes nothing but is named in the day's status."""
    day.seq = seq
    day.put(day.status, "day", replace(day.now, quarantined=(*day.now.quarantined, seq)))


@contextmanager
def supposing(day: Day, ask: Ask, events: Iterable[ev.AnyEvent]) -> Iterator[None]:
    """Look at the day as it would be after these events; it is as before when the block ends."""
    mark = day.mark()
    try:
        for event in events:
            evolve(day, ev.Record(v=ev.RECORD_VERSION, at=ask.at, by=ask.by, e=event), day.seq + 1)
        yield
    finally:
        day.unwind(mark)


def applies(event: type[ev.Event]) -> Callable[[Applier], Applier]:
    """Register what applies an event."""

    def register(applier: Applier) -> Applier:
        _APPLY[event] = applier
        return applier

    return register


# --- the day ------------------------------------------------------------------------


@applies(ev.DayOpened)
def _day_opened(day: Day, r: ev.Record, seq: int, e: ev.DayOpened) -> None:
    if day.now.opened or e.date != day.date:
        raise Contradiction(f"day {e.date} opened in the log of {day.date}")
    opened = replace(day.now, opened=True, opened_at=r.at, carried=e.carried, last_at=r.at, edition=e.edition)
    day.put(day.status, "day", opened)
    day.put(day.agreed, e.edition, day.plan)
    for letter in day.categories:
        _note_stops(day, letter, r.at)


@applies(ev.CatalogueChanged)
def _catalogue_changed(day: Day, r: ev.Record, seq: int, e: ev.CatalogueChanged) -> None:
    if e.edition <= day.now.edition:
        raise Contradiction(f"edition {e.edition} after edition {day.now.edition}")
    plan = revised(day.plan, e.changed, e.order)
    day.put(day.agreed, NOW, plan)
    day.put(day.agreed, e.edition, plan)
    day.put(day.status, "day", replace(day.now, edition=e.edition))


@applies(ev.DayClosed)
def _day_closed(day: Day, r: ev.Record, seq: int, e: ev.DayClosed) -> None:
    if not day.now.opened or day.now.closed:
        raise Contradiction("a day that is not open closed")
    day.put(day.status, "day", replace(day.now, closed=True))


@applies(ev.NoticeSet)
def _notice_set(day: Day, r: ev.Record, seq: int, e: ev.NoticeSet) -> None:
    day.put(day.status, "day", replace(day.now, notice=tuple(sorted(e.text.items())), notice_at=r.at))


@applies(ev.HallWasDown)
def _hall_was_down(day: Day, r: ev.Record, seq: int, e: ev.HallWasDown) -> None:
    day.put(day.status, "day", replace(day.now, down=(*day.now.down, Stop(e.since, e.until))))


@applies(ev.NumbersBarred)
def _numbers_barred(day: Day, r: ev.Record, seq: int, e: ev.NumbersBarred) -> None:
    day.put(day.status, "day", replace(day.now, barred=(*day.now.barred, *e.numbers)))
    for letter, last in e.lasts:
        c = day.categories[letter]
        day.put(day.categories, letter, replace(c, last=max(c.last, last)))


@applies(ev.SoundChanged)
def _sound_changed(day: Day, r: ev.Record, seq: int, e: ev.SoundChanged) -> None:
    zones = set(day.now.broken_zones) - {e.zone} | ({e.zone} if e.broken else set())
    day.put(day.status, "day", replace(day.now, broken_zones=tuple(sorted(zones))))


@applies(ev.CategoryPaused)
def _category_paused(day: Day, r: ev.Record, seq: int, e: ev.CategoryPaused) -> None:
    c = day.categories[e.category]
    day.put(day.categories, c.letter, replace(c, paused=True, issuing=e.issuing, reason=e.reason))
    _note_stops(day, c.letter, r.at)


@applies(ev.CategoryResumed)
def _category_resumed(day: Day, r: ev.Record, seq: int, e: ev.CategoryResumed) -> None:
    c = day.categories[e.category]
    day.put(day.categories, c.letter, replace(c, paused=False, issuing=True, reason=""))
    _note_stops(day, c.letter, r.at)


@applies(ev.QuotaSet)
def _quota_set(day: Day, r: ev.Record, seq: int, e: ev.QuotaSet) -> None:
    c = day.categories[e.category]
    day.put(day.categories, c.letter, replace(c, quota=e.quota))


@applies(ev.AlarmSeen)
def _alarm_seen(day: Day, r: ev.Record, seq: int, e: ev.AlarmSeen) -> None:
    others = tuple(seen for seen in day.now.seen if (seen.code, seen.log) != (e.code, e.log))
    seen = Seen(e.code, e.log, e.until, r.by, r.at)
    day.put(day.status, "day", replace(day.now, seen=(*others, seen)))


def _note_stops(day: Day, letter: str, at: int) -> None:
    """Begin or end the stretch in which nothing counts for a category."""
    c = day.categories[letter]
    running = not c.paused and any(
        w.state == OPEN and any(s.category in ("*", letter) for s in w.serves) for w in day.windows.values()
    )
    stopped = bool(c.stops) and c.stops[-1].until is None
    if running and stopped:
        day.put(day.categories, letter, replace(c, stops=(*c.stops[:-1], replace(c.stops[-1], until=at))))
    elif not running and not stopped:
        day.put(day.categories, letter, replace(c, stops=(*c.stops, Stop(at))))


# --- tickets: in -----------------------------------------------------------------------


@applies(ev.TicketTaken)
def _ticket_taken(day: Day, r: ev.Record, seq: int, e: ev.TicketTaken) -> None:
    if e.ticket in day.tickets or e.number in day.numbers:
        raise Contradiction(f"ticket {e.number} exists already")
    category = day.categories[e.category]
    by_hand = e.source == "paper"
    day.put(
        day.categories,
        e.category,
        replace(category, last=category.last + (not by_hand), issued=category.issued + 1),
    )
    day.put_ticket(
        Ticket(
            id=e.ticket,
            number=e.number,
            category=e.category,
            cls=e.cls,
            source=e.source,
            language=e.language,
            visit=e.visit,
            taken_at=e.taken_at,
            reference=e.reference,
            due=e.due,
            place=seq,
            ahead=e.ahead,
            kind=e.kind,
            matters=e.matters,
            booking=e.booking,
            cases=e.cases,
            agent=e.agent,
            principal=e.principal,
            joint=e.joint,
            edition=e.edition,
            state=SERVING if e.source == "window" else WAITING,
            expected=expect(day, e.category, e.cls, e.ahead, r.at) if e.source == "kiosk" else None,
        )
    )
    day.put(day.numbers, e.number, e.ticket)
    day.put(day.visits, e.visit, (*day.visits.get(e.visit, ()), e.ticket))
    if e.booking:
        day.put(day.bookings, e.booking, e.ticket)
    status = day.now
    day.put(day.status, "day", replace(status, issued=status.issued + 1))


@applies(ev.SlipNoted)
def _slip_noted(day: Day, r: ev.Record, seq: int, e: ev.SlipNoted) -> None:
    ticket = day.tickets[e.ticket]
    sent = ticket.paper_sent or e.sent
    asked = ticket.paper_asked if e.first else None
    _lasting(day, e.ticket, paper=e.outcome, paper_at=e.printer, paper_sent=sent, paper_asked=asked)
    if e.printer:
        seen = day.printers.get(e.printer, PrinterSeen())
        slip = PastSlip(r.at, e.ticket, e.outcome, e.reason, e.marked)
        day.put(day.printers, e.printer, replace(seen, slips=(slip, *seen.slips[: RECENT_SLIPS - 1])))


@applies(ev.ReceiptNoted)
def _receipt_noted(day: Day, r: ev.Record, seq: int, e: ev.ReceiptNoted) -> None:
    """It changes nothing: it stands in the log for whoever asks who printed what."""


@applies(ev.ReprintAsked)
def _reprint_asked(day: Day, r: ev.Record, seq: int, e: ev.ReprintAsked) -> None:
    _lasting(day, e.ticket, paper_asked=r.at)


@applies(ev.PrinterNoted)
def _printer_noted(day: Day, r: ev.Record, seq: int, e: ev.PrinterNoted) -> None:
    seen = day.printers.get(e.printer, PrinterSeen())
    day.put(day.printers, e.printer, replace(seen, state=e.state, since=e.since))


# --- tickets: calling ------------------------------------------------------------------


def _to(ticket: Ticket, state: str) -> None:
    if state not in FOLLOWS[ticket.state]:
        raise Contradiction(f"{ticket.number}: {state} cannot follow {ticket.state}")


def _from(ticket: Ticket, *states: str) -> None:
    if ticket.state not in states:
        raise Contradiction(f"{ticket.number} is {ticket.state}, not {' or '.join(states)}")


def _tally(day: Day, number: int, **more: int) -> None:
    tally = day.tallies.get(number, Tally())
    day.put(
        day.tallies, number, replace(tally, **{name: getattr(tally, name) + by for name, by in more.items()})
    )


def _remember(day: Day, kind: str, at: int, window: int, before: Ticket) -> None:
    day.put(day.undoables, before.id, Undoable(kind, at, window, before))
    day.put(day.last_acts, window, before.id)


def _lasting(day: Day, id: str, **changes: Any) -> None:
    """Change a ticket in a way that taking back its call does not take back."""
    day.put_ticket(replace(day.tickets[id], **changes))
    undoable = day.undoables.get(id)
    if undoable is not None:
        day.put(day.undoables, id, replace(undoable, before=replace(undoable.before, **changes)))


@applies(ev.Called)
def _called(day: Day, r: ev.Record, seq: int, e: ev.Called) -> None:
    t, w = day.tickets[e.ticket], day.windows[e.window]
    _to(t, CALLED)
    if w.present:
        raise Contradiction(f"window {e.window} has a visitor")
    _remember(day, "call", r.at, e.window, t)
    day.put(day.paces, t.category, called(day, t, r.at))
    day.put_ticket(
        replace(
            t,
            state=CALLED,
            window=e.window,
            clerk=e.clerk,
            calls=(Utterance(r.at, seq),),
            times_called=t.times_called + 1,
            called_at=r.at,
            found_until=None,
            passing_until=None,
        )
    )
    day.put(day.windows, e.window, replace(w, present=t.id))
    _tally(day, e.window, called=1)
    c = day.categories[t.category]
    if t.cls in (PRIORITY, ORDINARY):
        day.put(
            day.categories,
            c.letter,
            replace(c, ordinary_run=0 if t.cls == PRIORITY else c.ordinary_run + 1),
        )
    past = tuple(p for p in day.now.past if p.number != t.number)
    if past != day.now.past:
        day.put(day.status, "day", replace(day.now, past=past))


@applies(ev.Recalled)
def _recalled(day: Day, r: ev.Record, seq: int, e: ev.Recalled) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED)
    day.put_ticket(replace(t, calls=(*t.calls, Utterance(r.at, seq)), times_called=t.times_called + 1))


@applies(ev.CallSpoken)
def _call_spoken(day: Day, r: ev.Record, seq: int, e: ev.CallSpoken) -> None:
    t = day.tickets[e.ticket]
    if not any(c.seq == e.call for c in t.calls):
        raise Contradiction(f"{t.number} has no call {e.call}")
    calls = tuple(replace(c, spoken_at=e.spoken_at) if c.seq == e.call else c for c in t.calls)
    day.put_ticket(replace(t, calls=calls))


@applies(ev.Started)
def _started(day: Day, r: ev.Record, seq: int, e: ev.Started) -> None:
    t, w = day.tickets[e.ticket], day.windows[e.window]
    _to(t, SERVING)
    if e.direct and w.present:
        raise Contradiction(f"window {e.window} has a visitor")
    day.drop(day.undoables, t.id)
    day.put_ticket(
        replace(
            t,
            state=SERVING,
            window=e.window,
            clerk=e.clerk,
            started_at=t.started_at or r.at,
            why="direct" if e.direct else t.why,
            stations=(*t.stations, Segment(e.window, e.clerk, r.at)),
        )
    )
    if e.direct:
        day.put(day.windows, e.window, replace(w, present=t.id))
        day.put(day.status, "day", replace(day.now, direct=day.now.direct + 1))


@applies(ev.MattersAdded)
def _matters_added(day: Day, r: ev.Record, seq: int, e: ev.MattersAdded) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED, SERVING)
    matters = (*t.matters, *e.matters)
    _lasting(day, e.ticket, matters=matters)


@applies(ev.MatterClosed)
def _matter_closed(day: Day, r: ev.Record, seq: int, e: ev.MatterClosed) -> None:
    t = day.tickets[e.ticket]
    _from(t, SERVING)
    if e.matter not in t.matters or any(end.matter == e.matter for end in t.closed):
        raise Contradiction(f"{t.number}: {e.matter} is not there to be closed")
    _lasting(day, e.ticket, closed=(*t.closed, end_of(r.at, e)))


def end_of(at: int, e: ev.MatterClosed) -> MatterEnd:
    """What an event says of a matter, as its ticket keeps it."""
    return MatterEnd(e.matter, e.outcome, at, e.reason, e.papers, e.until, e.case)


@applies(ev.WasFound)
def _was_found(day: Day, r: ev.Record, seq: int, e: ev.WasFound) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED)
    day.put_ticket(replace(t, found_until=e.until))


# --- tickets: leaving a window -----------------------------------------------------------


def _free(day: Day, t: Ticket, at: int, seq: int, shown: str = "past") -> None:
    """The window of a ticket is free again; its call moves to the recent ones."""
    w = day.windows.get(t.window) if t.window is not None else None
    if w is None or w.present != t.id:
        return
    if w.pausing:
        w = replace(w, state=PAUSED, pausing=False, since=at)
    day.put(day.windows, w.number, replace(w, present=""))
    for other in [each for each in day.windows.values() if each.summoned_to == t.id]:
        day.put(day.windows, other.number, replace(other, summons=(), summoned_at=0, summoned_to=""))
    if w.state == PAUSED:
        _windows_changed(day, at)
    if t.called_at is not None:
        shown_seq = seq if shown == "wait" else (t.calls[-1].seq if t.calls else seq)
        line = PastCall(
            shown_seq, t.number, w.number, at if shown == "wait" else t.called_at, len(t.calls), shown
        )
        rest = tuple(p for p in day.now.past if p.number != t.number)
        day.put(day.status, "day", replace(day.now, past=(line, *rest)[:RECENT_CALLS]))


def _close_station(t: Ticket, at: int) -> tuple[Segment, ...]:
    if t.stations and t.stations[-1].until is None:
        return (*t.stations[:-1], replace(t.stations[-1], until=at))
    return t.stations


def service_time(t: Ticket) -> int:
    """How long a ticket was really handled, over all its stations (ms)."""
    return sum((s.until - s.since) for s in t.stations if s.until is not None)


def _end(day: Day, t: Ticket, end: str, at: int) -> Ticket:
    _to(t, ENDED)
    day.put(day.ends, end, day.ends.get(end, 0) + 1)
    return replace(t, state=ENDED, end=end, ended_at=at, stations=_close_station(t, at), passing_until=None)


def _waiting_again(t: Ticket, at: int) -> Ticket:
    _to(t, WAITING)
    return replace(
        t,
        state=WAITING,
        window=None,
        clerk="",
        calls=(),
        called_at=None,
        found_until=None,
        missed_at=None,
        parked_at=None,
        parked_until=None,
        park_overdue=False,
        left_open=False,
        helpers=(),
        stations=_close_station(t, at),
    )


@applies(ev.Finished)
def _finished(day: Day, r: ev.Record, seq: int, e: ev.Finished) -> None:
    t = day.tickets[e.ticket]
    _from(t, SERVING)
    _remember(day, "finish", r.at, t.window or 0, t)
    ended = replace(_end(day, t, DONE, e.ended_at), outcomes=e.outcomes, excluded=e.excluded, left_open=False)
    day.put_ticket(ended)
    _free(day, t, r.at, seq)
    if t.window is not None:
        day.put(day.finished, t.window, t.id)
        if e.excluded:
            _tally(day, t.window, served=1)
        else:
            _tally(day, t.window, served=1, timed=1, service=service_time(ended))


@applies(ev.Missed)
def _missed(day: Day, r: ev.Record, seq: int, e: ev.Missed) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED)
    _remember(day, "miss", r.at, t.window or 0, t)
    if e.void:
        day.put_ticket(replace(_end(day, t, VOID_MISSED, r.at), misses=e.misses, missed_at=r.at))
    else:
        _to(t, MISSED)
        day.put_ticket(replace(t, state=MISSED, misses=e.misses, missed_at=r.at))
    _free(day, t, r.at, seq)
    if t.window is not None:
        _tally(day, t.window, missed=1)


def _placed_after(t: Ticket, at: int, seq: int, e: ev.SetBack | ev.Returned) -> Ticket:
    """In its category's line again, behind the third who waits; no longer directed anywhere."""
    return replace(
        _waiting_again(t, at),
        reference=e.reference,
        due=e.due,
        place=seq,
        why="returned",
        directed_window=None,
        directed_clerk="",
    )


@applies(ev.SetBack)
def _set_back(day: Day, r: ev.Record, seq: int, e: ev.SetBack) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED)
    _remember(day, "miss", r.at, t.window or 0, t)
    _free(day, t, r.at, seq)
    day.put_ticket(_placed_after(t, r.at, seq, e))


@applies(ev.Returned)
def _returned(day: Day, r: ev.Record, seq: int, e: ev.Returned) -> None:
    t = day.tickets[e.ticket]
    _from(t, MISSED)
    day.drop(day.undoables, t.id)
    day.put_ticket(_placed_after(t, r.at, seq, e))


@applies(ev.Transferred)
def _transferred(day: Day, r: ev.Record, seq: int, e: ev.Transferred) -> None:
    t = day.tickets[e.ticket]
    _from(t, WAITING, CALLED, SERVING)
    day.drop(day.undoables, t.id)
    _free(day, t, r.at, seq)
    day.put_ticket(
        replace(
            _waiting_again(t, r.at),
            category=e.category,
            due=e.due,
            place=seq,
            note=e.note,
            directed_window=None,
            directed_clerk="",
        )
    )


@applies(ev.Directed)
def _directed(day: Day, r: ev.Record, seq: int, e: ev.Directed) -> None:
    t = day.tickets[e.ticket]
    _from(t, WAITING, CALLED, SERVING, PARKED)
    day.drop(day.undoables, t.id)
    _free(day, t, r.at, seq)
    day.put_ticket(
        replace(
            _waiting_again(t, r.at),
            place=seq,
            why="park" if e.why == "park" else "directed",
            note=e.note or t.note,
            directed_window=e.window,
            directed_clerk=e.clerk,
        )
    )


@applies(ev.LetPass)
def _let_pass(day: Day, r: ev.Record, seq: int, e: ev.LetPass) -> None:
    t = day.tickets[e.ticket]
    _from(t, WAITING)
    day.put_ticket(replace(t, passing_until=e.until, passes=t.passes + 1))


@applies(ev.ReadyAgain)
def _ready_again(day: Day, r: ev.Record, seq: int, e: ev.ReadyAgain) -> None:
    t = day.tickets[e.ticket]
    if t.passing_until is None:
        raise Contradiction(f"{t.number} lets nobody pass")
    day.put_ticket(replace(t, passing_until=None))


@applies(ev.Rated)
def _rated(day: Day, r: ev.Record, seq: int, e: ev.Rated) -> None:
    t = day.tickets[e.ticket]
    _from(t, ENDED)
    if t.rated:
        raise Contradiction(f"{t.number} is rated already")
    day.put_ticket(replace(t, rated=e.level))


@applies(ev.FlowedBack)
def _flowed_back(day: Day, r: ev.Record, seq: int, e: ev.FlowedBack) -> None:
    t = day.tickets[e.ticket]
    if not t.directed:
        raise Contradiction(f"{t.number} is not directed anywhere")
    day.put_ticket(replace(t, directed_window=None, directed_clerk="", why=""))


@applies(ev.PutBack)
def _put_back(day: Day, r: ev.Record, seq: int, e: ev.PutBack) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED)
    day.drop(day.undoables, t.id)
    _free(day, t, r.at, seq, shown="wait")
    day.put_ticket(_waiting_again(t, r.at))


@applies(ev.Parked)
def _parked(day: Day, r: ev.Record, seq: int, e: ev.Parked) -> None:
    t = day.tickets[e.ticket]
    _to(t, PARKED)
    _remember(day, "park", r.at, t.window or 0, t)
    _free(day, t, r.at, seq)
    day.put_ticket(
        replace(
            t,
            state=PARKED,
            parked_at=r.at,
            parked_until=e.until,
            park_overdue=False,
            found_until=None,
            stations=_close_station(t, r.at),
        )
    )


@applies(ev.ParkOverdue)
def _park_overdue(day: Day, r: ev.Record, seq: int, e: ev.ParkOverdue) -> None:
    t = day.tickets[e.ticket]
    _from(t, PARKED)
    day.put_ticket(replace(t, park_overdue=True))


@applies(ev.Cancelled)
def _cancelled(day: Day, r: ev.Record, seq: int, e: ev.Cancelled) -> None:
    t = day.tickets[e.ticket]
    _from(t, WAITING, CALLED, PARKED, MISSED)
    day.drop(day.undoables, t.id)
    _free(day, t, r.at, seq)
    day.put_ticket(_end(day, t, CANCELLED_BY_STAFF if e.staff else CANCELLED_BY_VISITOR, r.at))


@applies(ev.HoldExpired)
def _hold_expired(day: Day, r: ev.Record, seq: int, e: ev.HoldExpired) -> None:
    t = day.tickets[e.ticket]
    _from(t, MISSED)
    day.drop(day.undoables, t.id)
    day.put_ticket(_end(day, t, HOLD_OVER, r.at))


@applies(ev.Unserved)
def _unserved(day: Day, r: ev.Record, seq: int, e: ev.Unserved) -> None:
    t = day.tickets[e.ticket]
    _from(t, WAITING, CALLED, PARKED, MISSED)
    day.drop(day.undoables, t.id)
    _free(day, t, r.at, seq)
    day.put_ticket(replace(_end(day, t, HALL_CLOSED, r.at), tomorrow=e.tomorrow))


@applies(ev.ClassChanged)
def _class_changed(day: Day, r: ev.Record, seq: int, e: ev.ClassChanged) -> None:
    _from(day.tickets[e.ticket], WAITING, CALLED)
    _lasting(day, e.ticket, cls=e.cls, kind=e.kind, due=e.due, place=seq, why="")


@applies(ev.Undone)
def _undone(day: Day, r: ev.Record, seq: int, e: ev.Undone) -> None:
    t, undoable = day.tickets[e.ticket], day.undoables[e.ticket]
    before = undoable.before
    if undoable.kind != e.act or (t.state, before.state) not in UNDOES[e.act]:
        raise Contradiction(f"{t.number}: {e.act} cannot be undone from {t.state}")
    day.drop(day.undoables, t.id)
    if e.act == "call":
        _free(day, t, r.at, seq, shown="wait")
        _tally(day, e.window, called=-1)
        day.put_ticket(replace(before, times_called=t.times_called))
        return
    w = day.windows[e.window]
    if w.present:
        raise Contradiction(f"window {e.window} has a visitor")
    if t.state == ENDED:
        day.put(day.ends, t.end, day.ends[t.end] - 1)
    if e.act == "finish":
        timed = 0 if t.excluded else 1
        _tally(day, e.window, served=-1, timed=-timed, service=-timed * service_time(t))
    elif e.act == "miss":
        _tally(day, e.window, missed=-1)
    _take_back(day, w, t.id, r.at)
    day.put(day.status, "day", replace(day.now, past=tuple(p for p in day.now.past if p.number != t.number)))
    day.put_ticket(before)


def _take_back(day: Day, w: Window, ticket: str, at: int) -> None:
    """The visitor is at the window again; a pause that began meanwhile begins after this visitor instead."""
    if w.state == PAUSED:
        w = replace(w, state=OPEN, pausing=True, since=at)
    day.put(day.windows, w.number, replace(w, present=ticket))
    _windows_changed(day, at)


@applies(ev.LeftOpen)
def _left_open(day: Day, r: ev.Record, seq: int, e: ev.LeftOpen) -> None:
    t = day.tickets[e.ticket]
    _from(t, SERVING)
    day.put_ticket(replace(t, left_open=True))


@applies(ev.HandedOver)
def _handed_over(day: Day, r: ev.Record, seq: int, e: ev.HandedOver) -> None:
    t = day.tickets[e.ticket]
    _from(t, CALLED, SERVING)
    stations = t.stations
    if t.state == SERVING:
        stations = (*_close_station(t, r.at), Segment(e.window, e.clerk, r.at))
    day.put_ticket(replace(t, clerk=e.clerk, left_open=False, stations=stations))


# --- windows ---------------------------------------------------------------------------


def _windows_changed(day: Day, at: int) -> None:
    for letter in day.categories:
        _note_stops(day, letter, at)


def _window(day: Day, number: int, at: int, **changes: Any) -> Window:
    w = replace(day.windows[number], **changes)
    day.put(day.windows, number, w)
    _windows_changed(day, at)
    return w


@applies(ev.WindowClaimed)
def _window_claimed(day: Day, r: ev.Record, seq: int, e: ev.WindowClaimed) -> None:
    _window(day, e.window, r.at, clerk=e.clerk, claimed_at=r.at)


@applies(ev.WindowReleased)
def _window_released(day: Day, r: ev.Record, seq: int, e: ev.WindowReleased) -> None:
    if day.windows[e.window].clerk != e.clerk:
        raise Contradiction(f"window {e.window} is not {e.clerk}'s")
    state = day.windows[e.window].state
    _window(
        day,
        e.window,
        r.at,
        clerk="",
        pausing=False,
        state=state if e.why == "taken_over" else CLOSED,
        since=r.at,
        summons=(),
        summoned_at=0,
    )


@applies(ev.WindowOpened)
def _window_opened(day: Day, r: ev.Record, seq: int, e: ev.WindowOpened) -> None:
    _window(day, e.window, r.at, state=OPEN, pausing=False, reason="", for_today=False, since=r.at)


@applies(ev.PauseAsked)
def _pause_asked(day: Day, r: ev.Record, seq: int, e: ev.PauseAsked) -> None:
    _window(day, e.window, r.at, pausing=True, reason=e.reason)


@applies(ev.WindowsSummoned)
def _windows_summoned(day: Day, r: ev.Record, seq: int, e: ev.WindowsSummoned) -> None:
    for number in e.windows:
        _window(day, number, r.at, summons=tuple(sorted(e.text.items())), summoned_at=r.at, summoned_to="")


@applies(ev.OthersCalled)
def _others_called(day: Day, r: ev.Record, seq: int, e: ev.OthersCalled) -> None:
    _from(day.tickets[e.ticket], SERVING)
    text = tuple(sorted(e.text.items()))
    for number in e.windows:
        _window(day, number, r.at, summons=text, summoned_at=r.at, summoned_to=e.ticket)


@applies(ev.SummonsAnswered)
def _summons_answered(day: Day, r: ev.Record, seq: int, e: ev.SummonsAnswered) -> None:
    ticket = day.tickets.get(day.windows[e.window].summoned_to)
    _window(day, e.window, r.at, summons=(), summoned_at=0, summoned_to="")
    if ticket is not None and ticket.state == SERVING and e.window not in ticket.helpers:
        _lasting(day, ticket.id, helpers=(*ticket.helpers, e.window))


@applies(ev.WindowPaused)
def _window_paused(day: Day, r: ev.Record, seq: int, e: ev.WindowPaused) -> None:
    _window(day, e.window, r.at, state=PAUSED, pausing=False, reason=e.reason, since=r.at)


@applies(ev.WindowClosed)
def _window_closed(day: Day, r: ev.Record, seq: int, e: ev.WindowClosed) -> None:
    _window(
        day, e.window, r.at, state=CLOSED, pausing=False, reason=e.reason, for_today=e.for_today, since=r.at
    )


@applies(ev.WindowAssigned)
def _window_assigned(day: Day, r: ev.Record, seq: int, e: ev.WindowAssigned) -> None:
    _window(day, e.window, r.at, serves=e.serves)
