"""Why the hall says no.

Refused
├── Unknown      (404)  no such hall, category, window, ticket, matter, booking
├── Conflict     (409)  the thing is in another state, or somebody was faster
├── NotNow       (409)  the hall, the category or the hour does not allow it
├── NotYours     (403)  it belongs to another window or clerk
├── NotKnown     (401)  nobody signed in so
├── TooOften     (429)  more often than a person or a machine needs it
└── Unusable     (422)  the command itself makes no sense

Every refusal has a code that API, console and kiosk share, and a sentence in the
catalogue ``hall`` under ``refusal.<code>`` which a visitor or clerk understands. `REFUSALS`
lists every code with the class it belongs to; a refusal that is not in it cannot be raised.
"""

from __future__ import annotations


class Refused(Exception):
    """The hall refuses a command; nothing has changed. `facts` fill the sentence's places."""

    status = 400

    def __init__(self, code: str, **facts: str | int) -> None:
        if not isinstance(self, REFUSALS[code]):
            raise TypeError(f"{code} is a {REFUSALS[code].__name__}, not a {type(self).__name__}")
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class Unknown(Refused):
    """No such thing in this hall."""

    status = 404


class Conflict(Refused):
    """The thing is in another state, or somebody was faster."""

    status = 409


class NotNow(Refused):
    """The hall, the category or the hour does not allow it."""

    status = 409


class NotYours(Refused):
    """It belongs to another window or clerk."""

    status = 403


class NotKnown(Refused):
    """Whoever asks could not be made out."""

    status = 401


class TooOften(Refused):
    """More often than a person or a machine needs it: wait, and it goes on."""

    status = 429


class Unusable(Refused):
    """The command itself makes no sense."""

    status = 422


REFUSALS: dict[str, type[Refused]] = {
    # Unknown
    "unknown_hall": Unknown,
    "unknown_category": Unknown,
    "unknown_window": Unknown,
    "unknown_screen": Unknown,
    "unknown_device": Unknown,
    "unknown_code": Unknown,
    "unknown_ticket": Unknown,
    "unknown_number": Unknown,
    "unknown_matter": Unknown,
    "unknown_edition": Unknown,
    "unknown_booking": Unknown,
    "unknown_visit": Unknown,
    "unknown_clerk": Unknown,
    "unknown_account": Unknown,
    "unknown_case": Unknown,
    "unknown_papers": Unknown,
    "unknown_printer": Unknown,
    # Conflict
    "ticket_state": Conflict,
    "ticket_ended": Conflict,
    "visitor_present": Conflict,
    "window_claimed": Conflict,
    "clerk_elsewhere": Conflict,
    "leftover_visitor": Conflict,
    "window_state": Conflict,
    "not_claimed": Conflict,
    "nobody_sits": Conflict,
    "no_summons": Conflict,
    "visitor_elsewhere": Conflict,
    "nothing_to_undo": Conflict,
    "rated_already": Conflict,
    "not_served": Conflict,
    "not_served_here": Conflict,
    "undo_over": Conflict,
    "already_checked_in": Conflict,
    "already_waiting": Conflict,
    "agent_full": Conflict,
    "principal_waiting": Conflict,
    "number_taken": Conflict,
    "slot_full": Conflict,
    "code_used": Conflict,
    "no_code": Conflict,
    "key_reused": Conflict,
    "category_state": Conflict,
    "last_window": Conflict,
    "people_waiting": Conflict,
    "day_open": Conflict,
    "class_unchanged": Conflict,
    "account_exists": Conflict,
    "slip_coming": Conflict,
    "stale": Conflict,
    "case_state": Conflict,
    "case_travelling": Conflict,
    "exit_elsewhere": Conflict,
    "case_stopped": Conflict,
    "still_owed": Conflict,
    "shelf_needed": Conflict,
    "papers_elsewhere": Conflict,
    "papers_settled": Conflict,
    "matter_closed": Conflict,
    "joint_elsewhere": Conflict,
    "joint_open": Conflict,
    "joint_here": Conflict,
    "matter_retired": Conflict,
    "catalogue_moved": Conflict,
    "case_not_ready": Conflict,
    "case_elsewhere": Conflict,
    # NotNow
    "day_not_open": NotNow,
    "day_closed": NotNow,
    "not_yet_issuing": NotNow,
    "closed": NotNow,
    "no_window_today": NotNow,
    "cut_off": NotNow,
    "quota_reached": NotNow,
    "category_paused": NotNow,
    "nobody_waits": NotNow,
    "window_paused": NotNow,
    "calls_missing": NotNow,
    "miss_too_early": NotNow,
    "found_held": NotNow,
    "hold_over": NotNow,
    "let_pass_over": NotNow,
    "booking_other_day": NotNow,
    "slot_past": NotNow,
    "no_printer": NotNow,
    "too_busy": NotNow,
    "store_gone": NotNow,
    "read_only": NotNow,
    "supplement_asked": NotNow,
    "extended_already": NotNow,
    "no_exit_here": NotNow,
    "joint_nobody": NotNow,
    # NotYours
    "not_your_window": NotYours,
    "not_allowed": NotYours,
    "account_locked": NotYours,
    "password_old": NotYours,
    "other_site": NotYours,
    "wrong_check_code": NotYours,
    "too_many_tries": NotYours,
    "own_papers": NotYours,
    # NotKnown
    "wrong_password": NotKnown,
    "signed_out": NotKnown,
    # TooOften
    "sign_in_wait": TooOften,
    "tickets_wait": TooOften,
    # Unusable
    "unknown_class": Unusable,
    "unknown_kind": Unusable,
    "unknown_reason": Unusable,
    "unknown_outcome": Unusable,
    "unknown_level": Unusable,
    "unknown_language": Unusable,
    "reason_needed": Unusable,
    "too_many_matters": Unusable,
    "matter_elsewhere": Unusable,
    "not_instant": Unusable,
    "joint_alone": Unusable,
    "one_target": Unusable,
    "bad_time": Unusable,
    "bad_serves": Unusable,
    "bad_quota": Unusable,
    "bad_number": Unusable,
    "bad_principal": Unusable,
    "no_slot": Unusable,
    "bad_text": Unusable,
    "bad_login": Unusable,
    "unknown_role": Unusable,
    "password_short": Unusable,
    "password_plain": Unusable,
    "password_same": Unusable,
    "list_unclear": Unusable,
    "bad_limit": Unusable,
    "card_required": Unusable,
    "bad_card": Unusable,
    "unknown_way": Unusable,
    "unknown_exit": Unusable,
    "details_needed": Unusable,
    "catalogue_unfit": Unusable,
}
