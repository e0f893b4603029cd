"""The floor: what its manager and its staff ask, and what they and everybody see of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from queue_server.wire.behalf import AgentsNow
from queue_server.wire.cases import VisitsNow
from queue_server.wire.kiosk import HelpCall
from queue_server.wire.tickets import TicketView
from queue_server.wire.words import Code, Moment, Sentence, Text, TicketClass, WindowNumber, WindowState


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


class StatusLine(msgspec.Struct, frozen=True):
    """One category for the public: `open` says whether tickets are given out now, `why` why not."""

    category: str
    name: Text
    open: bool
    waiting: int
    windows: tuple[int, ...]
    why: Text


class Status(msgspec.Struct, frozen=True):
    """The hall for its web site. `at` is the time (ms) of the data, `catalogue` the version in force."""

    hall: Text
    at: int
    timezone: str
    languages: tuple[str, ...]
    categories: tuple[StatusLine, ...]
    notices: tuple[Text, ...]
    catalogue: str = ""


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
