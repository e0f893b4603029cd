"""The agent's spool outlives its process, forgets what slips said once it may, and is nobody else's."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from printers.address import Network
from printers.agent.agent import Agent
from printers.agent.spool import DiskSpool, SpoolTaken
from printers.agent.words import Print
from printers.jobs import Job, JobState, step
from printers.printer import Printer
from printers.virtual import VirtualPrinter
from tests.printers.conftest import QUICK
from tests.printers.slip_samples import PAGE, ZH
from tests.waiting import wait_until


def a_print(job_id: str = "job-1", expires_in: float = 60.0) -> Print:
    job = Job(job_id, "p1", ZH, time.time() + expires_in)
    return Print(job, Printer("p1", deadlines=QUICK), expires_in)


async def no_hall() -> None:
    """A line to a hall that says nothing."""
    await asyncio.Event().wait()


async def test_a_job_that_was_kept_is_there_for_the_next_process_and_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    async with DiskSpool(path) as spool:
        first = spool.id
        assert await spool.keep(a_print())
        assert not await spool.keep(a_print())
    async with DiskSpool(path) as spool:
        assert spool.id == first
        ((message, _),) = await spool.unfinished()
        assert message.job.slip == ZH
        assert not await spool.keep(a_print())


async def test_a_spool_is_one_process_s_alone(tmp_path: Path) -> None:
    async with DiskSpool(tmp_path / "spool.sqlite"):
        with pytest.raises(SpoolTaken, match="another agent has the spool"):
            async with DiskSpool(tmp_path / "spool.sqlite"):
                pass


async def test_a_damaged_spool_is_set_aside_and_its_successor_has_another_id(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    async with DiskSpool(path) as spool:
        before = spool.id
    path.write_bytes(b"power cut" * 4096)
    async with DiskSpool(path) as spool:
        assert spool.id != before
        assert spool.set_aside is not None
        assert spool.set_aside.read_bytes().startswith(b"power cut")
        assert await spool.keep(a_print())


@pytest.mark.proves("S38")
async def test_what_a_slip_said_is_gone_from_the_disk_once_its_end_is_noted(tmp_path: Path) -> None:
    path, secret = tmp_path / "spool.sqlite", PAGE.encode()
    async with DiskSpool(path) as spool:
        await spool.keep(a_print())
        assert secret in path.read_bytes(), "the search would find nothing anyway"
        job = await spool.load("job-1")
        assert job is not None
        await spool.save(step(job, JobState.FAILED, 1.0, "unreachable"))
        assert [job.id for job in await spool.untold()] == ["job-1"]
        await spool.noted("job-1")
        assert not await spool.untold()
        assert not await spool.keep(a_print()), "it would be printed again"
    assert b"job-1" in path.read_bytes()
    assert secret not in everything_in(tmp_path)


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.mark.proves("S30")
@pytest.mark.parametrize(
    ("expires_in", "back"), [(0.0, 0.0), (7200.0, 3600.0)], ids=["too old", "a clock that went back"]
)
async def test_a_job_whose_age_has_passed_or_cannot_be_told_is_not_printed_at_the_next_start(
    tmp_path: Path, virtual: VirtualPrinter, expires_in: float, back: float
) -> None:
    async with DiskSpool(tmp_path / "spool.sqlite") as spool:
        await spool.keep(a_print(expires_in=expires_in))
    async with DiskSpool(tmp_path / "spool.sqlite") as spool:
        agent = Agent(spool, {"p1": Network(*virtual.address)}, clock=lambda: time.time() - back)
        running = asyncio.create_task(agent.run(no_hall()))
        await wait_until(lambda: _ended(spool), timeout=20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        (job,) = await spool.untold()
    assert (job.state, job.sent) == (JobState.EXPIRED, False)
    assert not virtual.slips


async def _ended(spool: DiskSpool) -> bool:
    return bool(await spool.untold())


async def test_an_agent_asked_to_end_lets_the_slip_under_way_come_out(
    tmp_path: Path, virtual: VirtualPrinter
) -> None:
    async with DiskSpool(tmp_path / "spool.sqlite") as spool:
        await spool.keep(a_print())
        agent = Agent(spool, {"p1": Network(*virtual.address)})
        agent.end()
        await agent.run(no_hall())
        assert [job.state for job in await spool.untold()] == [JobState.PRINTED]
    assert len(virtual.slips) == 1


async def test_a_job_for_a_printer_that_is_not_here_fails_unsent(tmp_path: Path) -> None:
    async with DiskSpool(tmp_path / "spool.sqlite") as spool:
        await spool.keep(a_print())
        agent = Agent(spool, {})
        agent.end()
        await agent.run(no_hall())
        (job,) = await spool.untold()
    assert (job.state, job.reason, job.sent) == (JobState.FAILED, "unreachable", False)
