"""What becomes of each matter at a window: results that need more than a digit are asked for their papers."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from queue_server import wire
from queue_server.console.choices import Choice, labelled
from queue_server.console.flows import Ask, Flow, reason_for
from queue_server.console.requests import Request
from queue_server.console.scene import Scene
from queue_server.console.words import say

LISTED = ("deferred", "supplement")
"""Results that name papers: owed until a day (容缺受理), or missing (补正)."""
EXPLAINED = (*LISTED, "rejected")
DEFERRALS = (3, 5, 10, 15, 20, 30)
"""Days for which a paper may be owed."""


def still_open(ticket: wire.TicketView) -> tuple[str, ...]:
    """The matters of which somebody here has still to say what became of them."""
    closed = {end.matter for end in ticket.closed}
    return tuple(m for m in ticket.matters if m not in closed and m not in ticket.elsewhere)


async def finish(ask: Ask) -> Request | None:
    """End the service; each open matter is asked for its result, and some results for their papers."""
    present = ask.scene.present
    if present is None:
        return None
    outcomes = await ask.outcomes(present) if still_open(present) else {}
    if outcomes is None:
        return None
    first: list[Request] = []
    for matter in [m for m, outcome in outcomes.items() if outcome in EXPLAINED]:
        request = await closing(ask, present, matter, outcomes.pop(matter))
        if request is None:
            return None
        first.append(request)
    body = wire.Finish(outcomes=outcomes)
    return Request("finish", f"tickets/{present.id}/finish", body, tuple(first))


async def end_matter(ask: Ask) -> Request | None:
    """One matter is over, and the visitor stays for the others."""
    scene = ask.scene
    present = scene.present
    if present is None:
        return None
    title = say("title.matter_end", scene.lang, number=present.number)
    matter = await ask.pick(title, [Choice(id, scene.matter(id)) for id in still_open(present)])
    outcome = await ask.pick(title, labelled(scene.outcomes(), scene.lang)) if matter is not None else None
    if matter is None or outcome is None:
        return None
    return await closing(ask, present, matter, outcome)


async def closing(ask: Ask, ticket: wire.TicketView, matter: str, outcome: str) -> Request | None:
    """The request that closes a matter, with what its result must say."""
    scene = ask.scene
    title = scene.matter(matter)
    papers: tuple[str, ...] | None = ()
    until: str | None = ""
    reason: str | None = ""
    if outcome in LISTED:
        choices = [Choice(each, each) for each in scene.materials(matter)]
        papers = await ask.several(say(f"title.{outcome}", scene.lang, matter=title), choices, ())
    if outcome == "deferred" and papers is not None:
        until = await ask.pick(title, days(scene), say("pick.owed_until", scene.lang))
    if outcome == "rejected":
        reason = await reason_for(ask, title, "reject")
    if papers is None or until is None or reason is None:
        return None
    body = wire.CloseMatter(outcome=outcome, papers=papers, until=until, reason=reason)
    return Request("matter_end", f"tickets/{ticket.id}/matters/{matter}/close", body)


def days(scene: Scene) -> list[Choice]:
    """The last days on which a paper may come."""
    zone = ZoneInfo(scene.hall.timezone if scene.hall is not None else "Asia/Shanghai")
    today = datetime.fromtimestamp(scene.now / 1000, zone).date()
    dates = {count: (today + timedelta(days=count)).isoformat() for count in DEFERRALS}
    return [Choice(date, say("pick.days", scene.lang, n=count), date) for count, date in dates.items()]


async def carry_on(ask: Ask) -> Request | None:
    """Others must act on the rest of a joint ticket: they are called, or the visitor moves on."""
    present = ask.scene.present
    return Request("carry_on", f"tickets/{present.id}/carry-on") if present is not None else None


FLOWS: dict[str, Flow] = {"finish": finish, "matter_end": end_matter, "carry_on": carry_on}
