"""A process that serves a visitor with two matters and kills itself around one of its appends.

``python -m tests.faults.dying STORE HALL APPEND TOLD``: with SIGKILL, once so many appends have been sent
(counted from the first matter that is accepted on), before (0) or after (1) it heard that it landed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from queue_server.desk.cases import open_case
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.store.logs import Store
from tests.desk.live_hall import NOON, live, opened, sit, take


class Dying(Store):
    """A store's client that is the death of its process."""

    left = 0
    told = False

    async def append(self, *words: Any, **more: Any) -> Any:
        """Append, and die around it when its number has come."""
        bodies = words[2] if len(words) > 2 else more["bodies"]
        if Dying.left and bodies:
            Dying.left -= 1
            if not Dying.left and not Dying.told:
                sent = asyncio.ensure_future(super().append(*words, **more))
                await asyncio.sleep(0)  # it may have left, or not
                os.kill(os.getpid(), signal.SIGKILL)
                await sent
            landed = await super().append(*words, **more)
            if not Dying.left:
                os.kill(os.getpid(), signal.SIGKILL)
            return landed
        return await super().append(*words, **more)


async def serve(hall: Hall, appends: int, told: bool) -> None:
    """The visitor's two matters are accepted, each with its case, and the service ends."""
    await opened(hall)
    clerk = await sit(hall, 8)
    await hall.ask(take("t1"))
    for command in (do.CallNext(8), do.Start("t1")):
        await hall.ask(Ask(at=NOON, by=clerk, command=command))
    Dying.left, Dying.told = appends, told
    for matter in ("D01", "D02"):
        await hall.ask(Ask(at=NOON, by=clerk, command=do.CloseMatter("t1", matter, "accepted")))
        day = hall.today().state
        await open_case(hall, day.date, "t1", day.tickets["t1"].closed[-1], clerk)
    await hall.ask(Ask(at=NOON, by=clerk, command=do.Finish("t1")))


async def main(url: str, id: str, appends: str, told: str) -> None:
    """Serve until dead."""
    async with live(url, id, store=Dying) as hall:
        await serve(hall, int(appends), told == "1")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
