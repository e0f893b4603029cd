"""What a manager can do on the floor, by which key, and why not just now.

As at a window the answer is a courtesy, taken from what the hall last pushed: the hall alone decides.
"""

from __future__ import annotations

from collections.abc import Callable

from queue_server.console.keys import FREE, Keys, Why
from queue_server.console.scene import FloorScene
from queue_server.console.words import say

KEYS = {
    "help": "f1",
    "open_window": "f2",
    "pause_window": "f3",
    "close_window": "f4",
    "assign": "f5",
    "pause_line": "f6",
    "quota": "f7",
    "notice": "f8",
    "by_hand": "f9",
    "alarm": "f10",
    "free": "f11",
    "more": "f12",
}
"""Every act of the key bar and its key. Those of windows and lines are about the marked one."""

MORE = ("down", "sound", "close_day", "devices", "printers", "reprint", "summon", "shares", "catalogue")
"""What F12 offers, in its order."""
AT_ANY_HOUR = frozenset({"more", "devices", "shares", "catalogue"})
"""Possible after the day was closed, too: screens are put up when the hall is empty."""

MANAGER = "manager"


def why_not(act: str, scene: FloorScene) -> Why | None:
    """Why an act cannot be done now; None when it can."""
    if act in FREE:
        return None
    if not scene.up or scene.view is None:
        return Why("link")
    if scene.hall is None or scene.me is None:
        return Why("hall")
    if scene.me.role != MANAGER:
        return Why("look_only")
    if scene.view.closed and act not in AT_ANY_HOUR:
        return Why("day_closed")
    rule = RULES.get(act)
    return rule(scene) if rule is not None else None


def _open(scene: FloorScene) -> Why | None:
    w = scene.window
    if w is None:
        return Why("no_window")
    if w.state == "open" and not w.pausing:
        return Why("window_open", {"window": w.number})
    return None if w.clerk or w.for_today else Why("nobody_sits", {"window": w.number})


def _pause(scene: FloorScene) -> Why | None:
    w = scene.window
    if w is None:
        return Why("no_window")
    return None if w.state == "open" and not w.pausing else Why("window_not_open", {"window": w.number})


def _close(scene: FloorScene) -> Why | None:
    w = scene.window
    if w is None:
        return Why("no_window")
    if w.present:
        return Why("still_here", {"number": w.present})
    return Why("closed_today", {"window": w.number}) if w.state == "closed" and w.for_today else None


def _free(scene: FloorScene) -> Why | None:
    w = scene.window
    if w is None:
        return Why("no_window")
    return None if w.clerk else Why("nobody_sits", {"window": w.number})


def _assign(scene: FloorScene) -> Why | None:
    return None if scene.window is not None else Why("no_window")


def _alarm(scene: FloorScene) -> Why | None:
    return None if scene.unseen else Why("no_alarm")


def _summon(scene: FloorScene) -> Why | None:
    sits = scene.view is not None and any(w.clerk for w in scene.view.windows)
    return None if sits else Why("nobody_at_all")


def _sound(scene: FloorScene) -> Why | None:
    return None if scene.view is not None and scene.view.zones else Why("no_zone")


RULES: dict[str, Callable[[FloorScene], Why | None]] = {
    "open_window": _open,
    "pause_window": _pause,
    "close_window": _close,
    "assign": _assign,
    "free": _free,
    "alarm": _alarm,
    "sound": _sound,
    "summon": _summon,
}


def meaning(act: str, scene: FloorScene) -> str:
    """What a key does at this moment: F6 pauses the marked line or resumes it."""
    if act == "pause_line" and scene.line is not None and scene.line.paused:
        return "resume_line"
    return "more_floor" if act == "more" else act


def label(act: str, scene: FloorScene) -> str:
    """The key's short name as things stand; how many alarms are new stands beside theirs."""
    name = say(f"act.{meaning(act, scene)}", scene.lang)
    return f"{name} {len(scene.unseen)}" if act == "alarm" and scene.unseen else name


HINTS = ("help.moves", "help.also_floor", "help.find_floor", "help.leave")
FLOOR = Keys(KEYS, why_not, meaning, label, MORE, HINTS)
"""The keys of a manager's console."""
