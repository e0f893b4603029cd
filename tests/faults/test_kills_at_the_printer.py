"""The server is killed in every state of a print job: the slip comes out once, or once more and marked.

The line to the store withholds the answer to the write that says the state, so that the process is killed
exactly there; then it is started again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from printers.jobs import JobState
from printers.virtual import VirtualPrinter
from queue_server.store.embedded import EmbeddedStore
from tests.faults.processes import ServerProcess, grant_tokens, hall_file
from tests.faults.shaky import Fault, shaky
from tests.waiting import wait_until

HALL = "paper"
PRINTER = """
[[kiosk]]
id = "k1"
printer = "p1"

[[printer]]
id = "p1"
address = "127.0.0.1:{port}"
text_mode = "gb18030"
"""
PATIENCE = 100.0
"""Seconds: a printer stays with the process that died at it for 9 s, and two cores may be shared by many."""

SLIPS = {
    JobState.QUEUED: [False],
    JobState.CHECKED: [False],
    JobState.SENDING: [True],
    JobState.SENT: [False, True],
    JobState.PRINTED: [False],
}
"""Whether each slip that comes out in the end is marked, by the state in which the server is killed."""


class Killed:
    """A hall with one printer, whose server dies when it says a given state of a job."""

    def __init__(self, server: ServerProcess, virtual: VirtualPrinter) -> None:
        self.server = server
        self.virtual = virtual
        self.deadly: bytes | None = None
        self.struck = asyncio.Event()

    def choose(self, question: bytes) -> Fault | None:
        """Withhold the answer to the write that says the deadly state."""
        if self.deadly is None or self.deadly not in question:
            return None
        self.deadly = None
        self.struck.set()
        return Fault.SILENT

    async def take(self) -> dict[str, Any]:
        headers = {"authorization": "Bearer kiosk", "idempotency-key": secrets.token_hex(8)}
        async with httpx.AsyncClient(base_url=self.server.base, timeout=10) as client:
            answer = await client.post(f"/api/halls/{HALL}/tickets", json={"category": "A"}, headers=headers)
        assert answer.status_code == 201, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def see(self, path: str) -> Any:
        async with httpx.AsyncClient(base_url=self.server.base, timeout=10) as client:
            headers = {"authorization": "Bearer manager"}
            return (await client.get(f"/api/halls/{HALL}{path}", headers=headers)).json()

    async def watched(self) -> bool:
        """The printer has been asked how it is, so that what is taken now is printed by this process."""
        state: str = (await self.see("/printers"))["printers"][0]["state"]
        return state == "ready"


@asynccontextmanager
async def killable(folder: Path) -> AsyncIterator[Killed]:
    store = EmbeddedStore(folder / "store")
    async with VirtualPrinter(folder / "slips", name="p1") as virtual:
        file = hall_file(folder, HALL)
        file.write_text(file.read_text() + PRINTER.format(port=virtual.address[1]), encoding="utf-8")
        url = await asyncio.to_thread(store.start)
        try:
            await grant_tokens(url, [HALL])
            async with shaky(url) as line:
                server = ServerProcess("server", line.url, [file], folder)
                site = Killed(server, virtual)
                line.choose = site.choose
                server.start()
                try:
                    await server.ready()
                    await wait_until(site.watched, PATIENCE)
                    yield site
                finally:
                    await asyncio.to_thread(server.kill)
        finally:
            store.stop()


@pytest.mark.timeout(300)
@pytest.mark.proves("S29")
@pytest.mark.proves("S36")
@pytest.mark.parametrize("state", SLIPS, ids=str)
async def test_a_server_that_dies_in_any_state_of_a_job_leaves_one_slip_or_one_more_that_is_marked(
    tmp_path: Path, state: JobState
) -> None:
    async with killable(tmp_path) as site:
        before = await site.take()
        await site.virtual.wait_for_slips(1, PATIENCE)

        async def before_is_noted() -> bool:
            """Its last states are written after its paper has come out: they must not be the deadly ones."""
            paper: str = (await site.see(f"/tickets/{before['ticket']}"))["paper"]
            return paper == "printed"

        await wait_until(before_is_noted, PATIENCE)
        site.deadly = f'"state":"{state.value}"'.encode()
        receipt = await site.take()
        async with asyncio.timeout(PATIENCE):
            await site.struck.wait()
        await asyncio.to_thread(site.server.kill)
        site.server.start()
        await site.server.ready()
        path = f"/tickets/{receipt['ticket']}"

        async def on_paper() -> bool:
            paper = (await site.see(path))["paper"]
            return paper == "printed" and await _marked(site, path) is SLIPS[state][-1]

        await wait_until(on_paper, PATIENCE)
        after = await site.take()
        await site.virtual.wait_for_slips(len(SLIPS[state]) + 2, PATIENCE)
        slips = [s for s in site.virtual.slips if receipt["number"] in s.lines]
        assert ["补打" in "".join(slip.lines) for slip in slips] == SLIPS[state]
        assert all(slip.complete for slip in slips)
        for other in (before, after):
            assert sum(other["number"] in slip.lines for slip in site.virtual.slips) == 1


async def _marked(site: Killed, path: str) -> bool:
    """Whether the newest slip that the log knows of is a marked one."""
    slips = (await site.see("/printers"))["printers"][0]["slips"]
    mine = [slip for slip in slips if path.endswith(slip["ticket"])]
    return bool(mine and mine[0]["marked"])
