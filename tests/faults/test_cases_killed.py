"""A server is killed with SIGKILL between any two steps of a case: afterwards ticket and case agree."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence

import pytest

from queue_server.desk.hall import Hall
from tests.desk.live_hall import live
from tests.desk.test_opening_cases import agrees, followed
from tests.faults.dying import first_case, hand_out
from tests.waiting import wait_until

ACCEPTING = 5
"""A matter, its case, a matter, its case, the end."""
APPENDS = ACCEPTING + 7
"""Taken, ready; a ticket for it, called, started; handed out, the end."""


async def killed(url: str, hall: str, append: int, told: bool) -> None:
    """A server serves the hall's one visitor, dies at an append, and another one takes its place."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.dying", url, hall, str(append), str(int(told))
    )
    assert await process.wait() == -signal.SIGKILL
    async with live(url, hall) as recovered:
        await wait_until(lambda: recovered.day is not None)
        before = agrees(recovered)
        await followed(recovered)
        ticket = recovered.today().state.tickets["t1"]
        assert len(recovered.register.state.cases) == len(ticket.closed) <= 2
        assert ticket.closed or not told, "what was acknowledged is not lost"
        assert before or append in (1, 2, 3, 4), "only a death inside an acceptance leaves anything to do"
        if append > ACCEPTING or (append == ACCEPTING and told):
            await goes_on(recovered)


async def goes_on(hall: Hall) -> None:
    """People go on where the case and its ticket stand: the result goes out once, for one visit more."""
    came, case = hall.today().state.tickets.get("t2"), first_case(hall)
    assert came is None or came.cases == (case.id,)
    assert case.state != "issued" or (came is not None and came.state in ("serving", "ended"))
    await hand_out(hall, "staff:8")
    gone = first_case(hall)
    assert (gone.state, gone.visits) == ("issued", 2)
    assert [step.what for step in gone.steps] == ["opened", "taken", "readied", "issued"]
    assert hall.today().state.tickets["t2"].end == "done"


async def all_of(url: str, hall: str, places: Sequence[tuple[int, bool]]) -> None:
    for append, told in places:
        await killed(url, f"{hall}-{append}-{int(told)}", append, told)


async def test_killed_between_the_ticket_and_its_case_both_agree_afterwards(
    store_url: str, hall_id: str
) -> None:
    await all_of(store_url, hall_id, [(1, True)])


@pytest.mark.faults
async def test_killed_around_every_step_ticket_and_case_agree(store_url: str, hall_id: str) -> None:
    places = [(append, told) for append in range(1, APPENDS + 1) for told in (False, True)]
    await all_of(store_url, hall_id, places)
