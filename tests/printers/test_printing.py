"""Printing over real sockets: what came out, and what the hall is told when nothing did."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zxingcpp
from PIL import Image, ImageOps

from printers.encoding import TextMode
from printers.jobs import IllegalStep, Job, JobState, copy, doubtful, elsewhere, step
from printers.printer import Printer
from printers.spool import HereAndNow, print_slip
from printers.status import State, ask
from printers.transports import LineDown, connected
from printers.virtual import Manner, VirtualPrinter
from tests.printers.conftest import QUICK, PrintOn
from tests.printers.slip_samples import PAGE, SAMPLES, ZH, ZH_KO


@pytest.mark.parametrize("mode", TextMode)
async def test_a_slip_comes_out_cut_and_acknowledged(
    virtual: VirtualPrinter, print_on: PrintOn, mode: TextMode
) -> None:
    outcome = await print_on(ZH, text_mode=mode)
    (slip,) = await virtual.wait_for_slips(1)
    assert outcome.on_paper
    assert outcome.printer_state is State.READY
    assert slip.complete
    with Image.open(slip.path) as paper:
        found = zxingcpp.read_barcodes(ImageOps.expand(paper.convert("L"), 32, 255))
    assert [code.text for code in found] == [PAGE]
    assert virtual.unknown == []
    assert virtual.obeyed_in_data == 0


@pytest.mark.proves("S6")
@pytest.mark.proves("S34")
async def test_number_and_window_are_whole_on_paper(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    await print_on(ZH_KO, text_mode=TextMode.UTF8)
    (slip,) = await virtual.wait_for_slips(1)
    assert "Z10000" in slip.lines
    assert "可办窗口：1、2、100号" in slip.lines
    assert "창구: 1번, 2번, 100번" in slip.lines


async def test_a_process_id_confirms_the_very_job(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    assert (await print_on(ZH, acknowledge="process_id")).on_paper


async def test_a_printer_that_confirms_nothing_leaves_slips_unconfirmed(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    outcome = await print_on(ZH, acknowledge="none")
    assert outcome.job.state is JobState.UNCONFIRMED
    await virtual.wait_for_slips(1)


STOPPED = {
    Manner.OFFLINE: State.OFFLINE,
    Manner.PAPER_OUT: State.PAPER_OUT,
    Manner.COVER_OPEN: State.COVER_OPEN,
    Manner.CUTTER_ERROR: State.CUTTER_ERROR,
}


@pytest.mark.proves("S29")
@pytest.mark.parametrize("manner", STOPPED)
async def test_a_stopped_printer_is_known_at_once_and_gets_no_byte(
    virtual: VirtualPrinter, print_on: PrintOn, manner: Manner
) -> None:
    await virtual.misbehave(manner)
    started = time.monotonic()
    outcome = await print_on(ZH)
    assert time.monotonic() - started < 1.0
    assert (outcome.job.state, outcome.job.sent) == (JobState.FAILED, False)
    assert outcome.job.reason == outcome.printer_state == STOPPED[manner]
    await virtual.misbehave()
    assert len(virtual.slips) == 0, "what failed must not be played back"


@pytest.mark.proves("S29")
async def test_a_refused_connection_is_tried_twice_and_then_told(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    await virtual.misbehave(Manner.REFUSE)
    outcome = await print_on(ZH)
    assert (outcome.job.state, outcome.job.reason, outcome.job.sent) == (
        JobState.FAILED,
        "unreachable",
        False,
    )
    assert outcome.printer_state is State.OFFLINE


@pytest.fixture
def silent_host() -> Iterator[tuple[str, int]]:
    """An address where connecting neither succeeds nor fails: its queue of connections is full."""
    with socket.socket() as listening, contextlib.ExitStack() as waiting:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            knocking = waiting.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(listening.getsockname())
        yield listening.getsockname()


@pytest.mark.proves("S29")
async def test_a_host_that_answers_nothing_times_out(silent_host: tuple[str, int], spool: HereAndNow) -> None:
    printer = Printer("silent", *silent_host, deadlines=QUICK)
    started = time.monotonic()
    outcome = await print_slip(printer, Job("j", "silent", ZH, time.time() + 60), spool, spool)
    assert (outcome.job.reason, outcome.job.sent) == ("unreachable", False)
    assert 2 * QUICK.connect <= time.monotonic() - started < 2.5


@pytest.mark.proves("S29")
async def test_a_mute_printer_prints_unconfirmed_within_its_deadlines(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    await virtual.misbehave(Manner.MUTE)
    outcome = await print_on(ZH)
    assert (outcome.job.state, outcome.job.reason) == (JobState.UNCONFIRMED, "no_answer")
    assert outcome.printer_state is State.UNKNOWN
    assert len(await virtual.wait_for_slips(1)) == 1


@pytest.mark.proves("S29")
@pytest.mark.parametrize("mode", [TextMode.RASTER, TextMode.GB18030])
async def test_paper_that_ends_in_the_middle_is_told_as_such(
    virtual: VirtualPrinter, print_on: PrintOn, mode: TextMode
) -> None:
    await virtual.misbehave(Manner.PAPER_OUT_MID_JOB)
    started = time.monotonic()
    outcome = await print_on(ZH, text_mode=mode)
    assert (outcome.job.state, outcome.job.reason) == (JobState.FAILED, "paper_out")
    assert outcome.job.sent
    assert time.monotonic() - started < 4.0


async def test_a_printer_that_hangs_up_in_the_middle_leaves_a_torn_slip_and_is_not_tried_again(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    virtual.half_at = 12_000
    await virtual.misbehave(Manner.HALF_JOB)
    outcome = await print_on(ZH)
    (slip,) = await virtual.wait_for_slips(1)
    assert not slip.complete
    assert outcome.job.state in (JobState.FAILED, JobState.UNCONFIRMED)
    assert outcome.job.reason == "hung_up"
    assert outcome.job.sent


async def test_low_paper_prints_and_is_told(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    await virtual.misbehave(Manner.PAPER_LOW)
    outcome = await print_on(ZH)
    assert outcome.on_paper
    assert outcome.printer_state is State.PAPER_LOW


async def test_stale_status_blocks_are_neither_status_nor_acknowledgement(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    await virtual.misbehave(Manner.STALE_ASB)
    assert (await print_on(ZH)).printer_state is State.READY
    await virtual.misbehave(Manner.STALE_ASB, Manner.PAPER_OUT_MID_JOB)
    assert (await print_on(ZH, "job-2")).job.reason == "paper_out"


async def test_a_slow_printer_is_waited_for(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    virtual.bytes_per_second = 40_000
    await virtual.misbehave(Manner.SLOW)
    assert (await print_on(ZH)).job.state in (JobState.PRINTED, JobState.UNCONFIRMED)
    assert (await virtual.wait_for_slips(1))[0].complete


@pytest.mark.proves("S30")
async def test_an_old_job_is_never_played_back(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    outcome = await print_on(ZH, expires_in=-1.0)
    assert (outcome.job.state, virtual.received) == (JobState.EXPIRED, 0)


async def test_the_same_job_twice_is_one_slip(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    first, second = await asyncio.gather(print_on(ZH), print_on(ZH))
    await virtual.wait_for_slips(1)
    assert first.on_paper
    assert second.job == first.job
    assert len(virtual.slips) == 1


@pytest.mark.parametrize("state", [JobState.SENDING, JobState.SENT])
async def test_a_job_found_in_the_middle_is_not_sent_again(
    virtual: VirtualPrinter, print_on: PrintOn, spool: HereAndNow, state: JobState
) -> None:
    job = step(
        step(Job("job-1", "hall-1", ZH, time.time() + 60), JobState.CHECKED, 1.0), JobState.SENDING, 1.0
    )
    await spool.save(job if state is JobState.SENDING else step(job, JobState.SENT, 1.0))
    outcome = await print_on(ZH)
    assert (outcome.job.state, outcome.job.reason) == (JobState.UNCONFIRMED, "interrupted")
    assert virtual.received == 0


@pytest.mark.proves("S30")
async def test_the_slip_after_a_doubtful_one_is_marked(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    await virtual.misbehave(Manner.MUTE)
    doubtful = (await print_on(ZH, text_mode=TextMode.GB18030)).job
    await virtual.misbehave()
    second = copy(doubtful, "job-2", "补打", time.time() + 60)
    await print_on(second.slip, second.id, text_mode=TextMode.GB18030)
    slips = await virtual.wait_for_slips(2)
    assert ["补打" in "".join(slip.lines) for slip in slips] == [False, True]


async def test_two_tickets_come_out_one_after_the_other(virtual: VirtualPrinter, print_on: PrintOn) -> None:
    await asyncio.gather(*(print_on(slip, name) for name, slip in SAMPLES.items()))
    slips = await virtual.wait_for_slips(len(SAMPLES))
    assert all(slip.complete for slip in slips)


@pytest.mark.parametrize("manner", STOPPED)
async def test_a_printer_s_state_is_known_without_a_job(virtual: VirtualPrinter, manner: Manner) -> None:
    printer = Printer("hall-1", *virtual.address, deadlines=QUICK)
    assert await ask(printer) is State.READY
    await virtual.misbehave(manner)
    assert await ask(printer) is STOPPED[manner]
    await virtual.misbehave(Manner.REFUSE)
    assert await ask(printer) is State.OFFLINE


async def test_a_stuck_printer_stops_the_writer_at_its_deadline(virtual: VirtualPrinter) -> None:
    await virtual.misbehave(Manner.PAPER_OUT)
    printer = Printer("hall-1", *virtual.address, deadlines=QUICK)
    async with connected(printer) as line:
        with pytest.raises(LineDown, match="took no more bytes"):
            await line.write(bytes(8_000_000))
    assert virtual.received < 100_000


async def test_the_virtual_printer_obeys_a_command_hidden_in_a_picture_and_says_so(
    virtual: VirtualPrinter,
) -> None:
    async with connected(Printer("hall-1", *virtual.address, deadlines=QUICK)) as line:
        await line.write(b"\x1b@\x1dv0\x00\x04\x00\x02\x00" + b"\xff\x10\x04\x01" * 2)
        assert await line.read(1.0) == b"\x12" or virtual.obeyed_in_data
    assert virtual.obeyed_in_data > 0


def test_importing_printers_brings_in_neither_web_framework_nor_store() -> None:
    modules = sorted(
        f"printers.{path.stem}"
        for path in Path("printers").glob("*.py")
        if path.stem not in ("__init__", "pages")
    )
    program = (
        f"import sys, printers, {', '.join(modules)}\n"
        "print([name for name in ('starlette', 'redis', 'queue_server', 'jinja2') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# --- a printer that stops with a slip in it, and one that falls silent ------------------------------


async def test_a_printer_that_gets_paper_in_time_finishes_its_slip_and_nothing_is_printed_again(
    virtual: VirtualPrinter, spool: HereAndNow
) -> None:
    patient = msgspec.structs.replace(QUICK, comeback=20.0, finish=5.0)
    printer = Printer("hall-1", *virtual.address, text_mode=TextMode.GB18030, deadlines=patient)
    told: list[State] = []

    async def tell(state: State) -> None:
        told.append(state)
        if state is State.PAPER_OUT:
            await virtual.misbehave()

    await virtual.misbehave(Manner.PAPER_OUT_MID_JOB)
    outcome = await print_slip(printer, Job("j", "hall-1", ZH, time.time() + 60), spool, spool, tell=tell)
    assert (outcome.job.state, doubtful(outcome.job)) == (JobState.PRINTED, False)
    assert told == [State.READY, State.PAPER_OUT, State.READY]
    (slip,) = virtual.slips
    assert slip.complete


@pytest.mark.proves("S30")
async def test_a_slip_that_was_given_up_does_not_come_out_with_the_next_paper(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    mode = TextMode.GB18030
    await virtual.misbehave(Manner.PAPER_OUT_MID_JOB)
    first = await print_on(ZH, text_mode=mode)
    assert (first.job.state, doubtful(first.job)) == (JobState.FAILED, True)
    await virtual.misbehave()
    assert (await print_on(ZH, "job-2", text_mode=mode)).on_paper
    await virtual.wait_for_slips(1)
    assert [slip.complete for slip in virtual.slips].count(True) == 1


async def test_a_printer_that_falls_silent_is_in_doubt_one_that_never_speaks_is_believed(
    virtual: VirtualPrinter, print_on: PrintOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await virtual.misbehave(Manner.MUTE)
    mute = (await print_on(ZH)).job
    assert (mute.state, mute.reason, doubtful(mute)) == (JobState.UNCONFIRMED, "no_answer", False)
    await virtual.misbehave()
    cannot = (await print_on(ZH, "job-2", acknowledge="none")).job
    assert (cannot.state, cannot.reason, doubtful(cannot)) == (JobState.UNCONFIRMED, "no_answer", False)
    monkeypatch.setattr("printers.spool.STATUS_REQUEST", b"")
    silent = (await print_on(ZH, "job-3")).job
    assert (silent.state, silent.reason, doubtful(silent)) == (JobState.UNCONFIRMED, "fell_silent", True)


@pytest.mark.proves("S29")
@pytest.mark.parametrize("manner", STOPPED)
async def test_what_was_never_begun_may_go_to_another_printer_and_needs_no_mark(
    virtual: VirtualPrinter, print_on: PrintOn, manner: Manner
) -> None:
    await virtual.misbehave(manner)
    failed = (await print_on(ZH)).job
    other = elsewhere(failed, "hall-2")
    assert (other.printer, other.slip.marks, other.state) == ("hall-2", ZH.marks, JobState.QUEUED)
    assert virtual.obeyed_in_data == 0
    begun = step(step(msgspec.structs.replace(other), JobState.CHECKED, 1.0), JobState.SENDING, 1.0)
    with pytest.raises(IllegalStep, match="cannot go to another printer"):
        elsewhere(step(begun, JobState.FAILED, 1.0), "hall-3")
