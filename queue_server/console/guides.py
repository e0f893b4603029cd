"""A matter's guide (办事指南) as a clerk reads it at the window."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from kiosk.menu import Guide
from queue_server.console.panels import Line, lines
from queue_server.console.words import say


def told_of(guide: Guide, lang: str) -> Content:
    """The guide's fields, each under its heading, in the order in which a visitor asks for them.

    What the catalogue leaves open is left out. The fields themselves are in the hall's language.
    """
    rows: list[Line] = []
    for heading, text in _fields(guide, lang):
        told = [text] if isinstance(text, str) else [f"{place}. {each}" for place, each in enumerate(text, 1)]
        if any(told):
            rows += ["", (say(f"guide.{heading}", lang), "bold"), *told]
    return lines(*rows[1:], "", (say("guide.version", lang, version=guide.version), "$faint"))


def _fields(guide: Guide, lang: str) -> list[tuple[str, str | Sequence[str]]]:
    kind = say("guide.instant" if guide.instant else "guide.promised", lang)
    return [
        ("kind", kind),
        ("conditions", guide.conditions),
        ("materials", guide.materials),
        ("steps", guide.steps),
        ("promised_limit", guide.promised_limit),
        ("legal_limit", guide.legal_limit),
        ("fee", guide.fee),
        ("standard", guide.standard),
        ("law", guide.law),
    ]
