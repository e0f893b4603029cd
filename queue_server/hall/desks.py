"""Windows: who sits there, open, paused, closed, and what they serve."""

from __future__ import annotations

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decision import Decision, held, picked, running, said, steered
from queue_server.hall.evolve import supposing
from queue_server.hall.joint import elsewhere
from queue_server.hall.matters import outcomes_of
from queue_server.hall.model import CALLED, CLOSED, OPEN, UNRECORDED, Answer, Ticket, Window
from queue_server.hall.plan import CLASSES, EVERY_CATEGORY, Serve
from queue_server.hall.refusals import Conflict, Unusable


def claim(day: Day, ask: Ask, c: do.ClaimWindow) -> Decision:
    """Sit down at a window; a service the last clerk left is closed or continued (D6, D16)."""
    running(day)
    window = day.window(c.window)
    elsewhere = day.window_of(c.clerk)
    if elsewhere is not None and elsewhere.number != c.window:
        raise Conflict("clerk_elsewhere", window=elsewhere.number)
    if window.clerk and window.clerk != c.clerk and not c.take_over:
        raise Conflict("window_claimed", window=c.window, clerk=window.clerk)
    events: list[ev.AnyEvent] = []
    if window.clerk and window.clerk != c.clerk:
        events.append(ev.WindowReleased(window=c.window, clerk=window.clerk, why="taken_over"))
    events.append(ev.WindowClaimed(window=c.window, clerk=c.clerk))
    events += _leftover(day, window, ask, c)
    return Decision(tuple(events), Answer(window=c.window))


def _leftover(day: Day, window: Window, ask: Ask, c: do.ClaimWindow) -> list[ev.AnyEvent]:
    present = day.present(window)
    if present is None or (window.clerk == c.clerk and not present.left_open):
        return []
    if present.state == CALLED:
        return [ev.HandedOver(ticket=present.id, window=c.window, clerk=c.clerk)]
    if c.leftover == "continue":
        return [ev.HandedOver(ticket=present.id, window=c.window, clerk=c.clerk)]
    if c.leftover != "close":
        raise Conflict("leftover_visitor", window=c.window, number=present.number)
    ended = c.ended_at if c.ended_at is not None else ask.at
    if not (present.started_at or 0) <= ended <= ask.at:
        raise Unusable("bad_time", at=ended)
    outcomes = outcomes_of(present, "done", elsewhere(day, present), UNRECORDED)
    return [ev.Finished(ticket=present.id, outcomes=outcomes, ended_at=ended, excluded=True)]


def release(day: Day, ask: Ask, c: do.ReleaseWindow) -> Decision:
    """Leave a window, or free it as a manager when its clerk has gone.

    A called visitor waits on at the same place, a service stays, flagged.
    """
    window = steered(day, ask, c.window)
    if not window.clerk:
        raise Conflict("not_claimed", window=c.window)
    return _leave(day, window, "" if window.clerk == ask.by else "freed")


def _leave(day: Day, window: Window, why: str) -> Decision:
    events = _let_go(day, window, "released")
    events.append(ev.WindowReleased(window=window.number, clerk=window.clerk, why=why))
    return Decision(tuple(events), Answer(window=window.number))


def _let_go(day: Day, window: Window, why: str) -> list[ev.AnyEvent]:
    present = day.present(window)
    if present is None:
        return []
    if present.state == CALLED:
        return [ev.PutBack(ticket=present.id, why=why)]
    return [] if present.left_open else [ev.LeftOpen(ticket=present.id)]


def claim_lapsed(day: Day, ask: Ask, c: do.ClaimLapsed) -> Decision:
    """A console has been silent for too long (S14): its claim ends, a service stays, flagged."""
    window = day.window(c.window)
    if window.clerk != c.clerk or not c.clerk:
        raise Conflict("stale")
    return _leave(day, window, "lapsed")


def open_window(day: Day, ask: Ask, c: do.OpenWindow) -> Decision:
    """Open a window, or go on after a pause.

    A manager also takes back that an empty window stays closed today: it opens when a clerk sits down.
    """
    running(day)
    window = steered(day, ask, c.window)
    if not window.clerk:
        if not window.for_today:
            raise Conflict("not_claimed", window=c.window)
        planned = ev.WindowClosed(window=c.window, reason="", for_today=False)
        return Decision((planned,), Answer(window=c.window, detail="planned"))
    if window.state == OPEN and not window.pausing:
        raise Conflict("window_state", window=c.window, state=OPEN)
    return Decision((ev.WindowOpened(window=c.window),), Answer(window=c.window))


def pause(day: Day, ask: Ask, c: do.PauseWindow) -> Decision:
    """Pause after the present visitor; `now` sends a called one back at the same place, without a miss."""
    running(day)
    window = steered(day, ask, c.window)
    reason = picked(day, "pause", c.reason)
    if window.state != OPEN:
        raise Conflict("window_state", window=c.window, state=window.state)
    paused = ev.WindowPaused(window=c.window, reason=reason)
    if not window.present:
        return Decision((paused,), Answer(window=c.window))
    if not c.now:
        return Decision((ev.PauseAsked(window=c.window, reason=reason),), Answer(window=c.window))
    return Decision((*_let_go(day, window, "pause"), paused), Answer(window=c.window))


def summon(day: Day, ask: Ask, c: do.SummonWindows) -> Decision:
    """Call staff urgently: at the named windows, or wherever somebody sits. A newer call replaces one."""
    running(day)
    text = said(day, c.text)
    if not text:
        raise Unusable("bad_text")
    windows = [day.window(number) for number in c.windows] or list(day.windows.values())
    called = tuple(sorted(w.number for w in windows if w.clerk))
    if not called:
        raise Conflict("nobody_sits")
    event = ev.WindowsSummoned(windows=called, text=text)
    return Decision((event,), Answer(ahead=len(called), detail=" ".join(map(str, called))))


def answer_summons(day: Day, ask: Ask, c: do.AnswerSummons) -> Decision:
    """Whoever sits at the window has read the urgent call."""
    window = held(day, ask, c.window)
    if not window.summons:
        raise Conflict("no_summons", window=c.window)
    return Decision((ev.SummonsAnswered(window=c.window),), Answer(window=c.window))


def close_window(day: Day, ask: Ask, c: do.CloseWindow) -> Decision:
    """Close a window; those directed to it flow back to their categories (D24)."""
    running(day)
    window = steered(day, ask, c.window)
    present = day.present(window)
    if present is not None:
        raise Conflict("visitor_present", window=c.window, number=present.number)
    if window.state == CLOSED and window.for_today == c.for_today:
        raise Conflict("window_state", window=c.window, state=CLOSED)
    if c.for_today:
        _someone_remains(day, window, ())
    closed = ev.WindowClosed(window=c.window, reason=c.reason, for_today=c.for_today)
    return Decision((closed,), Answer(window=c.window))


MAY_STRAND = (ev.WindowClosed, ev.WindowReleased, ev.PutBack, ev.Undone)
"""After these somebody may wait for a window or clerk that is gone, called ones put back included."""


def flow_back(day: Day, ask: Ask, decision: Decision) -> Decision:
    """Those directed to a window or clerk that is gone wait in their category again, at their key (D24)."""
    if not any(isinstance(event, MAY_STRAND) for event in decision.events):
        return decision
    with supposing(day, ask, decision.events):
        gone = [line for addressee, line in day.line.directed.items() if _gone(day, addressee)]
        back = tuple(ev.FlowedBack(ticket=id) for _, id in sorted(place for line in gone for place in line))
    return decision._replace(events=(*decision.events, *back))


def _gone(day: Day, addressee: int | str) -> bool:
    if isinstance(addressee, int):
        return day.windows[addressee].state == CLOSED
    return day.window_of(addressee) is None


def assign(day: Day, ask: Ask, c: do.AssignWindow) -> Decision:
    """Give a window other (category, class) pairs; nobody's key changes.

    The last window of a category in which people wait needs a successor.
    """
    running(day)
    window = day.window(c.window)
    if not c.serves:
        raise Unusable("bad_serves", serves="")
    for serve in c.serves:
        if serve.category != EVERY_CATEGORY:
            day.category(serve.category)
        if serve.cls not in (EVERY_CATEGORY, *CLASSES):
            raise Unusable("unknown_class", cls=serve.cls)
    orphans = _orphans(day, window, c.serves)
    assigned = ev.WindowAssigned(window=c.window, serves=c.serves)
    if not orphans:
        return Decision((assigned,), Answer(window=c.window))
    if c.successor is None or c.successor == c.window:
        raise Conflict("last_window", window=c.window, category=orphans[0][0])
    heir = day.window(c.successor)
    serves = (*heir.serves, *(Serve(category=category, cls=cls) for category, cls in orphans))
    return Decision((ev.WindowAssigned(window=heir.number, serves=serves), assigned), Answer(window=c.window))


def _orphans(day: Day, window: Window, serves: tuple[Serve, ...]) -> list[tuple[str, str]]:
    """The (category, class) pairs in which people wait and which nobody would serve any more."""
    others = [w for w in day.windows.values() if w.number != window.number and not w.for_today]
    return [
        (category, cls)
        for (category, cls), _ in day.line.pairs()
        if window.covers(category, cls)
        and not any(s.covers(category, cls) for s in serves)
        and not any(w.covers(category, cls) for w in others)
    ]


def _someone_remains(day: Day, window: Window, serves: tuple[Serve, ...]) -> None:
    orphans = _orphans(day, window, serves)
    if orphans:
        raise Conflict("last_window", window=window.number, category=orphans[0][0])


def unfinished(ticket: Ticket) -> ev.Finished:
    """结果未登记: a service nobody finished, closed at the day's end and left out of averages."""
    outcomes = outcomes_of(ticket, UNRECORDED) or ((UNRECORDED, UNRECORDED),)
    since = ticket.started_at or 0
    return ev.Finished(ticket=ticket.id, outcomes=outcomes, ended_at=since, excluded=True)
