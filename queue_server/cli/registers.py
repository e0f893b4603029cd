"""A hall's register from the command line: the same log, rules and arbiter as in a server."""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from queue_server.cli.journal import keep_journal
from queue_server.cli.stores import NoStore, connected, store_at
from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall.commands import Ask, Command
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Refused
from queue_server.hall.register import PublishPlan, Register
from queue_server.locale import translate
from queue_server.store.logs import Store
from queue_server.store.reader import Reader

log = structlog.get_logger()
Work = Callable[[Store, Line[Register], Plan], Awaitable[int]]


class Unfit(Exception):
    """What was asked makes no sense in this hall; the sentence says why."""


class Damaged(Exception):
    """A register that cannot be believed or understood: nothing may be written to it."""


@asynccontextmanager
async def open_register(store: Store, hall: str) -> AsyncIterator[Line[Register]]:
    """The register of a hall, read whole and open to commands while the block runs. Raises `Damaged`."""
    line = Hall(store, Reader(store), hall).register
    await line.load()
    if line.halt is not None:
        raise Damaged(f"the register of {hall} accepts nothing ({line.halt.code}): {line.halt.why}")
    committing = asyncio.create_task(line.run())
    try:
        yield line
    finally:
        committing.cancel()
        await asyncio.wait([committing])


async def put(line: Line[Register], command: Command, by: str = "system") -> bool:
    """Have a command decided as the system; False if the register stands that way already."""
    try:
        await line.ask(Ask(at=time.time_ns() // 1_000_000, by=by, command=command))
    except Refused as refusal:
        if refusal.code != "stale":
            raise
        return False
    return True


def operator() -> str:
    """Who works on this machine, for the register's memory of who did what."""
    return f"operator:{getpass.getuser()}"


async def put_in_force(store: Store, plan: Plan) -> bool:
    """Put a plan in force for the days that open from now on; False if it is in force.

    The matters stay those of the catalogue's last edition, if one was published. A damaged register is left
    alone: its hall shows what is known, accepts nothing, and says so itself. Refuses ``catalogue_unfit``.
    """
    try:
        async with open_register(store, plan.hall) as line:
            new = await put(line, PublishPlan(plan))
            in_force = line.state.plan
            if in_force is not None and in_force.matters != plan.matters:
                edition = line.state.edition
                log.warning("the hall file's matters are not in force", hall=plan.hall, edition=edition)
            return new
    except Damaged:
        return False


def sentence(refusal: Refused) -> str:
    """A refusal as an operator reads it."""
    facts = {name: str(value) for name, value in refusal.facts.items()}
    return translate(f"hall.refusal.{refusal.code}", "en", **facts)


def in_register(command: str, place: str, hall: str, work: Work) -> int:
    """Do something with a hall's register; every failure is one sentence and an exit status."""
    keep_journal("text", "critical")  # stdout is for what scripts take, stderr for sentences
    try:
        with store_at(place) as url:
            return asyncio.run(_worked(url, hall, work))
    except NoStore as error:
        print(f"yichuang {command}: {error}", file=sys.stderr)
        return 2
    except Refused as refusal:
        print(f"yichuang {command}: {sentence(refusal)}", file=sys.stderr)
        return 1
    except (Unfit, Damaged) as error:
        print(f"yichuang {command}: {error}", file=sys.stderr)
        return 1


async def _worked(url: str, hall: str, work: Work) -> int:
    async with connected(url) as store, open_register(store, hall) as register:
        plan = register.state.plan
        if plan is None:
            raise Unfit(f'there is no hall "{hall}" in this store: serve it once first')
        return await work(store, register, plan)
