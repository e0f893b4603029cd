"""The sentences a kiosk's page says by itself, by their keys in the catalogue ``kiosk``."""

from __future__ import annotations

from typing import Protocol


class Translate(Protocol):
    """Says a sentence by key in a language; KeyError when there is none."""

    def __call__(self, key: str, lang: str, **values: object) -> str: ...


ON_THE_PAGE = (
    "title", "choose", "waiting", "windows", "no_window", "from", "closed", "closed_label", "tile_label",
    "window_list", "back", "page_up", "page_down", "languages", "aids", "large", "contrast",
    "pick", "materials", "no_matters", "take", "take_chosen", "take_none", "now_expected",
    "priority", "priority_who", "priority_proof", "taking", "link_down", "give_up", "stale",
    "refused_title", "refused", "refused_else", "other", "yours", "is_priority", "ahead", "ahead_none",
    "floor", "where", "counter", "matters", "now_wait", "now_wait_here", "now_from", "scan", "code",
    "out_of_use", "out_of_use_do", "not_registered", "bring", "done", "paper_none", "paper_none_else",
    "no_paper", "no_print", "print_there", "paper_there", "paper_elsewhere", "idle", "idle_left",
    "idle_touch", "find", "find_hint", "mine", "mine_hint", "booked", "booked_hint", "type_query", "mine_do",
    "booked_do", "field_number", "field_code", "field_booking", "keys", "erase", "space", "found",
    "no_match", "open_ticket", "check_in", "guide", "guide_of", "guide_materials", "guide_conditions",
    "guide_limits", "guide_both_limits", "guide_fee", "guide_steps", "guide_standard", "guide_law",
    "guide_version", "guide_pick", "guide_picked", "list_only", "list_printed", "list_failed", "still",
    "still_else", "moving", "move_here", "move_rule", "moved", "held", "why", "return", "move",
    "again", "reprint", "reprinting", "cancel", "cancel_sure", "cancel_else", "cancel_yes", "asking",
    "clerk_same", "clerk_rule", "clerk_any", "clerk_yes",
    "close", "not_done", "code_unknown", "slip_unknown",
    "staff", "staff_told", "low", "voice", "needs", "need_guide", "need_writing",
    "need_wheelchair", "need_korean", "said_keys", "said_on", "said_off", "card", "card_why", "card_else",
    "card_unreadable", "card_reader_down",
)  # fmt: skip
"""Said by the page and its modules: all of them travel with it, so that a language switch needs no server."""


PROMPTS = (
    "choose", "pick", "no_matters", "type_query", "mine_do", "booked_do", "yours", "held", "staff_told",
    "aids", "link_down", "out_of_use", "card", "idle", "said_keys",
)  # fmt: skip
"""What each step says aloud for whoever does not see it; all else is said by the browser's voice."""


OF_A_TICKET = (
    "ahead", "ahead_none", "why", "why_booked", "why_priority", "why_earlier", "why_returned", "directed",
    "from", "go", "place", "floor", "serving", "parked", "parked_until", "missed", "missed_until",
    "missed_again", "back_done", "windows", "rose", "again", "ended_done", "ended_void_missed",
    "ended_hold_over",
    "ended_cancelled_by_visitor", "ended_cancelled_by_staff", "ended_hall_closed", "tomorrow", "again_ticket",
)  # fmt: skip
"""What the phone's page says of a ticket's place, said by the kiosk in the same words."""


def page_words(translate: Translate, languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Every sentence of the page in every language, placeholders left for the modules to fill.

    Raises KeyError naming a sentence that is missing in a language.
    """
    keys = [*(f"kiosk.{name}" for name in ON_THE_PAGE), *(f"phone.{name}" for name in OF_A_TICKET)]
    return {key: {lang: translate(key, lang) for lang in languages} for key in keys}
