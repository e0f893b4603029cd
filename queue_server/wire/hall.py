"""The hall itself: what a client must know of it, how it is, and what every answer has."""

from __future__ import annotations

import msgspec

from queue_server.wire.devices import PrinterLine
from queue_server.wire.words import Code, Text


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picked reason; which ones exist is in `Hall.reasons`."""

    reason: Code = ""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty body: ``{}``."""


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
    names too. `reasons` are the pick lists by the act that needs one; `kinds` the kinds of priority; `exits`
    the categories where results are handed out.
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
    exits: tuple[str, ...] = ()


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
