"""Answers that get lost and appends that land late: one answer, no second ticket, no ghost (S31)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from queue_server.desk.line import Line
from queue_server.desk.scribes import DayScribe
from queue_server.hall import commands as do
from queue_server.hall.commands import Ask
from queue_server.hall.day import Day
from queue_server.hall.plan import plan_hash
from queue_server.hall.refusals import NotNow
from queue_server.store import keys
from queue_server.store.logs import Store
from tests.faults.shaky import Fault, Shaky, shaky
from tests.hall.floor import DATE, a_hall, clock
from tests.store_server import running_store
from tests.waiting import wait_until

PLAN = a_hall({1: "A"})
NINE = clock("09:00")


@asynccontextmanager
async def a_desk(url: str, hall: str, deadline: float = 3.0) -> AsyncIterator[tuple[Line[Day], Shaky]]:
    """A day that is open at one desk, over a line that can be shaken."""
    async with shaky(url) as line, aclosing(await Store.connect(line.url, deadline=deadline)) as store:
        desk = Line(store, keys.day(hall, DATE), lambda: Day(PLAN, DATE), DayScribe())
        running = asyncio.create_task(desk.run())
        try:
            await desk.ask(Ask(at=NINE, by="time", command=do.OpenDay(date=DATE, plan=plan_hash(PLAN))))
            yield desk, line
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def take(ticket: str) -> Ask:
    command = do.TakeTicket(ticket=ticket, category="A")
    return Ask(at=NINE, by="device:k1", command=command, key=ticket, digest=ticket)


@pytest.mark.proves("S31")
@pytest.mark.parametrize("fault", [Fault.UNSENT, Fault.CUT, Fault.HALF, Fault.SILENT, Fault.LATE])
async def test_a_ticket_whose_append_is_lost_or_late_is_answered_once_and_exists_once(
    store_url: str, hall_id: str, fault: Fault
) -> None:
    async with a_desk(store_url, hall_id, deadline=0.3) as (desk, line):
        line.next(fault)
        assert (await desk.ask(take("a"))).number == "A001"
        assert line.done[fault] == 1
        if fault is Fault.LATE:
            await wait_until(lambda: line.delivered == 1)
        assert (await desk.ask(take("b"))).number == "A002"
        assert (await desk.store.tail(desk.name)).seq == 3, "the opening and two tickets"


@pytest.mark.proves("S31")
async def test_a_refusal_of_the_repeat_is_no_answer_while_the_first_append_may_still_land(
    hall_id: str,
) -> None:
    with running_store() as url:
        async with a_desk(url, hall_id) as (desk, line), aclosing(await Store.connect(url)) as direct:
            line.keep_late = True
            line.next(Fault.LATE)
            await direct.redis.config_set("min-replicas-to-write", 1)
            asked = asyncio.create_task(desk.ask(take("a")))

            async def refused() -> None:
                while "errorstat_NOREPLICAS" not in await direct.about():
                    assert not asked.done(), "the visitor was told no, and the ticket may still come to be"

            await asyncio.wait_for(refused(), 10)
            await direct.redis.config_set("min-replicas-to-write", 0)
            await line.release()
            assert (await asked).number == "A001"
            assert (await direct.tail(desk.name)).seq == 2, "the opening and one ticket"


async def test_a_refusal_that_comes_first_is_the_answer_and_nothing_has_happened(hall_id: str) -> None:
    with running_store() as url:
        async with a_desk(url, hall_id) as (desk, _), aclosing(await Store.connect(url)) as direct:
            await direct.redis.config_set("min-replicas-to-write", 1)
            with pytest.raises(NotNow, match="store_gone"):
                await desk.ask(take("a"))
            await direct.redis.config_set("min-replicas-to-write", 0)
            assert (await desk.ask(take("b"))).number == "A001"
