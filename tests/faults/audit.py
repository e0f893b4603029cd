"""What must be so after whatever happened: every acknowledgement stands in the log, exactly once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from queue_server.desk.scribes import DayScribe, RegisterScribe
from queue_server.hall import events as ev
from queue_server.hall.day import Day
from queue_server.hall.model import CALLED, ENDED, MISSED, PARKED, SERVING
from queue_server.hall.register import Register
from queue_server.store import keys
from queue_server.store.chain import GENESIS, Entry, verify
from queue_server.store.logs import Store
from tests.faults.spread import Act, Spread

DOES: dict[str, type[ev.Event]] = {
    "claim": ev.WindowClaimed,
    "open": ev.WindowOpened,
    "call-next": ev.Called,
    "recall": ev.Recalled,
    "start": ev.Started,
    "finish": ev.Finished,
    "miss": ev.Missed,
    "return": ev.Returned,
    "transfer": ev.Transferred,
    "park": ev.Parked,
    "unpark": ev.Directed,
}
"""The event that each act of the crowd must have left in the log."""


class Audit:
    """A hall's day as it stands in the store, and the day rebuilt from it."""

    def __init__(self, log: str, register: Register, entries: Sequence[Entry]) -> None:
        verify(entries, GENESIS)
        self.log = log
        self.entries = entries
        self.records = [events_of(entry) for entry in entries]
        opened = self.records[0].e
        assert isinstance(opened, ev.DayOpened)
        self.day = Day(register.plans[opened.plan], opened.date)
        for entry in entries:
            DayScribe().take_in(self.day, entry)

    @classmethod
    async def of(cls, store: Store, hall: str, date: str = "") -> Audit:
        """Read a hall's day from the store; without a `date` its only one."""
        register = Register()
        for entry in await whole(store, keys.register(hall)):
            RegisterScribe().take_in(register, entry)
        if not date:
            (date,) = await store.days(hall)
        log = keys.day(hall, date)
        return cls(log, register, await whole(store, log))

    # --- the day by itself ---------------------------------------------------------------

    def check_day(self) -> None:
        """Numbers run without a gap, and every ticket is in exactly one state and one place."""
        day = self.day
        assert day.now.quarantined == (), "an event was set aside"
        taken = [record.e for record in self.records if isinstance(record.e, ev.TicketTaken)]
        for letter in day.categories:
            issued = [e.number for e in taken if e.category == letter and e.source != "paper"]
            numbers = [int(re.sub(r"\D", "", number)) for number in issued]
            assert numbers == list(range(1, len(numbers) + 1)), f"numbers of {letter} have a gap or repeat"
        assert len({e.ticket for e in taken}) == len(taken) == len(day.tickets)
        self._check_places()
        self._check_ends()

    def _check_places(self) -> None:
        """A ticket stands where its state says, and nowhere else."""
        day = self.day
        at_windows = Counter(w.present for w in day.windows.values() if w.present)
        in_line = Counter(id for _, places in day.line.pairs() for _, _, id in places)
        for ticket in day.tickets.values():
            assert at_windows[ticket.id] == (ticket.state in (CALLED, SERVING)), ticket
            assert in_line[ticket.id] == ticket.in_line, ticket
            assert (ticket.id in day.line.parked) == (ticket.state == PARKED), ticket
            assert (ticket.id in day.line.missed) == (ticket.state == MISSED), ticket
            assert bool(ticket.end) == (ticket.state == ENDED), ticket

    def _check_ends(self) -> None:
        """The log tells one end of each ticket, told apart from the rules that wrote it."""
        ends = Counter(
            r.e.ticket
            for r in self.records
            if isinstance(r.e, ev.Finished | ev.Cancelled | ev.HoldExpired)
            or (isinstance(r.e, ev.Missed) and r.e.void)
        )
        assert max(ends.values(), default=1) == 1, "a ticket ended twice"
        assert set(ends) == {t.id for t in self.day.tickets.values() if t.state == ENDED}

    # --- the day and what was acknowledged -------------------------------------------------

    def check_acts(self, acts: Sequence[Act]) -> None:
        """Each acknowledged act is in the log once, and the log holds no act that was not acknowledged."""
        done = [act for act in acts if act.done]
        heads = [self._head(act) for act in done]
        repeated = [seq for seq, times in Counter(heads).items() if times > 1]
        assert not repeated, f"entries acknowledged for two acts: {repeated}"
        keyed = {n for n, record in enumerate(self.records, 1) if record.key and record.by != "time"}
        assert keyed == set(heads), f"acts that nobody was told of: {sorted(keyed - set(heads))[:5]}"
        again = [key for key, times in Counter(r.key for r in self.records if r.key).items() if times > 1]
        assert not again, "an act stands in the log twice"

    def _head(self, act: Act) -> int:
        """The sequence of the first entry that an acknowledged act left."""
        if act.path == "tickets":
            return self._taken(act)
        seq = int(act.answer["seq"])
        what = act.path.rpartition("/")[2]
        record = self.records[seq - 1]
        first = seq
        while not record.key:
            first -= 1
            record = self.records[first - 1]
        told = [r.e for r in self.records[first - 1 : seq]]
        assert any(isinstance(e, DOES[what]) for e in told), f"{act} is not in the log: {told}"
        assert record.answer is not None
        assert (record.answer.ticket, record.answer.number) == (
            act.answer.get("ticket", ""),
            act.answer.get("number", ""),
        )
        return first

    def _taken(self, act: Act) -> int:
        """Where an acknowledged ticket stands in the log, under its number."""
        id, number = act.answer["ticket"], act.answer["number"]
        places = [
            n
            for n, record in enumerate(self.records, 1)
            if isinstance(record.e, ev.TicketTaken) and id == record.e.ticket
        ]
        assert len(places) == 1, f"{number} was acknowledged and stands {len(places)} times in the log"
        assert self.day.tickets[id].number == number
        return places[0]

    # --- what the processes show -------------------------------------------------------------

    async def check_processes(self, spread: Spread, bases: Sequence[str]) -> None:
        """Every process shows the same hall: board, menu, each window, and each ticket that is not ended."""
        windows = [f"/windows/{n}" for n in self.day.windows]
        living = [f"/tickets/{t.id}" for t in self.day.tickets.values() if t.state != ENDED]
        ended = [f"/tickets/{t.id}" for t in self.day.tickets.values() if t.state == ENDED]
        for path in ("/board", "/menu", *windows, *living, *ended[-50:]):
            shown = [
                timeless(await spread.see(path, at_least=len(self.entries), base=base)) for base in bases
            ]
            for base, one in zip(bases, shown, strict=True):
                other = [name for name in one if one[name] != shown[0].get(name)]
                assert one == shown[0], f"{path} at {base}: {other} differ from {bases[0]}"


OF_THE_MOMENT = {"data_at", "longest", "hold_until", "undo", "undo_until", "undo_ticket"}
"""What a view reckons from the time at which it is looked at."""


def timeless(shown: Any) -> Any:
    """What is shown, without what depends on when it was looked at."""
    if isinstance(shown, dict):
        return {name: timeless(value) for name, value in shown.items() if name not in OF_THE_MOMENT}
    return [timeless(value) for value in shown] if isinstance(shown, list) else shown


def events_of(entry: Entry) -> ev.Record:
    """The record that an entry holds."""
    try:
        return ev.decode(entry.body)
    except msgspec.DecodeError as error:
        raise AssertionError(f"entry {entry.seq} cannot be read: {error}") from error


async def whole(store: Store, log: str) -> list[Entry]:
    """All of a log."""
    found: list[Entry] = []
    while more := await store.read(log, len(found), 5000):
        found += more
    return found
