"""How fast one device may take tickets: a rush passes, a stuck key or a script does not empty the day.

Counted in this process: a device talks to one, and what several let through is bounded by their number.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

import msgspec

from queue_server.access.principals import DEVICES
from queue_server.hall.refusals import TooOften

KEPT = 4096
"""Devices remembered; those that have had their whole allowance back are forgotten first."""


class Allowance(msgspec.Struct, frozen=True):
    """Tickets at once, and seconds until one more is allowed; 0 seconds: no limit.

    A busy kiosk gives one in 3 s for an hour; this allows three times that, after a burst of 20.
    """

    burst: int = 20
    seconds: float = 1.0


class TicketLimits:
    """What each device has left."""

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._full_at: dict[tuple[str, str], float] = {}

    def take(self, hall: str, who: str, role: str) -> None:
        """One ticket more for a device; refuses ``tickets_wait``. People are not counted: they are known."""
        allowed = self._allowance
        if not allowed.seconds or role not in DEVICES:
            return
        now = self._clock()
        full_at = max(now, self._full_at.get((hall, who), now))
        early = full_at + allowed.seconds - now - allowed.burst * allowed.seconds
        if early > 1e-9:
            raise TooOften("tickets_wait", seconds=ceil(early))
        if len(self._full_at) >= KEPT:
            self._full_at = {each: at for each, at in self._full_at.items() if at > now}
        self._full_at[hall, who] = full_at + allowed.seconds
