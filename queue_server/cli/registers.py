"""A hall's register from the command line: the same log, rules and arbiter as in a server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from queue_server.desk.hall import Hall
from queue_server.desk.line import Line
from queue_server.hall.commands import Ask, Command
from queue_server.hall.plan import Plan
from queue_server.hall.refusals import Refused
from queue_server.hall.register import PublishPlan, Register
from queue_server.store.logs import Store
from queue_server.store.reader import Reader


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


async def put(line: Line[Register], command: Command) -> bool:
    """Have a command decided as the system; False if the register stands that way already."""
    try:
        await line.ask(Ask(at=time.time_ns() // 1_000_000, by="system", command=command))
    except Refused as refusal:
        if refusal.code != "stale":
            raise
        return False
    return True


async def put_in_force(store: Store, plan: Plan) -> bool:
    """Put a plan in force for the days that open from now on; False if it is in force.

    A damaged register is left alone: its hall shows what is known, accepts nothing, and says so itself.
    """
    try:
        async with open_register(store, plan.hall) as line:
            return await put(line, PublishPlan(plan))
    except Damaged:
        return False
