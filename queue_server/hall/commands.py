"""What people, devices and time ask of a hall's day.

Ids and secrets come in with the command; who asks, when, and under which idempotency key
is in the `Ask` around it. A reason is a code from the plan's pick lists.
"""

from __future__ import annotations

import msgspec

from queue_server.hall.model import Booking
from queue_server.hall.plan import ORDINARY, Matter, Serve


class Command(msgspec.Struct, frozen=True):
    """A command."""


class Ask(msgspec.Struct, frozen=True):
    """A command with its circumstances.

    `at` is the asker's clock in ms; `by` the principal (``staff:…``, ``device:…``, ``ticket:…``,
    ``time``); `role` what that principal may act as; `key` the scoped idempotency key and `digest` the
    digest of what was asked, so that the same key with another body is noticed.
    """

    at: int
    by: str
    command: Command
    key: str = ""
    digest: str = ""
    role: str = ""


# --- the day -----------------------------------------------------------------------


class OpenDay(Command, frozen=True):
    """Open the business day `date` under `plan` (a hash); `cites` is the hash that closed the last one.

    `edition` is the number of the plan's catalogue.
    """

    date: str
    plan: str
    cites: str = ""
    carried: tuple[Booking, ...] = ()
    edition: int = 0


class ChangeCatalogue(Command, frozen=True):
    """Go on under an edition of the catalogue that was published since; `matters` are all of it."""

    edition: int
    matters: tuple[Matter, ...]


class CloseDay(Command, frozen=True):
    """Close the day. `boundary` is the system's own closing; `codes` are seeds for tomorrow's codes."""

    reason: str = ""
    boundary: bool = False
    seed: str = ""


class SetNotice(Command, frozen=True):
    """Show a notice, by language; an empty one takes it down."""

    text: dict[str, str]


class RecordDown(Command, frozen=True):
    """The hall was down from `since` to `until`: it counts for nobody's hold, park or lateness."""

    since: int
    until: int


class BarNumbers(Command, frozen=True):
    """Numbers of tickets that a failover lost, as (category, number): never to be given out again."""

    lost: tuple[tuple[str, str], ...]


class PauseCategory(Command, frozen=True):
    """Stop calling a category; without `issuing` it gives out no tickets either."""

    category: str
    reason: str
    issuing: bool = True


class ResumeCategory(Command, frozen=True):
    """Call a paused category again."""

    category: str


class SetQuota(Command, frozen=True):
    """A category gives out at most `quota` tickets today, those already out counted; None: any number."""

    category: str
    quota: int | None = None


class AcknowledgeAlarm(Command, frozen=True):
    """Somebody has taken note of a kind of alarm about a log: of all that were raised up to `until`."""

    code: str
    log: str
    until: int


# --- tickets -------------------------------------------------------------------------


class TakeTicket(Command, frozen=True):
    """Take a ticket. `visit` is a ticket id of the visit it joins (再取一个号).

    `cases`: for results that are ready, or with papers owed; `clerk`: to the one who accepted them.
    """

    ticket: str
    category: str
    cls: str = ORDINARY
    kind: str = ""
    matters: tuple[str, ...] = ()
    language: str = "zh"
    source: str = "kiosk"
    visit: str | None = None
    cases: tuple[str, ...] = ()
    clerk: str = ""


class CheckIn(Command, frozen=True):
    """A booked visitor is here. `booking` was looked up in the register (or carried by the day's opening)."""

    ticket: str
    booking: Booking
    language: str = "zh"
    source: str = "kiosk"


class EnterByHand(Command, frozen=True):
    """补录: a number written by hand while the hall was down, with its true time."""

    ticket: str
    category: str
    number: str
    taken_at: int
    language: str = "zh"


class NoteSlip(Command, frozen=True):
    """What became of a ticket's paper: printed, unconfirmed, failed or expired, and why.

    `first`: of the slip that came with the ticket, not of one that somebody asked for.
    """

    ticket: str
    outcome: str
    reason: str = ""
    printer: str = ""
    sent: bool = False
    marked: bool = False
    first: bool = False


class NoteReceipt(Command, frozen=True):
    """What became of the paper of a receipt; `again`: it was one marked 补打."""

    ticket: str
    outcome: str
    reason: str = ""
    printer: str = ""
    again: bool = False


class AskReprint(Command, frozen=True):
    """Print a ticket's slip at this printer: it was lost, or there was no paper (D9, D15)."""

    ticket: str
    printer: str


class NotePrinter(Command, frozen=True):
    """A printer is in this state since this time (ms)."""

    printer: str
    state: str
    since: int


class ServeWithoutTicket(Command, frozen=True):
    """直接受理: serve a visitor at once, without a ticket, for a reason; `cases` as of any ticket."""

    ticket: str
    window: int
    category: str
    reason: str
    matters: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


class CallNext(Command, frozen=True):
    """Call the next visitor to a window; with `finish` end the present service first."""

    window: int
    finish: bool = False
    outcomes: tuple[tuple[str, str], ...] = ()


class CallNumber(Command, frozen=True):
    """Call a number out of order, for a reason; those passed over are counted."""

    window: int
    number: str
    reason: str


class Recall(Command, frozen=True):
    """Call the same visitor again."""

    ticket: str


class Spoken(Command, frozen=True):
    """A voice has spoken the call whose sequence is `call`, at `spoken_at`."""

    ticket: str
    call: int
    spoken_at: int


class SoundState(Command, frozen=True):
    """The sound of a voice zone is known to be broken, or works again."""

    zone: str
    broken: bool


class Start(Command, frozen=True):
    """The visitor is at the window: service begins."""

    ticket: str


class Finish(Command, frozen=True):
    """End the service, with an outcome per matter."""

    ticket: str
    outcomes: tuple[tuple[str, str], ...] = ()


class CloseMatter(Command, frozen=True):
    """One matter of the visit is over. `papers` are missing (补正) or owed (容缺受理) until `until`; `exit`
    is where the result will be handed out ("": the matter's first).
    """

    ticket: str
    matter: str
    outcome: str
    reason: str = ""
    papers: tuple[str, ...] = ()
    until: str = ""
    exit: str = ""


class AddMatters(Command, frozen=True):
    """The visitor brought more matters than the ticket names."""

    ticket: str
    matters: tuple[str, ...]


class MarkAbsent(Command, frozen=True):
    """过号: the called visitor did not come."""

    ticket: str


class Found(Command, frozen=True):
    """已找到: floor staff bring the visitor; no miss is possible meanwhile."""

    ticket: str


class ReturnMissed(Command, frozen=True):
    """A missed visitor is back."""

    ticket: str


class Transfer(Command, frozen=True):
    """Send the visitor on to a category, or directed to a window or a clerk (exactly one)."""

    ticket: str
    category: str | None = None
    window: int | None = None
    clerk: str | None = None
    note: str = ""


class Park(Command, frozen=True):
    """Let the visitor fill in a form and come back here within `minutes`."""

    ticket: str
    minutes: int
    reason: str = ""


class Unpark(Command, frozen=True):
    """The parked visitor is back: next at that window after the present visitor."""

    ticket: str


class Cancel(Command, frozen=True):
    """Cancel a ticket; `staff` says whether a member of staff does it (then with a reason)."""

    ticket: str
    staff: bool = False
    reason: str = ""


class LetPass(Command, frozen=True):
    """The holder needs a while: the place is kept, others are called meanwhile."""

    ticket: str


class ReadyAgain(Command, frozen=True):
    """The holder who let others pass is back."""

    ticket: str


class Rate(Command, frozen=True):
    """How the service was, by its holder: one of five levels, once."""

    ticket: str
    level: str


class RateAtWindow(Command, frozen=True):
    """How the service at a window was, by its visitor on the rating pad there: one of five levels, once."""

    window: int
    ticket: str
    level: str


class ChangeClass(Command, frozen=True):
    """Grant priority at the desk, or take back what is not justified, for a reason."""

    ticket: str
    cls: str
    reason: str
    kind: str = ""


class Undo(Command, frozen=True):
    """Take back the last act on a ticket, within the undo seconds."""

    ticket: str


# --- windows ---------------------------------------------------------------------------


class ClaimWindow(Command, frozen=True):
    """Sit down at a window. `leftover` closes or continues a service the last clerk left."""

    window: int
    clerk: str
    take_over: bool = False
    leftover: str = ""
    ended_at: int | None = None


class ReleaseWindow(Command, frozen=True):
    """Leave a window."""

    window: int


class OpenWindow(Command, frozen=True):
    """Open a window, or go on after a pause."""

    window: int


class PauseWindow(Command, frozen=True):
    """Pause after the present visitor; `now` also sends a called visitor back to the same place."""

    window: int
    reason: str
    now: bool = False


class CloseWindow(Command, frozen=True):
    """Close a window; `for_today` says that it does not reopen today."""

    window: int
    reason: str = ""
    for_today: bool = False


class AssignWindow(Command, frozen=True):
    """Give a window its (category, class) pairs; `successor` takes what nobody else would serve."""

    window: int
    serves: tuple[Serve, ...]
    successor: int | None = None


class SummonWindows(Command, frozen=True):
    """Call the staff at these windows urgently, by language; none named: every window where somebody sits."""

    windows: tuple[int, ...]
    text: dict[str, str]


class AnswerSummons(Command, frozen=True):
    """The urgent call at a window has been read."""

    window: int


# --- what time alone brings about -------------------------------------------------------


class HoldLapsed(Command, frozen=True):
    """过号超时: the missed visitor did not come back in time."""

    ticket: str


class ParkLapsed(Command, frozen=True):
    """A parked visitor is overdue: an alert, never a void."""

    ticket: str


class PassLapsed(Command, frozen=True):
    """The time is over for which a holder let others pass."""

    ticket: str


class ClaimLapsed(Command, frozen=True):
    """A console has been silent for too long: its claim on the window ends."""

    window: int
    clerk: str
