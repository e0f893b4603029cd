"""The hall's time as a console knows it: the server's, never this PC's."""

from __future__ import annotations

from collections import deque

REMEMBERED = 30
"""Messages, half a minute's worth: a server whose clock was set back is believed after that."""


class HallClock:
    """Keeps the hall's time (ms since the epoch) between the messages that tell it."""

    def __init__(self) -> None:
        self._offsets: deque[float] = deque(maxlen=REMEMBERED)

    def heard(self, data_at: int, monotonic: float) -> None:
        """A message said that the hall's data were fresh at `data_at`; `monotonic` is our clock in s."""
        self._offsets.append(data_at - monotonic * 1000)

    def now(self, monotonic: float) -> int:
        """The hall's time; 0 before anything was heard.

        Data are confirmed before they are sent, so that the message that was quickest is nearest.
        """
        return round(max(self._offsets) + monotonic * 1000) if self._offsets else 0
