"""Whatever a printer does, tickets go on, no slip comes twice unmarked, and what is on paper is right."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from printers.virtual import Manner, PrintedSlip, VirtualPrinter
from queue_server.desk.hall import Hall
from queue_server.reactions import following, printer_watch
from queue_server.reactions.addresses import DEADLINES
from queue_server.reactions.printing import Printing
from tests.desk.live_hall import live, opened, take
from tests.reactions.test_following import follower
from tests.reactions.test_printing import URL, native, seen
from tests.waiting import wait_until

PATIENCE = 90.0
NAME = "综合服务窗口\x1b@\x1dV\x00;reboot\x10\x04\x01𠮷䶮"
"""What an old register may still hold: a reset, a cut, a shell's word, a status request, rare characters."""
NUMBERS = ["D001", "D002", "D003"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)
    monkeypatch.setattr(printer_watch, "EVERY", 0.2)


@pytest.mark.timeout(240)
@pytest.mark.proves("S28", "S29", "S35")
@pytest.mark.parametrize("manner", list(Manner))
async def test_tickets_go_on_and_each_slip_comes_once_or_marked_or_not_at_all(
    store_url: str, hall_id: str, tmp_path: Path, manner: Manner
) -> None:
    async with VirtualPrinter(tmp_path) as virtual, live(store_url, hall_id) as hall:
        await opened(hall, replace(native(virtual), name={"zh": NAME}))
        async with follower(
            hall, Printing(hall, URL, deadlines=replace(DEADLINES, finish=4.0, comeback=0.5))
        ):
            await wait_until(lambda: seen(hall) == "ready", PATIENCE)
            virtual.bytes_per_second = 8000
            await virtual.misbehave(manner)
            for _ in range(2):  # each request comes twice
                asked = [hall.ask(take(f"t{n}", key=f"k{n}")) for n in range(3)]
                assert sorted(answer.number for answer in await asyncio.gather(*asked)) == NUMBERS
            assert await hall.look(lambda day: day.line.count("D")) == 3
            await wait_until(lambda: _told(hall, "t0", "t1", "t2"), PATIENCE)
            await virtual.misbehave()
            await wait_until(lambda: seen(hall) == "ready", PATIENCE)
            await hall.ask(take("last"))
            await wait_until(lambda: _on_paper(hall, "last"), PATIENCE)
        whole = [slip for slip in virtual.slips if slip.complete]
        unmarked = Counter(number for slip in whole if not _marked(slip) for number in _numbers(slip))
        assert all(count == 1 for count in unmarked.values()), unmarked
        assert unmarked["D004"] == 1
        assert virtual.unknown == [], "a command that is none of ours reached the printer"
        (last,) = [slip for slip in whole if "D004" in _numbers(slip)]
        assert "不动产交易" in last.lines
        assert "?" not in "".join(last.lines)


def _marked(slip: PrintedSlip) -> bool:
    return "补打" in "".join(slip.lines)


def _numbers(slip: PrintedSlip) -> list[str]:
    return [line for line in slip.lines if line in (*NUMBERS, "D004")]


async def _told(hall: Hall, *tickets: str) -> bool:
    """Whether the log says of each what became of its paper."""
    return await hall.look(lambda day: all(day.tickets[id].paper for id in tickets))


async def _on_paper(hall: Hall, ticket: str) -> bool:
    return await hall.look(lambda day: day.tickets[ticket].paper == "printed")
