"""A hall's day in memory: a few keyed tables of frozen records.

Evolving is putting records. Each put remembers what it replaced, so that a batch of commands that
lost the race at the store can be unwound. Everything here is derived from the log and can be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from queue_server.hall.editions import with_matters
from queue_server.hall.model import (
    OPEN,
    SERVING,
    Category,
    Kept,
    Pace,
    PrinterSeen,
    Status,
    Tally,
    Ticket,
    Undoable,
    Window,
)
from queue_server.hall.order import Line
from queue_server.hall.plan import Matter, Plan
from queue_server.hall.refusals import Conflict, Unknown
from queue_server.hall.results import Results

K = TypeVar("K")
V = TypeVar("V")
NOW = -1
"""In `Day.agreed`: the plan that holds now, whichever edition of the catalogue that is."""


class Day:
    """One business day of one hall under its plan. `seq` is the log sequence of the last event in it.

    `agreed` has the plan with each edition of the catalogue that was in force today.
    """

    def __init__(self, plan: Plan, date: str) -> None:
        self.agreed: dict[int, Plan] = {NOW: plan}
        self.date = date
        self.seq = 0
        self.tickets: dict[str, Ticket] = {}
        self.numbers: dict[str, str] = {}
        self.visits: dict[str, tuple[str, ...]] = {}
        self.bookings: dict[str, str] = {}
        self.windows: dict[int, Window] = {
            w.number: Window(number=w.number, serves=w.serves, zone=w.zone, duty=w.duty) for w in plan.windows
        }
        self.categories: dict[str, Category] = {
            c.letter: Category(letter=c.letter, quota=c.quota) for c in plan.categories
        }
        self.undoables: dict[str, Undoable] = {}
        self.last_acts: dict[int, str] = {}
        self.tallies: dict[int, Tally] = {}
        self.finished: dict[int, str] = {}
        self.kept: dict[str, Kept] = {}
        self.paces: dict[str, Pace] = {}
        self.printers: dict[str, PrinterSeen] = {}
        self.ends: dict[str, int] = {}
        self.status: dict[str, Status] = {"day": Status()}
        self.line = Line()
        self.results = Results()
        self._calling: dict[tuple[str, str, str | None], tuple[int, ...]] = {}
        self._journal: list[tuple[dict[object, object], object, object]] = []

    # --- putting, and unwinding ------------------------------------------------------

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Put a record into a table; what it replaced is remembered until `settle`."""
        old = table.get(key)
        self._journal.append((table, key, old))  # type: ignore[arg-type]
        table[key] = value
        if table is self.windows:
            self._window_moved(old, value)  # type: ignore[arg-type]

    def put_ticket(self, ticket: Ticket) -> None:
        """Put a ticket, move it in the line, and count what became of its matters."""
        old = self.tickets.get(ticket.id)
        self._journal.append((self.tickets, ticket.id, old))  # type: ignore[arg-type]
        self.tickets[ticket.id] = ticket
        self.line.move(old, ticket)
        self.results.move(old, ticket)

    def drop(self, table: dict[K, V], key: K) -> None:
        """Take a record out of a table, if it is there."""
        if key in table:
            self._journal.append((table, key, table.pop(key)))  # type: ignore[arg-type]

    def mark(self) -> tuple[int, int]:
        """A point to which `unwind` can go back."""
        return self.seq, len(self._journal)

    def unwind(self, mark: tuple[int, int]) -> None:
        """Take back every put since the mark: the day is as it was."""
        seq, length = mark
        journal = self._journal
        while len(journal) > length:
            table, key, old = journal.pop()
            if table is self.tickets:
                self.line.move(table.get(key), old)  # type: ignore[arg-type]
                self.results.move(table.get(key), old)  # type: ignore[arg-type]
            elif table is self.windows:
                self._window_moved(table[key], old)  # type: ignore[arg-type]
            if old is None:
                table.pop(key, None)
            else:
                table[key] = old
        self.seq = seq

    def settle(self) -> None:
        """What was put is a fact: forget what it replaced."""
        self._journal.clear()

    # --- looking things up -----------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """What holds now: what the day opened under, with the catalogue's newest edition."""
        return self.agreed[NOW]

    def matter(self, id: str) -> Matter:
        """A matter of the catalogue in force; refuses ``matter_retired`` and ``unknown_matter``."""
        found = self.plan.matter(id)
        if found is not None:
            return found
        if any(plan.matter(id) for plan in self.agreed.values()):
            raise Conflict("matter_retired", matter=id)
        raise Unknown("unknown_matter", matter=id)

    def guide(self, ticket: Ticket, id: str) -> Matter | None:
        """A matter as the ticket's own edition has it; one that came to it later as it is now."""
        return self.matter_in(ticket.edition, id)

    def matter_in(self, edition: int, id: str) -> Matter | None:
        """A matter as an edition of today has it, else as it is now."""
        return self.agreed.get(edition, self.plan).matter(id) or self.plan.matter(id)

    def guides(self, ticket: Ticket) -> tuple[Matter, ...]:
        """The matters of a ticket, each as `guide` has it."""
        return tuple(found for id in ticket.matters if (found := self.guide(ticket, id)))

    def guide_version(self, ticket: Ticket, id: str) -> str:
        """The version of the guide that a ticket goes by; "" for an unknown matter."""
        issued = self.agreed.get(ticket.edition, self.plan)
        return (issued if issued.matter(id) else self.plan).guide_versions.get(id, "")

    def plan_of(self, ticket: Ticket) -> Plan:
        """The plan with the guides that a ticket goes by."""
        same = ticket.edition == self.now.edition
        return self.plan if same else with_matters(self.plan, self.guides(ticket))

    @property
    def now(self) -> Status:
        """The status of the day."""
        return self.status["day"]

    def ticket(self, id: str) -> Ticket:
        """The ticket with this id; refuses ``unknown_ticket``."""
        ticket = self.tickets.get(id)
        if ticket is None:
            raise Unknown("unknown_ticket")
        return ticket

    def window(self, number: int) -> Window:
        """The window with this number; refuses ``unknown_window``."""
        window = self.windows.get(number)
        if window is None:
            raise Unknown("unknown_window", window=number)
        return window

    def category(self, letter: str) -> Category:
        """The category with this letter; refuses ``unknown_category``."""
        category = self.categories.get(letter)
        if category is None:
            raise Unknown("unknown_category", category=letter)
        return category

    def by_number(self, number: str) -> Ticket:
        """The ticket with this number; refuses ``unknown_number``."""
        id = self.numbers.get(number)
        if id is None:
            raise Unknown("unknown_number", number=number)
        return self.tickets[id]

    def present(self, window: Window) -> Ticket | None:
        """The visitor called to a window or in service there."""
        return self.tickets[window.present] if window.present else None

    def window_of(self, clerk: str) -> Window | None:
        """The window a clerk sits at."""
        return next((w for w in self.windows.values() if w.clerk == clerk), None) if clerk else None

    def elsewhere(self, ticket: Ticket) -> Ticket | None:
        """The ticket of the same visit that is called or served right now, if there is one."""
        visit = self.visits.get(ticket.visit, ())
        if len(visit) < 2:
            return None
        busy = ("called", SERVING)
        return next((t for id in visit if id != ticket.id and (t := self.tickets[id]).state in busy), None)

    def away(self, ticket: Ticket) -> bool:
        """Whether a waiting visitor is not to be called now: at another window, or letting others pass."""
        return ticket.passing_until is not None or self.elsewhere(ticket) is not None

    def open_windows(self, category: str, cls: str | None = None) -> tuple[int, ...]:
        """The windows that call this category (and class) now, in order."""
        return self._among("open", category, cls, lambda w: w.state == OPEN)

    def planned_windows(self, category: str, cls: str) -> tuple[int, ...]:
        """The windows planned for this category and class that are not closed for today."""
        return self._among("planned", category, cls, lambda w: not w.for_today)

    def together(self, category: str) -> tuple[str, ...]:
        """The categories whose matters a ticket of this one may name, its own first.

        Whoever may be called to a window must find everything the ticket names done there: another
        category's matters fit only where every window that calls this one accepts that one too.
        """
        numbers = self._among("any", category, None, lambda w: not w.for_today)
        windows = [self.windows[number] for number in numbers]
        others = (letter for letter in self.categories if letter != category and windows)
        fit = (letter for letter in others if all(window.calls(letter, None) for window in windows))
        return (category, *fit)

    def _among(
        self, kind: str, category: str, cls: str | None, which: Callable[[Window], bool]
    ) -> tuple[int, ...]:
        """The windows of a kind that call a category (and class): asked at every ticket, changing seldom."""
        known = self._calling.get((kind, category, cls))
        if known is None:
            known = self._calling[kind, category, cls] = tuple(
                sorted(w.number for w in self.windows.values() if which(w) and w.calls(category, cls))
            )
        return known

    def _window_moved(self, old: Window, new: Window) -> None:
        if (old.state, old.serves, old.for_today) != (new.state, new.serves, new.for_today):
            self._calling.clear()

    def picture(self) -> bytes:
        """The whole day as bytes: two days are the same day exactly when their pictures are equal."""
        tables = {
            name: sorted(getattr(self, name).items(), key=lambda item: str(item[0]))
            for name in ("tickets", "numbers", "visits", "bookings", "windows", "categories", "undoables")
        } | {
            name: sorted(getattr(self, name).items(), key=lambda item: str(item[0]))
            for name in ("last_acts", "tallies", "finished", "kept", "paces", "ends", "printers", "status")
        }
        line = {f"{category}/{cls}": list(places) for (category, cls), places in self.line.pairs()}
        editions = {number: plan.catalogue for number, plan in sorted(self.agreed.items())}
        return msgspec.json.encode([self.date, self.seq, tables, sorted(line.items()), editions])
