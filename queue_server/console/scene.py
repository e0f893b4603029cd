"""What a window's console knows at one moment: one frozen picture that every panel is drawn from."""

from __future__ import annotations

import msgspec

from queue_server.console.words import named
from queue_server.wire import (
    AgentTicket,
    AgentTickets,
    AlarmNow,
    CaseLine,
    Cases,
    CategoryNow,
    FloorView,
    Hall,
    Labelled,
    MatterLine,
    TicketView,
    WhoAmI,
    WindowNow,
    WindowView,
)


class Known(msgspec.Struct, frozen=True):
    """What any console knows of its hall at one moment.

    `now` is the hall's time (ms; 0 when unknown). `busy` is the act in flight. `up` says that the
    live link brings the truth; when it does not, `down` says why (`LinkDown.why`, or ``connecting``).
    """

    lang: str
    now: int = 0
    hall: Hall | None = None
    me: WhoAmI | None = None
    up: bool = False
    down: str = "connecting"
    busy: str = ""

    @property
    def seq(self) -> int:
        """The log sequence that is shown; 0 before anything is."""
        return 0

    def hall_name(self) -> str:
        """The hall's name."""
        return named(self.hall.name, self.lang) if self.hall is not None else ""

    def category(self, letter: str) -> str:
        """A category's name, or its letter."""
        return self._name(self.hall.categories if self.hall else (), letter)

    def kind(self, code: str) -> str:
        """The name of a kind of priority."""
        return self._name(self.hall.kinds if self.hall else (), code)

    def reason(self, act: str, code: str) -> str:
        """The name of a picked reason; a note that was not picked is shown as it stands."""
        return self._name(self.reasons(act), code)

    def reasons(self, act: str) -> tuple[Labelled, ...]:
        """The hall's pick list for an act; empty when it has none."""
        return self.hall.reasons.get(act, ()) if self.hall is not None else ()

    def department(self, code: str) -> str:
        """A department's name, or its code."""
        return self._name(self.hall.departments if self.hall else (), code)

    def outcomes(self) -> tuple[Labelled, ...]:
        """The results that a matter can have."""
        return self.hall.outcomes if self.hall is not None else ()

    def matter(self, id: str) -> str:
        """A matter's name, or its id."""
        found = self._matter(id)
        return named(found.name, self.lang) or id if found is not None else id

    def materials(self, id: str) -> tuple[str, ...]:
        """What the visitor must bring for a matter."""
        found = self._matter(id)
        return found.materials if found is not None else ()

    def guides(self) -> tuple[MatterLine, ...]:
        """Matters as a visitor here goes by them, where the catalogue in force has them otherwise."""
        return ()

    def _matter(self, id: str) -> MatterLine | None:
        known = (*self.guides(), *(self.hall.matters if self.hall is not None else ()))
        return next((matter for matter in known if matter.id == id), None)

    def _name(self, names: tuple[Labelled, ...], code: str) -> str:
        found = next((each for each in names if each.code == code), None)
        return named(found.name, self.lang) or code if found is not None else code


class Scene(Known, frozen=True):
    """One moment at a window. `large` leaves the whole screen to the present visitor's number."""

    window: int = 0
    view: WindowView | None = None
    large: bool = False

    @property
    def seq(self) -> int:
        """The log sequence that is shown; 0 before anything is."""
        return self.view.seq if self.view is not None else 0

    @property
    def seated(self) -> bool:
        """Whether the hall takes us for this window's clerk."""
        return self.view is not None and self.me is not None and self.view.clerk == self.me.id

    @property
    def present(self) -> TicketView | None:
        """The visitor called or in service here."""
        return self.view.present if self.view is not None else None

    def guides(self) -> tuple[MatterLine, ...]:
        """The present visitor's matters as the ticket was issued for them, where they are others now."""
        return self.present.guides if self.present is not None else ()

    def edition_of(self, id: str) -> int | None:
        """The edition whose guide of a matter the present visitor goes by; None: the one in force."""
        earlier = any(matter.id == id for matter in self.guides())
        return self.present.edition if earlier and self.present is not None else None

    @property
    def undo_left(self) -> int:
        """Seconds in which the last act can still be taken back."""
        if self.view is None or not self.view.undo or self.view.undo_until is None:
            return 0
        return max(0, -(-(self.view.undo_until - self.now) // 1000))

    @property
    def miss_wait(self) -> int:
        """Seconds until the miss key opens; 0 when it is open or nobody knows when."""
        opens = self.view.miss_opens_at if self.view is not None else None
        return 0 if opens is None else max(0, -(-(opens - self.now) // 1000))


class FloorScene(Known, frozen=True):
    """One moment of the whole floor. `at_window`, `at_line` are marked, `on_lines` is where keys move."""

    view: FloorView | None = None
    at_window: int = 0
    at_line: str = ""
    on_lines: bool = False

    @property
    def seq(self) -> int:
        """The log sequence that is shown; 0 before anything is."""
        return self.view.seq if self.view is not None else 0

    @property
    def window(self) -> WindowNow | None:
        """The marked window: the first until one was marked."""
        windows = self.view.windows if self.view is not None else ()
        return next((w for w in windows if w.number == self.at_window), next(iter(windows), None))

    @property
    def line(self) -> CategoryNow | None:
        """The marked category: the first until one was marked."""
        lines = self.view.categories if self.view is not None else ()
        return next((c for c in lines if c.category == self.at_line), next(iter(lines), None))

    @property
    def unseen(self) -> tuple[AlarmNow, ...]:
        """The alarms that nobody has taken note of."""
        alarms = self.view.alarms if self.view is not None else ()
        return tuple(alarm for alarm in alarms if alarm.seen_at is None)


class BackScene(Known, frozen=True):
    """One moment of a department. `at` is the marked case, `closed`: the closed cases are shown."""

    view: Cases | None = None
    at: str = ""
    closed: bool = False

    @property
    def case(self) -> CaseLine | None:
        """The marked case: the first until one was marked."""
        cases = self.view.cases if self.view is not None else ()
        return next((c for c in cases if c.id == self.at), next(iter(cases), None))

    def hall_named(self, id: str) -> str:
        """The name of a hall of this server, else what it is called by."""
        return (named(self.view.halls.get(id, {}), self.lang) if self.view is not None else "") or id


class AgentScene(Known, frozen=True):
    """One moment of an agent. `at` is the marked ticket."""

    view: AgentTickets | None = None
    at: str = ""

    @property
    def tickets(self) -> tuple[AgentTicket, ...]:
        """The day's tickets, those of which something may still come first."""
        return tuple(sorted(self.view.tickets, key=lambda t: t.end != "")) if self.view is not None else ()

    @property
    def ticket(self) -> AgentTicket | None:
        """The marked ticket: the first until one was marked."""
        tickets = self.tickets
        return next((t for t in tickets if t.ticket == self.at), next(iter(tickets), None))


def person(id: str) -> str:
    """Somebody's id as people say it: the number on the badge, without what kind of principal it is."""
    return id.rpartition(":")[2] or id


def minutes(stretch: int) -> int:
    """A stretch of ms in whole minutes, never negative."""
    return max(0, stretch) // 60_000


def seconds(stretch: int) -> int:
    """A stretch of ms in whole seconds, never negative."""
    return max(0, stretch) // 1000
