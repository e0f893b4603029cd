"""Joint tickets (一件事, 联合办理): the matters of several departments under one number.

A window acts on what it accepts. For the rest the hall configures which of two things happens: staff of other
windows are called to the visitor, or the visitor moves on to them with the place kept, which is the ticket's
own reference. Nobody ends the service while others must act on a matter of it.
"""

from __future__ import annotations

from queue_server.hall import events as ev
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.decision import (
    Decision,
    about,
    at_own_window,
    due_in,
    in_state,
    known_matters,
    running,
    said,
)
from queue_server.hall.model import OPEN, SERVING, Answer, Booking, Ticket, Window
from queue_server.hall.plan import COME, Joint, Plan
from queue_server.hall.refusals import Conflict, NotNow, Unusable


class CarryOn(Command, frozen=True):
    """What is left of a joint ticket needs others: call them (`text`, by language), or move on to them."""

    ticket: str
    text: dict[str, str]


def wished(day: Day, category: str, matters: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The joint errand that somebody named ("" for none), and the matters that the ticket will carry."""
    joint = joint_named(day.plan, category, matters)
    if joint is None:
        known_matters(day, category, matters)
        return "", matters
    for id in joint.matters:
        day.matter(id)
    return joint.id, joint.matters


def joint_named(plan: Plan, category: str, matters: tuple[str, ...]) -> Joint | None:
    """The joint errand that somebody names for a ticket or a booking; it stands alone, where it begins."""
    joint = next((found for id in matters if (found := plan.joint(id))), None)
    if joint is None:
        return None
    if len(matters) > 1:
        raise Unusable("joint_alone", joint=joint.name["zh"])
    if joint.category != category:
        raise Unusable("matter_elsewhere", matter=joint.id, category=joint.category)
    return joint


def booked(plan: Plan, booking: Booking) -> tuple[str, tuple[str, ...]]:
    """The joint errand of a booking ("" for none), and those of its matters that the hall still has.

    What was agreed when the slot was booked is not judged anew: whoever booked is not turned away for it.
    """
    named = (booking.joint, *booking.matters)
    joint = next((found for id in named if (found := plan.joint(id))), None)
    wanted = plan.wanted(booking.matters)
    return joint.id if joint is not None and wanted else "", tuple(matter.id for matter in wanted)


# --- who acts on what -------------------------------------------------------------------


def still_open(ticket: Ticket) -> tuple[str, ...]:
    """The matters of which nobody has said yet what became of them."""
    closed = {end.matter for end in ticket.closed}
    return tuple(matter for matter in ticket.matters if matter not in closed)


def accepts(day: Day, ticket: Ticket, window: Window, id: str) -> bool:
    """Whether a window accepts a ticket's matter; one that the plan does not know is nobody else's."""
    matter = day.guide(ticket, id)
    return matter is None or window.calls(matter.category, None)


def elsewhere(day: Day, ticket: Ticket) -> tuple[str, ...]:
    """The open matters of a joint ticket on which nobody at its window can act now."""
    if not ticket.joint or ticket.window is None:
        return ()
    here = [day.window(number) for number in (ticket.window, *ticket.helpers)]
    return tuple(
        id for id in still_open(ticket) if not any(accepts(day, ticket, window, id) for window in here)
    )


def must_be_here(day: Day, ticket: Ticket, matters: tuple[str, ...]) -> None:
    """Refuse to say of a matter what became of it while only others can."""
    away = next((id for id in elsewhere(day, ticket) if id in matters), None)
    if away is not None:
        raise Conflict("joint_elsewhere", matter=away)


def must_be_over(day: Day, ticket: Ticket) -> None:
    """Refuse to end a service of which others must act on a part."""
    left = elsewhere(day, ticket)
    if left:
        raise Conflict("joint_open", number=ticket.number, left="、".join(left))


# --- carrying on ------------------------------------------------------------------------


def carry_on(day: Day, ask: Ask, c: CarryOn) -> Decision:
    """As the hall configures: others come here, or the visitor moves on to the first of them."""
    running(day)
    ticket = day.ticket(c.ticket)
    in_state(ticket, SERVING)
    at_own_window(day, ask, ticket)
    left = elsewhere(day, ticket)
    if not left:
        raise Conflict("stale")
    joint = day.plan.joint(ticket.joint)
    if joint is not None and joint.others == COME:
        return _call_others(day, ticket, left, said(day, c.text))
    return _move_on(day, ticket, left)


def _call_others(day: Day, ticket: Ticket, left: tuple[str, ...], text: dict[str, str]) -> Decision:
    if not text:
        raise Unusable("bad_text")
    called: list[Window] = []
    for id in left:
        able = [w for w in day.windows.values() if w.state == OPEN and accepts(day, ticket, w, id)]
        if not able:
            raise NotNow("joint_nobody", matter=id)
        if not any(w in able for w in called):
            # Whoever has no visitor leaves nobody waiting at the own window.
            called.append(min(able, key=lambda w: (w.present != "", w.number)))
    numbers = tuple(sorted(w.number for w in called))
    event = ev.OthersCalled(ticket=ticket.id, windows=numbers, text=text)
    return Decision((event,), about(ticket, detail=" ".join(map(str, numbers))))


def _move_on(day: Day, ticket: Ticket, left: tuple[str, ...]) -> Decision:
    own = [id for id in still_open(ticket) if id not in left]
    if own:
        raise Conflict("joint_here", number=ticket.number, left="、".join(own))
    matter = day.guide(ticket, left[0])
    assert matter is not None, "a matter that the plan does not know is nobody else's"
    due = due_in(day, matter.category, ticket.cls, ticket.reference)
    ahead = day.line.before(matter.category, (due, day.seq + 1))
    moved = ev.Transferred(ticket=ticket.id, category=matter.category, due=due)
    return Decision(
        (moved,), Answer(ticket=ticket.id, number=ticket.number, ahead=ahead, detail=matter.category)
    )
