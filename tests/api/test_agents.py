"""Slips come out beside another computer, each once, whatever becomes of the line and of processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from printers.status import State
from printers.virtual import Manner, VirtualPrinter
from queue_server.reactions import following, post, printer_watch
from tests.api.agents import (
    START,
    agent_of,
    all_told,
    at_agent,
    gone,
    here,
    let_in,
    paper_is,
    post_of,
    printing,
    reprints,
    slips_expire,
)
from tests.api.hall import Served, served
from tests.console.relay import Relay, relayed
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    monkeypatch.setattr(printer_watch, "EVERY", 0.1)


@pytest.fixture
async def virtual(tmp_path: Path) -> AsyncIterator[VirtualPrinter]:
    """The printer beside the agent's computer."""
    async with VirtualPrinter(tmp_path / "slips") as printer:
        yield printer


@pytest.fixture
async def hall(store_url: str, hall_id: str) -> AsyncIterator[Served]:
    """A hall whose kiosk's printer is beside an agent, which has its token and is not there yet."""
    async with served(store_url, hall_id, at_agent()) as there:
        await let_in(there)
        async with printing(there):
            yield there


async def test_slips_come_out_beside_the_agent_and_the_log_says_so(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    async with agent_of(hall.base, hall.hall, tmp_path, virtual) as agent:
        await here(hall)
        tickets = [await hall.take() for _ in range(3)]
        for ticket in tickets:
            await paper_is(hall, ticket, "printed")
        await all_told(agent)
    assert reprints(virtual) == [False] * 3
    for number in ("D001", "D002", "D003"):
        assert [number in slip.lines for slip in virtual.slips].count(True) == 1


async def test_any_process_prints_and_any_process_delivers(
    store_url: str, hall_id: str, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    async with (
        served(store_url, hall_id, at_agent()) as one,
        served(store_url, hall_id, at_agent()) as two,
        printing(one),
    ):
        await let_in(two)
        async with agent_of(two.base, hall_id, tmp_path, virtual):
            await here(one)
            tickets = [await where.take() for where in (one, two, one, two)]
            for ticket in tickets:
                await paper_is(one, ticket, "printed")
                await paper_is(two, ticket, "printed")
    assert reprints(virtual) == [False] * 4


# --- the line ---------------------------------------------------------------------------------


class Cutting(Relay):
    """A stretch of network that is cut once, when the hall says certain words: before or after them."""

    def __init__(self, target: int, at: bytes, after: bool) -> None:
        super().__init__(target)
        self.cuts = 0
        self._at = at
        self._after = after

    async def _back(
        self, away: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        seen = b""
        while piece := await away.read(65536):
            seen = (seen + piece)[-100_000:]
            found = not self.cuts and self._at in seen
            if not found or self._after:
                writer.write(piece)
                await writer.drain()
            if found:
                self.cuts += 1
                self.cut()
                break


@asynccontextmanager
async def cutting(base: str, at: bytes, after: bool) -> AsyncIterator[Cutting]:
    """Such a stretch to a server, while the block runs."""
    relay = Cutting(int(base.rpartition(":")[2]), at, after)
    listening = await asyncio.start_server(relay.carry, "127.0.0.1", 0)
    relay.base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        listening.close()
        await relay.finish()
        await listening.wait_closed()


@pytest.mark.proves("S29")
@pytest.mark.parametrize(
    ("at", "after"),
    [(b'"type":"print"', False), (b'"type":"print"', True), (b'"type":"noted"', False)],
    ids=["the slip is on its way", "the agent just has it", "its end is not noted yet"],
)
async def test_a_line_cut_at_any_moment_costs_no_slip_and_prints_none_twice(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter, at: bytes, after: bool
) -> None:
    async with (
        cutting(hall.base, at, after) as relay,
        agent_of(relay.base, hall.hall, tmp_path, virtual) as agent,
    ):
        await here(hall)
        ticket = await hall.take()
        await wait_until(lambda: relay.cuts == 1, START)
        await gone(hall)
        relay.mend()
        await paper_is(hall, ticket, "printed")
        await all_told(agent)
    assert reprints(virtual) == [False]


async def test_a_slip_taken_while_the_line_is_down_for_a_moment_comes_out_when_it_is_back(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    async with relayed(hall.base) as relay, agent_of(relay.base, hall.hall, tmp_path, virtual):
        await here(hall)
        relay.cut()
        await gone(hall)
        ticket = await hall.take()
        relay.mend()
        await paper_is(hall, ticket, "printed")
    assert reprints(virtual) == [False]


async def test_a_line_that_breaks_while_the_slip_prints_changes_nothing(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    virtual.bytes_per_second = 400
    await virtual.misbehave(Manner.SLOW)
    async with relayed(hall.base) as relay, agent_of(relay.base, hall.hall, tmp_path, virtual) as agent:
        await here(hall)
        ticket = await hall.take()
        await wait_until(lambda: virtual.received > 150, START)
        relay.cut()
        await virtual.misbehave()
        await virtual.wait_for_slips(1, START)
        relay.mend()
        await all_told(agent)
        await wait_until(lambda: hall.day.tickets[ticket].paper in ("printed", "unconfirmed"), START)
    assert reprints(virtual) == [False]


# --- an agent that is not there ----------------------------------------------------------------


@pytest.mark.proves("S29")
async def test_without_its_agent_a_printer_is_offline_and_the_slip_is_given_back(
    hall: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    monkeypatch.setattr(post, "GONE", 0.2)
    there = post_of(hall)
    assert await there.printer_states(hall.day.plan) == {"p1": State.OFFLINE}
    await paper_is(hall, await hall.take(), "failed")
    monkeypatch.setattr(post, "GONE", START)
    async with agent_of(hall.base, hall.hall, tmp_path, virtual):
        await here(hall)
        await paper_is(hall, await hall.take(), "printed")
        assert await there.printer_states(hall.day.plan) == {"p1": State.READY}
    assert ["D002" in slip.lines for slip in virtual.slips] == [True], "what was given back was played back"


@pytest.mark.proves("S30")
async def test_a_slip_that_waited_too_long_for_its_agent_is_never_printed(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    await slips_expire(hall, 0)
    await paper_is(hall, await hall.take(), "expired")
    await slips_expire(hall, 300_000)
    async with agent_of(hall.base, hall.hall, tmp_path, virtual):
        await here(hall)
        await paper_is(hall, await hall.take(), "printed")
    assert ["D002" in slip.lines for slip in virtual.slips] == [True]


@pytest.mark.proves("S29")
@pytest.mark.parametrize(
    ("manner", "state"),
    [
        (Manner.PAPER_OUT, State.PAPER_OUT),
        (Manner.COVER_OPEN, State.COVER_OPEN),
        (Manner.REFUSE, State.OFFLINE),
    ],
)
async def test_how_a_printer_is_comes_to_the_hall_before_anyone_touches_a_button(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter, manner: Manner, state: State
) -> None:
    there = post_of(hall)

    async def is_so() -> bool:
        return await there.printer_states(hall.day.plan) == {"p1": state}

    async with agent_of(hall.base, hall.hall, tmp_path, virtual):
        await here(hall)
        await wait_until(lambda: noted(hall) == State.READY, START)
        await virtual.misbehave(manner)
        await wait_until(is_so, START)
        await wait_until(lambda: noted(hall) == state, START)
        (seen,) = (await hall.get("floor", "/printers")).json()["printers"]
        assert (seen["state"], seen["can_print"]) == (state, False)
        (device,) = (d for d in (await hall.get("manager", "/devices")).json()["devices"] if d["id"] == "p1")
        assert (device["kind"], device["state"], device["trouble"]) == ("printer", "gone", state)
        (paper,) = {p["can_print"] for p in (await hall.get("", "/menu")).json()["papers"]}
        assert not paper
        await paper_is(hall, await hall.take(), "failed")
        await virtual.misbehave()
        await wait_until(lambda: noted(hall) == State.READY, START)
    await wait_until(lambda: noted(hall) == State.OFFLINE, START)
    assert not virtual.slips


def noted(hall: Served) -> str:
    """How the hall's log says that the printer beside the agent is."""
    found = hall.day.printers.get("p1")
    return found.state if found else ""


async def test_a_checklist_comes_out_beside_the_agent_once_however_often_it_is_asked_for(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    async with agent_of(hall.base, hall.hall, tmp_path, virtual) as agent:
        await here(hall)
        asked = [await hall.post("kiosk", "checklists", {"matters": ["D01"]}, "one") for _ in range(2)]
        assert [(answer.status_code, answer.json()["paper"]) for answer in asked] == [(200, "printed")] * 2
        await all_told(agent)
        again = await hall.post("kiosk", "checklists", {"matters": ["D01"]}, "other")
        assert again.json()["paper"] == "printed"
    assert ["材料清单" in "".join(slip.lines) for slip in virtual.slips] == [True, True]


async def test_an_agent_that_comes_back_too_late_still_tells_what_became_of_its_slip(
    hall: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    await slips_expire(hall, 6000)
    monkeypatch.setattr(post, "AT_WORK", 0.0)
    async with (
        cutting(hall.base, b'"type":"print"', True) as relay,
        agent_of(relay.base, hall.hall, tmp_path, virtual),
    ):
        await here(hall)
        ticket = await hall.take()
        await virtual.wait_for_slips(1, START)
        await paper_is(hall, ticket, "unconfirmed")
        relay.mend()
        await paper_is(hall, ticket, "printed")
    assert reprints(virtual) == [False]
