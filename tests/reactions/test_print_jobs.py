"""The turn at a printer: a process that slept longer than its turn sends nothing when it wakes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from printers.jobs import Job, JobState, recover, step
from printers.printer import Printer
from printers.spool import print_slip
from printers.virtual import VirtualPrinter
from queue_server.reactions.print_jobs import PrintJobs, TurnLost
from queue_server.store.logs import Store
from queue_server.store.shelf import seize_lease
from tests.printers.conftest import QUICK
from tests.printers.slip_samples import PLAIN


@pytest.mark.proves("S36")
async def test_a_process_that_slept_past_its_turn_finds_out_before_its_slips_first_byte(
    store_url: str, hall_id: str, tmp_path: Path
) -> None:
    store = await Store.connect(store_url)
    sleeper, other = PrintJobs(store, hall_id), PrintJobs(store, hall_id)
    job = Job("t1", "p1", PLAIN, time.time() + 60)
    asleep = step(job, JobState.CHECKED, 0.0)
    async with VirtualPrinter(tmp_path) as virtual, sleeper.hold("p1"):
        await sleeper.save(asleep)
        await _lapse(store, hall_id)
        printed = await print_slip(Printer("p1", *virtual.address, deadlines=QUICK), job, other, other)
        with pytest.raises(TurnLost):
            await sleeper.save(step(asleep, JobState.SENDING, 0.0))
    assert printed.job.state is JobState.PRINTED
    assert len(virtual.slips) == 1
    await store.aclose()


async def test_who_keeps_its_turn_may_send_and_one_without_a_turn_is_not_asked(
    store_url: str, hall_id: str
) -> None:
    store = await Store.connect(store_url)
    jobs = PrintJobs(store, hall_id)
    sending = step(step(Job("t1", "p1", PLAIN, 0.0), JobState.CHECKED, 0.0), JobState.SENDING, 0.0)
    async with jobs.hold("p1"):
        await jobs.save(sending)
    await jobs.save(replace(sending, id="t2"))
    found = await jobs.load("t1")
    assert found is not None
    assert recover(found, 1.0).state is JobState.UNCONFIRMED
    await store.aclose()


async def _lapse(store: Store, hall: str) -> None:
    """The turn runs out, as it does while its process sleeps."""
    await seize_lease(store, hall, "printer:p1", 1)
