"""The sentences a kiosk's page says by itself, by their keys in the catalogue ``kiosk``."""

from __future__ import annotations

from typing import Protocol


class Translate(Protocol):
    """Says a sentence by key in a language; KeyError when there is none."""

    def __call__(self, key: str, lang: str, **values: object) -> str: ...


ON_THE_PAGE = (
    "title", "choose", "waiting", "windows", "no_window", "from", "closed", "closed_label", "tile_label",
    "window_list", "back", "page_up", "page_down", "languages", "aids", "large", "contrast",
    "pick", "materials", "no_matters", "take", "take_chosen", "take_none",
    "priority", "priority_who", "priority_proof", "taking", "link_down", "give_up", "stale",
    "refused_title", "refused", "refused_else", "other", "yours", "is_priority", "ahead", "ahead_none",
    "floor", "where", "counter", "matters", "now_wait", "now_wait_here", "now_from", "scan", "code",
    "out_of_use", "out_of_use_do", "not_registered", "bring", "done", "idle", "idle_left", "idle_touch",
)  # fmt: skip
"""Said by the page and its modules: all of them travel with it, so that a language switch needs no server."""


def page_words(translate: Translate, languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Every sentence of the page in every language, placeholders left for the modules to fill.

    Raises KeyError naming a sentence that is missing in a language.
    """
    return {
        f"kiosk.{name}": {lang: translate(f"kiosk.{name}", lang) for lang in languages}
        for name in ON_THE_PAGE
    }
