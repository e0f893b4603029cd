"""The records of a day: tickets, windows, categories, each frozen; a change puts a new one.

All times are ms since the epoch. The state table at the end is the only place that says
which state of a ticket may follow which.
"""

from __future__ import annotations

import msgspec

from queue_server.cases.limits import Limit
from queue_server.hall.plan import EVERY_CATEGORY, Serve

# States of a ticket.
WAITING = "waiting"
CALLED = "called"
SERVING = "serving"
PARKED = "parked"
MISSED = "missed"
ENDED = "ended"

# The ends, exactly one for every ticket (DOMAIN.md, "Ends").
DONE = "done"  # 已办
VOID_MISSED = "void_missed"  # 过号作废
HOLD_OVER = "hold_over"  # 过号超时
CANCELLED_BY_VISITOR = "cancelled_by_visitor"  # 本人取消
CANCELLED_BY_STAFF = "cancelled_by_staff"  # 工作人员取消
HALL_CLOSED = "hall_closed"  # 闭厅未办
ENDS = (DONE, VOID_MISSED, HOLD_OVER, CANCELLED_BY_VISITOR, CANCELLED_BY_STAFF, HALL_CLOSED)

# States of a window.
CLOSED = "closed"
OPEN = "open"
PAUSED = "paused"

# What a holder may say of a service (好差评), the best first.
LEVELS = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")

UNRECORDED = "unrecorded"  # 结果未登记, the outcome of a service that nobody finished

# What may follow what. The diagram in ARCHITECTURE.md is generated from this table.
FOLLOWS: dict[str, frozenset[str]] = {
    "": frozenset({WAITING, SERVING}),
    WAITING: frozenset({WAITING, CALLED, ENDED}),
    CALLED: frozenset({CALLED, WAITING, SERVING, MISSED, PARKED, ENDED}),
    SERVING: frozenset({SERVING, WAITING, PARKED, ENDED}),
    PARKED: frozenset({PARKED, WAITING, ENDED}),
    MISSED: frozenset({WAITING, ENDED}),
    ENDED: frozenset(),
}
# What an undo within its seconds may bring back, by what is undone.
UNDOES: dict[str, frozenset[tuple[str, str]]] = {
    "call": frozenset({(CALLED, WAITING)}),
    "finish": frozenset({(ENDED, SERVING)}),
    "miss": frozenset({(MISSED, CALLED), (ENDED, CALLED), (WAITING, CALLED)}),
    "park": frozenset({(PARKED, CALLED), (PARKED, SERVING)}),
}


class Record(msgspec.Struct, frozen=True, gc=False):
    """A frozen record."""


class Utterance(Record, frozen=True):
    """One call of a ticket: when it was made, its log sequence, and when a voice had spoken it."""

    at: int
    seq: int
    spoken_at: int | None = None


class Expected(Record, frozen=True):
    """From when to when (ms) a call is expected; `borne_out` says whether such ranges have held of late."""

    first: int
    last: int
    borne_out: bool


class Pace(Record, frozen=True):
    """How a category calls today: its last call, gaps between calls (ms of one window), ranges that held."""

    called_at: int = 0
    gaps: tuple[int, ...] = ()
    held: tuple[bool, ...] = ()


class Segment(Record, frozen=True):
    """One stretch of handling by one clerk at one window."""

    window: int
    clerk: str
    since: int
    until: int | None = None


class Acceptance(Record, frozen=True, omit_defaults=True):
    """With what the case of an accepted matter is opened: by whom it is handled, where, until when.

    `exit` is the hall where its result is handed out, `at` the one that handles it, `version` the guide's.
    """

    id: str
    department: str
    exit: str
    at: str
    version: str
    promised: Limit | None = None
    legal: Limit | None = None


class MatterEnd(Record, frozen=True):
    """What became of a matter, and when (ms); `papers` are missing or owed until `until`.

    `case`: it was accepted, and with what its case is opened.
    """

    matter: str
    outcome: str
    at: int
    reason: str = ""
    papers: tuple[str, ...] = ()
    until: str = ""
    case: Acceptance | None = None


class Ticket(Record, frozen=True):
    """A number in a visitor's hand and all that happened to it today.

    Its place is ``(due, place)``: `place` is the sequence of the event that last set the
    due. `reference` is what the due is computed from; `directed_window`/`directed_clerk`
    take it out of the category's line. `paper` is what became of the slip ("" is not known yet) and
    `paper_at` the printer; `paper_sent` says whether any paper may exist, `paper_asked` since when (ms)
    a slip that somebody asked for is under way.
    `cases` are those that it came for (a result, or papers owed);
    `closed` are the matters of which it was said during the service what became of them.
    `edition` is the one of the catalogue under which it was issued.
    `passing_until` is until when its holder lets others pass, `passes` how often that was asked, `rated` the
    holder's word on the service ("" for none), `expected` the range of its call when it was taken.
    `agent` took it for a `principal`, whom only the agent's own papers name. `joint` is the joint errand
    whose matters it carries, `helpers` the windows whose staff have come to it to act on some of them.
    """

    id: str
    number: str
    category: str
    cls: str
    source: str
    language: str
    visit: str
    taken_at: int
    reference: int
    due: int
    place: int
    ahead: int = 0
    kind: str = ""
    matters: tuple[str, ...] = ()
    state: str = WAITING
    end: str = ""
    why: str = ""
    window: int | None = None
    clerk: str = ""
    calls: tuple[Utterance, ...] = ()
    times_called: int = 0
    called_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    misses: int = 0
    missed_at: int | None = None
    found_until: int | None = None
    parked_at: int | None = None
    parked_until: int | None = None
    park_overdue: bool = False
    directed_window: int | None = None
    directed_clerk: str = ""
    stations: tuple[Segment, ...] = ()
    cases: tuple[str, ...] = ()
    closed: tuple[MatterEnd, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    left_open: bool = False
    excluded: bool = False
    booking: str = ""
    tomorrow: str = ""
    note: str = ""
    paper: str = ""
    passing_until: int | None = None
    passes: int = 0
    rated: str = ""
    paper_at: str = ""
    paper_sent: bool = False
    paper_asked: int | None = None
    expected: Expected | None = None
    agent: str = ""
    principal: str = ""
    joint: str = ""
    helpers: tuple[int, ...] = ()
    edition: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """The ticket's place in its category's line."""
        return self.due, self.place

    @property
    def directed(self) -> bool:
        """Whether it waits for one window or clerk instead of its category's line."""
        return self.directed_window is not None or self.directed_clerk != ""

    @property
    def in_line(self) -> bool:
        """Whether it stands in its category's line."""
        return self.state == WAITING and not self.directed


class Window(Record, frozen=True):
    """A window today: who sits there, what it serves, and whom it has called.

    `summons` is an urgent call to its staff, by language, until somebody there has read it; `summoned_to` is
    the joint ticket to whose visitor it calls them ("": none).
    """

    number: int
    serves: tuple[Serve, ...]
    zone: str = ""
    duty: bool = False
    state: str = CLOSED
    clerk: str = ""
    present: str = ""
    pausing: bool = False
    reason: str = ""
    for_today: bool = False
    since: int = 0
    claimed_at: int = 0
    summons: tuple[tuple[str, str], ...] = ()
    summoned_at: int = 0
    summoned_to: str = ""

    def covers(self, category: str, cls: str) -> bool:
        """Whether it may call this category and class."""
        return any(serve.covers(category, cls) for serve in self.serves)

    def calls(self, category: str, cls: str | None) -> bool:
        """Whether it may call this category and class; with None, any class of it."""
        if cls is None:
            return any(serve.category in (EVERY_CATEGORY, category) for serve in self.serves)
        return self.covers(category, cls)


class Stop(Record, frozen=True):
    """A stretch in which nothing counts against the visitors of a category."""

    since: int
    until: int | None = None


class Category(Record, frozen=True):
    """A category today: its last number, its pause, and when nothing counted.

    `stops` are the stretches without an open window or while paused; `ordinary_run` counts ordinary
    calls since the last priority one (for the ratio setting); `quota` is the most tickets today.
    """

    letter: str
    last: int = 0
    issued: int = 0
    paused: bool = False
    issuing: bool = True
    reason: str = ""
    stops: tuple[Stop, ...] = ()
    ordinary_run: int = 0
    quota: int | None = None


class Undoable(Record, frozen=True):
    """The last act on a ticket that its window may still take back, and the ticket before it."""

    kind: str
    at: int
    window: int
    before: Ticket


class PastCall(Record, frozen=True):
    """A call that left the front of the board: ``past``, or ``wait`` when it was taken back."""

    seq: int
    number: str
    window: int
    at: int
    times: int
    state: str


class Tally(Record, frozen=True):
    """Today's counts of a window: called, served, missed, and the service time (ms) of `timed` services."""

    called: int = 0
    served: int = 0
    missed: int = 0
    timed: int = 0
    service: int = 0


class Booking(Record, frozen=True):
    """A booked slot: its code, category and start. `carried` came from a closed hall (闭厅未办).

    What was carried has the matters that were still open; `joint` is the errand they are of, and `cases` are
    those that its holder came for.
    """

    code: str
    category: str
    slot: int
    date: str
    matters: tuple[str, ...] = ()
    carried: bool = False
    joint: str = ""
    cases: tuple[str, ...] = ()


class Answer(Record, frozen=True, omit_defaults=True):
    """What the caller of an accepted command is told; the same key brings the same answer.

    `seq` is filled when the command's events have their places in the log.
    """

    ticket: str = ""
    number: str = ""
    window: int = 0
    ahead: int = 0
    calling_from: int | None = None
    code: str = ""
    detail: str = ""
    seq: int = 0


class PastSlip(Record, frozen=True):
    """A slip that a printer was given: when that was over (ms), whose, what became of it, and why."""

    at: int
    ticket: str
    outcome: str
    reason: str
    marked: bool


class PrinterSeen(Record, frozen=True):
    """How a printer was when it was last asked ("" before), since when (ms), and its last slips."""

    state: str = ""
    since: int = 0
    slips: tuple[PastSlip, ...] = ()


class Kept(Record, frozen=True):
    """An idempotency key's body digest and first answer."""

    digest: str
    answer: Answer


class Seen(Record, frozen=True):
    """Alarms of one kind that somebody has taken note of: those of `log` up to `until` (ms)."""

    code: str
    log: str
    until: int
    by: str
    at: int


class Status(Record, frozen=True):
    """The day itself: whether it is open, its notice, broken voice zones and down time.

    `edition` is the number of the catalogue in force. `barred` are numbers that a failover lost;
    `quarantined` the events that were set aside; `seen` the alarms that somebody has taken note of.
    """

    opened: bool = False
    opened_at: int = 0
    closed: bool = False
    notice: tuple[tuple[str, str], ...] = ()
    notice_at: int = 0
    broken_zones: tuple[str, ...] = ()
    down: tuple[Stop, ...] = ()
    past: tuple[PastCall, ...] = ()
    carried: tuple[Booking, ...] = ()
    last_at: int = 0
    issued: int = 0
    direct: int = 0
    quarantined: tuple[int, ...] = ()
    barred: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    edition: int = 0
