"""The printer runs out of paper: the ticket is whole, the screen shows it, staff know."""

from __future__ import annotations

from pathlib import Path

import pytest

from printers.virtual import Manner, VirtualPrinter
from queue_server.reactions.printing import Printing
from tests.api.hall import demo_with
from tests.reactions.test_following import follower
from tests.story.hall import Hall, Said, a_hall
from tests.waiting import wait_until


async def paper_of(hall: Hall, receipt: Said) -> str:
    paper: str = (await hall.ticket(receipt))["paper"]
    return paper


@pytest.mark.proves("S29")
async def test_without_paper_there_is_still_one_ticket_and_the_clerk_never_needs_the_slip(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path) as printer:
        plan = demo_with(f"127.0.0.1:{printer.address[1]}")
        async with a_hall(store_url, hall_id, plan) as hall:
            live = hall.there.site.halls[hall_id]
            async with follower(live, Printing(live, "http://hall.test")) as printing:
                await wait_until(lambda: printing.acting)
                with_paper = await hall.visitor_takes("D")
                await wait_until(lambda: _is(hall, with_paper, "printed"), timeout=30)
                await printer.misbehave(Manner.PAPER_OUT)
                without = await hall.visitor_takes("D")
                assert (without["number"], len(without["code"])) == ("D002", 5)
                await wait_until(lambda: _is(hall, without, "failed"), timeout=30)
                clerk = await hall.clerk_sits_at(8)
                first = await clerk.calls_next()
                await clerk.does("start", first)
                await clerk.does("finish", first)
                assert (await clerk.calls_next())["number"] == "D002"
        assert len(printer.slips) == 1


async def _is(hall: Hall, receipt: Said, paper: str) -> bool:
    return await paper_of(hall, receipt) == paper
