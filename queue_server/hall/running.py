"""The day itself: opening, closing, categories paused, notices, down time, and what time brings about."""

from __future__ import annotations

import hashlib

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, hold_used, park_until, picked, running, said
from queue_server.hall.desks import unfinished
from queue_server.hall.editions import fits
from queue_server.hall.hours import day_bounds
from queue_server.hall.model import CALLED, ENDED, SERVING, Answer
from queue_server.hall.plan import plan_hash
from queue_server.hall.refusals import Conflict, Unusable

MOST_TICKETS = 100_000
"""Tickets of a category in a day that no quota goes beyond, as in the hall file."""
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits of a code: none that are taken for another when read or typed."""


def open_day(day: Day, ask: Ask, c: do.OpenDay) -> Decision:
    """The business day begins; it pins its plan by hash and cites the hash that closed the last one."""
    if day.now.opened:
        raise Conflict("day_open", date=day.date)
    if c.plan != plan_hash(day.plan) or c.date != day.date:
        raise Unusable("bad_time", at=c.date)
    opened = ev.DayOpened(date=c.date, plan=c.plan, cites=c.cites, carried=c.carried, edition=c.edition)
    return Decision((opened,), Answer(detail=c.date))


def change_catalogue(day: Day, ask: Ask, c: do.ChangeCatalogue) -> Decision:
    """The day goes on with a later edition's matters; what its plan has no place for comes tomorrow."""
    running(day)
    if c.edition <= day.now.edition:
        raise Conflict("stale")
    matters = [matter for matter in c.matters if fits(day.plan, matter)]
    changed = ev.CatalogueChanged(
        edition=c.edition,
        order=tuple(matter.id for matter in matters),
        changed=tuple(matter for matter in matters if matter != day.plan.matter(matter.id)),
    )
    return Decision((changed,), Answer(detail=str(c.edition)))


def close_day(day: Day, ask: Ask, c: do.CloseDay) -> Decision:
    """The business day ends. While anyone waits only a manager with a reason may close it (D18)."""
    running(day)
    left = [t for t in day.tickets.values() if t.state != ENDED]
    waiting = [t for t in left if t.state != SERVING]
    if left and not c.boundary:
        if ask.role != "manager":
            raise Conflict("people_waiting", waiting=len(left))
        picked(day, "close_day", c.reason)
    events: list[ev.AnyEvent] = [unfinished(t) for t in left if t.state == SERVING]
    events += [ev.Unserved(ticket=t.id, tomorrow=code_from(f"{c.seed}:{t.id}")) for t in waiting]
    events.append(ev.DayClosed(unserved=len(waiting), reason=c.reason, boundary=c.boundary))
    return Decision(tuple(events), Answer(detail=day.date, ahead=len(waiting)))


def code_from(seed: str) -> str:
    """A code to check in with: seven letters and digits drawn from a secret that came with the command."""
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:7])


def pause_category(day: Day, ask: Ask, c: do.PauseCategory) -> Decision:
    """Stop calling a category; nothing counts against its visitors meanwhile."""
    running(day)
    category = day.category(c.category)
    reason = picked(day, "category_pause", c.reason)
    if category.paused and category.issuing == c.issuing:
        raise Conflict("category_state", category=c.category)
    event = ev.CategoryPaused(category=c.category, reason=reason, issuing=c.issuing)
    return Decision((event,), Answer(detail=c.category))


def resume_category(day: Day, ask: Ask, c: do.ResumeCategory) -> Decision:
    """Call a paused category again."""
    running(day)
    if not day.category(c.category).paused:
        raise Conflict("category_state", category=c.category)
    return Decision((ev.CategoryResumed(category=c.category),), Answer(detail=c.category))


def set_quota(day: Day, ask: Ask, c: do.SetQuota) -> Decision:
    """How many tickets a category gives out today; whoever holds one keeps it."""
    running(day)
    day.category(c.category)
    if c.quota is not None and not 0 <= c.quota <= MOST_TICKETS:
        raise Unusable("bad_quota", quota=c.quota, most=MOST_TICKETS)
    return Decision((ev.QuotaSet(category=c.category, quota=c.quota),), Answer(detail=c.category))


def acknowledge(day: Day, ask: Ask, c: do.AcknowledgeAlarm) -> Decision:
    """Somebody takes note of an alarm; a later one of the same kind is new again."""
    running(day)
    if c.until > ask.at:
        raise Unusable("bad_time", at=c.until)
    if any((seen.code, seen.log) == (c.code, c.log) and seen.until >= c.until for seen in day.now.seen):
        raise Conflict("stale")
    return Decision((ev.AlarmSeen(code=c.code, log=c.log, until=c.until),), Answer(detail=c.code))


def set_notice(day: Day, ask: Ask, c: do.SetNotice) -> Decision:
    """Show a notice on every screen, or take it down."""
    running(day)
    return Decision((ev.NoticeSet(text=said(day, c.text)),), Answer())


def record_down(day: Day, ask: Ask, c: do.RecordDown) -> Decision:
    """An interval in which the hall was down; those called just before wait on at their key (D10)."""
    running(day)
    if not 0 < c.since < c.until <= ask.at:
        raise Unusable("bad_time", at=c.since)
    if any(s.since < c.until and c.since < (s.until or c.until) for s in day.now.down):
        raise Conflict("stale")
    called = [t for t in day.tickets.values() if t.state == CALLED and t.calls[-1].at <= c.until]
    back = tuple(ev.PutBack(ticket=t.id, why="down") for t in sorted(called, key=lambda t: t.key))
    return Decision((ev.HallWasDown(since=c.since, until=c.until), *back), Answer())


def bar_numbers(day: Day, ask: Ask, c: do.BarNumbers) -> Decision:
    """Numbers that people hold and the log has lost are given to nobody else (ARCHITECTURE brief, point 10).

    They may be entered by hand, for those who hold them.
    """
    lost = [(letter, number) for letter, number in c.lost if _is_lost(day, number)]
    if not lost:
        raise Conflict("stale")
    lasts: dict[str, int] = {}
    for letter, number in lost:
        category = day.plan.category(letter)
        digits = number.removeprefix(category.number_prefix()) if category else ""
        if digits.isascii() and digits.isdigit():
            lasts[letter] = max(lasts.get(letter, 0), int(digits))
    barred = ev.NumbersBarred(numbers=tuple(number for _, number in lost), lasts=tuple(sorted(lasts.items())))
    return Decision((barred,), Answer(ahead=len(lost)))


def _is_lost(day: Day, number: str) -> bool:
    return number not in day.numbers and number not in day.now.barred


# --- time has an owner ---------------------------------------------------------------------


def cause(day: Day, command: do.Command) -> str:
    """What brings a command of time about: the same cause never acts twice, another one may."""
    match command:
        case do.HoldLapsed(ticket=id):
            return f"{id}:{day.tickets[id].missed_at}"
        case do.ParkLapsed(ticket=id):
            return f"{id}:{day.tickets[id].parked_at}"
        case do.PassLapsed(ticket=id):
            return f"{id}:{day.tickets[id].passing_until}"
        case do.ClaimLapsed(window=number, clerk=clerk):
            return f"{number}:{clerk}:{day.windows[number].claimed_at}"
        case do.RecordDown(since=since):
            return str(since)
        case do.ChangeCatalogue(edition=edition):
            return str(edition)
        case _:
            return day.date


def _passed(day: Day, id: str, now: int) -> bool:
    until = day.tickets[id].passing_until
    return until is not None and now >= until


def due(day: Day, now: int) -> list[do.Command]:
    """What time alone brings about; every process offers these, the first wins, stale ones are refused."""
    if not day.now.opened or day.now.closed:
        return []
    hold = day.plan.rules.hold
    over = [t for id in sorted(day.line.missed) if hold_used(day, t := day.tickets[id], now) > hold]
    late = [
        t
        for id in sorted(day.line.parked)
        if not (t := day.tickets[id]).park_overdue and now >= (park_until(day, t) or now)
    ]
    commands: list[do.Command] = [do.HoldLapsed(ticket=t.id) for t in over]
    commands += [do.ParkLapsed(ticket=t.id) for t in late]
    commands += [do.PassLapsed(ticket=id) for id in sorted(day.line.passing) if _passed(day, id, now)]
    if now >= day_bounds(day.plan, day.date)[1]:
        commands.append(do.CloseDay(boundary=True, seed=day.date))
    return commands
