"""What somebody of a department can do with the marked case, by which key, and why not just now."""

from __future__ import annotations

from collections.abc import Callable

from queue_server.console.keys import FREE, Keys, Why
from queue_server.console.scene import BackScene
from queue_server.console.words import say
from queue_server.wire import CaseLine

KEYS = {
    "help": "f1",
    "case_take": "f2",
    "case_supplement": "f3",
    "case_received": "f4",
    "case_ready": "f5",
    "case_extend": "f6",
    "case_clock": "f7",
    "case_return": "f8",
    "case_rework": "f9",
    "case_papers": "f10",
    "case_history": "f11",
    "more": "f12",
}
"""Every act of the key bar and its key; all but the papers are about the marked case."""

MORE = ("case_move", "case_send", "case_arrive", "case_closed")
"""What F12 offers, in its order."""
RUNNING = ("accepted", "handling", "supplement")
ALWAYS = frozenset({"more", "case_papers", "case_closed"})


def why_not(act: str, scene: BackScene) -> Why | None:
    """Why an act cannot be done now; None when it can."""
    if act in FREE:
        return None
    if not scene.up or scene.view is None:
        return Why("link")
    if scene.hall is None or scene.me is None:
        return Why("hall")
    if act in ALWAYS:
        return None
    case = scene.case
    if case is None:
        return Why("no_case")
    if case.bound and act not in ("case_arrive", "case_history"):
        return Why("case_travels", {"hall": scene.hall_named(case.bound)})
    rule = RULES.get(act)
    return rule(case) if rule is not None else None


def _in(*states: str) -> Callable[[CaseLine], Why | None]:
    """The case must be in one of these states."""

    def rule(case: CaseLine) -> Why | None:
        return None if case.state in states else Why(f"case_{case.state}")

    return rule


def _ticking(then: Callable[[CaseLine], Why | None]) -> Callable[[CaseLine], Why | None]:
    """And its clock must run."""

    def rule(case: CaseLine) -> Why | None:
        if (why := then(case)) is not None:
            return why
        return Why("case_stopped") if case.stopped else None

    return rule


def _supplement(case: CaseLine) -> Why | None:
    why = _ticking(_in("accepted", "handling"))(case)
    return why or (Why("supplemented") if case.supplemented else None)


def _received(case: CaseLine) -> Why | None:
    return _in(*RUNNING)(case) or (None if case.owed else Why("nothing_owed"))


def _ready(case: CaseLine) -> Why | None:
    why = _ticking(_in("handling"))(case)
    return why or (Why("papers_owed") if case.owed else None)


def _extend(case: CaseLine) -> Why | None:
    why = _ticking(_in("accepted", "handling"))(case)
    return why or (Why("extended") if case.extended else None)


def _arrive(case: CaseLine) -> Why | None:
    return None if case.bound else Why("case_is_here")


RULES: dict[str, Callable[[CaseLine], Why | None]] = {
    "case_take": _in("accepted"),
    "case_supplement": _supplement,
    "case_received": _received,
    "case_ready": _ready,
    "case_extend": _extend,
    "case_clock": _in("accepted", "handling"),
    "case_return": _in(*RUNNING),
    "case_rework": _in("ready"),
    "case_move": _in("ready"),
    "case_send": _in(*RUNNING, "ready"),
    "case_arrive": _arrive,
}


def meaning(act: str, scene: BackScene) -> str:
    """What a key does at this moment: F7 stops the clock or lets it run, and the like."""
    case = scene.case
    if act == "case_clock" and case is not None and case.stopped and case.state != "supplement":
        return "case_run"
    if act == "case_closed" and scene.closed:
        return "case_open"
    return "more_back" if act == "more" else act


def label(act: str, scene: BackScene) -> str:
    """The key's short name as things stand."""
    return say(f"act.{meaning(act, scene)}", scene.lang)


BACK = Keys(KEYS, why_not, meaning, label, MORE, ("help.back", "help.find", "help.leave"))
"""The keys of a department's console."""
