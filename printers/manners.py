"""The ways in which a virtual printer misbehaves, and what it says of itself in each.

Bytes are those of the published command reference: DLE EOT 1-4 and Automatic Status Back.
"""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from printers.status import State


class Manner(StrEnum):
    """A way to misbehave."""

    OFFLINE = "offline"
    REFUSE = "refuse"
    MUTE = "mute"
    SLOW = "slow"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    PAPER_OUT_MID_JOB = "paper_out_mid_job"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    STALE_ASB = "stale_asb"
    HALF_JOB = "half_job"


SHOWN = (
    (Manner.REFUSE, State.OFFLINE),
    (Manner.COVER_OPEN, State.COVER_OPEN),
    (Manner.PAPER_OUT, State.PAPER_OUT),
    (Manner.CUTTER_ERROR, State.CUTTER_ERROR),
    (Manner.OFFLINE, State.OFFLINE),
    (Manner.MUTE, State.UNKNOWN),
    (Manner.PAPER_LOW, State.PAPER_LOW),
)
"""The state that a host reads out of each misbehaviour, the most telling first."""

STOPPED = frozenset({Manner.OFFLINE, Manner.PAPER_OUT, Manner.COVER_OPEN, Manner.CUTTER_ERROR})


def stopped(manners: Set[Manner]) -> bool:
    """Whether it holds what it receives instead of printing it."""
    return bool(manners & STOPPED)


def state_of(manners: Set[Manner]) -> State:
    """How a host would find it, were it asked now."""
    return next((state for manner, state in SHOWN if manner in manners), State.READY)


def status(manners: Set[Manner], part: int) -> bytes:
    """The answer to DLE EOT 1-4."""
    has = manners.__contains__
    bits = {
        1: 0x08 * stopped(manners),
        2: 0x04 * has(Manner.COVER_OPEN) | 0x20 * has(Manner.PAPER_OUT) | 0x40 * has(Manner.CUTTER_ERROR),
        3: 0x08 * has(Manner.CUTTER_ERROR),
        4: 0x0C * (has(Manner.PAPER_LOW) or has(Manner.PAPER_OUT)) | 0x60 * has(Manner.PAPER_OUT),
    }
    return bytes((0x12 | bits[part],))


def block(manners: Set[Manner]) -> bytes:
    """Four bytes of Automatic Status Back."""
    has = manners.__contains__
    ends = has(Manner.PAPER_OUT)
    return bytes(
        (
            0x10 | 0x08 * stopped(manners) | 0x20 * has(Manner.COVER_OPEN),
            0x08 * has(Manner.CUTTER_ERROR),
            0x03 * (has(Manner.PAPER_LOW) or ends) | 0x0C * ends,
            0x00,
        )
    )
