"""Thousands of slips on printers that fail at random: once, or once more marked, or the log says no.

Real sockets, a real store, the real follower, which itself dies now and then in the middle of a job.
``FAULTS_SEED`` repeats a run's random choices.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from printers.printer import Deadlines
from printers.virtual import Manner, VirtualPrinter
from queue_server.demo import demo_plan
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall import plan
from queue_server.hall.commands import Ask
from queue_server.reactions import following
from queue_server.reactions.following import Following
from queue_server.reactions.printing import Printing
from tests.desk.live_hall import NOON, Clock, live, opened
from tests.waiting import wait_until

HURRY = Deadlines(connect=0.5, write=0.5, answer=0.3, finish=1.0, comeback=1.0)
AT_ONCE = 32
"""Tickets whose slips are under way at once: more would only wait until they are too old."""
EXPIRES = 10_000
"""ms after which a slip is too old here: a hall waits for minutes, and this run must not reach its night."""
ENOUGH = 1000
"""Slips among which some must have been copied, whatever chance brings."""
COPIED = ("once, and once marked", "torn, and once marked")
SETTLED = ("printed", "unconfirmed", "failed", "expired")
TROUBLES = tuple(m for m in Manner if m is not Manner.SLOW)


class RunningClock(Clock):
    """A clock that runs."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self._began = time.monotonic()

    def __call__(self) -> int:
        return NOON + round((time.monotonic() - self._began) * 1000)


class Tally(msgspec.Struct):
    """What came out for one ticket: whole slips without and with the mark, and torn ones."""

    plain: int = 0
    marked: int = 0
    torn: int = 0


class Paper:
    """A hall with four kiosks, whose printers misbehave."""

    def __init__(self, hall: Hall, printers: list[VirtualPrinter], seed: int) -> None:
        self.hall = hall
        self.printers = printers
        self.random = random.Random(seed)
        self.troubles: Counter[str] = Counter()
        self.deaths = 0
        self.follower: asyncio.Task[None] | None = None

    def follow(self) -> None:
        printing = Printing(self.hall, "https://hall.test", deadlines=HURRY)
        printing.watch.every = 0.3
        self.follower = asyncio.ensure_future(Following(self.hall, printing).run())

    async def die(self) -> None:
        """The follower ends wherever it is, as in a process that is killed, and another begins."""
        assert self.follower is not None
        self.follower.cancel()
        await asyncio.gather(self.follower, return_exceptions=True)
        self.deaths += 1
        self.follow()

    async def trouble(self) -> None:
        """Now this printer fails, now that one; each comes back."""
        while True:
            printer = self.random.choice(self.printers)
            manner = self.random.choice(TROUBLES)
            printer.half_at = self.random.randrange(100, 1200)
            printer.rows_left = self.random.randrange(20, 600)
            await printer.misbehave(manner)
            self.troubles[manner.value] += 1
            await asyncio.sleep(self.random.uniform(0.02, 1.0))
            await printer.misbehave()
            await asyncio.sleep(self.random.uniform(0.02, 0.6))
            if self.random.random() < 0.05:
                await self.die()

    async def take(self, count: int) -> None:
        """Visitors at the four kiosks, as fast as their slips are settled."""
        for n in range(count):
            command = do.TakeTicket(ticket=f"t{n}", category="D")
            by = f"device:k{self.random.randrange(4) + 1}"
            await self.hall.ask(Ask(at=self.hall.clock(), by=by, command=command))
            await wait_until(self.has_room, 120)

    def has_room(self) -> bool:
        """Whether another visitor may come."""
        return self.unsettled() < AT_ONCE

    def unsettled(self) -> int:
        """Tickets of whose slip the log says nothing yet."""
        assert self.hall.day is not None
        return sum(t.paper not in SETTLED for t in self.hall.day.state.tickets.values())

    def tallies(self) -> dict[str, Tally]:
        """What lies before the printers, by number."""
        found: dict[str, Tally] = {}
        for printer in self.printers:
            for slip in printer.slips:
                for number in {line for line in slip.lines if line.startswith("D") and line[1:].isdigit()}:
                    tally = found.setdefault(number, Tally())
                    if not slip.complete:
                        tally.torn += 1
                    elif "补打" in "".join(slip.lines):
                        tally.marked += 1
                    else:
                        tally.plain += 1
        return found


def paper_plan(printers: list[VirtualPrinter]) -> plan.Plan:
    """Four kiosks and printers: one with a fallback, one that names its jobs, two plain ones."""
    agreed = demo_plan(NOON)
    own = [plan.Printer(p.name, f"127.0.0.1:{p.address[1]}", text_mode="native") for p in printers]
    own[0] = replace(own[0], fallback="p2")
    own[3] = replace(own[3], acknowledge="process_id")
    kiosks = tuple(plan.Kiosk(f"k{n}", f"{n}号", f"p{n}") for n in (1, 2, 3, 4))
    rules = replace(agreed.rules, cutoff_grace=None, slip_expires=EXPIRES)
    return replace(agreed, kiosks=kiosks, printers=tuple(own), rules=rules)


@pytest.mark.proves("S29")
@pytest.mark.proves("S30")
@pytest.mark.parametrize(
    "jobs",
    [
        pytest.param(120, marks=pytest.mark.timeout(120)),
        pytest.param(10_000, marks=[pytest.mark.faults, pytest.mark.timeout(3600)]),
    ],
)
async def test_every_slip_comes_once_or_once_more_marked_or_the_log_says_that_it_did_not(
    store_url: str, hall_id: str, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    seed = int(os.environ.get("FAULTS_SEED", secrets.randbelow(2**32)))
    print(f"FAULTS_SEED={seed}")
    async with AsyncExitStack() as running:
        printers = [
            await running.enter_async_context(VirtualPrinter(tmp_path / name, name=name, kept=3 * jobs))
            for name in ("p1", "p2", "p3", "p4")
        ]
        hall = await running.enter_async_context(live(store_url, hall_id, RunningClock()))
        await opened(hall, paper_plan(printers))
        paper = Paper(hall, printers, seed)
        paper.follow()
        await wait_until(lambda: hall.day is not None and len(hall.day.state.printers) == 4, 30)
        chaos = asyncio.ensure_future(paper.trouble())
        await paper.take(jobs)
        chaos.cancel()
        await asyncio.gather(chaos, return_exceptions=True)
        for printer in printers:
            await printer.misbehave()
        await wait_until(lambda: not paper.unsettled(), 60)
        await wait_until(lambda: _quiet(paper), 60)
        assert paper.follower is not None
        paper.follower.cancel()
        await asyncio.gather(paper.follower, return_exceptions=True)
        judge(paper, jobs)


def _quiet(paper: Paper) -> bool:
    """Every slip that had to follow has come, or is too old by now."""
    assert paper.hall.day is not None
    day = paper.hall.day.state
    youngest = max(t.taken_at for t in day.tickets.values())
    return paper.hall.clock() > youngest + 1.2 * day.plan.rules.slip_expires


def judge(paper: Paper, jobs: int) -> None:
    """Hold what lies before the printers against the log, and say the figure."""
    assert paper.hall.day is not None
    day, found = paper.hall.day.state, paper.tallies()
    assert len(day.tickets) == jobs
    outcomes: Counter[str] = Counter()
    for ticket in day.tickets.values():
        tally = found.get(ticket.number, Tally())
        told = (ticket.number, ticket.paper, tally)
        assert tally.plain <= 1, f"twice without a mark: {told}"
        assert tally.marked <= 1, f"marked twice: {told}"
        if ticket.paper == "printed":
            assert tally.plain + tally.marked >= 1, f"silently lost: {told}"
        outcomes[_fate(ticket.paper, tally)] += 1
    assert set(found) <= set(day.numbers), "paper without a ticket"
    assert outcomes["once"] > jobs / 2, f"printers too slow to prove anything: {outcomes}"
    assert jobs < ENOUGH or any(outcomes[fate] for fate in COPIED), f"no slip had to be copied: {outcomes}"
    troubles = ", ".join(f"{name} {n}" for name, n in sorted(paper.troubles.items()))
    print(f"{jobs} slips, {paper.deaths} deaths of the printing process; troubles: {troubles}")
    print("; ".join(f"{name}: {n}" for name, n in sorted(outcomes.items())))


def _fate(paper: str, tally: Tally) -> str:
    if tally.marked:
        return COPIED[0] if tally.plain else COPIED[1]
    return "once" if tally.plain else f"not on paper, told as {paper}"
