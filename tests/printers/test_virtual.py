"""The virtual printer does what the command reference says that a printer does."""

from __future__ import annotations

import asyncio

import pytest

from printers.encoding import TextMode
from printers.jobs import JobState
from printers.printer import Printer
from printers.received import Fate
from printers.status import AtEnd, Conversation, Listener, State, Unasked, interpret_unasked
from printers.transports import Line, connected
from printers.virtual import Manner, VirtualPrinter
from tests.printers.conftest import QUICK, PrintOn
from tests.printers.slip_samples import PLAIN, ZH
from tests.waiting import wait_until

INIT, CUT, ASK_END = b"\x1b@", b"\x1dV\x00", b"\x1dr\x01"
CLEAR = bytes((0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))

TROUBLES = {
    Manner.OFFLINE: State.OFFLINE,
    Manner.PAPER_LOW: State.PAPER_LOW,
    Manner.PAPER_OUT: State.PAPER_OUT,
    Manner.COVER_OPEN: State.COVER_OPEN,
    Manner.CUTTER_ERROR: State.CUTTER_ERROR,
}


def at(virtual: VirtualPrinter) -> Printer:
    return Printer("p", *virtual.address, deadlines=QUICK)


async def heard(line: Line, count: int) -> list[object]:
    """The next answers of a printer."""
    listener = Listener()
    answers: list[object] = []
    async with asyncio.timeout(5):
        while len(answers) < count:
            answers += listener.hear(await line.read(0.2))
    return answers


@pytest.mark.parametrize("manner", TROUBLES)
async def test_a_host_that_wants_to_be_told_is_told_each_change(
    virtual: VirtualPrinter, manner: Manner
) -> None:
    async with connected(at(virtual)) as line:
        await line.write(INIT + b"\x1da\xff")
        (now,) = await heard(line, 1)
        await virtual.misbehave(manner)
        (then,) = await heard(line, 1)
    assert isinstance(now, Unasked)
    assert isinstance(then, Unasked)
    assert (interpret_unasked(now.block), interpret_unasked(then.block)) == (State.READY, TROUBLES[manner])


async def test_whoever_has_not_asked_is_told_nothing(virtual: VirtualPrinter) -> None:
    async with connected(at(virtual)) as line:
        await virtual.misbehave(Manner.PAPER_OUT)
        assert await line.read(0.05) == b""


async def test_what_was_received_comes_out_when_paper_is_put_in_though_the_host_has_gone(
    virtual: VirtualPrinter,
) -> None:
    await virtual.misbehave(Manner.PAPER_OUT)
    async with connected(at(virtual)) as line:
        await line.write(INIT + b"A001\n" + CUT)
        await wait_until(lambda: virtual.received >= 10)
    assert not virtual.slips
    await virtual.misbehave()
    (slip,) = await virtual.wait_for_slips(1)
    assert (slip.lines, slip.complete) == (("A001",), True)


async def test_a_printer_that_is_told_to_forget_prints_nothing_of_it(virtual: VirtualPrinter) -> None:
    await virtual.misbehave(Manner.PAPER_OUT)
    async with connected(at(virtual)) as line:
        await line.write(INIT + b"A001\n" + CUT)
        await wait_until(lambda: virtual.received >= 10)
    async with connected(at(virtual)) as line:
        await line.write(CLEAR)
        assert await line.read(1.0) == b"\x37\x25\x00"
    await virtual.misbehave()
    async with connected(at(virtual)) as line:
        await line.write(INIT + b"A002\n" + CUT)
    (slip,) = await virtual.wait_for_slips(1)
    assert slip.lines == ("A002",)


async def test_a_drawer_pulse_in_real_time_is_no_text(virtual: VirtualPrinter) -> None:
    async with connected(at(virtual)) as line:
        await line.write(INIT + b"A0" + bytes((0x10, 0x14, 1, 0, 2)) + b"01\n" + CUT)
        (slip,) = await virtual.wait_for_slips(1)
    assert slip.lines == ("A001",)


async def test_the_end_of_a_job_says_that_paper_is_low(virtual: VirtualPrinter) -> None:
    async with connected(at(virtual)) as line:
        await line.write(INIT + ASK_END)
        assert await heard(line, 1) == [AtEnd(0)]
        await virtual.misbehave(Manner.PAPER_LOW)
        await line.write(ASK_END)
        assert await heard(line, 1) == [AtEnd(3)]


async def test_a_question_in_real_time_is_answered_before_what_was_sent_earlier(
    virtual: VirtualPrinter,
) -> None:
    await virtual.misbehave(Manner.COVER_OPEN)
    async with connected(at(virtual)) as line:
        await line.write(INIT + b"A001\n" + CUT + ASK_END)
        assert await Conversation(line).state(1.0) is State.COVER_OPEN
        await virtual.misbehave()
        assert await heard(line, 1) == [AtEnd(0)]


async def test_what_a_host_gave_up_in_the_middle_of_a_picture_never_becomes_text(
    virtual: VirtualPrinter, print_on: PrintOn
) -> None:
    virtual.rows_left = 120
    await virtual.misbehave(Manner.PAPER_OUT_MID_JOB)
    stuck = await print_on(ZH, "1", text_mode=TextMode.RASTER)
    assert (stuck.job.state, stuck.job.reason) == (JobState.FAILED, "paper_out")
    await virtual.misbehave()
    await print_on(PLAIN, "2", text_mode=TextMode.GB18030)
    torn, whole = await virtual.wait_for_slips(2)
    assert (torn.complete, torn.lines) == (False, ())
    assert whole.complete
    assert "D045" in whole.lines
    assert virtual.unknown == []
    assert [job.fate for job in virtual.jobs] == [Fate.FORGOTTEN, Fate.PRINTED]
