"""A process that serves a visitor with two matters, up to the result, and kills itself around an append.

``python -m tests.faults.dying STORE HALL APPEND TOLD``: with SIGKILL, once so many appends have been sent
(counted from the first matter that is accepted on), before (0) or after (1) it heard that it landed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from queue_server.cases.commands import IssueCase, ReadyCase, TakeCase
from queue_server.cases.model import Case
from queue_server.desk.cases import open_case
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask, Command
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
    await hand_out(hall, clerk)


async def hand_out(hall: Hall, clerk: str) -> None:
    """The way of the first case from wherever it stands: handled, fetched with its own ticket, handed out.

    People go by what they see, so this goes on after a death as they would.
    """
    while (step := next_step(hall, clerk)) is not None:
        line, ask = step
        await (hall.register.ask(ask) if line == "register" else hall.ask(ask))


def first_case(hall: Hall) -> Case:
    """The case of the visitor's first matter."""
    cases = hall.register.state.cases.values()
    return next(case for case in cases if (case.ticket, case.matter) == ("t1", "D01"))


def next_step(hall: Hall, clerk: str) -> tuple[str, Ask] | None:
    """What is to be done next, and in which log; None once the visitor has gone with the result."""
    day = hall.today().state
    case, state = first_case(hall).id, first_case(hall).state
    came = day.tickets.get("t2")
    commands: dict[str, tuple[str, Command]] = {
        "accepted": ("register", TakeCase(case)),
        "handling": ("register", ReadyCase(case, shelf="A-1")),
        "ready": ("day", do.TakeTicket("t2", "D", cases=(case,))),
    }
    if came is None:
        line, command = commands[state]
    elif came.state == "waiting":
        line, command = "day", do.CallNext(8)
    elif came.state == "called":
        line, command = "day", do.Start("t2")
    elif state == "ready":
        line, command = "register", IssueCase(case)
    elif came.state == "serving":
        line, command = "day", do.Finish("t2")
    else:
        return None
    return line, Ask(at=NOON, by=clerk, command=command)


async def main(url: str, id: str, appends: str, told: str) -> None:
    """Serve until dead."""
    async with live(url, id, store=Dying) as hall:
        await serve(hall, int(appends), told == "1")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
