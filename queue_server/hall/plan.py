"""What a hall has agreed on for a day: its categories, windows, matters, hours and numbers.

A plan is published once, named by the hash of its bytes, and pinned by the opening of
each day. All durations and times of day are in milliseconds. Defaults that no official
text fixes are settings here and nowhere else (DOMAIN.md, "The rules of the queue").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property

import msgspec

MINUTE = 60_000
SECOND = 1_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Text = dict[str, str]

ORDINARY = "ordinary"
PRIORITY = "priority"
BOOKED = "booked"
CLASSES = (ORDINARY, PRIORITY, BOOKED)

EVERY_CATEGORY = "*"


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A frozen record of the plan."""


class Span(Frozen, frozen=True):
    """A stretch of a local day: from `start` until (not including) `end`, in ms after midnight."""

    start: int
    end: int


class Season(Frozen, frozen=True):
    """Weekday hours that hold from `first` to `last` (``MM-DD``, both included, may wrap the year)."""

    first: str
    last: str
    spans: tuple[Span, ...]


class Hours(Frozen, frozen=True):
    """When windows call and from when tickets are issued.

    `spans` hold on the weekdays in `weekdays` (0 is Monday). A `season` replaces them in its
    time of year; `dates` replaces everything for one date (``YYYY-MM-DD``: adjusted working
    days, extended hours, and holidays as an empty tuple). `issue_lead` lets tickets be taken
    that long before the first span. `always` is a hall that never closes.
    """

    always: bool = False
    spans: tuple[Span, ...] = (Span(510 * MINUTE, 690 * MINUTE), Span(780 * MINUTE, 990 * MINUTE))
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    seasons: tuple[Season, ...] = ()
    dates: dict[str, tuple[Span, ...]] = {}
    issue_lead: int = 30 * MINUTE


HALL_BOARD = "board"
"""The device of the whole hall's board that needs no entry in the hall file."""
DEFAULT_CREDITS = {ORDINARY: 0, PRIORITY: 15 * MINUTE, BOOKED: 20 * MINUTE}


class Rules(Frozen, frozen=True):
    """The numbers of the queue, each a setting with the shipped default (source: DOMAIN.md).

    `credits` is what a class is ahead of an ordinary visitor of the same arrival. `hold` is
    how long a missed visitor may come back, in open time. `late_kept` is how late an
    appointment keeps its slot, `late_class` how late it keeps its class. `lunch_grace` protects
    those who were away at lunch. `cutoff_grace` is how far service may run past closing; None
    switches the cut-off off. A holder may let others pass for `let_pass` (None: not at all), so often as
    `let_pass_times` says. `ratio` (off) calls one priority visitor for every n ordinary. A kiosk asks
    once more before it gives a ticket behind `long_queue` people (None: never). A slip may still be
    printed for `slip_expires` after it was asked for. A paper may be owed (容缺受理) for `deferred_days`
    where the clerk names no day; `supplement_stops`: a request for supplement (补正) stops a case's clock.
    An agent (代办) may hold `agent_tickets` at once. `receipt_at_end` prints the receipt of what was accepted
    beside the window when the service ends.
    """

    credits: dict[str, int] = msgspec.field(default_factory=lambda: dict(DEFAULT_CREDITS))
    calls_before_miss: int = 3
    miss_gap: int = 20 * SECOND
    hold: int = 30 * MINUTE
    reinsert_after: int = 3
    max_misses: int = 2
    undo: int = 10 * SECOND
    late_kept: int = 5 * MINUTE
    late_class: int = 15 * MINUTE
    lunch_grace: int = 15 * MINUTE
    cutoff_grace: int | None = 20 * MINUTE
    matters_per_ticket: int = 3
    park: int = 10 * MINUTE
    found_hold: int = 3 * MINUTE
    let_pass: int | None = 10 * MINUTE
    let_pass_times: int = 2
    claim_lapse: int = 45 * SECOND
    slot: int = 30 * MINUTE
    ratio: int | None = None
    number_digits: int = 3
    long_queue: int | None = 30
    slip_expires: int = 5 * MINUTE
    deferred_days: int = 10
    supplement_stops: bool = True
    agent_tickets: int = 5
    receipt_at_end: bool = True


class Category(Frozen, frozen=True):
    """A class of matters that wait in one queue.

    `prefix` starts its numbers: the letter itself, or digits where the hall wants digits only.
    `target` is the wait that the hall promises an ordinary visitor, `service` the planned handling
    time, `quota` the most tickets a day (None: no limit), `slots` how many bookings a slot takes.
    `instant` takes only matters that end on the spot (即来即办); `exit` hands out results (统一出件).
    """

    letter: str
    name: Text
    prefix: str = ""
    target: int = 30 * MINUTE
    service: int = 10 * MINUTE
    quota: int | None = None
    slots: int = 2
    instant: bool = False
    exit: bool = False

    def number_prefix(self) -> str:
        """What this category's numbers start with."""
        return self.prefix or self.letter


class Serve(Frozen, frozen=True):
    """A (category, class) pair that a window serves; ``*`` is every one of them.

    `penalty` (ms) is added to the due of these tickets when this window compares, so that
    a generalist leaves them to the specialists for that long.
    """

    category: str
    cls: str = EVERY_CATEGORY
    penalty: int = 0

    def covers(self, category: str, cls: str) -> bool:
        """Whether a ticket of this category and class may be called by this pair."""
        return self.category in (EVERY_CATEGORY, category) and self.cls in (EVERY_CATEGORY, cls)


class Window(Frozen, frozen=True):
    """A window of the hall. `zone` is the speaker that says its calls ("": none); `duty` serves at lunch.

    `printer` is the one beside it, for receipts of cases.
    """

    number: int
    name: Text
    serves: tuple[Serve, ...]
    floor: str = "1"
    area: str = ""
    zone: str = ""
    duty: bool = False
    printer: str = ""


class Matter(Frozen, frozen=True):
    """A matter (事项) with its guide (办事指南).

    `kind` is the kind of power (XK, QR, GG, QL), `instant` whether it ends on the spot (即办).
    `verified` is ``source`` where the named instrument, period or fee was seen in a published
    source, ``memory`` where the hall must still verify it. `basic_code` (基本编码) and `code` (实施编码) are
    those of the 权力清单, empty where the hall has none. `materials_in` says the materials once more in
    other languages, one for one. `identity` asks for the visitor's identity card at the kiosk: one waiting
    ticket per person and category. `department` handles its cases, in the hall `handled_at` when that is
    another one (异地可办, "": here), and hands out at one of `exits` (halls; none: here).
    """

    id: str
    name: Text
    category: str
    kind: str
    instant: bool
    law: str
    conditions: tuple[str, ...]
    materials: tuple[str, ...]
    standard: str
    steps: tuple[str, ...]
    legal_limit: str
    promised_limit: str
    fee: str
    verified: str = "memory"
    words: tuple[str, ...] = ()
    basic_code: str = ""
    code: str = ""
    materials_in: dict[str, tuple[str, ...]] = {}
    identity: bool = False
    department: str = ""
    handled_at: str = ""
    exits: tuple[str, ...] = ()

    def checklist(self) -> tuple[Text, ...]:
        """What to bring, each thing in every language that the hall has it in."""
        said = self.materials_in.items()
        return tuple(
            {"zh": own} | {lang: lines[at] for lang, lines in said} for at, own in enumerate(self.materials)
        )


def checklist_of(matters: Iterable[Matter]) -> tuple[Text, ...]:
    """What to bring for several matters, each thing once."""
    return tuple({thing["zh"]: thing for matter in matters for thing in matter.checklist()}.values())


COME, MOVE = "come", "move"


class Joint(Frozen, frozen=True):
    """一件事: matters of several departments that one number brings together, begun in `category`.

    Where its window does not accept one of them, the `others` who do ``come`` to the visitor, or the visitor
    goes to them (``move``) and keeps the place.
    """

    id: str
    name: Text
    category: str
    matters: tuple[str, ...]
    others: str = COME
    words: tuple[str, ...] = ()


class Kiosk(Frozen, frozen=True):
    """A kiosk, the printer beside it, and its readers.

    `reader_prefix` and `reader_suffix` are what a reader that types puts around what it has read: characters,
    and the key it ends with. `card_reader` is the port at which the kiosk's own agent hands identity cards to
    the page (0: it has none).
    """

    id: str
    place: str = ""
    printer: str = ""
    reader_prefix: str = ""
    reader_suffix: str = "Enter"
    card_reader: int = 0


class Pad(Frozen, frozen=True):
    """A tablet at a window on which visitors say how the service was."""

    id: str
    window: int
    place: str = ""


class Printer(Frozen, frozen=True):
    """A ticket printer: where it is (`printers.address`), its dots across (576 or 384), how text is sent.

    `acknowledge` is how it says that a slip is out (``status``, ``process_id``, ``none``); `fallback`
    the printer that prints instead while nothing has been sent to this one ("": none).
    """

    id: str
    address: str
    width: int = 576
    text_mode: str = "raster"
    acknowledge: str = "status"
    fallback: str = ""


SLIP_PARTS = ("logo", "hall", "number", "matters", "facts", "claim", "checklist", "note")
"""The parts of a slip as it ships, from top to bottom."""


class Slip(Frozen, frozen=True):
    """How the hall wants its slips.

    `languages` stand together on the slips of visitors in one of them; anybody else's slip, and
    all of them by default, is in the visitor's language. `order` are the parts from top to
    bottom; one left out is not printed. `logo` is a one-bit PNG in base64. `texts` are the
    hall's own sentences by name, with the placeholders of the catalogue's.
    """

    languages: tuple[str, ...] = ()
    order: tuple[str, ...] = SLIP_PARTS
    logo: str = ""
    texts: dict[str, Text] = {}


class Voice(Frozen, frozen=True):
    """How calls are spoken: in which languages, in this order (empty: those of the boards), each `twice` when
    there is time, after a `chime`. `korean_zero` is how a zero is read in Korean: 공 or 령.
    """

    languages: tuple[str, ...] = ()
    twice: bool = True
    chime: bool = True
    korean_zero: str = "공"


class Theme(Frozen, frozen=True):
    """The colours of a screen, each ``#rrggbb``; what must stand out from what: `config.screens`."""

    id: str
    paper: str
    surface: str
    ink: str
    ink_soft: str
    primary: str
    warm: str
    lamp: str
    on_lamp: str
    alert_ground: str
    on_alert: str
    edge: str


class Screen(Frozen, frozen=True):
    """A screen on a wall: a board of the hall or of some categories or windows, or one window's sign.

    With `window` it is the sign of that window. `diagonal` is in inches, `width` and `height` in pixels,
    `distance` in metres: how far away people stand. `prepare` is how many next numbers stand in the row
    请准备. `directions` says where an area lies, seen from the screen. `media` are pictures by file name,
    each shown for `media_time` (ms) where no call needs the room. No `languages` means the hall's.
    With `zone` it says that zone's calls, once it was let in.
    """

    id: str
    place: str = ""
    window: int | None = None
    categories: tuple[str, ...] = ()
    windows: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    diagonal: float = 55.0
    width: int = 1920
    height: int = 1080
    distance: float = 8.0
    theme: str = "dark"
    prepare: int = 0
    directions: dict[str, str] = {}
    media: tuple[str, ...] = ()
    media_time: int = 10 * SECOND
    zone: str = ""


class Led(Frozen, frozen=True):
    """An LED strip over windows: `transport` (tcp, udp or serial) to `address`, and how a text is sent.

    A frame is `prefix`, the `unit`'s address byte, the text in GB2312, the checksum and `suffix`; prefix and
    suffix are hex. `hold` (ms) is how long a call stays before `idle` is shown again.
    """

    id: str
    address: str
    place: str = ""
    transport: str = "tcp"
    windows: tuple[int, ...] = ()
    prefix: str = ""
    unit: int | None = None
    checksum: str = "none"
    suffix: str = ""
    idle: str = ""
    hold: int = 30 * SECOND


class Plan(Frozen, frozen=True, dict=True):
    """Everything a day runs under. `boundary` is when the business date turns, in ms after midnight.

    `reasons` are the pick lists by the act that needs one; `outcomes` the results of a matter; `departments`
    those that handle cases behind the windows.
    """

    hall: str
    name: Text
    level: str
    timezone: str
    categories: tuple[Category, ...]
    windows: tuple[Window, ...]
    matters: tuple[Matter, ...] = ()
    languages: tuple[str, ...] = ("zh", "ko", "en")
    hours: Hours = Hours()
    rules: Rules = Rules()
    boundary: int = 3 * HOUR
    priority_kinds: dict[str, Text] = {}
    reasons: dict[str, dict[str, Text]] = {}
    outcomes: dict[str, Text] = {}
    departments: dict[str, Text] = {}
    areas: dict[str, Text] = {}
    kiosks: tuple[Kiosk, ...] = ()
    printers: tuple[Printer, ...] = ()
    slip: Slip = Slip()
    voice: Voice = Voice()
    themes: tuple[Theme, ...] = ()
    screens: tuple[Screen, ...] = ()
    leds: tuple[Led, ...] = ()
    pads: tuple[Pad, ...] = ()
    joints: tuple[Joint, ...] = ()

    def area(self, name: str) -> Text:
        """An area's name in every language that the hall has it in; {} for none."""
        return {"zh": name} | self.areas.get(name, {}) if name else {}

    def screen(self, id: str) -> Screen | None:
        """The screen with this id, or None."""
        return next((screen for screen in self.screens if screen.id == id), None)

    def pad(self, id: str) -> Pad | None:
        """The rating pad with this id, or None."""
        return next((pad for pad in self.pads if pad.id == id), None)

    def theme(self, id: str) -> Theme | None:
        """The hall's own theme with this id; None for a shipped one."""
        return next((theme for theme in self.themes if theme.id == id), None)

    def category(self, letter: str) -> Category | None:
        """The category with this letter, or None."""
        return self._categories.get(letter)

    def window(self, number: int) -> Window | None:
        """The window with this number, or None."""
        return self._windows.get(number)

    def matter(self, id: str) -> Matter | None:
        """The matter with this id, or None."""
        return self._matters.get(id)

    def joint(self, id: str) -> Joint | None:
        """The joint errand with this id, or None."""
        return next((joint for joint in self.joints if joint.id == id), None)

    def wanted(self, ids: tuple[str, ...]) -> tuple[Matter, ...]:
        """The matters that these ids mean, those of a joint errand among them; unknown ones are left out."""
        joints = {joint.id: joint.matters for joint in self.joints}
        meant = [id for one in ids for id in joints.get(one, (one,))]
        return tuple(found for id in dict.fromkeys(meant) if (found := self.matter(id)))

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {c.letter: c for c in self.categories}

    @cached_property
    def _windows(self) -> dict[int, Window]:
        return {w.number: w for w in self.windows}

    @cached_property
    def _matters(self) -> dict[str, Matter]:
        return {m.id: m for m in self.matters}

    @cached_property
    def guide_versions(self) -> dict[str, str]:
        """What each matter's guide says, named by its digest: the words that find it are no part of it."""
        guides = {m.id: msgspec.structs.replace(m, words=()) for m in self.matters}
        return {id: hashlib.sha256(_encoder.encode(m)).hexdigest()[:8] for id, m in guides.items()}

    @cached_property
    def catalogue(self) -> str:
        """The version of all guides and of the words that find them."""
        return hashlib.sha256(_encoder.encode([self.matters, self.joints])).hexdigest()[:12]

    def target(self, category: Category, cls: str) -> int:
        """The wait promised to this class here: the target less the credit, never below zero (ms)."""
        return max(0, category.target - self.rules.credits.get(cls, 0))


# Fields are written in the order of their class, pick lists in the order of the hall file: a sorted
# list would put the rarest outcome under the clerk's first digit.
_encoder = msgspec.json.Encoder()


def plan_bytes(plan: Plan) -> bytes:
    """The plan as it is kept in the register: the same plan gives the same bytes."""
    return _encoder.encode(plan)


def plan_hash(plan: Plan) -> str:
    """The name a day pins: ``sha256:`` and the digest of the plan's bytes."""
    return "sha256:" + hashlib.sha256(plan_bytes(plan)).hexdigest()
