"""What a manager has to pick before an act, and the request that comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from queue_server import wire
from queue_server.console.choices import Choice, labelled
from queue_server.console.client import Refused
from queue_server.console.paper_flows import once_more, printers
from queue_server.console.requests import Request
from queue_server.console.scene import FloorScene, person
from queue_server.console.times import moment_of
from queue_server.console.words import named, say

NOTICES = ("system_down", "kiosk_down", "crowded", "closing", "drill")
"""Notices that are ready in every language, so that nobody has to type in a hurry."""

SUMMONS = ("desk", "support", "hold_calls", "evacuate", "phone")
"""Urgent calls to staff that are ready in every language."""


class Manager(Protocol):
    """The manager, as a flow sees one. Every answer is None when the manager goes back."""

    @property
    def scene(self) -> FloorScene:
        """What is known right now."""

    async def pick(self, title: str, choices: Sequence[Choice], about: str = "") -> str | None:
        """One of these, by digit."""

    async def number(self, title: str, about: str = "", letter: bool = True) -> str | None:
        """A number."""

    async def several(
        self, title: str, choices: Sequence[Choice], ticked: Sequence[str]
    ) -> tuple[str, ...] | None:
        """As many of these as are wanted."""

    async def typed(self, title: str, labels: tuple[str, ...], about: str = "") -> tuple[str, ...] | None:
        """Lines that are typed."""

    async def printers(self) -> wire.Printers:
        """How the hall's printers are now."""

    async def send(self, request: Request) -> wire.Done:
        """Ask the hall. Raises NotDone."""


Flow = Callable[[Manager], Awaitable[Request | None]]


async def request_for(act: str, manager: Manager) -> Request | None:
    """Ask for whatever the act needs. Raises KeyError for an act that nobody knows."""
    return await FLOWS[act](manager)


async def _reason(manager: Manager, title: str, act: str, about: str = "") -> str | None:
    """A reason from the hall's list; a hall without a list takes the manager's word that there is one."""
    scene = manager.scene
    reasons = labelled(scene.reasons(act), scene.lang) or [
        Choice("unlisted", say("pick.unlisted", scene.lang))
    ]
    return await manager.pick(title, reasons, about or say("pick.reason", scene.lang))


# --- windows --------------------------------------------------------------------------------


async def open_window(manager: Manager) -> Request | None:
    """Let a window go on, or take back that it stays closed today."""
    w = manager.scene.window
    return Request("open_window", f"windows/{w.number}/open") if w is not None else None


async def pause_window(manager: Manager) -> Request | None:
    """Pause the window, after its visitor or at once."""
    lang, w = manager.scene.lang, manager.scene.window
    if w is None:
        return None
    title = say("title.pause_window", lang, window=w.number)
    reason = await _reason(manager, title, "pause")
    now = await _at_once(manager, title, w) if reason is not None else None
    if reason is None or now is None:
        return None
    return Request("pause_window", f"windows/{w.number}/pause", wire.Pause(reason=reason, now=now))


async def _at_once(manager: Manager, title: str, w: wire.WindowNow) -> bool | None:
    """Whether a called visitor goes back in line; one in service is always served first."""
    lang = manager.scene.lang
    if w.present_state != "called":
        return False
    after = Choice("after", say("pick.pause_after", lang, number=w.present))
    at_once = Choice("now", say("pick.pause_now", lang, number=w.present))
    picked = await manager.pick(title, [after, at_once])
    return None if picked is None else picked == "now"


async def close_window(manager: Manager) -> Request | None:
    """Close the window, for now or for today."""
    lang, w = manager.scene.lang, manager.scene.window
    if w is None:
        return None
    title = say("title.close_window", lang, window=w.number)
    reason = await _reason(manager, title, "close_window")
    if reason is None:
        return None
    today = Choice("today", say("pick.close_today", lang))
    for_now = Choice("now", say("pick.close_now", lang))
    picked = await manager.pick(title, [for_now, today] if w.state != "closed" else [today])
    if picked is None:
        return None
    body = wire.CloseWindow(reason=reason, for_today=picked == "today")
    return Request("close_window", f"windows/{w.number}/close", body)


async def free(manager: Manager) -> Request | None:
    """Free a window whose clerk has gone; asked twice, for somebody may sit there."""
    lang, w = manager.scene.lang, manager.scene.window
    if w is None:
        return None
    about = say("pick.free", lang, clerk=person(w.clerk))
    if w.present:
        left = say(
            "pick.leave_serving" if w.present_state == "serving" else "pick.leave_called",
            lang,
            number=w.present,
        )
        about = f"{about} {left}"
    yes = Choice("yes", say("pick.free_yes", lang))
    no = Choice("no", say("pick.free_no", lang))
    if await manager.pick(say("title.free", lang, window=w.number), [no, yes], about) != "yes":
        return None
    return Request("free", f"windows/{w.number}/release")


async def assign(manager: Manager) -> Request | None:
    """Say what a window serves."""
    scene = manager.scene
    w = scene.window
    if w is None or scene.view is None:
        return None
    title = say("title.assign", scene.lang, window=w.number)
    letters = [
        Choice(c.category, f"{c.category}  {named(c.name, scene.lang)}") for c in scene.view.categories
    ]
    known = {each.value for each in letters}
    own = [Choice(pair, pair) for pair in w.serves if pair not in known]
    serves = await manager.several(title, [*letters, *own], w.serves)
    if serves is None:
        return None
    return Request("assign", f"windows/{w.number}/assign", wire.AssignWindow(serves=serves))


async def assigned(manager: Manager, request: Request) -> wire.Done | None:
    """Have a window's lines changed; the last window of a line in which people wait needs a successor.

    Raises NotDone.
    """
    try:
        return await manager.send(request)
    except Refused as refused:
        if refused.problem.code != "last_window":
            raise
        about = named(refused.problem.sentence, manager.scene.lang)
    body = request.body
    assert isinstance(body, wire.AssignWindow)
    number = request.path.split("/")[1]
    view = manager.scene.view
    heirs = [
        Choice(str(w.number), f"{w.number}  {named(w.name, manager.scene.lang)}")
        for w in (view.windows if view is not None else ())
        if str(w.number) != number and not w.for_today
    ]
    picked = await manager.pick(say("title.successor", manager.scene.lang), heirs, about)
    if picked is None:
        return None
    told = wire.AssignWindow(serves=body.serves, successor=int(picked))
    return await manager.send(Request(request.act, request.path, told))


# --- lines ----------------------------------------------------------------------------------


async def pause_line(manager: Manager) -> Request | None:
    """Stop calling a category, or go on."""
    scene = manager.scene
    line = scene.line
    if line is None:
        return None
    if line.paused:
        return Request("resume_line", f"categories/{line.category}/resume")
    title = say("title.pause_line", scene.lang, category=named(line.name, scene.lang))
    reason = await _reason(manager, title, "category_pause")
    if reason is None:
        return None
    issuing = Choice("issuing", say("pick.still_issuing", scene.lang))
    shut = Choice("shut", say("pick.not_issuing", scene.lang))
    picked = await manager.pick(title, [issuing, shut])
    if picked is None:
        return None
    body = wire.PauseCategory(reason=reason, issuing=picked == "issuing")
    return Request("pause_line", f"categories/{line.category}/pause", body)


async def quota(manager: Manager) -> Request | None:
    """How many tickets a category gives out today."""
    lang, line = manager.scene.lang, manager.scene.line
    if line is None:
        return None
    title = say("title.quota", lang, category=named(line.name, lang))
    set_to = say("pick.quota_none", lang) if line.quota is None else str(line.quota)
    about = say("pick.quota_now", lang, issued=line.issued, quota=set_to)
    ways = [Choice(way, say(f"pick.quota_{way}", lang)) for way in ("number", "stop", "none")]
    way = await manager.pick(title, ways, about)
    number = await manager.number(title, about, letter=False) if way == "number" else str(line.issued)
    if way is None or number is None:
        return None
    body = wire.SetQuota(None if way == "none" else int(number))
    return Request("quota", f"categories/{line.category}/quota", body)


# --- paper ----------------------------------------------------------------------------------


async def reprint(manager: Manager) -> Request | None:
    """Print a slip once more (补打), by its number; the letter is picked where only digits were typed."""
    scene = manager.scene
    title = say("title.reprint", scene.lang)
    number = await manager.number(title, say("pick.number", scene.lang))
    if number is not None and number.isdigit():
        digits = number.zfill(3)
        lines = scene.view.categories if scene.view is not None else ()
        choices = [
            Choice(f"{c.category}{digits}", f"{c.category}{digits}", named(c.name, scene.lang)) for c in lines
        ]
        number = await manager.pick(title, choices)
    return await once_more(manager, number, f"numbers/{number}/reprint") if number is not None else None


# --- the hall -------------------------------------------------------------------------------


async def notice(manager: Manager) -> Request | None:
    """Show a notice on every screen: a ready one in every language, one that is typed, or none."""
    scene = manager.scene
    title = say("title.notice", scene.lang)
    ready = [Choice(name, say(f"notice.{name}", scene.lang)) for name in NOTICES]
    own = Choice("own", say("pick.notice_own", scene.lang))
    none = Choice("none", say("pick.notice_none", scene.lang))
    picked = await manager.pick(title, [*ready, own, none])
    if picked is None or scene.hall is None:
        return None
    if picked == "none":
        return Request("notice", "notice", wire.SetNotice({}))
    if picked != "own":
        text = {lang: say(f"notice.{picked}", lang) for lang in scene.hall.languages}
        return Request("notice", "notice", wire.SetNotice(text))
    typed = await manager.typed(title, (say("form.notice", scene.lang),), say("pick.notice_zh", scene.lang))
    return Request("notice", "notice", wire.SetNotice({"zh": typed[0]})) if typed is not None else None


async def summon(manager: Manager) -> Request | None:
    """Call staff urgently: at the marked window or wherever somebody sits, by a ready or a typed sentence."""
    scene = manager.scene
    marked = scene.window
    title = say("title.summon", scene.lang)
    choices = [Choice("", say("pick.summon_all", scene.lang))]
    if marked is not None and marked.clerk:
        here = say("pick.summon_one", scene.lang, window=marked.number)
        choices.insert(0, Choice(str(marked.number), here))
    where = await manager.pick(title, choices)
    if where is None or scene.hall is None:
        return None
    ready = [Choice(name, say(f"summons.{name}", scene.lang)) for name in SUMMONS]
    picked = await manager.pick(title, [*ready, Choice("own", say("pick.notice_own", scene.lang))])
    if picked is None:
        return None
    text = {lang: say(f"summons.{picked}", lang) for lang in scene.hall.languages} if picked != "own" else {}
    if picked == "own":
        typed = await manager.typed(title, (say("form.notice", scene.lang),))
        if typed is None:
            return None
        text = {"zh": typed[0]}
    return Request("summon", "summons", wire.Summon(text, (int(where),) if where else ()))


async def alarm(manager: Manager) -> Request | None:
    """Take note of an alarm."""
    scene = manager.scene
    unseen = scene.unseen
    choices = [Choice(str(place), named(each.text, scene.lang)) for place, each in enumerate(unseen)]
    picked = await manager.pick(say("title.alarm", scene.lang), choices, say("pick.alarm", scene.lang))
    if picked is None:
        return None
    chosen = unseen[int(picked)]
    body = wire.AcknowledgeAlarm(code=chosen.code, log=chosen.log, until=chosen.at)
    return Request("alarm", "alarms/seen", body)


async def down(manager: Manager) -> Request | None:
    """Say from when to when the hall was down: it counts for nobody's hold, park or lateness."""
    scene = manager.scene
    title, about = say("title.down", scene.lang), say("pick.down", scene.lang)
    while True:
        labels = (say("form.since", scene.lang), say("form.until", scene.lang))
        typed = await manager.typed(title, labels, about)
        if typed is None:
            return None
        since, until = (moment_of(text, manager.scene) for text in typed)
        if since is not None and until is not None and since < until:
            return Request("down", "down-times", wire.DownTime(since, until))
        about = say("form.bad_time", scene.lang)


async def sound(manager: Manager) -> Request | None:
    """Say that a zone's loudspeakers are broken, or heard again."""
    lang, view = manager.scene.lang, manager.scene.view
    if view is None:
        return None
    broken, well = say("pick.sound_broken", lang), say("pick.sound_well", lang)
    choices = [Choice(zone, zone, broken if zone in view.broken_zones else well) for zone in view.zones]
    zone = await manager.pick(say("title.sound", lang), choices, say("pick.sound", lang))
    if zone is None:
        return None
    return Request("sound", f"zones/{zone}/sound", wire.Sound(broken=zone not in view.broken_zones))


async def close_day(manager: Manager) -> Request | None:
    """Close the business day: how many still wait is said before a reason is asked for."""
    scene = manager.scene
    view = scene.view
    if view is None:
        return None
    title = say("title.close_day", scene.lang)
    about = say("pick.close_day", scene.lang, waiting=view.waiting + view.missed + view.parked)
    reason = await _reason(manager, title, "close_day", about)
    if reason is None:
        return None
    no = Choice("no", say("pick.close_day_no", scene.lang))
    yes = Choice("yes", say("pick.close_day_yes", scene.lang))
    if await manager.pick(title, [no, yes], about) != "yes":
        return None
    return Request("close_day", "day/close", wire.CloseDay(reason=reason))


FLOWS: dict[str, Flow] = {
    "open_window": open_window,
    "pause_window": pause_window,
    "close_window": close_window,
    "assign": assign,
    "free": free,
    "pause_line": pause_line,
    "quota": quota,
    "notice": notice,
    "summon": summon,
    "alarm": alarm,
    "printers": printers,
    "reprint": reprint,
    "down": down,
    "sound": sound,
    "close_day": close_day,
}
