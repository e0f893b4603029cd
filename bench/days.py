"""Days as logs, made by the rules themselves and written to a real store before a server opens them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from queue_server.hall import commands as do
from queue_server.hall import events
from queue_server.hall.commands import Ask, Command
from queue_server.hall.day import Day
from queue_server.hall.decide import act
from queue_server.hall.hours import business_date
from queue_server.hall.model import Answer
from queue_server.hall.plan import Plan, plan_hash
from queue_server.hall.register import PublishPlan, Register
from queue_server.hall.register import act as act_in_register
from queue_server.hall.register import encode as encode_register
from queue_server.store import keys
from queue_server.store.chain import GENESIS
from queue_server.store.logs import Landed, Store

CHUNK = 1000
"""Entries of one append."""


class Story:
    """A day that goes on command by command; `bodies` are the entries of its log so far."""

    def __init__(self, plan: Plan) -> None:
        self.now = time.time_ns() // 1_000_000
        self.day = Day(plan, business_date(plan, self.now))
        self.bodies: list[bytes] = []
        self._keys = 0
        self.does("system", do.OpenDay(date=self.day.date, plan=plan_hash(plan)))

    def does(self, who: str, command: Command) -> Answer:
        """Somebody gives a command, 50 ms after the last."""
        self._keys += 1
        self.now += 50
        ask = Ask(at=self.now, by=who, command=command, key=f"{self._keys:024x}", digest=f"{self._keys:024x}")
        records, answer = act(self.day, ask)
        self.day.settle()
        self.bodies += [events.encode(record) for record in records]
        return answer

    def takes(self, number: int, category: str, cls: str = "ordinary") -> str:
        """A visitor takes a ticket; gives its id."""
        ticket = f"t{number:015d}"
        self.does("device:k1", do.TakeTicket(ticket=ticket, category=category, cls=cls))
        return ticket

    def hears(self, ticket: str) -> None:
        """The newest call of a ticket has been spoken."""
        call = self.day.tickets[ticket].calls[-1]
        self.does("device:b1", do.Spoken(ticket=ticket, call=call.seq, spoken_at=self.now))


def waiting_day(plan: Plan, visitors: int) -> list[bytes]:
    """The log of a day on which this many wait, one in ten with priority, a third for window 8."""
    story = Story(plan)
    letters = [c.letter for c in plan.categories]
    for n in range(visitors):
        category = "D" if n % 3 == 0 else letters[n % len(letters)]
        story.takes(n, category, "priority" if n % 10 == 9 else "ordinary")
    return story.bodies


def busy_day(plan: Plan, visitors: int) -> list[bytes]:
    """The log of a whole day: all are called, heard, served; some twice, parked, late or sent on."""
    story = Story(plan)
    windows = deque(w.number for w in plan.windows)
    for n in windows:
        story.does(f"staff:{n}", do.ClaimWindow(window=n, clerk=f"staff:{n}"))
        story.does(f"staff:{n}", do.OpenWindow(window=n))
    for n in range(visitors):
        category, cls = (
            plan.categories[n % len(plan.categories)].letter,
            "priority" if n % 10 == 9 else "ordinary",
        )
        story.takes(n, category, cls)
        callers = story.day.open_windows(category, cls)
        window = next(w for w in windows if w in callers)  # the one that has rested longest
        windows.remove(window)
        windows.append(window)
        _served(story, window, n)
    return story.bodies


def _served(story: Story, window: int, n: int) -> None:
    """A window calls and serves its next; every 20th is recalled twice and missed, every 25th parked."""
    clerk = f"staff:{window}"
    ticket = story.does(clerk, do.CallNext(window=window)).ticket
    story.hears(ticket)
    if n % 20 == 7:
        for _ in range(2):
            story.does(clerk, do.Recall(ticket=ticket))
            story.hears(ticket)
        story.now += 21_000
        story.does(clerk, do.MarkAbsent(ticket=ticket))
        story.does("staff:floor", do.ReturnMissed(ticket=ticket))
        ticket = story.does(clerk, do.CallNext(window=window)).ticket
        story.hears(ticket)
    if n % 2:
        story.does(clerk, do.Recall(ticket=ticket))
        story.hears(ticket)
    story.does(clerk, do.Start(ticket=ticket))
    if n % 25 == 11:
        story.does(clerk, do.Park(ticket=ticket, minutes=10))
        story.does(clerk, do.Unpark(ticket=ticket))
        ticket = story.does(clerk, do.CallNext(window=window)).ticket
        story.does(clerk, do.Start(ticket=ticket))
    story.does(clerk, do.Finish(ticket=ticket))


async def lay_down(store: Store, plan: Plan, bodies: Sequence[bytes]) -> str:
    """Write a hall's register and its day to the store; gives the day's log."""
    ask = Ask(at=time.time_ns() // 1_000_000, by="system", command=PublishPlan(plan))
    facts, _ = act_in_register(Register(), ask)
    await _append(store, keys.register(plan.hall), [encode_register(fact) for fact in facts])
    opened = events.decode(bodies[0]).e
    assert isinstance(opened, events.DayOpened)
    log = keys.day(plan.hall, opened.date)
    await _append(store, log, bodies)
    return log


async def _append(store: Store, log: str, bodies: Sequence[bytes]) -> None:
    tail = GENESIS
    for at in range(0, len(bodies), CHUNK):
        outcome = await store.append(log, tail, bodies[at : at + CHUNK])
        assert isinstance(outcome, Landed), outcome
        tail = outcome.tail
