"""The API's types: what goes over the network between the server and its clients.

The console and the API share these and nothing else. All times are integers in
milliseconds since the Unix epoch. Texts shown to people are `Text`: a sentence by
language tag, ``zh`` always among them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.menu import Between
from queue_server.wire.behalf import *  # noqa: F403 - the types of one area, as if they stood here
from queue_server.wire.behalf import AgentsNow
from queue_server.wire.cases import *  # noqa: F403
from queue_server.wire.cases import MatterResult, VisitsNow
from queue_server.wire.editions import *  # noqa: F403
from queue_server.wire.exits import *  # noqa: F403
from queue_server.wire.words import *  # noqa: F403
from queue_server.wire.words import (
    Code,
    Codes,
    Line,
    Moment,
    Outcomes,
    Secret,
    Sentence,
    Text,
    WindowNumber,
)

Needs = Annotated[tuple[Literal["guide", "writing", "wheelchair", "korean"], ...], Meta(max_length=8)]
"""引导、文字交流、轮椅、朝鲜语."""

TicketClass = Literal["ordinary", "priority", "booked"]
TicketState = Literal["waiting", "called", "serving", "parked", "missed", "ended"]
WindowState = Literal["closed", "open", "paused"]


# --- what clients send -------------------------------------------------------------


class TakeTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take a ticket. `visit` links it to an earlier ticket's visit (再取一个号).

    `kind` names why the class is priority (a key of the plan's `priority_kinds`). `needs` are told to the
    clerk alone and wiped at night. `person` is the handle of a card that was shown, where a matter requires
    it.
    """

    category: Code
    matters: Codes = ()
    cls: Literal["ordinary", "priority"] = "ordinary"
    kind: Code = ""
    language: Code = "zh"
    visit: Code | None = None
    needs: Needs = ()
    person: Code = ""


class ShowCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of an identity card on a kiosk's reader; kept nowhere, only its hash under the day's key."""

    number: Code


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Book a slot: `slot` is its start (ms)."""

    category: Code
    slot: Moment
    matters: Codes = ()


class CheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Check in a booking by its code; `person` as in `TakeTicket`, if a matter of it requires a card."""

    code: Code
    language: Code = "zh"
    needs: Needs = ()
    person: Code = ""


class ClaimTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open a ticket by its number and the check code of its slip."""

    number: Code
    code: Code


class AskHelp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """叫工作人员 at a kiosk; `language` is the visitor's."""

    language: Code = "zh"


class PrintChecklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """只打印材料清单: what to bring for these matters, on paper, without a number."""

    matters: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=16)]
    language: Code = "zh"


class EnterByHand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """补录: enter a number that was written by hand while the hall was down, with its true time (ms)."""

    category: Code
    number: Code
    taken_at: Moment
    language: Code = "zh"


class ServeWithoutTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """直接受理: serve a visitor who has no ticket, for a picked reason."""

    category: Code
    reason: Code
    matters: Codes = ()


class CallNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call a given number out of order, for a picked reason."""

    number: Code
    reason: Code


class CallNext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call the next visitor. With `finish` the present service is ended first (办结并叫下一位)."""

    finish: bool = False
    outcomes: Outcomes = {}


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sit down at a window. `take_over` replaces whoever holds it.

    `leftover` says what to do with a visitor whom the last clerk left in service:
    ``close`` (with `ended_at`, the time it really ended) or ``continue``.
    """

    take_over: bool = False
    leftover: Literal["", "close", "continue"] = ""
    ended_at: Moment | None = None


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picked reason; which ones exist is in `Hall.reasons`."""

    reason: Code = ""


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pause a window. `now` also sends the called visitor back at the same place."""

    reason: Code
    now: bool = False


class CloseWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Close a window; `for_today` says that it does not reopen today."""

    reason: Line = ""
    for_today: bool = False


class AssignWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a window its (category, class) pairs, written ``A``, ``A:ordinary`` or ``*:priority``.

    `successor` names the window that takes over the categories nobody else would serve.
    """

    serves: Codes
    successor: WindowNumber | None = None


class Finish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """End the service with an outcome per matter.

    `outcomes` maps a matter id to an outcome code (`Hall.outcomes`); a matter left out
    is ``done``. Matters that were not on the ticket are added by naming them.
    """

    outcomes: Outcomes = {}


class Transfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Send the visitor on: to a category, or directed to a window or a clerk (exactly one)."""

    category: Code | None = None
    window: WindowNumber | None = None
    clerk: Code | None = None
    note: Line = ""


class Park(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let the visitor fill in a form and come back to this window within `minutes`."""

    minutes: Annotated[int, Meta(ge=1, le=240)] = 10
    reason: Line = ""


class ChangeClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Grant or take back priority, for a picked reason."""

    cls: Literal["ordinary", "priority"]
    reason: Code
    kind: Code = ""


class AddMatters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Add matters to a ticket in service (D7)."""

    matters: Codes


class PauseCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop calling a category; with `issuing` false it also gives out no tickets."""

    reason: Code
    issuing: bool = True


class SetQuota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many tickets a category gives out today at most, those already out counted; null: no limit."""

    quota: Annotated[int, Meta(ge=0, le=100_000)] | None


class AcknowledgeAlarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has taken note of the alarms of one kind about `log` that were raised up to `until` (ms)."""

    code: Code
    log: Code
    until: Moment


class SetNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Show a notice on every screen; an empty text takes it down."""

    text: Annotated[dict[Code, Sentence], Meta(max_length=16)]


class Summon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call staff urgently at these windows; none named: wherever somebody sits. `text` is by language."""

    text: Annotated[dict[Code, Sentence], Meta(min_length=1, max_length=16)]
    windows: Annotated[tuple[WindowNumber, ...], Meta(max_length=200)] = ()


class CloseDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Close the business day; with people waiting only a manager with a reason may."""

    reason: Code = ""


class DownTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hall was down from `since` to `until` (ms): it counts for nobody's hold, park or lateness."""

    since: Moment
    until: Moment


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the sound of a voice zone is broken."""

    broken: bool


class Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a voice had spoken a call to its end (ms)."""

    spoken_at: Moment


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sign in. With `cookie` the session goes into a cookie that no script reads, and not into the answer."""

    login: Code
    password: Secret
    cookie: bool = False


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Change the own password; every other session of the person ends."""

    old: Secret
    new: Secret
    cookie: bool = False


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let a new device in by its code: as this screen or kiosk of the hall file, or ``board``."""

    device: Code


class Reprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Print a slip once more: at this `printer`, or at the one beside the asking kiosk.

    A kiosk sends the check `code` that the visitor typed; staff need none.
    """

    printer: Code = ""
    code: Code = ""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty body: ``{}``."""


# --- what the server answers --------------------------------------------------------


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to an accepted change; repeating the same key brings the same answer.

    `seq` is the log sequence of the change: a read with ``?at_least=seq`` sees it.
    """

    seq: int
    ticket: str = ""
    number: str = ""
    window: int = 0
    ahead: int = 0
    calling_from: int | None = None
    code: str = ""
    detail: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Problem details (RFC 9457). `code` is a refusal's code, `sentence` what to tell a visitor."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    sentence: Text = {}
    seq: int = 0


class Station(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stretch of handling: which window and clerk, from when to when (ms)."""

    window: int
    clerk: str
    since: int
    until: int | None = None


class TicketView(msgspec.Struct, frozen=True):
    """A ticket as staff see it. `ahead` counts waiting tickets of its category with an earlier place.

    `paper` is what became of the slip: printed, unconfirmed, failed, expired, or "" while nobody knows.
    `closed` are the matters of which was said what became of them, `cases` those it came for (a pick-up,
    or papers that were owed), `principal` for whom an agent took it.
    `joint` is the joint errand whose matters it carries, `elsewhere` those of them on which nobody at its
    window can act now. `edition` is the one of the catalogue under which it was issued; `guides` are those of
    its matters that the catalogue in force has otherwise, or no more.
    """

    id: str
    number: str
    category: str
    cls: TicketClass
    kind: str
    state: TicketState
    end: str
    matters: tuple[str, ...]
    language: str
    visit: str
    source: str
    taken_at: int
    due: int
    ahead: int | None
    window: int | None
    times_called: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    misses: int
    note: str
    parked_until: int | None = None
    hold_until: int | None = None
    stations: tuple[Station, ...] = ()
    left_open: bool = False
    paper: str = ""
    closed: tuple[MatterResult, ...] = ()
    cases: tuple[str, ...] = ()
    principal: str = ""
    joint: str = ""
    elsewhere: tuple[str, ...] = ()
    edition: int = 0
    guides: tuple[MatterLine, ...] = ()


class TicketPublic(msgspec.Struct, frozen=True, tag="place"):
    """A ticket as its holder sees it: only this ticket, with the reason for its place.

    `before` counts the people ahead by why they are ahead: ``booked``, ``priority``,
    ``earlier``, ``returned``; `ahead` is None unless it stands in its category's line.
    `window` is the one it was called to, is served at, is parked for or waits for alone; `windows`
    those that may call it, `floor` and `area` where they are. `calls` counts the calls to the
    present window. `tomorrow` is the code of one whom the hall closed before (闭厅未办).
    `passing_until` is until when its holder lets others pass; `may_pass` for how long (ms) that may be asked
    now, 0 when it may not. `expected` is from when to when (ms) the call is expected, where that is known.
    `rated` is the holder's word on the service, `may_rate` whether it may be given.
    `answered_at` less `data_at` is the age of the data in ms, whatever the reader's own clock says.
    """

    number: str
    category: str
    state: TicketState
    end: str
    ahead: int | None
    before: dict[str, int]
    window: int | None
    calling_from: int | None
    data_at: int
    seq: int = 0
    answered_at: int = 0
    language: str = "zh"
    category_name: Text = {}
    windows: tuple[int, ...] = ()
    floor: str = ""
    area: str = ""
    taken_at: int = 0
    calls: int = 0
    called_at: int | None = None
    hold_until: int | None = None
    parked_until: int | None = None
    misses: int = 0
    tomorrow: str = ""
    passing_until: int | None = None
    may_pass: int = 0
    rated: str = ""
    may_rate: bool = False
    expected: Between | None = None


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the service was: ``very_satisfied`` to ``very_dissatisfied``, five levels."""

    level: Code


class RateHere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the service that has just ended at a window was, said on its rating pad."""

    ticket: Code
    level: Code


class SlipPublic(msgspec.Struct, frozen=True):
    """A ticket's slip as its holder may know it: printed, unconfirmed, failed, expired, or "" until then.

    `coming` is true while a slip that somebody asked for is under way. `printer` had the last one, which
    stands at `place`.
    """

    outcome: str
    coming: bool
    printer: str
    place: str


class SlipLine(msgspec.Struct, frozen=True):
    """A slip that a printer was given: when that was over (ms), and what became of it; `marked` is 补打.

    `says` is outcome and reason in words.
    """

    at: int
    ticket: str
    number: str
    outcome: str
    reason: str
    marked: bool
    says: Text


class PrinterLine(msgspec.Struct, frozen=True):
    """A printer as staff see it: its state ("" before it was first asked) since when (ms).

    `says` is the state in words, `trouble` what to do about it ({} while it is well); `slips` are its last
    ten, newest first.
    """

    id: str
    kiosks: tuple[str, ...]
    place: str
    state: str
    since: int
    can_print: bool
    says: Text
    trouble: Text
    slips: tuple[SlipLine, ...]


class Printers(msgspec.Struct, frozen=True):
    """Every printer of the hall."""

    printers: tuple[PrinterLine, ...]


class Visit(msgspec.Struct, frozen=True):
    """One person's tickets of today, in the order they were taken; they are linked without identity."""

    tickets: tuple[TicketView, ...]


class QueueLine(msgspec.Struct, frozen=True):
    """One waiting ticket in a window's list; `why` says why it stands here.

    `why` is ``directed``, ``priority``, ``booked``, ``returned`` or ``order``.
    """

    ticket: str
    number: str
    category: str
    cls: TicketClass
    taken_at: int
    due: int
    why: str


class CategoryLine(msgspec.Struct, frozen=True):
    """One category as staff see it; `longest` is the longest present wait in ms."""

    category: str
    name: Text
    waiting: int
    longest: int
    windows: tuple[int, ...]
    paused: bool


class OwnFigures(msgspec.Struct, frozen=True):
    """Today at this window: visitors served, called, missed; mean service time in ms (None without one)."""

    served: int
    called: int
    missed: int
    mean_service: int | None


class WindowView(msgspec.Struct, frozen=True, tag="window"):
    """All that a window's console shows, pushed whole: the newest `seq`/`data_at` wins.

    `present` is the visitor called or in service; `queue` the next tickets in calling
    order (at most 20), `waiting` how many in all; `missed` and `parked` those who may
    come back to this window's categories. `miss_opens_at` is when the miss key opens
    (None: not yet enough calls); `undo` names what F9 would take back until `undo_until`
    and `undo_ticket` whose last act that is. `needs` are those of the present visitor. `troubles`
    says of each printer that needs somebody what to do. `summons` is an urgent call to the staff here, since
    `summoned_at` (ms), until it is answered. `catalogue` is the version of the hall's matters.
    """

    hall: str
    seq: int
    data_at: int
    window: int
    name: Text
    state: WindowState
    pausing: bool
    reason: str
    clerk: str
    serves: tuple[str, ...]
    present: TicketView | None
    queue: tuple[QueueLine, ...]
    waiting: int
    missed: tuple[TicketView, ...]
    parked: tuple[TicketView, ...]
    categories: tuple[CategoryLine, ...]
    figures: OwnFigures
    calls_needed: int
    miss_opens_at: int | None
    undo: str
    undo_until: int | None
    notices: tuple[Text, ...] = ()
    undo_ticket: str = ""
    needs: tuple[str, ...] = ()
    troubles: tuple[Text, ...] = ()
    summons: Text = {}
    summoned_at: int = 0
    catalogue: str = ""


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """Nothing changed; the data are fresh as of `data_at` (ms)."""

    seq: int
    data_at: int


class Labelled(msgspec.Struct, frozen=True):
    """A code and its name by language."""

    code: str
    name: Text


class MatterLine(msgspec.Struct, frozen=True):
    """A matter with what a clerk needs at hand."""

    id: str
    name: Text
    category: str
    materials: tuple[str, ...]
    conditions: tuple[str, ...]
    instant: bool


class WindowLine(msgspec.Struct, frozen=True):
    """A window of the plan."""

    number: int
    name: Text
    floor: str
    area: str
    serves: tuple[str, ...]


class Hall(msgspec.Struct, frozen=True):
    """What a client must know of a hall: names, windows, matters, pick lists.

    It stands for a day, but for `matters`: `catalogue` names their version, which every view that is pushed
    names too. `reasons` are the pick lists by the act that needs one; `kinds` the kinds of priority.
    """

    id: str
    name: Text
    timezone: str
    languages: tuple[str, ...]
    windows: tuple[WindowLine, ...]
    categories: tuple[Labelled, ...]
    matters: tuple[MatterLine, ...]
    reasons: dict[str, tuple[Labelled, ...]]
    outcomes: tuple[Labelled, ...]
    kinds: tuple[Labelled, ...] = ()
    departments: tuple[Labelled, ...] = ()
    catalogue: str = ""


class WhoAmI(msgspec.Struct, frozen=True):
    """The principal behind a token; `department` is whose cases somebody of a department handles."""

    id: str
    name: str
    role: str
    hall: str
    windows: tuple[int, ...]
    department: str = ""


class SignedIn(msgspec.Struct, frozen=True):
    """Somebody is signed in, until `until` (ms) at the latest. `token` is "" where it is in a cookie.

    With `must_change` nothing else is allowed before the first password is changed.
    """

    me: WhoAmI
    until: int
    must_change: bool
    token: str = ""


class Claimed(msgspec.Struct, frozen=True):
    """A ticket that was opened: with ``Authorization: Bearer TICKET.SECRET`` its holder acts on it."""

    ticket: str
    secret: str


class Person(msgspec.Struct, frozen=True):
    """Whoever showed a card: a handle for a ticket within the next minutes, and whether 60 or older."""

    person: str
    senior: bool


class HelpCall(msgspec.Struct, frozen=True):
    """A visitor waits for a member of staff at a kiosk, since (ms), speaking this language."""

    kiosk: str
    place: str
    since: int
    language: str


class HelpCalls(msgspec.Struct, frozen=True):
    """All who wait for a member of staff, the longest first."""

    calls: tuple[HelpCall, ...]


class Checklist(msgspec.Struct, frozen=True):
    """What became of a checklist's paper: printed, unconfirmed, failed or expired, and why."""

    paper: str
    reason: str = ""


class StatusLine(msgspec.Struct, frozen=True):
    """One category for the public: `open` says whether tickets are given out now, `why` why not."""

    category: str
    name: Text
    open: bool
    waiting: int
    windows: tuple[int, ...]
    why: Text


class Status(msgspec.Struct, frozen=True):
    """The hall for its web site. `at` is the time (ms) of the data."""

    hall: Text
    at: int
    timezone: str
    languages: tuple[str, ...]
    categories: tuple[StatusLine, ...]
    notices: tuple[Text, ...]


class QrCode(msgspec.Struct, frozen=True):
    """The QR code of a ticket's phone page, an SVG without size."""

    svg: str


class AlarmLine(msgspec.Struct, frozen=True):
    """One alarm: when (ms), its code, the log it is about, and a sentence that says what to do."""

    at: int
    code: str
    log: str
    text: Text


class SetAside(msgspec.Struct, frozen=True):
    """A message that a target did not take: its id, when it was given up (ms), and why."""

    id: str
    at: int
    why: str


class Told(msgspec.Struct, frozen=True):
    """Another system that is told what happens here: the last message it took ("" before the first).

    What it is told of cases stands under its name and ``/cases``. `failing_since` (ms) is 0 while it
    answers; `why` is what it does instead.
    """

    name: str
    host: str
    sent: str
    failing_since: int
    why: str
    set_aside: tuple[SetAside, ...]


class Health(msgspec.Struct, frozen=True):
    """How a hall is: `halted` is the alarm's code for which nothing is accepted ("" while all is well).

    `set_aside` are events that contradicted the state, `barred` numbers that a failover lost, `told` the
    systems that are told what happens, `silent` the voice zones whose sound is off, `printers` every printer.
    """

    date: str
    seq: int
    halted: str
    set_aside: tuple[int, ...]
    barred: tuple[str, ...]
    alarms: tuple[AlarmLine, ...]
    told: tuple[Told, ...] = ()
    silent: tuple[str, ...] = ()
    printers: tuple[PrinterLine, ...] = ()


# --- the floor as its manager sees it ----------------------------------------------------


class WindowNow(msgspec.Struct, frozen=True):
    """A window as a manager sees it: who is there, since when (ms), and what goes on.

    `since` is when its state began, `claimed_at` when its clerk sat down. `present` is the number of the
    visitor, `present_state` ``called`` or ``serving``, `present_since` (ms) since when. `left_open` says
    that the clerk went with the service unfinished. `summoned_at` is since when (ms) an urgent call to the
    clerk has not been answered, or 0.
    """

    number: int
    name: Text
    floor: str
    area: str
    state: WindowState
    pausing: bool
    reason: str
    for_today: bool
    clerk: str
    since: int
    claimed_at: int
    serves: tuple[str, ...]
    present: str = ""
    present_state: str = ""
    present_since: int | None = None
    left_open: bool = False
    summoned_at: int = 0


class CategoryNow(msgspec.Struct, frozen=True):
    """A category as a manager sees it: `oldest` is when the longest waiting ticket was taken (ms).

    `target` is how long an ordinary visitor should wait at most (ms), `windows` those that call it now;
    `issuing` is whether it gives out tickets while paused; `quota` the most tickets today (null: no limit).
    """

    category: str
    name: Text
    waiting: int
    oldest: int | None
    target: int
    windows: tuple[int, ...]
    paused: bool
    issuing: bool
    reason: str
    issued: int
    quota: int | None


class AlarmNow(msgspec.Struct, frozen=True):
    """A kind of alarm since the day opened: how often, the last time (ms), and who has taken note of it."""

    code: str
    log: str
    at: int
    times: int
    text: Text
    seen_by: str = ""
    seen_at: int | None = None


class ShareNow(msgspec.Struct, frozen=True):
    """即办率 of the hall (`department` "") or of a department, today and by its catalogue, in permille.

    `accepted` are the matters accepted today, `on_the_spot` those of them that ended at once; None where
    there were none. `red`: today's is under 700.
    """

    department: str
    name: Text
    on_the_spot: int
    accepted: int
    permille: int | None
    red: bool
    catalogue: int | None


class FloorView(msgspec.Struct, frozen=True, tag="floor"):
    """All that a manager's console shows, pushed whole: the newest `seq`/`data_at` wins.

    `alarms` are newest first, those nobody has taken note of before the others. `broken_zones` are voice
    zones without sound. `issued`, `waiting`, `served`, `missed` and `parked` count today's tickets.
    `shares` are the 即办率 of the hall and then of each department, `by_agents` what agents brought.
    `visits` are the visits per case of the hall and of each department whose results went out.
    """

    hall: str
    seq: int
    data_at: int
    date: str
    closed: bool
    windows: tuple[WindowNow, ...]
    categories: tuple[CategoryNow, ...]
    alarms: tuple[AlarmNow, ...]
    zones: tuple[str, ...]
    broken_zones: tuple[str, ...]
    issued: int
    waiting: int
    served: int
    missed: int
    parked: int
    notices: tuple[Text, ...] = ()
    shares: tuple[ShareNow, ...] = ()
    by_agents: AgentsNow = AgentsNow()
    visits: tuple[VisitsNow, ...] = ()
    catalogue: str = ""


# --- the floor as floor staff see it -------------------------------------------------------


class SoughtLine(msgspec.Struct, frozen=True):
    """Somebody who was called more than once and did not come (请找S050), the longest called first.

    `found_until` is until when (ms) somebody brings this visitor: no miss is possible before.
    """

    ticket: str
    number: str
    category: str
    cls: TicketClass
    language: str
    window: int
    floor: str
    area: str
    calls: int
    called_at: int | None
    found_until: int | None


class FloorWork(msgspec.Struct, frozen=True, tag="floor_work"):
    """What floor staff (导办) look after, pushed whole: the newest `seq`/`data_at` wins.

    `categories` say whether tickets are given out now, `sought` whom to look for, `missed` and `parked`
    who may come back, `help` who waits for somebody at a kiosk; `troubles` say of each printer that needs
    somebody what to do.
    """

    hall: str
    seq: int
    data_at: int
    categories: tuple[StatusLine, ...]
    sought: tuple[SoughtLine, ...]
    missed: tuple[TicketView, ...]
    parked: tuple[TicketView, ...]
    help: tuple[HelpCall, ...] = ()
    notices: tuple[Text, ...] = ()
    troubles: tuple[Text, ...] = ()
    catalogue: str = ""


# --- devices ---------------------------------------------------------------------------------


class Enrolment(msgspec.Struct, frozen=True):
    """A new device shows `code` until `until` (ms); `token` counts once a manager has confirmed the code.

    `answered_at` is the server's time (ms).
    """

    code: str
    token: str
    until: int
    answered_at: int


class EnrolmentState(msgspec.Struct, frozen=True):
    """What has become of a code. Once it is confirmed, `page` is where the device goes; refused, nowhere.

    `keep` is the name under which that page looks for the token.
    """

    state: Literal["waiting", "confirmed", "refused"]
    page: str = ""
    keep: str = ""


class WaitingCode(msgspec.Struct, frozen=True):
    """A `code` that stands on some device `since` (ms), and the network `address` from which it asked."""

    code: str
    since: int
    address: str


class Enrolments(msgspec.Struct, frozen=True):
    """The codes that wait for a manager's answer; `answered_at` is the server's time (ms)."""

    waiting: tuple[WaitingCode, ...]
    answered_at: int


class DeviceLine(msgspec.Struct, frozen=True):
    """One device: `kind` is board, sign, kiosk, led, printer or pad; `seen_at` its last sign of life (ms).

    `state` is ``never`` (not heard yet), ``well`` or ``gone`` (silent, or with a `trouble`: a printer's is
    the state in which it cannot print). `shows` is the log sequence that a screen shows, or a strip's text;
    `sound` is ``on``, ``off`` or "".
    """

    id: str
    kind: str
    place: str
    enrolled: bool
    state: Literal["never", "well", "gone"]
    seen_at: int | None = None
    version: str = ""
    shows: str = ""
    sound: str = ""
    trouble: str = ""


class Devices(msgspec.Struct, frozen=True):
    """The hall's devices; `printers` once more with their slips; `answered_at` is the server's time (ms)."""

    devices: tuple[DeviceLine, ...]
    answered_at: int
    printers: tuple[PrinterLine, ...] = ()
