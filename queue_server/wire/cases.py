"""Matters at a window, and the cases (办件) that they open: what is asked, and what is answered."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from queue_server.wire.words import Code, Codes, Date, Lines, Text

CaseState = Literal["accepted", "handling", "supplement", "ready", "issued", "returned", "withdrawn"]
Standing = Literal["", "in_time", "yellow", "orange", "red", "unknown"]
"""How a case stands against its limits: due soon, past the promise, past the law; "" once it is closed."""

# --- what clients send -------------------------------------------------------------


class CloseMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One matter of the visit is over. `papers` are missing (补正) or owed (容缺受理) until `until`.

    They are named as the matter's guide names its materials. `reason` says why it is not accepted, `exit`
    where its result will be handed out (a hall; the matter's first without one).
    """

    outcome: Code
    papers: Lines = ()
    until: Date = ""
    reason: Code = ""
    exit: Code = ""


class AskSupplement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is missing, named as the guide names its materials; it can be asked for once."""

    missing: Lines


class ReceiveSupplement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Papers that were owed are here; `still` is what of them is not. `visit`: the visitor came for it."""

    still: Lines = ()
    visit: bool = True


class ExtendCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many more days, once, for a picked reason."""

    days: Annotated[int, Meta(ge=1, le=3650)]
    reason: Code


class ReadyCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The result is there: it goes out by `way` and lies in `shelf` (at a window or in a locker)."""

    way: Literal["window", "post", "locker", "licence"] = "window"
    shelf: Code = ""


class MoveResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the result lies now."""

    shelf: Code


class SendCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which hall the case goes."""

    hall: Code


class PassPapers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A 材料交接 list: the papers of these cases go from one holder to another.

    A holder is ``window``, ``exit``, or a department's code.
    """

    giver: Code
    receiver: Code
    cases: Annotated[Codes, Meta(min_length=1)]


class ConfirmPapers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The receiving side has counted; the papers of `missing` cases stay with the giver."""

    missing: Codes = ()


# --- what the server answers --------------------------------------------------------


class MatterDone(msgspec.Struct, frozen=True):
    """A matter is over. `case` and `number` are those of the case that it opened, `promised_by` its last day.

    All three are "" for a matter that opens none; `number` also while the register does not answer: the case
    is opened as soon as it does.
    """

    seq: int
    ticket: str
    matter: str
    outcome: str
    case: str = ""
    number: str = ""
    promised_by: str = ""


class MatterResult(msgspec.Struct, frozen=True):
    """What became of a matter, and when (ms); `papers` are missing or owed until `until`, `case` its case."""

    matter: str
    outcome: str
    at: int
    reason: str = ""
    papers: tuple[str, ...] = ()
    until: str = ""
    case: str = ""


class CaseStep(msgspec.Struct, frozen=True):
    """One thing that happened to a case: when (ms), by whom, what, and what it was about."""

    at: int
    by: str
    what: str
    detail: str


class CaseLine(msgspec.Struct, frozen=True):
    """A case as staff see it in a list.

    `hall` accepted it, `at` is the one that handles it, `exit` hands out, `bound` is where it goes now.
    `promised_by` and `legal_by` are last days, "" without a limit or (`limits_open`) beyond the published
    calendar. `owed` are papers still to come, `papers` who holds its file, `shelf` where its result lies.
    """

    id: str
    number: str
    matter: str
    name: Text
    department: str
    state: CaseState
    standing: Standing
    accepted: str
    promised_by: str
    legal_by: str
    limits_open: bool
    stopped: bool
    hall: str
    at: str
    exit: str
    bound: str
    owed: tuple[str, ...]
    owed_until: str
    supplemented: bool
    extended: int
    way: str
    shelf: str
    papers: str
    handler: str


class CaseView(msgspec.Struct, frozen=True):
    """A case with all that happened to it, and what its guide lists; `visits`: how often the visitor came."""

    case: CaseLine
    version: str
    materials: tuple[str, ...]
    visits: int
    receiver: str
    steps: tuple[CaseStep, ...]


class Cases(msgspec.Struct, frozen=True):
    """Cases, those first whose last day is first. `after` asks for what follows ("": that was all).

    `standings` counts all that are asked for, by how they stand; `data_at` is the server's time (ms). `mark`
    is what `CasesNow` said when the list was as it is. `halls` are the names of the halls of this server.
    """

    cases: tuple[CaseLine, ...]
    after: str
    standings: dict[str, int]
    data_at: int = 0
    mark: str = ""
    halls: dict[str, Text] = {}


class CasesNow(msgspec.Struct, frozen=True, tag="cases_now"):
    """Pushed to whoever looks at cases: with another `mark` some case has changed, or the day has turned.

    The newest `seq`/`data_at` wins.
    """

    seq: int
    data_at: int
    mark: str


class VisitsNow(msgspec.Struct, frozen=True):
    """How often people came for a case (只跑一次), of the hall ("") or a department, over the last 30 days.

    Counted when a result goes out: `cases` of them, `visits` in all, `once` those that took one visit only.
    `hundredths` is visits per case, rounded down; None without a case.
    """

    department: str
    name: Text
    cases: int
    visits: int
    once: int
    hundredths: int | None


class PaperListLine(msgspec.Struct, frozen=True):
    """A 材料交接 list: `taken_by` is "" until the receiving side has confirmed it, `void`: taken back."""

    id: str
    giver: str
    receiver: str
    numbers: dict[str, str]
    given_by: str
    taken_by: str
    missing: tuple[str, ...]
    void: bool


class PaperLists(msgspec.Struct, frozen=True):
    """The lists of the hall that somebody has still to settle, and those settled last."""

    lists: tuple[PaperListLine, ...]


class CaseDone(msgspec.Struct, frozen=True):
    """The answer to a step of a case; `seq` is its place in the register of the hall that accepted it."""

    seq: int
    case: str
    number: str


class CaseEvent(msgspec.Struct, frozen=True):
    """Something that happened to a case, for other systems: nobody's name is in it."""

    seq: int
    at: int
    type: str
    case: str
    number: str
    data: dict[str, str | int | bool | tuple[str, ...]]


class CaseEvents(msgspec.Struct, frozen=True):
    """What happened to the cases that this hall accepted, in order; ask again with ``?after=`` `next`."""

    events: tuple[CaseEvent, ...]
    next: int
