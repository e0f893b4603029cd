"""A ticket whose matter was accepted and its case agree, wherever a server dies in between."""

from __future__ import annotations

import asyncio

from queue_server.desk.cases import open_case
from queue_server.desk.hall import Hall
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.reactions.following import Following
from queue_server.reactions.opening import Opening
from tests.desk.live_hall import NOON, live, opened, sit, take
from tests.waiting import wait_until


async def accept(hall: Hall, matter: str = "D01") -> None:
    """A visitor comes to window 8, and the matter is accepted; nobody has opened its case yet."""
    clerk = await sit(hall, 8)
    await hall.ask(take("t1"))
    for command in (do.CallNext(8), do.Start("t1"), do.CloseMatter("t1", matter, "accepted")):
        await hall.ask(Ask(at=NOON, by=clerk, command=command))


async def followed(hall: Hall) -> None:
    """Let the follower run until every accepted matter has its case."""
    following = asyncio.create_task(Following(hall, Opening(hall)).run())
    await wait_until(lambda: agrees(hall))
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


def agrees(hall: Hall) -> bool:
    """Whether cases and tickets say the same: a case for each accepted matter, and no other."""
    day = hall.today().state
    accepted = {end.case.id: t.id for t in day.tickets.values() for end in t.closed if end.case}
    return accepted == {case.id: case.ticket for case in hall.register.state.cases.values()}


async def test_a_case_that_was_not_opened_is_opened_by_the_follower_as_the_clerk_would_have(
    store_url: str, hall_id: str
) -> None:
    async with live(store_url, hall_id) as hall:
        await opened(hall)
        await accept(hall)
        assert not hall.register.state.cases
        await followed(hall)
        (case,) = hall.register.state.cases.values()
        assert (case.matter, case.steps[0].by, case.steps[0].at) == ("D01", "staff:8", NOON)
        (end,) = hall.today().state.tickets["t1"].closed
        again = await open_case(hall, hall.today().state.date, "t1", end, "staff:8")
        assert again == case
        assert len(hall.register.state.cases) == 1
