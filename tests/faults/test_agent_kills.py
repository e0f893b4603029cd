"""An agent killed and a line cut at random while slips print: each comes out once, or once more marked."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from printers.address import Network
from printers.virtual import Manner, PrintedSlip, VirtualPrinter
from queue_server.reactions.print_jobs import PrintJobs
from tests.cli.test_agent import START, Town, town
from tests.console.relay import Relay, relayed
from tests.waiting import wait_until

__all__ = ["town"]


async def trouble(
    town: Town, relay: Relay, printer: Network, dice: random.Random, done: asyncio.Event
) -> None:
    """Kill the agent or cut its line again and again until `done`, then leave one agent running."""
    agent = town.agent(printer, relay.base)
    try:
        while not done.is_set():
            await town.here()
            await asyncio.sleep(dice.uniform(0.1, 1.5))
            if dice.random() < 0.6:
                agent.process.kill()
                agent.ends()
                agent = town.agent(printer, relay.base)
            else:
                relay.cut()
                await asyncio.sleep(dice.uniform(0.0, 0.5))
                relay.mend()
        await town.here()
        await asyncio.Event().wait()
    finally:
        agent.clear()


async def outlives(town: Town, virtual: VirtualPrinter, tickets: int) -> None:
    seed = os.environ.get("FAULTS_SEED") or os.urandom(4).hex()
    dice = random.Random(seed)
    virtual.bytes_per_second = 4000
    await virtual.misbehave(Manner.SLOW)
    done = asyncio.Event()
    async with relayed(town.server.base) as relay:
        blows = asyncio.create_task(trouble(town, relay, Network(*virtual.address), dice, done))
        taken = []
        for _ in range(tickets):
            taken.append(await town.take())
            await asyncio.sleep(dice.uniform(0.0, 0.8))
        done.set()
        papers = [await paper_in_the_end(town, ticket) for ticket in taken]
        blows.cancel()
        await asyncio.gather(blows, return_exceptions=True)
    whole = [slip for slip in virtual.slips if slip.complete]
    first, again = Counter(map(number, unmarked(whole))), Counter(map(number, marked(whole)))
    told = Counter(papers)
    print(f"seed {seed}: {tickets} tickets, {len(whole)} whole slips, {sum(again.values())} marked, {told}")
    for n, paper in enumerate(papers, 1):
        assert first[f"A{n:03d}"] <= 1, "a slip came twice unmarked"
        assert again[f"A{n:03d}"] <= 1, "a slip was repeated without an end"
        assert paper != "printed" or first[f"A{n:03d}"] + again[f"A{n:03d}"], "a slip was lost in silence"
    assert told["printed"] > tickets / 2, "the trouble was so great that nothing was shown"


async def paper_in_the_end(town: Town, ticket: str) -> str:
    """What the log says of a ticket's paper once nothing more can come of it.

    A marked slip that is cut off in its turn is not followed by another: staff see that nobody knows.
    """
    jobs = PrintJobs(town.store, town.hall)
    date = (await town.store.days(town.hall))[-1]

    async def ended() -> str:
        copy = await jobs.load(f"{date}:{ticket}:copy")
        paper = await town.paper(ticket)
        over = paper in ("printed", "failed") or (copy is not None and copy.state.value == paper)
        return paper if over else ""

    return await wait_until(ended, START)


def number(slip: PrintedSlip) -> str:
    return next(line for line in slip.lines if len(line) == 4 and line[0] == "A" and line[1:].isdigit())


def marked(slips: list[PrintedSlip]) -> list[PrintedSlip]:
    return [slip for slip in slips if "补打" in " ".join(slip.lines)]


def unmarked(slips: list[PrintedSlip]) -> list[PrintedSlip]:
    return [slip for slip in slips if "补打" not in " ".join(slip.lines)]


@pytest.mark.timeout(240)
@pytest.mark.proves("S36")
async def test_an_agent_killed_at_random_loses_no_slip_and_prints_none_twice_unmarked(
    town: Town, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path / "slips") as virtual:
        await outlives(town, virtual, 12)


@pytest.mark.faults
async def test_an_agent_killed_at_random_for_a_whole_day(town: Town, tmp_path: Path) -> None:
    async with VirtualPrinter(tmp_path / "slips") as virtual:
        await outlives(town, virtual, 400)
