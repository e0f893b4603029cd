"""An agent beside a printer, and a hall whose kiosk prints there: what the tests of the post share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from printers.address import Local, Network
from printers.agent.agent import Agent
from printers.agent.link import Hall, Patience, keep_linked
from printers.agent.spool import DiskSpool
from printers.virtual import VirtualPrinter
from queue_server.access.principals import PRINTER, token_hash
from queue_server.hall.commands import Ask
from queue_server.hall.plan import Plan
from queue_server.hall.register import Grant, GrantToken, PublishPlan
from queue_server.reactions.following import Following
from queue_server.reactions.post import Post
from queue_server.reactions.printing import Printing
from tests.api.hall import Served, demo_with
from tests.reactions.test_following import follower
from tests.waiting import wait_until

NAME = "pc1"
TOKEN = "agent-token"
SOON = Patience(beat=0.1, open=5.0, silence=5.0, first_wait=0.02, longest_wait=0.2)
START = 30.0
"""Seconds for what takes a moment on a machine that is free."""


def at_agent(name: str = NAME) -> Plan:
    """The demo hall, its printer beside the agent's computer; text is sent, so that it can be read back."""
    plan = demo_with()
    there = tuple(replace(p, address=f"agent:{name}", text_mode="gb18030") for p in plan.printers)
    return replace(plan, printers=there)


async def let_in(hall: Served, name: str = NAME, token: str = TOKEN) -> None:
    """Grant an agent its token."""
    live = hall.site.halls[hall.hall]
    grant = GrantToken(token_hash(token), Grant(f"device:{name}", name, PRINTER))
    await live.register.ask(Ask(at=live.clock(), by="system", command=grant))


async def slips_expire(hall: Served, after: int) -> None:
    """From now on the hall's slips are printed until this long (ms) after they were asked for."""
    live = hall.site.halls[hall.hall]
    agreed = live.register.state.plan
    assert agreed is not None
    changed = replace(agreed, rules=replace(agreed.rules, slip_expires=after))
    await live.register.ask(Ask(at=live.clock(), by="system", command=PublishPlan(changed)))


def post_of(hall: Served) -> Post:
    """The post of the hall in this process."""
    return hall.site.posts[hall.hall]


@asynccontextmanager
async def printing(hall: Served) -> AsyncIterator[Following]:
    """Print the hall's slips from this process, once it has its turn."""
    live = hall.site.halls[hall.hall]
    async with follower(live, Printing(live, "http://hall.test", post_of(hall))) as one:
        await begun(one)
        yield one


async def begun(one: Following) -> None:
    """The follower prints, and what is taken from now on is printed."""
    hall = one.hall

    async def has_cursor() -> bool:
        return await hall.store.cursor(hall.id, "printing") != ""

    await wait_until(has_cursor, START)


@asynccontextmanager
async def agent_of(
    base: str, hall: str, folder: Path, virtual: VirtualPrinter, token: str = TOKEN, take_over: bool = False
) -> AsyncIterator[Agent]:
    """An agent that runs while the block does, its printer p1 the virtual one."""
    printers: dict[str, Local] = {"p1": Network(*virtual.address)}
    async with DiskSpool(folder / "spool.sqlite") as spool:
        agent = Agent(spool, printers, watch=0.2)
        link = keep_linked(Hall(base, hall, NAME, token, take_over), agent, "0.0", SOON)
        running = asyncio.create_task(agent.run(link))
        try:
            yield agent
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def here(hall: Served, spool: str = "") -> None:
    """Wait until the hall has its agent, with this spool, and knows how its printers are."""
    post = post_of(hall)

    async def sits() -> bool:
        seat = await post.seat(NAME)
        return seat is not None and bool(seat.printers) and spool in ("", seat.spool)

    await wait_until(sits, START)


async def gone(hall: Served) -> None:
    """Wait until the hall has no agent."""
    post = post_of(hall)

    async def left() -> bool:
        return await post.seat(NAME) is None

    await wait_until(left, START)


async def paper_is(hall: Served, ticket: str, paper: str) -> None:
    """Wait until the hall's log says what became of a ticket's paper."""
    await wait_until(lambda: hall.day.tickets[ticket].paper == paper, START)


async def all_told(agent: Agent) -> None:
    """Wait until the hall has noted everything that became of the agent's jobs."""

    async def nothing_left() -> bool:
        return not await agent.spool.untold()

    await wait_until(nothing_left, START)


def reprints(virtual: VirtualPrinter) -> list[bool]:
    """Of each slip that came out: whether it is marked 补打."""
    return ["补打" in " ".join(slip.lines) for slip in virtual.slips]
