"""Moments of the consoles that have to do with cases: a department's, an exit window's, an agent's."""

from __future__ import annotations

from queue_server import wire
from queue_server.console.client import HallClient
from tests.console.moments import HALL, MINUTE, NOW, PLAN, StillHall, ticket, view

DAY = 24 * 60 * MINUTE
OFFICER = wire.WhoAmI("staff:li.min", "李敏", "department", "county", (), department="estate")
ZHAO = wire.WhoAmI("staff:zhao", "赵代办", "agent", "county", ())


def case(number: int, matter: str, state: str, standing: str, last: str, **more: object) -> wire.CaseLine:
    """A case of the county's registry; `more` is what is unusual about it."""
    found = PLAN.matter(matter)
    assert found is not None
    plain = {
        "id": f"c{number}", "number": f"20261124-{number:04}", "matter": matter, "name": found.name,
        "department": found.department, "state": state, "standing": standing, "accepted": "2026-11-24",
        "promised_by": last, "legal_by": "2026-12-22", "limits_open": False, "stopped": False,
        "hall": "county", "at": "county", "exit": "county", "bound": "", "owed": (), "owed_until": "",
        "supplemented": False, "extended": 0, "way": "", "shelf": "", "papers": "estate", "handler": "",
    }  # fmt: skip
    return wire.CaseLine(**(plain | more))  # type: ignore[arg-type]


PAPER = PLAN.matters[8].materials[0]
CASES = (
    case(3, "D01", "handling", "red", "2026-11-20", handler="staff:li.min"),
    case(9, "D02", "handling", "orange", "2026-11-24", handler="staff:li.min"),
    case(12, "D01", "accepted", "yellow", "2026-11-26", hall="town", exit="village"),
    case(14, "D02", "supplement", "in_time", "2026-12-02", owed=(PAPER,), owed_until="2026-12-08"),
    case(15, "D01", "handling", "in_time", "2026-12-03", stopped=True, handler="staff:li.min"),
    case(17, "D01", "ready", "", "2026-12-04", way="window", shelf="A-17", handler="staff:li.min"),
    case(18, "D02", "ready", "", "2026-12-04", way="window", shelf="B-03", bound="village"),
)
STANDINGS = {"red": 1, "orange": 1, "yellow": 1, "in_time": 2}
STEPS = (
    wire.CaseStep(NOW - 8 * DAY, "staff:0008", "opened", "county"),
    wire.CaseStep(NOW - 7 * DAY, "staff:li.min", "taken", ""),
    wire.CaseStep(NOW - 6 * DAY, "staff:li.min", "supplement_asked", PAPER),
    wire.CaseStep(NOW - 3 * DAY, "staff:0008", "supplement_received", ""),
    wire.CaseStep(NOW - 2 * DAY, "staff:li.min", "clock_stopped", "hearing"),
    wire.CaseStep(NOW - DAY, "staff:li.min", "clock_ran", ""),
)


class StillCases(HallClient):
    """A hall that shows somebody of a department the same cases for ever."""

    def __init__(self, shown: tuple[wire.CaseLine, ...]) -> None:
        super().__init__("http://hall.test", "county", "token")
        self.shown = shown

    async def hall(self) -> wire.Hall:
        """The county hall."""
        return HALL

    async def me(self) -> wire.WhoAmI:
        """Somebody of the registry."""
        return OFFICER

    async def cases(self, state: str = "", after: str = "") -> wire.Cases:
        """The cases of the registry."""
        return wire.Cases(self.shown, "", STANDINGS if self.shown else {}, NOW)

    async def case(self, id: str) -> wire.CaseView:
        """One of them, with what happened to it."""
        found = next(each for each in self.shown if each.id == id)
        matter = PLAN.matter(found.matter)
        assert matter is not None
        return wire.CaseView(found, "3f9c1a02", matter.materials, 1, "", STEPS)

    async def paper_lists(self) -> wire.PaperLists:
        """A list from the windows waits to be confirmed."""
        numbers = {"c12": "20261124-0012", "c14": "20261124-0014"}
        return wire.PaperLists(
            (wire.PaperListLine("p1", "window", "estate", numbers, "staff:0008", "", (), False),)
        )


class StillExit(StillHall):
    """The same for an exit window, whose visitor came for results."""

    async def cases_of(self, ticket: str) -> wire.Cases:
        """Two results lie here, and one case lacks a paper."""
        return wire.Cases(
            (CASES[5], case(16, "D02", "ready", "", "2026-12-04", shelf="A-18"), CASES[3]), "", {}
        )


def brought(number: str, principal: str, state: str, **more: object) -> wire.AgentTicket:
    """A ticket of the agent."""
    plain = {
        "ticket": number, "number": number, "agent": ZHAO.id, "principal": principal, "category": number[0],
        "matters": (), "state": state, "end": "", "ahead": None, "window": None,
        "taken_at": NOW - 20 * MINUTE, "phone": f"http://hall.test/t/county/{number}#secret",
    }  # fmt: skip
    return wire.AgentTicket(**(plain | more))  # type: ignore[arg-type]


BROUGHT = (
    brought("D031", "P-0012", "called", window=9),
    brought("F014", "P-0012", "waiting", ahead=3),
    brought("B007", "QY0031", "waiting", ahead=11),
    brought("S002", "P-0005", "ended", end="done", window=12),
)


class StillAgent(HallClient):
    """A hall that shows an agent the same tickets for ever."""

    def __init__(self, shown: tuple[wire.AgentTicket, ...]) -> None:
        super().__init__("http://hall.test", "county", "token")
        self.shown = shown

    async def hall(self) -> wire.Hall:
        """The county hall."""
        return HALL

    async def me(self) -> wire.WhoAmI:
        """The agent."""
        return ZHAO

    async def agent_tickets(self) -> wire.AgentTickets:
        """The agent's tickets of the day."""
        return wire.AgentTickets(self.shown, sum(not t.end for t in self.shown), 5, NOW)


CAME = ticket("J004", "serving", started_at=NOW - 90_000, cases=("c17", "c16", "c14"))
EXIT = view(present=CAME, serves=("J",))
BACKS: dict[str, tuple[tuple[wire.CaseLine, ...], tuple[str, ...]]] = {
    "back": (CASES, ()),
    "back-owed": (CASES, ("down", "down", "down")),
    "back-ready": (CASES, ("f5",)),
    "back-history": (CASES, ("f11",)),
    "back-papers": (CASES, ("f10",)),
    "back-help": (CASES, ("f1",)),
    "back-empty": ((), ()),
}
EXITS: dict[str, tuple[str, ...]] = {"exit": (), "exit-cases": ("f5",), "exit-issue": ("f5", "1")}
AGENTS: dict[str, tuple[tuple[wire.AgentTicket, ...], tuple[str, ...]]] = {
    "agent": (BROUGHT, ()),
    "agent-take": (BROUGHT, ("f2",)),
    "agent-empty": ((), ()),
}
"""What the consoles look like, and the keys that are pressed then."""
