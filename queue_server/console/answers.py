"""What came of an act, in a sentence."""

from __future__ import annotations

from queue_server.console.client import NotDone, NotKnown, Refused
from queue_server.console.words import named, say
from queue_server.wire import Done


def outcome(act: str, done: Done, lang: str) -> str:
    """What an accepted act did, as a sentence."""
    key = f"{act}_{done.detail}" if (act, done.detail) in DETAILED else act
    if act == "carry_on" and not done.window:
        key = "carry_on_moved"  # the visitor has left the window
    return say(f"did.{key}", lang, number=done.number, window=done.window, ahead=done.ahead, what=done.detail)


DETAILED = frozenset(
    {
        ("finish_next", "nobody_waits"),
        ("finish_next", "window_paused"),
        ("open_window", "planned"),
        ("miss", "void"),
        ("miss", "set_back"),
        ("undo", "call"),
        ("undo", "finish"),
        ("undo", "miss"),
        ("undo", "park"),
    }
)
"""Acts that can end in more than one way, and the detail of the answer that says which."""


def not_done(error: NotDone, lang: str) -> str:
    """Why an act was not done: in the hall's own words where it has any."""
    if isinstance(error, Refused):
        problem = error.problem
        told = named(problem.sentence, lang)
        return told or say(
            "refused.other", lang, status=problem.status, detail=problem.detail or problem.title
        )
    return say("refused.not_known" if isinstance(error, NotKnown) else "refused.unreachable", lang)
