"""Windows over HTTP: sit down, call, pause, close; each bound to the caller's own."""

from __future__ import annotations

from queue_server import views, wire
from queue_server.access.principals import may_see_window
from queue_server.api import exits
from queue_server.api.calls import Call
from queue_server.api.problems import Unfit
from queue_server.api.tickets import done, new_ticket
from queue_server.hall import commands as do
from queue_server.hall.plan import Serve
from queue_server.hall.refusals import NotYours


def number(call: Call) -> int:
    """The window's number in the path; refuses what is no number."""
    return read_number(call.params["n"])


def read_number(text: str) -> int:
    """A window's number as it stands in a path; refuses what is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise Unfit(422, "bad_path", "a window is a number of at most 4 digits")
    return int(text)


async def show(call: Call) -> wire.WindowView:
    """What the console of a window shows."""
    window = number(call)
    if not may_see_window(call.principal, window):
        raise NotYours("not_allowed")
    call.sign()
    now, needs = call.now, call.hall.needs.of
    return await call.hall.look(lambda day: views.window_view(day, window, now, now, needs), call.at_least)


async def call_next(call: Call) -> wire.Done:
    """Call the next visitor, or finish and call the next."""
    body = await call.body(wire.CallNext)
    outcomes = tuple(body.outcomes.items())
    return done(await call.change(do.CallNext(window=number(call), finish=body.finish, outcomes=outcomes)))


async def call_number(call: Call) -> wire.Done:
    """Call a number out of order, for a reason."""
    body = await call.body(wire.CallNumber)
    command = do.CallNumber(window=number(call), number=body.number, reason=body.reason)
    return done(await call.change(command))


async def serve(call: Call) -> wire.Done:
    """直接受理."""
    body = await call.body(wire.ServeWithoutTicket)
    call.must_be_allowed(do.ServeWithoutTicket("", number(call), "", ""))
    cases = await exits.come_for(call, body.case, body.code) if body.case else ()
    command = do.ServeWithoutTicket(
        ticket=new_ticket(),
        window=number(call),
        category=body.category,
        reason=body.reason,
        matters=body.matters,
        cases=cases,
    )
    return done(await call.change(command))


async def claim(call: Call) -> wire.Done:
    """Sit down at a window; a window that was closed opens with `open`."""
    body = await call.body(wire.Claim)
    command = do.ClaimWindow(
        window=number(call),
        clerk=call.principal.id,
        take_over=body.take_over,
        leftover=body.leftover,
        ended_at=body.ended_at,
    )
    return done(await call.change(command))


async def release(call: Call) -> wire.Done:
    """Leave a window."""
    await call.body(wire.Nothing)
    return done(await call.change(do.ReleaseWindow(window=number(call))))


async def open_window(call: Call) -> wire.Done:
    """Open a window, or go on after a pause."""
    await call.body(wire.Nothing)
    return done(await call.change(do.OpenWindow(window=number(call))))


async def pause(call: Call) -> wire.Done:
    """Pause after the present visitor, or now."""
    body = await call.body(wire.Pause)
    return done(await call.change(do.PauseWindow(window=number(call), reason=body.reason, now=body.now)))


async def answer_summons(call: Call) -> wire.Done:
    """The urgent call at this window has been read."""
    await call.body(wire.Nothing)
    return done(await call.change(do.AnswerSummons(window=number(call))))


async def close(call: Call) -> wire.Done:
    """Close a window."""
    body = await call.body(wire.CloseWindow)
    command = do.CloseWindow(window=number(call), reason=body.reason, for_today=body.for_today)
    return done(await call.change(command))


async def assign(call: Call) -> wire.Done:
    """Give a window other (category, class) pairs."""
    body = await call.body(wire.AssignWindow)
    serves = tuple(_pair(text) for text in body.serves)
    command = do.AssignWindow(window=number(call), serves=serves, successor=body.successor)
    return done(await call.change(command))


def _pair(text: str) -> Serve:
    category, _, cls = text.partition(":")
    return Serve(category=category, cls=cls or "*")
