"""What a clerk can do, by which key, and why not just now.

The answer to "why not" is taken from what the hall last pushed. It is a courtesy, so that a key
says beforehand what the hall would say: the hall alone decides.
"""

from __future__ import annotations

from collections.abc import Callable

from queue_server.console.keys import FREE, Keys, Why
from queue_server.console.scene import Scene, person
from queue_server.console.words import say

KEYS = {
    "help": "f1",
    "call_next": "f2",
    "recall": "f3",
    "start": "f4",
    "finish": "f5",
    "finish_next": "f6",
    "miss": "f7",
    "park": "f8",
    "undo": "f9",
    "transfer": "f10",
    "pause": "f11",
    "more": "f12",
}
"""Every act of the key bar and its key."""

MORE = (
    "call", "serve", "return", "unpark", "found", "class", "matters", "cancel", "close", "release", "reprint",
    "printers", "guide", "hand_over", "large", "matter_end", "receipt",
    "carry_on",
)  # fmt: skip
"""What F12 offers, in its order."""


def why_not(act: str, scene: Scene) -> Why | None:
    """Why an act cannot be done now; None when it can."""
    if act in FREE:
        return None
    if not scene.up or scene.view is None:
        return Why("link")
    if scene.hall is None or scene.me is None:
        return Why("hall")
    if act == "heard":
        return None if scene.view.summons else Why("no_summons")
    if act == "pause":
        return None  # it also sits down, opens and resumes
    if not scene.seated:
        clerk = scene.view.clerk
        return Why("taken", {"clerk": person(clerk)}) if clerk else Why("not_seated")
    rule = RULES.get(act)
    return rule(scene) if rule is not None else None


def _free_window(scene: Scene) -> Why | None:
    view = scene.view
    assert view is not None
    if view.state == "closed":
        return Why("closed")
    if view.present is not None:
        code = "serving" if view.present.state == "serving" else "called"
        return Why(code, {"number": view.present.number})
    return Why("paused") if view.state == "paused" else None


def _call_next(scene: Scene) -> Why | None:
    assert scene.view is not None
    return _free_window(scene) or (None if scene.view.queue else Why("nobody_waits"))


def _someone(scene: Scene) -> Why | None:
    return None if scene.present is not None else Why("nobody_here")


def _called(scene: Scene) -> Why | None:
    present = scene.present
    if present is None:
        return Why("nobody_here")
    return None if present.state == "called" else Why("started", {"number": present.number})


def _serving(scene: Scene) -> Why | None:
    present = scene.present
    if present is None:
        return Why("nobody_here")
    return None if present.state == "serving" else Why("not_started", {"number": present.number})


def _miss(scene: Scene) -> Why | None:
    view = scene.view
    assert view is not None
    if (why := _called(scene)) is not None:
        return why
    if view.calls_needed > 0:
        return Why("calls_needed", {"n": view.calls_needed})
    if view.miss_opens_at is None:
        return Why("not_heard")
    return Why("miss_wait", {"seconds": scene.miss_wait}) if scene.miss_wait else None


def _park(scene: Scene) -> Why | None:
    assert scene.view is not None
    return None if scene.present is not None or scene.view.parked else Why("nobody_to_park")


def _parked(scene: Scene) -> Why | None:
    assert scene.view is not None
    return None if scene.view.parked else Why("nobody_parked")


def _missed(scene: Scene) -> Why | None:
    assert scene.view is not None
    return None if scene.view.missed else Why("nobody_missed")


def _undo(scene: Scene) -> Why | None:
    assert scene.view is not None
    if not scene.undo_left:
        return Why("nothing_to_undo")
    if scene.view.undo != "call" and scene.present is not None:
        return Why("undo_present", {"number": scene.present.number})
    return None


def _a_matter(scene: Scene) -> Why | None:
    present = scene.present
    if present is None:
        return Why("nobody_here")
    return None if present.matters else Why("no_matter", {"number": present.number})


def _open_matter(scene: Scene) -> Why | None:
    present = scene.present
    if (why := _serving(scene)) is not None or present is None:
        return why
    closed = {end.matter for end in present.closed}
    left = set(present.matters) - closed - set(present.elsewhere)
    return None if left else Why("no_matter_open", {"number": present.number})


def _carry_on(scene: Scene) -> Why | None:
    present = scene.present
    if (why := _serving(scene)) is not None or present is None:
        return why
    return None if present.elsewhere else Why("nothing_elsewhere", {"number": present.number})


def _accepted(scene: Scene) -> Why | None:
    present = scene.present
    if present is None:
        return Why("nobody_here")
    told = any(end.case or end.papers for end in present.closed)
    return None if told else Why("nothing_accepted", {"number": present.number})


def _nobody_here(scene: Scene) -> Why | None:
    present = scene.present
    return Why("still_here", {"number": present.number}) if present is not None else None


RULES: dict[str, Callable[[Scene], Why | None]] = {
    "call_next": _call_next,
    "recall": _called,
    "start": _called,
    "finish": _serving,
    "finish_next": _serving,
    "miss": _miss,
    "park": _park,
    "undo": _undo,
    "transfer": _someone,
    "call": _free_window,
    "serve": _free_window,
    "return": _missed,
    "unpark": _parked,
    "found": _called,
    "class": _called,
    "matters": _someone,
    "matter_end": _open_matter,
    "receipt": _accepted,
    "carry_on": _carry_on,
    "cancel": _called,
    "close": _nobody_here,
    "guide": _a_matter,
}


def meaning(act: str, scene: Scene) -> str:
    """What a key does at this moment: F8 parks or takes back, F11 sits down, opens, pauses or resumes."""
    view = scene.view
    if view is None:
        return act
    if act == "park" and view.present is None and view.parked:
        return "unpark"
    if act == "pause":
        if not scene.seated:
            return "claim"
        if view.state == "closed":
            return "open"
        return "resume" if view.state == "paused" or view.pausing else "pause"
    return act


def label(act: str, scene: Scene) -> str:
    """The key's short name as things stand, with its count-down where it has one."""
    name = say(f"act.{meaning(act, scene)}", scene.lang)
    if act == "miss" and scene.seated and scene.present is not None and scene.miss_wait:
        return f"{name} {scene.miss_wait}s"
    if act == "undo" and scene.seated and scene.undo_left:
        return f"{name} {scene.undo_left}s"
    return name


WINDOW = Keys(KEYS, why_not, meaning, label, MORE, ("help.also", "help.find", "help.leave"))
"""The keys of a window's console."""
