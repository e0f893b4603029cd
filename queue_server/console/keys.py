"""A bar of keys: which there are, what each does at this moment, and why it cannot be used now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from textual.binding import Binding, BindingType

from queue_server.console.words import say

FREE = frozenset({"help", "quit", "find", "large"})
"""Possible at any time, link or no link."""
BELOW = {"f1": "question_mark", "f10": "0", "f11": "minus", "f12": "equals_sign"}
"""The key below, for terminals that keep F1, F10, F11 or F12 to themselves: each only opens a list."""


class Why(msgspec.Struct, frozen=True):
    """Why something cannot be done now: a sentence's key and its values."""

    code: str
    values: dict[str, str | int] = {}

    def sentence(self, lang: str) -> str:
        """The reason as the clerk reads it."""
        return say(f"why.{self.code}", lang, **self.values)


class Keys(NamedTuple):
    """The acts of a screen by key. A scene is that screen's own (`scene.py`).

    `meaning` is what an act comes to at this moment, `label` its short name then; `more` are the acts that
    the last key offers in a list, `hints` the sentences that help ends with.
    """

    table: Mapping[str, str]
    why_not: Callable[[str, Any], Why | None]
    meaning: Callable[[str, Any], str]
    label: Callable[[str, Any], str]
    more: tuple[str, ...]
    hints: tuple[str, ...]

    def bindings(self) -> list[BindingType]:
        """Every key with the act's id. Words are in the catalogue, by the same name."""
        return [
            Binding(
                f"{key},{BELOW[key]}" if key in BELOW else key,
                f"app.act('{act}')",
                description=f"act.{act}",
                tooltip=f"tip.{act}",
                id=act,
            )
            for act, key in self.table.items()
        ]

    def tip(self, act: str, scene: Any) -> str:
        """What a key does at this moment, in a sentence."""
        return say(f"tip.{self.meaning(act, scene)}", scene.lang)
