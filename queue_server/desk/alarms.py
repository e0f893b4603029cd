"""What an operator must know of a hall's log and clock, as a code, facts and a sentence.

Every code has a sentence in the catalogue ``hall`` under ``alarm.<code>``: what happened, and what to do.
"""

from __future__ import annotations

import msgspec
import structlog

log = structlog.get_logger()

BROKEN = "chain_broken"
NEWER = "newer_version"
FORKED = "tail_lost"
NO_PLAN = "plan_missing"
TAIL_BACK = "tail_restored"
FORK_TAKEN = "fork_taken"
SET_ASIDE = "event_set_aside"
CLOCK = "clock_stepped"
DOWN = "was_down"
SOUND_OFF = "sound_off"
ANCHOR_GONE = "anchor_gone"
NOT_ANCHORED = "not_anchored"
NOT_TOLD = "not_told"
DEVICE_GONE = "device_gone"
PAPER_LOW = "printer_paper_low"
PAPER_OUT = "printer_paper_out"
COVER_OPEN = "printer_cover_open"
CUTTER = "printer_cutter_error"
PRINTER_GONE = "printer_offline"

HALTS = (BROKEN, NEWER, FORKED, NO_PLAN)
"""Alarms after which a log accepts nothing."""


class Alarm(msgspec.Struct, frozen=True):
    """One thing an operator must know: its code, the log it is about, and facts for its sentence."""

    code: str
    log: str
    facts: dict[str, str | int] = {}


def note(alarm: Alarm) -> None:
    """Write an alarm to the program's own log."""
    log.error("alarm", code=alarm.code, log=alarm.log, **alarm.facts)
