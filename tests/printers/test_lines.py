"""Every way to a printer prints the same slip, hears the same answers, and never waits for ever."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from printers import serial_line, transports, usb_line
from printers.address import Device, Serial, Usb
from printers.compile import compile_slip
from printers.jobs import Job, JobState
from printers.lines import Line, LineDown
from printers.printer import Deadlines, Printer, at_address
from printers.spool import HereAndNow, print_slip
from printers.status import State, ask
from printers.virtual import Manner, VirtualPrinter
from tests.printers.cables import UsbBus, framing, serial_cable, unread_terminal
from tests.printers.slip_samples import ZH
from tests.waiting import wait_until

PATIENT = Deadlines(connect=5.0, write=5.0, answer=1.0, finish=10.0)
SHORT = Deadlines(connect=0.5, write=0.3, answer=0.2, finish=0.5)
KINDS = ("serial", "pyserial", "device file", "usb")


@contextlib.asynccontextmanager
async def cable(
    kind: str, virtual: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Printer]:
    """The virtual printer at the end of a cable of this kind."""
    there = Printer("p1", deadlines=PATIENT)
    if kind == "usb":
        bus = UsbBus(virtual.address)
        plugged_in(bus, monkeypatch)
        yield at_address(there, Usb(0x04B8, 0x0202))
        assert (bus.claimed, bus.driver) == (set(), True), "the printer was not given back to its driver"
        return
    async with serial_cable(virtual.address) as path:
        if kind == "pyserial":
            monkeypatch.setattr(transports, "open_serial", serial_line._opened_by_pyserial)
        yield at_address(there, Device(path) if kind == "device file" else Serial(path))


def plugged_in(bus: UsbBus, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_on_bus(at: Usb, connect: float, write: float) -> Line:
        return await usb_line.open_usb(at, connect, write, backend=bus)

    monkeypatch.setattr(transports, "open_usb", open_on_bus)


async def printed(printer: Printer, job_id: str = "job") -> Job:
    spool = HereAndNow()
    return (await print_slip(printer, Job(job_id, "p1", ZH, time.time() + 60), spool, spool)).job


@pytest.mark.parametrize("kind", KINDS)
async def test_a_slip_is_printed_and_acknowledged_over_any_cable(
    virtual: VirtualPrinter, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async with cable(kind, virtual, monkeypatch) as printer:
        first, second = await printed(printer, "one"), await printed(printer, "two")
        slips = await virtual.wait_for_slips(2, seconds=20)
    assert (first.state, second.state) == (JobState.PRINTED, JobState.PRINTED)
    assert all(slip.complete for slip in slips)
    assert virtual.unknown == []


@pytest.mark.proves("S29")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_printer_without_paper_says_so_over_any_cable_and_gets_no_slip(
    virtual: VirtualPrinter, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    await virtual.misbehave(Manner.PAPER_OUT)
    async with cable(kind, virtual, monkeypatch) as printer:
        assert await ask(printer) is State.PAPER_OUT
        job = await printed(printer)
    assert (job.state, job.reason, job.sent) == (JobState.FAILED, "paper_out", False)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_mute_printer_is_unknown_over_any_cable_within_its_deadline(
    virtual: VirtualPrinter, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    await virtual.misbehave(Manner.MUTE)
    async with cable(kind, virtual, monkeypatch) as printer:
        assert await ask(printer) is State.UNKNOWN


@pytest.mark.parametrize("kind", ["serial", "pyserial", "device file"])
async def test_a_port_that_takes_nothing_stops_the_writer_at_its_deadline_while_the_loop_goes_on(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "pyserial":
        monkeypatch.setattr(transports, "open_serial", serial_line._opened_by_pyserial)
    with unread_terminal() as path:
        stuck = Printer("p1", deadlines=SHORT, line=Device(path) if kind == "device file" else Serial(path))
        turns = asyncio.create_task(_turns())
        async with transports.connected(stuck) as line:
            with pytest.raises(LineDown, match=r"took no more bytes|Write timeout"):
                await line.write(bytes(8_000_000))
        assert turns.cancel(), "the loop did not turn"
        longest = await turns
    assert longest < SHORT.write, f"the loop stood still for {longest:.2f} s"


async def _turns() -> float:
    """The longest time between two turns of the loop, until cancelled."""
    longest, last = 0.0, time.monotonic()
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return longest


async def test_a_serial_port_is_set_up_as_its_address_says() -> None:
    import termios

    with unread_terminal() as path:
        at = Serial(path, baud=9600, bits=7, parity="odd", stop=2, flow="xonxoff")
        line = await serial_line.open_serial(at, 5.0, 0.3)
        fd = line._fd  # type: ignore[attr-defined]
        iflag, oflag, cflag, lflag, speed, *_ = termios.tcgetattr(fd)
        await line.close()
    assert speed == termios.B9600
    assert (oflag, lflag) == (0, 0), "something would interpret the bytes"
    assert cflag & termios.CSTOPB
    assert iflag & termios.IXON
    # A pseudo-terminal has no framing: Linux keeps it at eight bits without parity whatever is asked.
    assert serial_line._raw(at, framing_of_nothing())[2] & (
        termios.PARENB | termios.PARODD | termios.CSIZE
    ) == (termios.PARENB | termios.PARODD | termios.CS7)


def framing_of_nothing() -> list[object]:
    with unread_terminal() as path:
        return framing(path)


async def test_a_serial_port_is_had_by_one_alone() -> None:
    if os.geteuid() == 0:
        with unread_terminal() as path:
            line = await serial_line._opened_by_pyserial(Serial(path), 5.0, 0.3)
            with pytest.raises(LineDown, match="lock"):
                await serial_line._opened_by_pyserial(Serial(path), 5.0, 0.3)
            await line.close()
    else:
        with unread_terminal() as path:
            line = await serial_line.open_serial(Serial(path), 5.0, 0.3)
            with pytest.raises(LineDown, match="busy"):
                await serial_line.open_serial(Serial(path), 5.0, 0.3)
            await line.close()


@pytest.mark.parametrize("at", [Serial("/dev/no-such-port"), Device("/dev/usb/no-such-printer"), Usb(1, 2)])
async def test_what_is_not_plugged_in_is_offline_and_no_file_appears_in_its_place(
    monkeypatch: pytest.MonkeyPatch, at: Serial | Device | Usb
) -> None:
    plugged_in(UsbBus(None), monkeypatch)
    printer = Printer("p1", deadlines=SHORT, line=at)
    assert await ask(printer) is State.OFFLINE
    job = await printed(printer)
    assert (job.state, job.reason, job.sent) == (JobState.FAILED, "unreachable", False)
    assert not exists(at)


def exists(at: Serial | Device | Usb) -> bool:
    return not isinstance(at, Usb) and Path(at.path).exists()


async def test_a_file_collects_the_very_bytes_of_a_slip_unconfirmed(tmp_path: Path) -> None:
    collected = tmp_path / "slips.bin"
    printer = Printer("p1", deadlines=SHORT, acknowledge="none", line=Device(str(collected)))
    assert (await printed(printer, "one")).state is JobState.UNCONFIRMED
    assert compile_slip(ZH).data in collected.read_bytes()


async def test_a_pipe_that_only_takes_gets_the_slip_and_answers_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "printer"
    os.mkfifo(pipe)
    printer = Printer("p1", deadlines=SHORT, line=Device(str(pipe)))
    assert await ask(printer) is State.OFFLINE  # nobody at the other end
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        taking = asyncio.create_task(printed(printer))
        taken = b""

        def more() -> bool:
            nonlocal taken
            with contextlib.suppress(BlockingIOError):
                taken += os.read(reader, 65536)
            return taking.done()

        await wait_until(more, timeout=20)
    finally:
        os.close(reader)
    assert taking.result().state is JobState.UNCONFIRMED
    assert compile_slip(ZH).data in taken


async def test_a_usb_printer_that_is_pulled_out_is_a_line_that_is_down(
    virtual: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = UsbBus(virtual.address)
    plugged_in(bus, monkeypatch)
    async with transports.connected(Printer("p1", deadlines=SHORT, line=Usb(0x04B8, 0x0202))) as line:
        bus.unplugged = True
        with pytest.raises(LineDown, match="No such device"):
            await line.write(b"x")
        with pytest.raises(LineDown, match="hung up"):
            await line.read(0.1)


async def test_a_usb_device_that_is_no_printer_is_left_alone(
    virtual: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = UsbBus(virtual.address)
    bus.printer_class = 3
    with pytest.raises(LineDown, match="no interface of class 7"):
        await usb_line.open_usb(Usb(0x04B8, 0x0202), 5.0, 0.3, backend=bus)
    assert (bus.claimed, bus.driver, virtual.received) == (set(), True, 0)


async def test_a_usb_printer_that_takes_nothing_stops_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    plugged_in(UsbBus(None), monkeypatch)
    async with transports.connected(Printer("p1", deadlines=SHORT, line=Usb(0x04B8, 0x0202))) as line:
        with pytest.raises(LineDown, match=r"timed out|took no more"):
            await line.write(b"x")
