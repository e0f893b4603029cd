"""Slips of a hall: each comes out once, whoever dies meanwhile, and what became of it is in the log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from printers.virtual import Manner, VirtualPrinter
from queue_server.demo import demo_plan
from queue_server.desk.hall import Hall
from queue_server.hall.plan import Plan
from queue_server.reactions import following
from queue_server.reactions.following import Following
from queue_server.reactions.printing import Printing
from tests.desk.live_hall import NOON, live, opened, take
from tests.reactions.test_following import follower
from tests.waiting import wait_until

URL = "https://hall.test"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)


def printing(hall: Hall) -> Printing:
    return Printing(hall, URL)


async def papers(hall: Hall) -> list[str]:
    return await hall.look(lambda day: [t.paper for t in day.tickets.values()])


async def test_two_processes_print_each_slip_once_and_the_log_says_so(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path, name="k1") as virtual,
        live(store_url, hall_id) as one,
        live(store_url, hall_id) as two,
    ):
        await opened(one, demo_plan(NOON, f"127.0.0.1:{virtual.address[1]}"))
        await wait_until(lambda: two.day is not None)
        async with follower(one, printing(one)), follower(two, printing(two)):
            await asyncio.gather(*(_acting(one), _acting(two)))
            await asyncio.gather(*((one, two)[i % 2].ask(take(f"t{i}")) for i in range(6)))
            await wait_until(lambda: _all_on_paper(one, 6), timeout=30)
        assert len(virtual.slips) == 6


@pytest.mark.proves("S40")
async def test_a_retried_command_prints_one_slip_whichever_process_it_reaches(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with (
        VirtualPrinter(tmp_path, name="k1") as virtual,
        live(store_url, hall_id) as one,
        live(store_url, hall_id) as two,
    ):
        await opened(one, native(virtual))
        await wait_until(lambda: two.day is not None)
        async with follower(one, printing(one)), follower(two, printing(two)):
            await _acting(one)
            retried = [h.ask(take(f"t{i}", key="k")) for i, h in enumerate((one, two, one))]
            assert {a.number for a in await asyncio.gather(*retried)} == {"D001"}
            await one.ask(take("last"))
            await wait_until(lambda: _all_on_paper(one, 2), timeout=30)
        assert ["D001" in slip.lines for slip in virtual.slips] == [True, False]


async def _acting(hall: Hall) -> None:
    """The follower has begun: what comes from now on is printed."""
    await wait_until(lambda: _has_begun(hall))


async def _has_begun(hall: Hall) -> bool:
    return await hall.store.cursor(hall.id, "printing") != ""


async def _all_on_paper(hall: Hall, count: int) -> bool:
    return await papers(hall) == ["printed"] * count


@pytest.mark.proves("S29")
async def test_without_paper_the_ticket_exists_once_and_staff_see_why_there_is_no_slip(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path, name="k1") as virtual, live(store_url, hall_id) as hall:
        await virtual.misbehave(Manner.PAPER_OUT)
        await opened(hall, native(virtual))
        async with follower(hall, printing(hall)):
            await _acting(hall)
            assert (await hall.ask(take("a"))).number == "D001"
            await wait_until(lambda: _paper_is(hall, "failed"), timeout=30)
            assert await hall.look(lambda day: day.line.count("D")) == 1
        assert not virtual.slips


async def _paper_is(hall: Hall, paper: str) -> bool:
    return await papers(hall) == [paper]


async def test_a_slip_whose_process_died_in_the_middle_comes_again_only_marked(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    async with VirtualPrinter(tmp_path, name="k1") as virtual, live(store_url, hall_id) as hall:
        await virtual.misbehave(Manner.MUTE)
        await opened(hall, native(virtual))
        running = asyncio.create_task(Following(hall, printing(hall)).run())
        await _acting(hall)
        await hall.ask(take("a"))
        await virtual.wait_for_slips(1, seconds=30)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await virtual.misbehave()
        async with follower(hall, printing(hall)):
            first, again = await virtual.wait_for_slips(2, seconds=30)
            await wait_until(lambda: _paper_is(hall, "printed"), timeout=30)
        assert "补打" not in " ".join(first.lines)
        assert "补打" in " ".join(again.lines)
        assert all("D001" in slip.lines for slip in (first, again))


def native(virtual: VirtualPrinter) -> Plan:
    """The demo hall, its printers that one and sent text, so that a slip's lines can be read back."""
    plan = demo_plan(NOON, f"127.0.0.1:{virtual.address[1]}")
    return replace(plan, printers=tuple(replace(p, text_mode="gb18030") for p in plan.printers))
