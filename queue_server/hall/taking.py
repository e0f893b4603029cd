"""Taking a ticket: at a kiosk, by appointment, by hand, or straight at a window."""

from __future__ import annotations

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, due_in, held, picked, ready_to_call, running
from queue_server.hall.hours import closing, day_bounds, issuing_from, next_open, open_time
from queue_server.hall.joint import booked, wished
from queue_server.hall.model import CALLED, MISSED, PARKED, SERVING, WAITING, Answer, Booking
from queue_server.hall.plan import BOOKED, CLASSES, ORDINARY, PRIORITY
from queue_server.hall.refusals import Conflict, NotNow, Refused, Unknown, Unusable

LIVE = (WAITING, CALLED, SERVING, PARKED, MISSED)
"""States of a ticket that something may still come of."""


def take_ticket(day: Day, ask: Ask, c: do.TakeTicket) -> Decision:
    """A visitor takes a ticket; its reference is the time of issue."""
    running(day)
    day.category(c.category)
    joint, matters = wished(day, c.category, c.matters)
    if c.cls not in CLASSES or c.cls == BOOKED:
        raise Unusable("unknown_class", cls=c.cls)
    if c.kind and c.kind not in day.plan.priority_kinds:
        raise Unusable("unknown_kind", kind=c.kind)
    known_language(day, c.language)
    visit = _visit(day, c)
    _came_before(day, c.cases)
    may_issue(day, c.category, c.cls, ask.at)
    if c.clerk and day.window_of(c.clerk) is None:
        raise Unknown("unknown_clerk", clerk=c.clerk)
    taken, answer = issue(
        day,
        ask.at,
        c.ticket,
        c.category,
        c.cls,
        ask.at,
        visit or c.ticket,
        matters,
        c.language,
        c.source,
        kind=c.kind,
        cases=c.cases,
        joint=joint,
    )
    directed = (ev.Directed(ticket=c.ticket, window=None, clerk=c.clerk),) if c.clerk else ()
    return Decision((taken, *directed), answer)


def _came_before(day: Day, cases: tuple[str, ...]) -> None:
    """Nobody stands in line twice for the same cases."""
    wanted = set(cases)
    for ticket in day.tickets.values() if wanted else ():
        if wanted.intersection(ticket.cases) and ticket.state in LIVE:
            raise Conflict("already_waiting", number=ticket.number)


def known_language(day: Day, language: str) -> None:
    """The language must be one of the hall's."""
    if language not in day.plan.languages:
        raise Unusable("unknown_language", language=language)


def _visit(day: Day, c: do.TakeTicket) -> str:
    """The visit a ticket joins; one live ticket of a visit per category (D8)."""
    if c.visit is None:
        return ""
    earlier = day.tickets.get(c.visit)
    if earlier is None:
        raise Unknown("unknown_visit")
    for id in day.visits[earlier.visit]:
        other = day.tickets[id]
        if other.category == c.category and other.state in LIVE:
            raise Conflict("already_waiting", number=other.number)
    return earlier.visit


def issue(
    day: Day,
    now: int,
    ticket: str,
    category: str,
    cls: str,
    reference: int,
    visit: str,
    matters: tuple[str, ...],
    language: str,
    source: str,
    kind: str = "",
    booking: str = "",
    number: str = "",
    taken_at: int | None = None,
    cases: tuple[str, ...] = (),
    agent: str = "",
    principal: str = "",
    joint: str = "",
) -> tuple[ev.TicketTaken, Answer]:
    """A ticket gets the category's next number and its place."""
    if ticket in day.tickets:
        raise Conflict("number_taken", number=day.tickets[ticket].number)
    number = number or next_number(day, category)
    due = due_in(day, category, cls, reference)
    ahead = day.line.before(category, (due, day.seq + 1))
    taken = ev.TicketTaken(
        ticket=ticket,
        number=number,
        category=category,
        cls=cls,
        source=source,
        taken_at=now if taken_at is None else taken_at,
        reference=reference,
        due=due,
        visit=visit,
        ahead=ahead,
        kind=kind if cls == PRIORITY else "",
        matters=matters,
        language=language,
        booking=booking,
        cases=cases,
        agent=agent,
        principal=principal,
        joint=joint,
        edition=day.now.edition,
    )
    from_when = calling_from(day, category, cls, now)
    return taken, Answer(ticket=ticket, number=number, ahead=ahead, calling_from=from_when)


def next_number(day: Day, category: str) -> str:
    """The category's next number: prefix and at least three digits, more rather than a repeat (S4, S6)."""
    found = day.plan.category(category)
    prefix = found.number_prefix() if found else category
    count = str(day.categories[category].last + 1)
    number = prefix + count.zfill(day.plan.rules.number_digits)
    while number in day.numbers:
        count = count.zfill(max(day.plan.rules.number_digits, len(count)) + 1)
        number = prefix + count
    return number


def may_issue(day: Day, category: str, cls: str, now: int) -> None:
    """Refuse only if nobody could be served: closed, full, paused, not planned today, or past the cut-off."""
    found = day.category(category)
    if found.paused and not found.issuing:
        raise NotNow("category_paused", category=category)
    if found.quota is not None and found.issued >= found.quota:
        raise NotNow("quota_reached", category=category, quota=found.quota)
    start, end = issuing_from(day.plan, day.date), closing(day.plan, day.date)
    if start is None:
        raise NotNow("closed", until=0)
    if now < start:
        raise NotNow("not_yet_issuing", since=start)
    if end is not None and now >= end:
        raise NotNow("closed", until=end)
    if not day.planned_windows(category, cls):
        raise NotNow("no_window_today", category=category)
    if cut_off(day, category, cls, now):
        raise NotNow("cut_off", category=category)


def cut_off(day: Day, category: str, cls: str, now: int) -> bool:
    """Whether those who wait already fill the time until closing and its grace.

    ``people waiting x planned minutes / windows planned > open time until closing + grace``
    (DOMAIN.md, "Opening, lunch, closing").
    """
    end, grace = closing(day.plan, day.date), day.plan.rules.cutoff_grace
    agreed = day.plan.category(category)
    windows = len(day.planned_windows(category, cls))
    if end is None or grace is None or agreed is None or not windows:
        return False
    left = open_time(day.plan, day.date, now, end)
    return day.line.count(category) * agreed.service / windows > left + grace


def calling_from(day: Day, category: str, cls: str, now: int) -> int | None:
    """When calling goes on, if no window calls this category now and the plan says when."""
    return None if day.open_windows(category, cls) else next_open(day.plan, day.date, now)


def closed_because(day: Day, category: str, now: int) -> Refused | None:
    """Why an ordinary ticket of this category cannot be taken now, or None."""
    try:
        running(day)
        may_issue(day, category, ORDINARY, now)
    except Refused as refusal:
        return refusal
    return None


def check_in(day: Day, ask: Ask, c: do.CheckIn) -> Decision:
    """A booked visitor arrives: up to 5 min late the slot counts, then the arrival, then as a walk-in."""
    running(day)
    b = c.booking
    known_language(day, c.language)
    if b.date != day.date:
        raise NotNow("booking_other_day", date=b.date)
    if b.code in day.bookings:
        raise Conflict("already_checked_in", number=day.tickets[day.bookings[b.code]].number)
    day.category(b.category)
    cls, reference = appointment(day, b, ask.at)
    joint, matters = booked(day.plan, b)
    if b.matters and not matters:
        raise Conflict("matter_retired", matter=b.matters[0])
    _came_before(day, b.cases)
    taken, answer = issue(
        day,
        ask.at,
        c.ticket,
        b.category,
        cls,
        reference,
        c.ticket,
        matters,
        c.language,
        c.source,
        booking=b.code,
        cases=b.cases,
        joint=joint,
    )
    return Decision((taken,), answer)


def appointment(day: Day, booking: Booking, now: int) -> tuple[str, int]:
    """The class and reference of a booking checked in at `now`; down time is nobody's lateness (D10, D12)."""
    down = sum(max(0, min(now, s.until or now) - max(booking.slot, s.since)) for s in day.now.down)
    late = now - booking.slot - down
    rules = day.plan.rules
    if late <= rules.late_kept:
        return BOOKED, booking.slot
    if late <= rules.late_class:
        return BOOKED, now
    return ORDINARY, now


def enter_by_hand(day: Day, ask: Ask, c: do.EnterByHand) -> Decision:
    """补录: enter a number that was written by hand, sorted by its true time."""
    running(day)
    day.category(c.category)
    known_language(day, c.language)
    if not c.number.isascii() or not c.number.isalnum() or len(c.number) > 8:
        raise Unusable("bad_number", number=c.number[:16])
    if c.number in day.numbers:
        raise Conflict("number_taken", number=c.number)
    if not day_bounds(day.plan, day.date)[0] <= c.taken_at <= ask.at:
        raise Unusable("bad_time", at=c.taken_at)
    taken, answer = issue(
        day,
        ask.at,
        c.ticket,
        c.category,
        ORDINARY,
        c.taken_at,
        c.ticket,
        (),
        c.language,
        "paper",
        number=c.number,
        taken_at=c.taken_at,
    )
    return Decision((taken,), answer)


def serve_without_ticket(day: Day, ask: Ask, c: do.ServeWithoutTicket) -> Decision:
    """直接受理: a number with source ``window``; nobody's place changes, the reason is kept (D14)."""
    running(day)
    window = held(day, ask, c.window)
    ready_to_call(day, window)
    day.category(c.category)
    joint, matters = wished(day, c.category, c.matters)
    reason = picked(day, "without_ticket", c.reason)
    _came_before(day, c.cases)
    taken, answer = issue(
        day,
        ask.at,
        c.ticket,
        c.category,
        ORDINARY,
        ask.at,
        c.ticket,
        matters,
        "zh",
        "window",
        cases=c.cases,
        joint=joint,
    )
    started = ev.Started(ticket=c.ticket, window=c.window, clerk=ask.by, direct=reason)
    return Decision((taken, started), Answer(ticket=c.ticket, number=answer.number, window=c.window))
