"""A printer that listens on loopback, and what a test needs to print on it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from printers.jobs import Job
from printers.printer import Deadlines, Printer
from printers.slip import Slip
from printers.spool import HereAndNow, Outcome, print_slip
from printers.virtual import VirtualPrinter

QUICK = Deadlines(connect=0.5, write=0.5, answer=0.1, finish=0.5, comeback=0.4)
"""Deadlines for tests: a stuck printer shows within about a second."""

PrintOn = Callable[..., Awaitable[Outcome]]


@pytest.fixture
async def virtual(tmp_path: Path) -> AsyncIterator[VirtualPrinter]:
    """A well-behaved printer of 80 mm paper."""
    async with VirtualPrinter(tmp_path / "slips") as printer:
        yield printer


@pytest.fixture
def spool() -> HereAndNow:
    """Jobs and leases of one process."""
    return HereAndNow()


@pytest.fixture
def print_on(virtual: VirtualPrinter, spool: HereAndNow) -> PrintOn:
    """Print a slip on the virtual printer; keywords are those of `Printer`."""

    async def print_it(
        slip: Slip, job_id: str = "job-1", expires_in: float = 60.0, **settings: object
    ) -> Outcome:
        host, port = virtual.address
        printer = Printer("hall-1", host, port, deadlines=QUICK, **settings)  # type: ignore[arg-type]
        job = Job(job_id, printer.name, slip, expires=time.time() + expires_in)
        return await print_slip(printer, job, spool, spool)

    return print_it
