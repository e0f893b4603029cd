"""What of a view can wait a moment: thirty consoles need not be drawn anew for each ticket of the hall.

A window's own affairs are pushed as they land. That somebody elsewhere was called, or that one visitor
more waits in line, is gathered and shown once in `PAUSE`: sooner, nobody at a window does anything about
it, and each push costs every console of the hall a drawing. The pauses have chance lengths, so that the
consoles of a hall do not all draw in the same moment.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Set

from queue_server.hall.day import Day

PAUSE = 1.0
"""Seconds that a change may wait at most."""
AGAIN = 0.05
"""Seconds until the next look where the view could not be shown."""

Pressing = Callable[[Day, Set[str]], object]
"""What of a view must be shown at once when it changes. It is given who wrote what has just landed."""


class Calm:
    """Says of one view whether what has landed may wait, and has it shown when it has waited enough.

    `show` is called then; it shows the view, or returns False where it cannot at the moment.
    """

    def __init__(self, pressing: Pressing, show: Callable[[], bool]) -> None:
        self._pressing = pressing
        self._show = show
        self._shown: object = None
        self._timer: asyncio.TimerHandle | None = None
        self._overdue = False

    @property
    def waits(self) -> bool:
        """Whether something has landed that is not shown yet."""
        return self._timer is not None

    def may_wait(self, day: Day, authors: Set[str]) -> bool:
        """Whether what has landed may wait; if so, it is seen to that it is shown in time."""
        now = self._pressing(day, authors)
        if now != self._shown or self._overdue:
            self._shown = now
            self.forget()
            return False
        if self._timer is None:
            delay = random.uniform(0, PAUSE)  # noqa: S311  (only to spread the drawing)
            self._timer = asyncio.get_running_loop().call_later(delay, self._due)
        return True

    def forget(self) -> None:
        """Nothing waits any more: the view is shown, or nobody looks at it."""
        self._overdue = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        self._overdue = not self._show()
        if self._overdue:  # the next landing shows it, or we do: an append may also fail
            self._timer = asyncio.get_running_loop().call_later(AGAIN, self._due)
