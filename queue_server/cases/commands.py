"""What is asked of cases. `date` is the business date on which it is asked: limits count in days of it."""

from __future__ import annotations

from queue_server.cases.limits import Limit
from queue_server.cases.model import CODE, SELF, WINDOW
from queue_server.hall.commands import Command


class OpenCase(Command, frozen=True):
    """A matter was accepted (受理): open its case.

    `id` follows from ticket and matter, so that asking again after a crash opens no second one. `owed` is
    what may be brought until `owed_until` (容缺受理); `version` names the catalogue under which
    it was accepted; `at` is the hall that handles it when that is another one (异地可办).
    """

    id: str
    date: str
    matter: str
    ticket: str
    department: str
    hall: str
    exit: str
    version: str = ""
    promised: Limit | None = None
    legal: Limit | None = None
    owed: tuple[str, ...] = ()
    owed_until: str = ""
    at: str = ""
    papers: str = "window"


class TakeCase(Command, frozen=True):
    """The department takes a case into handling."""

    case: str


class AskSupplement(Command, frozen=True):
    """Tell the visitor once and completely what is missing (补正); `stops` is what the hall's rules say."""

    case: str
    date: str
    missing: tuple[str, ...]
    stops: bool = True


class ReceiveSupplement(Command, frozen=True):
    """Something that is owed is there; `still` names what of it is not. `visit`: the visitor came for it."""

    case: str
    date: str
    still: tuple[str, ...] = ()
    visit: bool = True


class StopClock(Command, frozen=True):
    """A hearing, an expertise, a publication: its time does not count (reason)."""

    case: str
    date: str
    reason: str


class RunClock(Command, frozen=True):
    """What stopped the clock is over."""

    case: str
    date: str


class ExtendCase(Command, frozen=True):
    """Give a case more days, once, for a reason that the visitor is told (延期)."""

    case: str
    days: int
    reason: str


class SettleLimits(Command, frozen=True):
    """The calendar reaches far enough now: fix the last days that could not be known."""

    case: str


class ReadyCase(Command, frozen=True):
    """The result is there and goes out by `way`; at a window or locker it lies in `shelf`."""

    case: str
    way: str = WINDOW
    shelf: str = ""


class MoveResult(Command, frozen=True):
    """The result lies somewhere else now."""

    case: str
    shelf: str


class ReworkCase(Command, frozen=True):
    """The result is wrong: back into handling (reason)."""

    case: str
    reason: str


class IssueCase(Command, frozen=True):
    """The result goes out, to whom, and what was looked at before."""

    case: str
    receiver: str = SELF
    proof: str = CODE
    visit: bool = True


class ReturnCase(Command, frozen=True):
    """The department will not do it (退回, reason)."""

    case: str
    reason: str


class WithdrawCase(Command, frozen=True):
    """The visitor takes the matter back (撤回)."""

    case: str
    reason: str = ""


class SendCase(Command, frozen=True):
    """The case goes to another hall."""

    case: str
    hall: str


class ArriveCase(Command, frozen=True):
    """The other hall has it."""

    case: str


class PassPapers(Command, frozen=True):
    """A 材料交接 list: `giver` says that the papers of these cases go to `receiver`."""

    id: str
    giver: str
    receiver: str
    cases: tuple[str, ...]


class ConfirmPapers(Command, frozen=True):
    """The receiving side has counted; what is `missing` stays with the giver."""

    id: str
    missing: tuple[str, ...] = ()


class TakeBackPapers(Command, frozen=True):
    """The giver takes a list back that nobody has confirmed."""

    id: str
