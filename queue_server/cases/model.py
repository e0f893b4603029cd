"""A case (办件): what it is, where it is, and which step may follow which.

No person is in it: whoever comes is known by the receipt's check code, and owed papers are named by kind.
"""

from __future__ import annotations

import hashlib

import msgspec

from queue_server.cases.limits import Limit, Stop

ACCEPTED = "accepted"  # 已受理
HANDLING = "handling"  # 办理中
SUPPLEMENT = "supplement"  # 待补正
READY = "ready"  # 待出件
ISSUED = "issued"  # 已出件
RETURNED = "returned"  # 退回
WITHDRAWN = "withdrawn"  # 撤回
STATES = (ACCEPTED, HANDLING, SUPPLEMENT, READY, ISSUED, RETURNED, WITHDRAWN)
RUNNING = (ACCEPTED, HANDLING, SUPPLEMENT)
"""States in which the department owes something; limits count in these."""
CLOSED = (ISSUED, RETURNED, WITHDRAWN)

FOLLOWS: dict[str, frozenset[str]] = {
    "": frozenset({ACCEPTED}),
    ACCEPTED: frozenset({HANDLING, SUPPLEMENT, RETURNED, WITHDRAWN}),
    HANDLING: frozenset({SUPPLEMENT, READY, RETURNED, WITHDRAWN}),
    SUPPLEMENT: frozenset({HANDLING, RETURNED, WITHDRAWN}),
    READY: frozenset({ISSUED, HANDLING}),
    ISSUED: frozenset(),
    RETURNED: frozenset(),
    WITHDRAWN: frozenset(),
}
"""Which state may follow which: the one place that says so."""

WINDOW = "window"  # 窗口
POST = "post"  # 邮寄
LOCKER = "locker"  # 自助柜
LICENCE = "licence"  # 电子证照
WAYS = (WINDOW, POST, LOCKER, LICENCE)
"""How a result goes out."""
SHELVED = (WINDOW, LOCKER)
"""Ways that need a place where the result lies."""

SELF = "self"  # 本人
AGENT = "agent"  # 代办
OTHER = "other"  # 他人代领
RECEIVERS = (SELF, AGENT, OTHER)
CODE = "code"  # 校验码
DOCUMENT = "document"  # 查验证件
PROOFS = (CODE, DOCUMENT)
"""What was looked at before a result was handed out; the document itself is never noted."""


def case_id(hall: str, date: str, ticket: str, matter: str) -> str:
    """How the case of a ticket's matter is called: the same however often it is opened."""
    return hashlib.blake2b(f"{hall}/{date}/{ticket}/{matter}".encode(), digest_size=12).hexdigest()


class Stopped(msgspec.Struct, frozen=True):
    """A clock that stands, and since which day: waiting for papers, or a hearing, an expertise (reason)."""

    since: str
    reason: str = ""


class Step(msgspec.Struct, frozen=True):
    """One thing that happened to a case: when (ms), by whom, what, and what it was about."""

    at: int
    by: str
    what: str
    detail: str = ""


class Case(msgspec.Struct, frozen=True):
    """One accepted matter until its result is out.

    `hall` accepted it, `at` is the hall where it is being handled, `bound` where it is on its way to.
    `papers` is who holds its file. `promised_by` and `legal_by` are last days (``YYYY-MM-DD``), empty where
    no limit is set or (`limits_open`) the calendar does not reach so far yet. `owed` is what is still to be
    brought in; what is missing is asked for once (`supplemented`).
    `visits` counts how often the visitor had to come.
    """

    id: str
    number: str
    matter: str
    ticket: str
    department: str
    hall: str
    at: str
    exit: str
    accepted: str
    state: str = ACCEPTED
    version: str = ""
    promised: Limit | None = None
    legal: Limit | None = None
    promised_by: str = ""
    legal_by: str = ""
    stops: tuple[Stop, ...] = ()
    stopped: Stopped | None = None
    handler: str = ""
    owed: tuple[str, ...] = ()
    owed_until: str = ""
    supplemented: bool = False
    extended: int = 0
    way: str = ""
    shelf: str = ""
    bound: str = ""
    papers: str = ""
    receiver: str = ""
    visits: int = 1
    steps: tuple[Step, ...] = ()

    @property
    def limits_open(self) -> bool:
        """Whether a limit is set whose last day nobody knows yet: an alarm, never a guess."""
        return (self.promised is not None and not self.promised_by) or (
            self.legal is not None and not self.legal_by
        )

    @property
    def hops(self) -> tuple[Step, ...]:
        """Where the case has been: accepted here, sent there, arrived, handed out."""
        return tuple(s for s in self.steps if s.what in ("opened", "sent", "arrived", "readied", "issued"))


class PaperList(msgspec.Struct, frozen=True):
    """A 材料交接 list: whose papers go from whom to whom, until both sides have said what went over."""

    id: str
    giver: str
    receiver: str
    cases: tuple[str, ...]
    given_by: str
    taken_by: str = ""
    missing: tuple[str, ...] = ()
    void: bool = False

    @property
    def settled(self) -> bool:
        """Whether both sides have confirmed it, or it was taken back."""
        return bool(self.taken_by) or self.void
