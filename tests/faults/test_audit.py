"""The audit after the kills convicts a log that lost, repeated or invented something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from queue_server.hall import commands as do
from queue_server.hall import events as ev
from queue_server.hall import register as reg
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.decide import act
from queue_server.hall.plan import plan_hash
from queue_server.store.chain import GENESIS, ChainBroken, chain
from tests.faults.audit import Audit
from tests.faults.spread import Act
from tests.hall.floor import DATE, a_hall, clock

PLAN = a_hall({1: "A"})
NINE = clock("09:00")


class Told:
    """A short day: what its log holds, and what people were told."""

    def __init__(self) -> None:
        self.day = Day(PLAN, DATE)
        self.bodies: list[bytes] = []
        self.acts: list[Act] = []
        self.ask("time", "", do.OpenDay(date=DATE, plan=plan_hash(PLAN)))
        self.ask("staff:1", "windows/1/claim", do.ClaimWindow(window=1, clerk="staff:1"))
        self.ask("staff:1", "windows/1/open", do.OpenWindow(window=1))
        for ticket in ("a", "b"):
            self.ask("device:k1", "tickets", do.TakeTicket(ticket=ticket, category="A"))
        self.ask("staff:1", "windows/1/call-next", do.CallNext(window=1))
        self.ask("staff:1", "tickets/a/start", do.Start(ticket="a"))
        self.ask("staff:1", "tickets/a/finish", do.Finish(ticket="a"))

    def ask(self, by: str, path: str, command: do.Command) -> None:
        """A command that is decided, logged and answered."""
        records, answer = act(
            self.day, Ask(at=NINE, by=by, command=command, key=f"{by} {len(self.bodies)}", digest="d")
        )
        self.bodies += [ev.encode(record) for record in records]
        if path:
            said = {"ticket": answer.ticket, "number": answer.number, "seq": answer.seq}
            self.acts.append(Act(by, path, 200, said, 1, 0.0, 0.0))

    def audit(self) -> None:
        """Look at it as after a run of kills."""
        register = reg.Register()
        publishing = Ask(at=NINE, by="system", command=reg.PublishPlan(PLAN))
        reg.act(register, publishing)
        audit = Audit("log", register, chain(GENESIS, self.bodies))
        audit.check_day()
        audit.check_acts(self.acts)


def loses_a_ticket(told: Told) -> None:
    del told.bodies[4]


def loses_the_end(told: Told) -> None:
    del told.bodies[-1]


def invents_a_ticket(told: Told) -> None:
    told.ask("device:k1", "", do.TakeTicket(ticket="c", category="A"))


def repeats_an_act(told: Told) -> None:
    told.bodies.append(told.bodies[-1])


def gives_a_number_twice(told: Told) -> None:
    told.bodies.append(told.bodies[4].replace(b'"ticket":"b"', b'"ticket":"c"').replace(b"k1 4", b"k1 9"))


def tells_another_number(told: Told) -> None:
    told.acts[3].answer["number"] = "A007"


def tells_one_entry_for_two_acts(told: Told) -> None:
    told.acts.append(told.acts[-1])


def test_a_day_of_which_everything_was_told_passes() -> None:
    Told().audit()


@pytest.mark.parametrize(
    "harm",
    [
        loses_a_ticket,
        loses_the_end,
        invents_a_ticket,
        repeats_an_act,
        gives_a_number_twice,
        tells_another_number,
        tells_one_entry_for_two_acts,
    ],
)
def test_a_log_or_an_answer_that_is_wrong_is_convicted(harm: Callable[[Told], None]) -> None:
    told = Told()
    harm(told)
    with pytest.raises((AssertionError, ChainBroken, IndexError)):
        told.audit()
