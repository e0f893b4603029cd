"""Who may be an agent, who may not, and what becomes of an agent or a hall that talks rubbish."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from printers.agent import words
from printers.agent.spool import DiskSpool
from printers.jobs import Job
from printers.printer import Printer
from printers.status import State
from printers.virtual import VirtualPrinter
from queue_server.access.principals import token_hash
from queue_server.hall.commands import Ask
from queue_server.hall.register import RevokeToken
from queue_server.reactions import following
from tests.api.agents import (
    NAME,
    START,
    TOKEN,
    agent_of,
    at_agent,
    here,
    let_in,
    paper_is,
    post_of,
    printing,
    reprints,
)
from tests.api.hall import TOKENS, Served, served
from tests.printers.slip_samples import ZH
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)
HERE = words.said(words.Here({"p1": State.READY}))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AGAIN", 0.05)


@pytest.fixture
async def virtual(tmp_path: Path) -> AsyncIterator[VirtualPrinter]:
    async with VirtualPrinter(tmp_path / "slips") as printer:
        yield printer


@pytest.fixture
async def hall(store_url: str, hall_id: str) -> AsyncIterator[Served]:
    async with served(store_url, hall_id, at_agent()) as there:
        await let_in(there)
        yield there


def line(hall: Served, token: str = TOKEN, name: str = NAME, **headers: str) -> connect:
    """An agent's line as anybody could open one."""
    given = {words.SPOOL: uuid.uuid4().hex} | {name.replace("_", "-"): told for name, told in headers.items()}
    if token:
        given["authorization"] = f"Bearer {token}"
    return connect(f"{hall.sockets}/agents/{name}/live", additional_headers=given, proxy=None)


async def refusal(hall: Served, token: str = TOKEN, name: str = NAME, **headers: str) -> tuple[int, str]:
    """The status and code with which a line is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with line(hall, token, name, **headers):
            pass
    response = refused.value.response
    return response.status_code, msgspec.json.decode(response.body)["code"]


async def closing(socket: ClientConnection) -> int:
    """The code with which the hall ends a line."""
    with pytest.raises(ConnectionClosed) as end:
        await _hears_to_the_end(socket)
    assert end.value.rcvd is not None
    return end.value.rcvd.code


async def _hears_to_the_end(socket: ClientConnection) -> None:
    async with asyncio.timeout(START):
        while True:
            await socket.recv()


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.proves("S18")
async def test_nobody_but_the_agent_itself_gets_its_slips(hall: Served) -> None:
    await let_in(hall, "pc2", "other-token")
    assert await refusal(hall, "") == (401, "no_token")
    assert await refusal(hall, "no such token") == (401, "bad_token")
    assert await refusal(hall, "other-token") == (403, "not_allowed")
    for who in TOKENS:
        assert await refusal(hall, who) == (403, "not_allowed"), who
    assert await refusal(hall, hall.holder(await hall.take())) == (403, "not_allowed")


async def test_an_agent_may_nothing_but_print(hall: Served) -> None:
    assert (await hall.post(TOKEN, "tickets", {"category": "D"})).status_code == 403
    assert (await hall.get(TOKEN, "/health")).status_code == 403
    assert (await hall.get(TOKEN, "/windows/8")).status_code == 403


async def test_an_agent_without_a_spool_is_told_what_it_lacks(hall: Served) -> None:
    assert await refusal(hall, x_yichuang_spool="mine") == (400, "no_spool")


async def test_an_agent_of_an_unknown_hall_or_without_a_socket_is_told_so(hall: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{hall.sockets}x/agents/{NAME}/live", proxy=None):
            pass
    assert refused.value.response.status_code == 404
    plain: httpx.Response = await hall.get(TOKEN, f"/agents/{NAME}/live")
    assert plain.status_code == 426


async def test_a_token_taken_back_ends_the_line_at_the_next_sign_of_life(hall: Served) -> None:
    live = hall.site.halls[hall.hall]
    async with line(hall) as socket:
        await socket.send(HERE)
        await here(hall)
        await live.register.ask(Ask(at=live.clock(), by="system", command=RevokeToken(token_hash(TOKEN))))
        await socket.send(HERE)
        assert await closing(socket) == words.NO_TOKEN
    assert await refusal(hall) == (401, "bad_token")


# --- two of one name ------------------------------------------------------------------------------


async def test_a_second_agent_of_the_same_name_is_refused_until_it_takes_over_and_the_first_stays_away(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    async with (
        printing(hall),
        VirtualPrinter(tmp_path / "old-slips") as old_printer,
        agent_of(hall.base, hall.hall, tmp_path / "old", old_printer) as old,
    ):
        await here(hall, old.spool.id)
        assert await refusal(hall) == (409, "agent_here")
        with capture_logs() as logs:
            async with agent_of(hall.base, hall.hall, tmp_path / "new", virtual, take_over=True) as new:
                await here(hall, new.spool.id)
                await wait_until(lambda: _refused_for_good(logs), START)
                await paper_is(hall, await hall.take(), "printed")
                await here(hall, new.spool.id)
            # Whose place was taken gets it back only when it is free.
            await here(hall, old.spool.id)
    assert (len(old_printer.slips), len(virtual.slips)) == (0, 1)


def _refused_for_good(logs: Sequence[Mapping[str, Any]]) -> bool:
    whys = [str(entry.get("why")) for entry in logs if entry["event"] == "hall not reached"]
    return any("another agent has taken this place" in why for why in whys) and any(
        "agent_here" in why for why in whys
    )


async def test_a_line_that_froze_is_no_other_agent(hall: Served) -> None:
    spool = uuid.uuid4().hex
    async with line(hall, x_yichuang_spool=spool) as frozen, line(hall, x_yichuang_spool=spool) as fresh:
        await fresh.send(HERE)
        await here(hall, spool)
        await frozen.send(HERE)
        assert await closing(frozen) == words.TAKEN_OVER
        # The new line's place is not taken away by the end of the old one: it ends by itself.
    await wait_until(lambda: _free(hall), START)


async def _free(hall: Served) -> bool:
    return await post_of(hall).seat(NAME) is None


async def test_what_a_lost_spool_may_have_printed_comes_once_more_marked(
    hall: Served, tmp_path: Path, virtual: VirtualPrinter
) -> None:
    async with printing(hall):
        async with line(hall) as doomed:
            await doomed.send(HERE)
            ticket = await hall.take()
            message = words.heard_by_agent(await asyncio.wait_for(doomed.recv(), START))
            assert isinstance(message, words.Print)
            await doomed.send(words.said(words.Kept(message.job.id)))
        async with agent_of(hall.base, hall.hall, tmp_path, virtual):
            await paper_is(hall, ticket, "printed")
    assert reprints(virtual) == [True]


async def test_an_agent_tells_of_nobody_else_s_slips(hall: Served) -> None:
    await let_in(hall, "pc2", "other-token")
    async with printing(hall), line(hall) as mine, line(hall, "other-token", "pc2") as other:
        await mine.send(HERE)
        ticket = await hall.take()
        message = words.heard_by_agent(await asyncio.wait_for(mine.recv(), START))
        assert isinstance(message, words.Print)
        lie = words.said(words.Ended(message.job.id, "failed", "unreachable"))
        await other.send(lie)
        assert words.heard_by_agent(await asyncio.wait_for(other.recv(), START)) == words.Noted(
            message.job.id
        )
        await mine.send(words.said(words.Ended(message.job.id, "printed", "", True)))
        await paper_is(hall, ticket, "printed")
    assert hall.day.tickets[ticket].paper == "printed"


# --- rubbish ------------------------------------------------------------------------------------

RUBBISH: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "{",
    "another message": '{"type":"print"}',
    "an unknown state": '{"type":"here","printers":{"p1":"on fire"}}',
    "no end": '{"type":"ended","job":"x","state":"queued"}',
    "bytes": b"\x00\xff" * 100,
    "deep": "[" * 60_000,
    "too long": '{"type":"kept","job":"' + "x" * 20_000 + '"}',
}


@pytest.mark.proves("S39")
@pytest.mark.parametrize("name", RUBBISH)
async def test_rubbish_from_an_agent_ends_its_line_and_nothing_else(hall: Served, name: str) -> None:
    async with line(hall) as socket:
        await socket.send(HERE)
        await socket.send(RUBBISH[name])
        assert await closing(socket) == words.UNREADABLE
    await wait_until(lambda: _free(hall), START)
    assert (await hall.get("")).status_code == 200
    async with line(hall) as again:
        await again.send(HERE)
        await here(hall)


@pytest.mark.proves("S39")
@pytest.mark.parametrize("rubbish", ["", "{", '{"type":"print","job":{}}', '{"type":"here"}', b"\x00\xff"])
async def test_rubbish_from_a_hall_does_not_stop_an_agent(
    tmp_path: Path, virtual: VirtualPrinter, rubbish: str | bytes
) -> None:
    lines = 0

    async def a_hall(socket: ServerConnection) -> None:
        nonlocal lines
        lines += 1
        if lines < 3:
            await socket.send(rubbish)
            await socket.wait_closed()
            return
        job = Job("job-1", "p1", ZH, expires=0.0)
        await socket.send(words.said(words.Print(job, Printer("p1"), 60.0)))
        async for raw in socket:
            if isinstance(heard := words.heard_by_hall(raw), words.Ended):
                await socket.send(words.said(words.Noted(heard.job)))

    async with serve(a_hall, "127.0.0.1", 0) as there:
        port = there.sockets[0].getsockname()[1]
        async with agent_of(f"http://127.0.0.1:{port}", "town", tmp_path, virtual) as agent:
            await virtual.wait_for_slips(1, START)
            await wait_until(lambda: _told(agent.spool), START)
    assert lines == 3


async def _told(spool: DiskSpool) -> bool:
    return not await spool.unfinished() and not await spool.untold()
