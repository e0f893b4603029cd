"""The hall as a whole over HTTP: what it is, its board, its categories, its day."""

from __future__ import annotations

from displays.board import Board
from kiosk.menu import Menu
from queue_server import papers, views, wire
from queue_server.access.principals import may_see_health
from queue_server.api.alarms import alarm_lines
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit
from queue_server.api.tickets import done
from queue_server.config import Webhook
from queue_server.hall import commands as do
from queue_server.hall.refusals import NotYours
from queue_server.reactions.webhooks import CASES, Standing, host_of, side_of, standing_of
from queue_server.store.logs import StoreRefused, Unanswered


async def show(call: Call) -> wire.Hall:
    """What a client must know of the hall."""
    return await call.hall.look(lambda day: views.hall(day.plan))


async def me(call: Call) -> wire.WhoAmI:
    """Who the token belongs to."""
    who = call.principal
    return wire.WhoAmI(
        id=who.id,
        name=who.name,
        role=who.role,
        hall=call.hall.id,
        windows=who.windows,
        department=who.department,
    )


async def board(call: Call) -> Board:
    """The board as it is now."""
    now = call.now
    return await call.hall.look(lambda day: views.board(day, now), call.at_least)


async def menu(call: Call) -> Menu:
    """What a kiosk offers now."""
    now = call.now
    return await call.hall.look(lambda day: views.menu(day, now, now), call.at_least)


async def health(call: Call) -> wire.Health:
    """Whether the hall accepts anything, and its last alarms, for managers."""
    if not may_see_health(call.principal):
        raise NotYours("not_allowed")
    hall = call.hall
    return wire.Health(
        date=hall.day.state.date if hall.day else "",
        seq=hall.day.tail.seq if hall.day else 0,
        halted=hall.halt.code if hall.halt else "",
        set_aside=hall.day.state.now.quarantined if hall.day else (),
        barred=hall.day.state.now.barred if hall.day else (),
        alarms=alarm_lines(hall),
        told=await _told(call),
        silent=hall.day.state.now.broken_zones if hall.day else (),
        printers=papers.lines(hall.day.state, hall.day.state.plan) if hall.day else (),
    )


async def _told(call: Call) -> tuple[wire.Told, ...]:
    """How the systems fare that are told what happens; nothing is known of them while the store is gone."""
    targets = [target for target in call.halls.webhooks if target.hall == call.hall.id]
    try:
        return tuple(
            [
                _standing(target, of, await standing_of(call.hall, side_of(target, of)))
                for target in targets
                for of in ("", CASES)
            ]
        )
    except (Unanswered, StoreRefused):
        return ()


def _standing(target: Webhook, of: str, now: Standing) -> wire.Told:
    aside = tuple(wire.SetAside(one.id, one.at, one.why) for one in now.set_aside)
    return wire.Told(f"{target.name}{of}", host_of(target), now.sent, now.failing_since, now.why, aside)


async def pause_category(call: Call) -> wire.Done:
    """Stop calling a category."""
    body = await call.body(wire.PauseCategory)
    command = do.PauseCategory(category=call.params["letter"], reason=body.reason, issuing=body.issuing)
    return done(await call.change(command))


async def resume_category(call: Call) -> wire.Done:
    """Call a paused category again."""
    await call.body(wire.Nothing)
    return done(await call.change(do.ResumeCategory(category=call.params["letter"])))


async def notice(call: Call) -> wire.Done:
    """Show a notice, or take it down."""
    body = await call.body(wire.SetNotice)
    return done(await call.change(do.SetNotice(text=body.text)))


async def close_day(call: Call) -> wire.Done:
    """Close the business day."""
    body = await call.body(wire.CloseDay)
    key = call.hall.secret().hex()
    return done(await call.change(do.CloseDay(reason=body.reason, seed=key)))


async def down(call: Call) -> wire.Done:
    """The hall was down for a while: it counts for nobody's hold, park or lateness."""
    body = await call.body(wire.DownTime)
    return done(await call.change(do.RecordDown(since=body.since, until=body.until)))


async def sound(call: Call) -> wire.Done:
    """A voice zone is broken, or works again."""
    body = await call.body(wire.Sound)
    zone = call.params["zone"]
    command = do.SoundState(zone=zone, broken=body.broken)
    call.must_be_allowed(command)
    if zone not in {window.zone for window in call.hall.today().state.plan.windows if window.zone}:
        raise Unfit(404, "unknown_zone", f"no window of this hall is heard in a zone {zone[:40]!r}")
    return done(await call.change(command))
