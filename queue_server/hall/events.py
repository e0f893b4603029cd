"""What has happened in a hall's day. Events carry results, never something to be recomputed.

An event is stored as the JSON of a `Record`: the event with its author, time, and, on the first
event of a command, the idempotency key and the first answer. `RECORD_VERSION` is raised when the
shape changes; `upcast` turns older bytes into today's shape on reading.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from queue_server.hall.model import Acceptance, Answer, Booking
from queue_server.hall.plan import Matter, Serve

RECORD_VERSION = 3
"""2: with what became of each matter. 3: with agents' and joint tickets, editions of the catalogue, and
what became of receipts."""
T = TypeVar("T")


class Event(
    msgspec.Struct, frozen=True, gc=False, tag_field="t", omit_defaults=True, forbid_unknown_fields=True
):
    """A fact."""


class DayOpened(Event, frozen=True, tag="day_opened"):
    """The business day began under a plan; `cites` is the hash of the last day's closing."""

    date: str
    plan: str
    cites: str = ""
    carried: tuple[Booking, ...] = ()
    edition: int = 0


class CatalogueChanged(Event, frozen=True, tag="catalogue_changed"):
    """The day goes on under another edition: matters that are new or other, and the ids of all in order."""

    edition: int
    order: tuple[str, ...]
    changed: tuple[Matter, ...] = ()


class DayClosed(Event, frozen=True, tag="day_closed"):
    """The business day ended; always the log's last event. `unserved` counts 闭厅未办."""

    unserved: int
    reason: str = ""
    boundary: bool = False


class NoticeSet(Event, frozen=True, tag="notice_set"):
    """The hall's notice changed; empty: taken down."""

    text: dict[str, str]


class HallWasDown(Event, frozen=True, tag="hall_was_down"):
    """Down time, from `since` to `until` (ms)."""

    since: int
    until: int


class NumbersBarred(Event, frozen=True, tag="numbers_barred"):
    """A failover lost these numbers; `lasts` are the categories' last numbers, so that none comes twice."""

    numbers: tuple[str, ...]
    lasts: tuple[tuple[str, int], ...]


class CategoryPaused(Event, frozen=True, tag="category_paused"):
    """Calling in a category stopped."""

    category: str
    reason: str
    issuing: bool = True


class CategoryResumed(Event, frozen=True, tag="category_resumed"):
    """Calling in a category goes on."""

    category: str


class QuotaSet(Event, frozen=True, tag="quota_set"):
    """How many tickets a category gives out today at most; None: as many as are wanted."""

    category: str
    quota: int | None = None


class AlarmSeen(Event, frozen=True, tag="alarm_seen"):
    """Somebody took note of alarms of one kind, raised up to `until`."""

    code: str
    log: str
    until: int


class TicketTaken(Event, frozen=True, tag="taken"):
    """A ticket got its number and its place."""

    ticket: str
    number: str
    category: str
    cls: str
    source: str
    taken_at: int
    reference: int
    due: int
    visit: str
    ahead: int = 0
    kind: str = ""
    matters: tuple[str, ...] = ()
    language: str = "zh"
    booking: str = ""
    cases: tuple[str, ...] = ()
    agent: str = ""
    principal: str = ""
    joint: str = ""
    edition: int = 0


class SlipNoted(Event, frozen=True, tag="slip"):
    """What became of a ticket's paper (S29): staff see it, the ticket stays as it is.

    `sent` says whether a byte of it may have reached the `printer`, `marked` that it was one marked 补打,
    `first` that it came with the ticket: where somebody asked for the slip meanwhile, that one is to come.
    """

    ticket: str
    outcome: str
    reason: str = ""
    printer: str = ""
    sent: bool = False
    marked: bool = False
    first: bool = False


class ReceiptNoted(Event, frozen=True, tag="receipt"):
    """What became of the paper of a receipt (办件回执); `again`: it was one marked 补打.

    `ticket` may be of an earlier day: a receipt can be printed as long as its cases are known.
    """

    ticket: str
    outcome: str
    reason: str = ""
    printer: str = ""
    again: bool = False


class ReprintAsked(Event, frozen=True, tag="reprint"):
    """Somebody wants a ticket's slip, now, at this printer (补打)."""

    ticket: str
    printer: str


class PrinterNoted(Event, frozen=True, tag="printer"):
    """A printer is in another state, since this time (ms): its kiosk and staff are told (S29)."""

    printer: str
    state: str
    since: int


class Called(Event, frozen=True, tag="called"):
    """A window called a ticket. `out_of_order` carries the reason and `passed_over` those skipped."""

    ticket: str
    window: int
    clerk: str
    out_of_order: str = ""
    passed_over: int = 0


class Recalled(Event, frozen=True, tag="recalled"):
    """The same visitor was called again."""

    ticket: str
    window: int


class CallSpoken(Event, frozen=True, tag="spoken"):
    """A voice spoke the call with sequence `call`."""

    ticket: str
    call: int
    spoken_at: int


class SoundChanged(Event, frozen=True, tag="sound"):
    """A voice zone broke, or works again."""

    zone: str
    broken: bool


class Started(Event, frozen=True, tag="started"):
    """Service began. `direct` is 直接受理 with its reason."""

    ticket: str
    window: int
    clerk: str
    direct: str = ""


class MattersAdded(Event, frozen=True, tag="matters_added"):
    """The ticket names more matters."""

    ticket: str
    matters: tuple[str, ...]


class MatterClosed(Event, frozen=True, tag="matter_closed"):
    """What became of a matter, for a reason; `papers` are missing, or owed until a day.

    With `case` it was accepted: from then on there is a case to be opened, if there is none yet.
    """

    ticket: str
    matter: str
    outcome: str
    reason: str = ""
    papers: tuple[str, ...] = ()
    until: str = ""
    case: Acceptance | None = None


class Finished(Event, frozen=True, tag="finished"):
    """已办, an outcome per matter. `ended_at` is when it really ended; `excluded`: left out of averages."""

    ticket: str
    outcomes: tuple[tuple[str, str], ...]
    ended_at: int
    excluded: bool = False


class Missed(Event, frozen=True, tag="missed"):
    """过号; `void` when it was one too many."""

    ticket: str
    misses: int
    void: bool = False


class SetBack(Event, frozen=True, tag="set_back"):
    """Absent where nothing counts (lunch): placed later, no miss."""

    ticket: str
    reference: int
    due: int


class WasFound(Event, frozen=True, tag="found"):
    """Floor staff bring the visitor; no miss before `until`."""

    ticket: str
    until: int


class Returned(Event, frozen=True, tag="returned"):
    """A missed visitor is back in line."""

    ticket: str
    reference: int
    due: int


class Transferred(Event, frozen=True, tag="transferred"):
    """Moved to a category at its own reference. `from_state` is where it came from."""

    ticket: str
    category: str
    due: int
    note: str = ""


class Directed(Event, frozen=True, tag="directed"):
    """Waits for one window or clerk. `why` is ``transfer`` or ``park``."""

    ticket: str
    window: int | None = None
    clerk: str = ""
    why: str = "transfer"
    note: str = ""


class FlowedBack(Event, frozen=True, tag="flowed_back"):
    """No longer directed: back in its category at its key."""

    ticket: str


class PutBack(Event, frozen=True, tag="put_back"):
    """A called ticket waits again at its key. `why`: pause, unjustified, down, released."""

    ticket: str
    why: str


class Parked(Event, frozen=True, tag="parked"):
    """Away filling in a form, until `until`."""

    ticket: str
    until: int
    reason: str = ""


class ParkOverdue(Event, frozen=True, tag="park_overdue"):
    """A parked visitor is overdue."""

    ticket: str


class Cancelled(Event, frozen=True, tag="cancelled"):
    """Cancelled by the visitor, or by staff with a reason."""

    ticket: str
    staff: bool = False
    reason: str = ""


class LetPass(Event, frozen=True, tag="let_pass"):
    """The holder keeps the place and is not called before `until`, unless back earlier."""

    ticket: str
    until: int


class ReadyAgain(Event, frozen=True, tag="ready_again"):
    """One who let others pass may be called again."""

    ticket: str


class Rated(Event, frozen=True, tag="rated"):
    """好差评: the holder's word on the service, for the clerk who finished it."""

    ticket: str
    level: str
    clerk: str


class HoldExpired(Event, frozen=True, tag="hold_expired"):
    """过号超时."""

    ticket: str


class ClassChanged(Event, frozen=True, tag="class_changed"):
    """Priority granted or taken back; the due with it. `passed_over` counts those now behind."""

    ticket: str
    cls: str
    due: int
    reason: str
    kind: str = ""
    passed_over: int = 0


class Undone(Event, frozen=True, tag="undone"):
    """The last act on a ticket was taken back: ``call``, ``finish``, ``miss`` or ``park``."""

    ticket: str
    act: str
    window: int


class LeftOpen(Event, frozen=True, tag="left_open"):
    """The clerk left with this visitor unfinished."""

    ticket: str


class HandedOver(Event, frozen=True, tag="handed_over"):
    """Another clerk goes on with the same visitor."""

    ticket: str
    window: int
    clerk: str


class Unserved(Event, frozen=True, tag="unserved"):
    """闭厅未办, with a code for tomorrow's first slot."""

    ticket: str
    tomorrow: str


class WindowClaimed(Event, frozen=True, tag="window_claimed"):
    """A clerk sat down."""

    window: int
    clerk: str


class WindowReleased(Event, frozen=True, tag="window_released"):
    """The clerk left; `why` is empty, ``lapsed``, ``taken_over`` or ``freed`` (by a manager)."""

    window: int
    clerk: str
    why: str = ""


class WindowOpened(Event, frozen=True, tag="window_opened"):
    """A window is open."""

    window: int


class PauseAsked(Event, frozen=True, tag="pause_asked"):
    """The pause begins after the present visitor."""

    window: int
    reason: str


class WindowsSummoned(Event, frozen=True, tag="windows_summoned"):
    """An urgent call to the staff at these windows, by language; it stands there until it is answered."""

    windows: tuple[int, ...]
    text: dict[str, str]


class OthersCalled(Event, frozen=True, tag="others_called"):
    """The staff of these windows are called to a joint ticket's visitor; who answers has come."""

    ticket: str
    windows: tuple[int, ...]
    text: dict[str, str]


class SummonsAnswered(Event, frozen=True, tag="summons_answered"):
    """The urgent call at a window was read."""

    window: int


class WindowPaused(Event, frozen=True, tag="window_paused"):
    """A window is paused."""

    window: int
    reason: str


class WindowClosed(Event, frozen=True, tag="window_closed"):
    """A window is closed."""

    window: int
    reason: str = ""
    for_today: bool = False


class WindowAssigned(Event, frozen=True, tag="window_assigned"):
    """A window serves other pairs."""

    window: int
    serves: tuple[Serve, ...]


AnyEvent = (
    LetPass
    | ReadyAgain
    | Rated
    | DayOpened
    | CatalogueChanged
    | DayClosed
    | NoticeSet
    | HallWasDown
    | NumbersBarred
    | CategoryPaused
    | CategoryResumed
    | QuotaSet
    | AlarmSeen
    | TicketTaken
    | SlipNoted
    | ReceiptNoted
    | ReprintAsked
    | PrinterNoted
    | Called
    | Recalled
    | CallSpoken
    | SoundChanged
    | Started
    | MattersAdded
    | MatterClosed
    | Finished
    | Missed
    | SetBack
    | WasFound
    | Returned
    | Transferred
    | Directed
    | FlowedBack
    | PutBack
    | Parked
    | ParkOverdue
    | Cancelled
    | HoldExpired
    | ClassChanged
    | Undone
    | LeftOpen
    | HandedOver
    | Unserved
    | WindowClaimed
    | WindowReleased
    | WindowOpened
    | PauseAsked
    | WindowsSummoned
    | OthersCalled
    | SummonsAnswered
    | WindowPaused
    | WindowClosed
    | WindowAssigned
)


class Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One entry of the day log.

    `more` counts the events of the same command that follow; `key`, `digest` and `answer` stand on
    the first of them. `v` has no default, so that it is always written.
    """

    v: int
    at: int
    by: str
    e: AnyEvent
    key: str = ""
    digest: str = ""
    answer: Answer | None = None
    more: int = 0


class UnknownVersion(Exception):
    """The log was written by a newer version of this software."""


UNREADABLE = (msgspec.DecodeError, UnknownVersion)
"""What reading a stored entry raises."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)
_peek = msgspec.json.Decoder(type=dict[str, msgspec.Raw])


class _Authored(msgspec.Struct, gc=False):
    by: str = ""


_author = msgspec.json.Decoder(_Authored)


def author(body: bytes) -> str:
    """Who wrote a stored event; "" where it cannot be read. Much less work than `decode`."""
    try:
        return readable(_author, body).by
    except msgspec.DecodeError:
        return ""


def encode(record: Record) -> bytes:
    """The bytes that are stored and hashed."""
    return _encoder.encode(record)


def decode(body: bytes) -> Record:
    """Read a stored event, raised to today's version.

    Raises `UnknownVersion` when a newer version wrote it and `msgspec.DecodeError` when it cannot be read.
    """
    try:
        record = readable(_decoder, body)
    except msgspec.ValidationError:
        _refuse_newer(body)
        raise
    if record.v > RECORD_VERSION:
        raise UnknownVersion(f"event version {record.v}, this software knows {RECORD_VERSION}")
    return record


def readable(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What a decoder reads; raises `msgspec.DecodeError` for what it cannot, bytes that are no UTF-8 too."""
    try:
        return decoder.decode(body)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from error


def _refuse_newer(body: bytes) -> None:
    version = msgspec.json.decode(_peek.decode(body).get("v", msgspec.Raw(b"1")))
    if isinstance(version, int) and version > RECORD_VERSION:
        raise UnknownVersion(f"event version {version}, this software knows {RECORD_VERSION}")
