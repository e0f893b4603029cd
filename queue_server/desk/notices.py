"""The platform says that results are there (出件通知): each becomes ready, as if its department had said so.

The cases of a message are looked for together, once: a message full of unknown ones costs no more than one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from queue_server import wire
from queue_server.cases.commands import ReadyCase, TakeCase
from queue_server.cases.decide import DECIDERS
from queue_server.cases.limits import Calendar
from queue_server.cases.model import ACCEPTED, HANDLING, Case, PaperList
from queue_server.desk.line import Line
from queue_server.hall.commands import Ask, Command
from queue_server.hall.refusals import Conflict, Refused, Unknown, Unusable
from queue_server.hall.register import Register

REFERENCE = re.compile(r"(?:(?P<hall>.+)-)?(?P<number>[0-9]{8}-[0-9]{4,})")
FIELDS = {"shelf_needed": "shelf", "unknown_case": "case", "exit_elsewhere": "exit", "list_unclear": "case"}
"""Which value of a notice a refusal is about; any other is about the case."""

WAITS = frozenset({"store_gone", "read_only", "too_busy"})
"""Refusals that say nothing of a notice: the whole message may be sent again."""

Asks = Callable[[Command, str, str], Ask]
"""Makes what is asked of a register: of the command, under a key, of a digest."""


class Reference(NamedTuple):
    """How the platform calls a case: by hall and number, by number alone, or by its id."""

    hall: str
    number: str
    id: str

    def means(self, case: Case) -> bool:
        """Whether this case is meant."""
        if self.id:
            return case.id == self.id
        return case.number == self.number and self.hall in ("", case.hall)


def reference(written: str) -> Reference:
    """A reference as it is written."""
    found = REFERENCE.fullmatch(written)
    return Reference(found["hall"] or "", found["number"], "") if found else Reference("", "", written)


class Meant(NamedTuple):
    """What a message means: cases, some of which may not be there."""

    references: tuple[Reference, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The cases that are meant by id."""
        return frozenset(asked.id for asked in self.references if asked.id)

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers that are meant; halls count for themselves."""
        return frozenset(asked.number for asked in self.references if asked.number)

    def among(self, cases: Mapping[str, Case]) -> list[Case]:
        """Those of these cases that may be meant."""
        ids, numbers = self.ids, self.numbers
        return [case for case in cases.values() if case.id in ids or case.number in numbers]

    def without(self, found: Collection[Case]) -> Meant:
        """What has not been found."""
        return Meant(tuple(asked for asked in self.references if not any(map(asked.means, found))))


def meant_by(message: wire.ReadyMessage) -> Meant:
    """What a message's notices mean."""
    return Meant(tuple(reference(notice.case) for notice in message.ready))


class Taken(NamedTuple):
    """What became of a notice: `why` not, or None; `number` is the case's, where one was found."""

    notice: wire.ReadyNotice
    number: str
    why: Refused | None = None


async def take_in(
    message: wire.ReadyMessage,
    here: str,
    cases: Collection[Case],
    ready: Callable[[Case, wire.ReadyNotice], Awaitable[None]],
) -> list[Taken]:
    """Have the cases of a message become ready, each for itself: `cases` are those that it may mean.

    Raises a refusal of `WAITS`: what was taken in before it stays so.
    """
    taken: list[Taken] = []
    done: set[str] = set()
    for notice in message.ready:
        number = ""
        try:
            case = meant(notice.case, here, cases)
            number = case.number
            if case.id in done:
                raise Unusable("list_unclear")  # two notices of one case: which of them holds?
            done.add(case.id)
            await ready(case, notice)
        except Refused as why:
            if why.code in WAITS:
                raise
            taken.append(Taken(notice, number, why))
        else:
            taken.append(Taken(notice, number))
    return taken


def meant(written: str, here: str, cases: Iterable[Case]) -> Case:
    """The one case that is meant: of several with a number that which this hall accepted.

    Refuses ``unknown_case``, ``exit_elsewhere``.
    """
    asked = reference(written)
    found = [case for case in cases if asked.means(case)]
    if not found:
        raise Unknown("unknown_case")
    concerned = [case for case in found if here in (case.hall, case.at, case.bound, case.exit)]
    if not concerned:
        raise Conflict("exit_elsewhere", number=found[0].number, hall=found[0].exit)
    own = [case for case in concerned if case.hall == here]
    return (own or concerned)[0]


async def make_ready(
    register: Line[Register], case: Case, message: str, notice: wire.ReadyNotice, asks: Asks
) -> None:
    """Have a case become ready. A case that nobody has taken yet is taken first: it was handled elsewhere.

    Whatever is refused changes nothing. The same message asks the same again.
    """
    known = await register.look(lambda r: r.cases.get(case.id))  # it may have gone on since it was found
    if known is None:  # closed for so long that it has left memory
        raise Conflict("case_state", number=case.number, stage=case.state)
    case = known
    if notice.exit not in ("", case.exit):
        raise Conflict("exit_elsewhere", number=case.number, hall=case.exit)
    command = ReadyCase(case.id, notice.way, notice.shelf)
    key = _digest(f"{message}\n{case.id}".encode())
    digest = _digest(msgspec.json.encode(notice))
    ready = asks(command, key, digest)
    if case.state == ACCEPTED:
        DECIDERS[ReadyCase](_Handled(case), ready, command)  # refuses what could not be readied then
        await register.ask(asks(TakeCase(case.id), _digest(f"{key}\ntake".encode()), digest))
    await register.ask(ready)


def field_of(refusal: Refused) -> str:
    """Which value of a notice a refusal is about."""
    return FIELDS.get(refusal.code, "")


class _Handled:
    """A book with one case in it, as if its department had taken it."""

    calendar: Calendar

    def __init__(self, case: Case) -> None:
        self.cases = {case.id: replace(case, state=HANDLING)}
        self.papers: dict[str, PaperList] = {}
        self.case_counts: dict[str, int] = {}


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=12).hexdigest()
