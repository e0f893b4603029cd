"""What has to be picked before an act, and the request that comes of it.

A flow asks the clerk through `Ask` and gives the request to send, or None when the clerk thought
better of it. Everything is picked by digits; a clerk never has to write Chinese.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from queue_server import wire
from queue_server.console.choices import (
    Choice,
    categories,
    labelled,
    other_windows,
    served,
)
from queue_server.console.paper_flows import once_more, printers
from queue_server.console.requests import Request
from queue_server.console.scene import Scene
from queue_server.console.words import named, say

PARK_MINUTES = (5, 10, 15, 20, 30, 60)


class Ask(Protocol):
    """The clerk, as a flow sees one. Every answer is None when the clerk goes back."""

    @property
    def scene(self) -> Scene:
        """What is known right now."""

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def several(
        self, title: str, choices: Sequence[Choice], ticked: Sequence[str]
    ) -> tuple[str, ...] | None:
        """As many of these as are wanted."""

    async def number(self, title: str, about: str = "") -> str | None:
        """A ticket's number."""

    async def case_number(self, title: str, about: str) -> str | None:
        """The number of a case on a receipt, or "" without one."""

    async def code(self, title: str, about: str) -> str | None:
        """A check code, or "" where a document was looked at."""

    async def printers(self) -> wire.Printers:
        """How the hall's printers are now."""

    async def outcomes(self, ticket: wire.TicketView) -> dict[str, str] | None:
        """A result for each matter of the ticket."""


Flow = Callable[[Ask], Awaitable[Request | None]]


async def request_for(act: str, ask: Ask, flows: Mapping[str, Flow]) -> Request | None:
    """Ask for whatever the act needs, as `flows` say. Raises KeyError for an act that nobody knows."""
    return await flows[act](ask)


# --- the visitor at the window ------------------------------------------------------------


async def call_next(ask: Ask) -> Request | None:
    """Call the next visitor."""
    return Request("call_next", f"windows/{ask.scene.window}/call-next", wire.CallNext())


async def finish_next(ask: Ask) -> Request | None:
    """Everything done, and the next please."""
    return Request("finish_next", f"windows/{ask.scene.window}/call-next", wire.CallNext(finish=True))


def at_ticket(act: str) -> Flow:
    """An act on the present visitor that needs nothing but the key."""

    async def flow(ask: Ask) -> Request | None:
        present = ask.scene.present
        return Request(act, f"tickets/{present.id}/{act}") if present is not None else None

    return flow


async def park(ask: Ask) -> Request | None:
    """Let the visitor fill in a form, or take back the one who comes with it."""
    present = ask.scene.present
    if present is None:
        return await unpark(ask)
    lang = ask.scene.lang
    choices = [Choice(str(n), say("pick.minutes", lang, n=n)) for n in PARK_MINUTES]
    picked = await ask.pick(say("title.park", lang, number=present.number), choices)
    if picked is None:
        return None
    return Request("park", f"tickets/{present.id}/park", wire.Park(minutes=int(picked)))


async def unpark(ask: Ask) -> Request | None:
    """A parked visitor is back."""
    scene = ask.scene
    parked = scene.view.parked if scene.view is not None else ()
    id = await _one_of(ask, say("title.unpark", scene.lang), parked)
    return Request("unpark", f"tickets/{id}/unpark") if id is not None else None


async def give_back(ask: Ask) -> Request | None:
    """A visitor who missed the call is back."""
    scene = ask.scene
    missed = scene.view.missed if scene.view is not None else ()
    id = await _one_of(ask, say("title.return", scene.lang), missed)
    return Request("return", f"tickets/{id}/return") if id is not None else None


async def _one_of(ask: Ask, title: str, tickets: Sequence[wire.TicketView]) -> str | None:
    scene = ask.scene
    return await ask.pick(title, [Choice(t.id, t.number, scene.category(t.category)) for t in tickets])


async def undo(ask: Ask) -> Request | None:
    """Take back the last act."""
    view = ask.scene.view
    return Request("undo", f"tickets/{view.undo_ticket}/undo") if view is not None else None


async def transfer(ask: Ask) -> Request | None:
    """Send the visitor on to a category or a window, with a note from the hall's list."""
    present = ask.scene.present
    lang = ask.scene.lang
    if present is None:
        return None
    title = say("title.transfer", lang, number=present.number)
    where = await ask.pick(
        title,
        [Choice("category", say("pick.to_category", lang)), Choice("window", say("pick.to_window", lang))],
    )
    if where is None:
        return None
    to_category = where == "category"
    target = await ask.pick(title, categories(ask.scene) if to_category else other_windows(ask.scene))
    note = await _note(ask, title) if target is not None else None
    if target is None or note is None:
        return None
    body = (
        wire.Transfer(category=target, note=note)
        if to_category
        else wire.Transfer(None, int(target), None, note)
    )
    return Request("transfer", f"tickets/{present.id}/transfer", body)


async def _note(ask: Ask, title: str) -> str | None:
    scene = ask.scene
    notes = labelled(scene.reasons("note"), scene.lang)
    if not notes:
        return ""
    none = Choice("", say("pick.no_note", scene.lang))
    return await ask.pick(title, [none, *notes], say("pick.note", scene.lang))


async def change_class(ask: Ask) -> Request | None:
    """Take priority back from the called visitor, or grant it, for a picked reason."""
    scene = ask.scene
    present = scene.present
    if present is None:
        return None
    grants = present.cls != "priority"
    title = say("title.grant" if grants else "title.withdraw", scene.lang, number=present.number)
    kind: str | None = ""
    if grants and scene.hall is not None and scene.hall.kinds:
        kind = await ask.pick(title, labelled(scene.hall.kinds, scene.lang))
    reason = await reason_for(ask, title, "priority") if kind is not None else None
    if reason is None or kind is None:
        return None
    body = wire.ChangeClass(cls="priority" if grants else "ordinary", reason=reason, kind=kind)
    return Request("class", f"tickets/{present.id}/class", body)


async def add_matters(ask: Ask) -> Request | None:
    """The visitor brought one matter more."""
    scene = ask.scene
    present = scene.present
    if present is None or scene.hall is None:
        return None
    offered = [
        Choice(m.id, named(m.name, scene.lang), m.category)
        for m in sorted(scene.hall.matters, key=lambda m: m.category != present.category)
        if m.id not in present.matters
    ]
    id = await ask.pick(say("title.matters", scene.lang, number=present.number), offered)
    if id is None:
        return None
    return Request("matters", f"tickets/{present.id}/matters", wire.AddMatters((id,)))


async def cancel(ask: Ask) -> Request | None:
    """End the called ticket unserved: the number is lost, so the reason is asked for."""
    scene = ask.scene
    present = scene.present
    if present is None:
        return None
    title = say("title.cancel", scene.lang, number=present.number)
    reason = await reason_for(ask, title, "cancel", say("pick.cancel", scene.lang))
    if reason is None:
        return None
    return Request("cancel", f"tickets/{present.id}/cancel", wire.Reason(reason=reason))


# --- out of the line ----------------------------------------------------------------------


async def call_number(ask: Ask) -> Request | None:
    """Call a given number; digits alone are enough, the letter is picked where there are several."""
    scene = ask.scene
    title = say("title.call", scene.lang)
    number = await ask.number(title, say("pick.number", scene.lang))
    if number is not None and number.isdigit():
        letter = await _letter(ask, number)
        number = f"{letter}{number.zfill(3)}" if letter is not None else None
    if number is None:
        return None
    reason = await reason_for(ask, title, "out_of_order", number)
    if reason is None:
        return None
    body = wire.CallNumber(number=number, reason=reason)
    return Request("call", f"windows/{scene.window}/call", body)


async def _letter(ask: Ask, digits: str) -> str | None:
    """The category of a number typed without its letter: what stands in the queue, else what is served."""
    scene = ask.scene
    view = scene.view
    lines = view.queue if view is not None else ()
    standing = sorted({line.category for line in lines if line.number == f"{line.category}{digits.zfill(3)}"})
    letters = standing or served(scene)
    if len(letters) == 1:
        return letters[0]
    choices = [Choice(letter, f"{letter}{digits.zfill(3)}", scene.category(letter)) for letter in letters]
    return await ask.pick(say("title.call", scene.lang), choices)


async def serve_without_ticket(ask: Ask) -> Request | None:
    """Serve a visitor who has no ticket."""
    scene = ask.scene
    title = say("title.serve", scene.lang)
    letters = served(scene)
    category: str | None = letters[0]
    if len(letters) > 1:
        category = await ask.pick(title, [Choice(each, scene.category(each), each) for each in letters])
    reason = await reason_for(ask, title, "without_ticket") if category is not None else None
    if reason is None or category is None:
        return None
    case: str | None = ""
    code: str | None = ""
    if scene.hall is not None and category in scene.hall.exits:
        case = await ask.case_number(title, say("pick.case_number", scene.lang))
        code = await ask.code(title, say("pick.check_code", scene.lang)) if case else case
    if case is None or code is None:
        return None
    body = wire.ServeWithoutTicket(category=category, reason=reason, case=case, code=code)
    return Request("serve", f"windows/{scene.window}/serve", body)


# --- paper --------------------------------------------------------------------------------


async def reprint(ask: Ask) -> Request | None:
    """Print a slip once more (补打): the present visitor's, or that of a number."""
    scene = ask.scene
    title = say("title.reprint", scene.lang)
    number: str | None = scene.present.number if scene.present is not None else None
    if number is None:
        number = await ask.number(title, say("pick.number", scene.lang))
    if number is not None and number.isdigit():
        letter = await _letter(ask, number)
        number = f"{letter}{number.zfill(3)}" if letter is not None else None
    if number is None:
        return None
    return await once_more(ask, number, f"numbers/{number}/reprint")


# --- the window itself --------------------------------------------------------------------


async def pause(ask: Ask) -> Request | None:
    """Open, go on after a pause, or pause for a picked reason."""
    scene = ask.scene
    view = scene.view
    if view is None:
        return None
    if view.state != "open" or view.pausing:
        return Request("open" if view.state == "closed" else "resume", f"windows/{scene.window}/open")
    title = say("title.pause", scene.lang)
    reason = await reason_for(ask, title, "pause")
    now = await _pause_now(ask, title) if reason is not None else None
    if reason is None or now is None:
        return None
    act = "pause_after" if view.present is not None and not now else "pause"
    return Request(act, f"windows/{scene.window}/pause", wire.Pause(reason=reason, now=now))


async def _pause_now(ask: Ask, title: str) -> bool | None:
    """Whether a called visitor goes back in line; one in service is always served first."""
    present = ask.scene.present
    if present is None or present.state != "called":
        return False
    lang = ask.scene.lang
    after = Choice("after", say("pick.pause_after", lang, number=present.number))
    at_once = Choice("now", say("pick.pause_now", lang, number=present.number))
    picked = await ask.pick(title, [after, at_once])
    return None if picked is None else picked == "now"


async def close_window(ask: Ask) -> Request | None:
    """Close the window, for now or for today."""
    scene = ask.scene
    title = say("title.close", scene.lang)
    reason = await reason_for(ask, title, "close_window")
    if reason is None:
        return None
    for_now = Choice("now", say("pick.close_now", scene.lang))
    today = Choice("today", say("pick.close_today", scene.lang))
    picked = await ask.pick(title, [for_now, today])
    if picked is None:
        return None
    body = wire.CloseWindow(reason=reason, for_today=picked == "today")
    return Request("close", f"windows/{scene.window}/close", body)


async def heard(ask: Ask) -> Request | None:
    """The urgent call that stands here has been read."""
    return Request("heard", f"windows/{ask.scene.window}/summons/answered")


async def release(ask: Ask) -> Request | None:
    """Leave the window; asked twice only where a visitor is still here."""
    scene = ask.scene
    present = scene.present
    if present is not None:
        about = "pick.leave_serving" if present.state == "serving" else "pick.leave_called"
        yes = Choice("yes", say("pick.leave_anyway", scene.lang))
        no = Choice("no", say("pick.stay", scene.lang))
        told = say(about, scene.lang, number=present.number)
        if await ask.pick(say("title.release", scene.lang), [no, yes], told) != "yes":
            return None
    return Request("release", f"windows/{scene.window}/release")


async def reason_for(ask: Ask, title: str, act: str, about: str = "") -> str | None:
    """A reason from the hall's list; a hall without a list takes the clerk's word that there is one."""
    scene = ask.scene
    reasons = labelled(scene.reasons(act), scene.lang) or [
        Choice("unlisted", say("pick.unlisted", scene.lang))
    ]
    return await ask.pick(title, reasons, about or say("pick.reason", scene.lang))


FLOWS: dict[str, Flow] = {
    "call_next": call_next,
    "recall": at_ticket("recall"),
    "start": at_ticket("start"),
    "finish_next": finish_next,
    "miss": at_ticket("miss"),
    "found": at_ticket("found"),
    "park": park,
    "unpark": unpark,
    "undo": undo,
    "transfer": transfer,
    "pause": pause,
    "call": call_number,
    "serve": serve_without_ticket,
    "return": give_back,
    "class": change_class,
    "matters": add_matters,
    "cancel": cancel,
    "close": close_window,
    "release": release,
    "heard": heard,
    "reprint": reprint,
    "printers": printers,
}
