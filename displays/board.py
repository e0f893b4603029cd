"""The words of a board: all that a screen in the hall may show, and nothing else.

A board is pushed whole. The newest one (largest `seq`, then largest `data_at`)
wins, so a screen that fell behind or reconnected needs nothing but the newest.
Only public fields exist here; no ticket id, code or name can leak to a screen.
"""

from __future__ import annotations

import msgspec

Text = dict[str, str]
"""A sentence by language tag: ``{"zh": …, "ko": …, "en": …}``; ``zh`` is always there."""


class Call(msgspec.Struct, frozen=True):
    """One call as the board shows it.

    `seq` is the log sequence of the call or of its newest recall: a screen announces
    a call whose `seq` it has not announced. `at` is in ms since the epoch. `times`
    counts the calls of this visitor to this window, recalls included. `state` is
    ``called`` (come now), ``serving`` (is being served), ``past`` or ``wait`` (the call was
    taken back: the visitor keeps the place).
    """

    seq: int
    number: str
    window: int
    at: int
    times: int
    state: str
    floor: str = ""
    area: str = ""


class Queue(msgspec.Struct, frozen=True):
    """One category's line: how many wait, how many windows are open for it, and if it is paused."""

    category: str
    name: Text
    waiting: int
    windows: int
    paused: bool = False


class Notice(msgspec.Struct, frozen=True):
    """A notice that the hall shows. `at` in ms since the epoch."""

    text: Text
    at: int


class Next(msgspec.Struct, frozen=True):
    """A number that will be called soon, and where its windows are."""

    number: str
    windows: tuple[int, ...] = ()
    floor: str = ""
    area: str = ""


class Board(msgspec.Struct, frozen=True, tag="board"):
    """The whole board. `data_at` is the last time (ms) the server confirmed the log's tail.

    `current` holds each window's present call (``called`` and ``serving``), newest first;
    `recent` earlier calls and calls taken back, newest first; `coming` the next numbers (请准备) in
    order, where the screen shows them. `version` is the content hash
    of the page's own files: a screen that sees another one reloads at a quiet moment.
    """

    hall: Text
    seq: int
    data_at: int
    current: tuple[Call, ...]
    recent: tuple[Call, ...]
    queues: tuple[Queue, ...]
    notices: tuple[Notice, ...]
    version: str = ""
    coming: tuple[Next, ...] = ()


class Sign(msgspec.Struct, frozen=True, tag="sign"):
    """The sign of one window: whom it has called, whether it is open, and who sits there.

    `state` is ``open``, ``paused`` or ``closed``, `reason` why it pauses. `staff` is the staff number of
    the clerk. `name` is the window's name. `version` and `data_at` are as in `Board`.
    """

    hall: Text
    seq: int
    data_at: int
    window: int
    name: Text
    state: str
    staff: str = ""
    reason: Text = {}
    call: Call | None = None
    notices: tuple[Notice, ...] = ()
    version: str = ""


class Pad(msgspec.Struct, frozen=True, tag="pad"):
    """The rating pad of one window: which service has just ended there, for its visitor to say how it was.

    `ticket` and `number` are "" while there is nothing to rate; `language` is the visitor's. `version` and
    `data_at` are as in `Board`.
    """

    hall: Text
    seq: int
    data_at: int
    window: int
    ticket: str = ""
    number: str = ""
    language: str = "zh"
    version: str = ""


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """Sent when the board is unchanged: the data are still fresh as of `data_at` (ms)."""

    seq: int
    data_at: int
