"""A printer that is not there: listens as a network printer does and shows its paper as pictures.

It answers status and end-of-job requests as the ESC/POS reference says, sends Automatic Status Back
to hosts that asked for it, obeys real-time commands wherever they stand in the stream (as real printers
do, inside pictures too), keeps what it received when the host hangs up while it is stopped, and can be
told to misbehave in each of the ways that printers in halls do.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import msgspec

from printers.head import Head
from printers.layout import PAPER_80_MM
from printers.manners import Manner, block, state_of, status, stopped
from printers.received import ENDS, REMEMBERED, Fate, Received
from printers.status import State

RECEIVE_BUFFER = 4096
"""Bytes a printer holds while it cannot print; then it stops taking any (4 KB is Epson's usual size)."""

__all__ = ["Manner", "PrintedSlip", "VirtualPrinter"]

KEPT = 500
"""Slips remembered; the pictures of older ones are removed."""


class PrintedSlip(msgspec.Struct, frozen=True):
    """Paper that came out. `at` is seconds since 1970; `complete` means that it was cut off."""

    at: float
    path: Path
    lines: tuple[str, ...]
    qr: tuple[str, ...]
    complete: bool


class VirtualPrinter:
    """A network printer of `dots` width whose slips land as PNG in a directory.

    `async with VirtualPrinter(directory) as printer:` listens on loopback at
    `printer.address`; `printer.slips` holds what came out, newest last, and `printer.jobs` the last ten
    jobs that came in.
    `unknown` lists commands it did not know and `obeyed_in_data` counts real-time
    commands it saw inside pictures, both of which a well-made job leaves empty.
    """

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        *,
        name: str = "virtual",
        dots: int = PAPER_80_MM,
        encoding: str = "gb18030",
        clock: Callable[[], float] = time.time,
        kept: int = KEPT,
    ) -> None:
        self.name = name
        self.slips: deque[PrintedSlip] = deque(maxlen=kept)
        self.jobs: deque[Received] = deque(maxlen=REMEMBERED)
        self.unknown: list[str] = []
        self.obeyed_in_data = 0
        self.connections = 0
        self.received = 0
        self.bytes_per_second = 2000
        self.half_at = 500
        self.rows_left = 200
        self.manners: frozenset[Manner] = frozenset()
        self.address: tuple[str, int] = ("127.0.0.1", port)
        self._directory = directory
        self._dots = dots
        self._encoding = encoding
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._sessions: dict[_Session, None] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._serial = 0

    async def __aenter__(self) -> VirtualPrinter:
        self._directory.mkdir(parents=True, exist_ok=True)
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hang_up()
        for session in tuple(self._sessions):
            session.abort()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def misbehave(self, *manners: Manner) -> None:
        """Misbehave in these ways from now on, and in no other; none means behave."""
        self.manners = frozenset(manners)
        if Manner.REFUSE in self.manners:
            await self._hang_up()
        elif self._server is None:
            await self._listen()
        for session in tuple(self._sessions):
            await session.go_on()

    async def wait_for_slips(self, count: int, seconds: float = 5.0) -> list[PrintedSlip]:
        """The slips, once there are at least `count`; raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: len(self.slips) >= count)
            return list(self.slips)

    @property
    def stopped(self) -> bool:
        """Whether it holds what it receives instead of printing it."""
        return stopped(self.manners)

    @property
    def state(self) -> State:
        """How a host would find it, were it asked now."""
        return state_of(self.manners)

    def begin_job(self) -> Received:
        """Something to print begins to arrive."""
        job = Received(self._clock())
        self.jobs.append(job)
        return job

    def run_out(self) -> None:
        """The paper ends here."""
        self.manners = self.manners - {Manner.PAPER_OUT_MID_JOB} | {Manner.PAPER_OUT}
        for session in tuple(self._sessions):
            session.tell()

    def forget(self, told: _Session) -> None:
        """Drop everything received and not printed (DLE DC4 8), by whichever connection it came."""
        for session in tuple(self._sessions):
            session.forget(rest=session is not told)

    def new_head(self) -> Head:
        """A print head for one connection."""
        return Head(self._dots, self._encoding)

    async def tear_off(self, head: Head, complete: bool) -> None:
        """Keep what came out as a picture."""
        self._serial += 1
        at = self._clock()
        path = self._directory / f"{int(at * 1000):013d}-{self._serial:05d}.png"
        slip = PrintedSlip(at, path, tuple(head.lines), tuple(head.qr), complete)
        draft = path.with_suffix(".new")
        head.take_slip().save(draft, "PNG")
        draft.replace(path)  # whoever looks into the directory finds whole pictures only
        if len(self.slips) == self.slips.maxlen:
            self.slips[0].path.unlink(missing_ok=True)
        self.slips.append(slip)
        async with self._changed:
            self._changed.notify_all()

    async def _listen(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        listening.bind(self.address)
        self.address = listening.getsockname()
        # The stream's own limit, too: a printer that stopped takes no more than its buffer holds.
        self._server = await asyncio.start_server(self._serve, sock=listening, limit=RECEIVE_BUFFER // 2)

    async def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        session = _Session(self, reader, writer)
        self._sessions[session] = None
        try:
            await session.run()
        finally:
            self._sessions.pop(session, None)
            self._serving.discard(task)
            self.unknown += session.head.unknown


FORGET = bytes((0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))
"""DLE DC4 8 as the reference has it, not as our own sender does."""


def _length(command: bytearray) -> int:
    """How long a real-time command is, by its first three bytes."""
    if command[1] != 0x14:
        return 3
    return {1: 5, 2: 5, 7: 4, 8: 10}.get(command[2], 3)


class _Session:
    """One host's connection: receives, answers at once what is real-time, prints the rest in order."""

    def __init__(
        self, printer: VirtualPrinter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.head = printer.new_head()
        self._printer = printer
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._real_time = bytearray()
        self._room = asyncio.Event()
        self._job: Received | None = None
        self._dead = False
        self._forgotten = False

    async def run(self) -> None:
        if Manner.STALE_ASB in self._printer.manners:
            # The tail of a block whose head was lost, then a block that tells of yesterday's paper end.
            self._say(b"\x00\x0c\x0f" + b"\x18\x00\x0c\x0f")
        with contextlib.suppress(ConnectionError):  # a host that hangs up ends its job, nothing else
            while data := await self._reader.read(256):
                await self._take(data)
        await self._print_the_rest()
        if not self.head.blank:
            await self._printer.tear_off(self.head, complete=False)
            self._became(Fate.TORN)
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _print_the_rest(self) -> None:
        """A host that hangs up does not take back what it sent: it comes out when the printer goes on."""
        while (self._buffer or self.head.cut) and not self._dead:
            self._room.clear()
            self.work()
            await self._cut_slips()
            if self._buffer and not self._dead:
                await self._room.wait()

    def abort(self) -> None:
        """Drop the connection, and what came over it."""
        self._dead = True
        self._became(Fate.DROPPED)
        self._writer.transport.abort()
        self._room.set()

    def forget(self, rest: bool) -> None:
        """Drop what was received and not printed; what is on the paper stays there.

        With `rest` another connection said so: what this one's host gave up is still under way, and is
        no beginning of a command or a line of text when it arrives.
        """
        self._forgotten = self._forgotten or rest
        if self._buffer or self.head.inside_data:
            self._became(Fate.FORGOTTEN)
        self._buffer.clear()
        self.head.forget()
        self._room.set()

    async def go_on(self) -> None:
        """The printer is otherwise than before: say so, and print what can be printed now."""
        self.tell()
        self.work()
        await self._cut_slips()

    def tell(self) -> None:
        """Say how the printer is now, if the host wants to be told (GS a)."""
        if self.head.tells:
            self._say(block(self._printer.manners))

    async def _take(self, data: bytes) -> None:
        self._printer.received += len(data)
        if Manner.SLOW in self._printer.manners:
            await asyncio.sleep(len(data) / self._printer.bytes_per_second)
        for byte in data:
            self._receive(byte)
        self.work()
        await self._cut_slips()
        if Manner.HALF_JOB in self._printer.manners and self._size >= self._printer.half_at:
            self.abort()
        while self._full and not self._writer.is_closing():
            self._room.clear()
            await self._room.wait()

    @property
    def _full(self) -> bool:
        return self._printer.stopped and len(self._buffer) >= RECEIVE_BUFFER

    def _receive(self, byte: int) -> None:
        """Sort real-time commands (DLE …) out of the stream."""
        held = self._real_time
        if not held and byte != 0x10:
            self._keep(byte)
            return
        held.append(byte)
        if len(held) == 1:
            return
        if held[1] not in (0x04, 0x05, 0x14):
            self._give_back()
        elif len(held) >= 3 and len(held) == _length(held):
            self._obey(bytes(held))
            held.clear()

    def _give_back(self) -> None:
        first, *rest = self._real_time
        self._real_time.clear()
        self._keep(first)
        for byte in rest:
            self._receive(byte)

    def _keep(self, byte: int) -> None:
        if self._forgotten:
            return
        if self._job is None:
            self._job = self._printer.begin_job()
        self._job.size += 1
        self._buffer.append(byte)

    @property
    def _size(self) -> int:
        return self._job.size if self._job else 0

    @property
    def _out(self) -> bool:
        """Whether all that came is cut off and lies there."""
        return self._job is not None and self._job.slips > 0 and self.head.blank

    def _became(self, fate: Fate) -> None:
        if self._job is not None and self._job.fate not in ENDS:
            self._job.fate = fate

    def _obey(self, command: bytes) -> None:
        self.work()
        if self.head.inside_data:
            self._printer.obeyed_in_data += 1
        if command[1] == 0x04 and command[2] in (1, 2, 3, 4):
            self._say(status(self._printer.manners, command[2]))
        elif command == FORGET:
            self._printer.forget(self)
            self._say(b"7\x25\x00")

    def work(self) -> None:
        """Print what is held, as far as paper and manners allow."""
        low = {Manner.PAPER_LOW, Manner.PAPER_OUT} & self._printer.manners
        self.head.paper_status = 0x03 if low else 0x00
        while self._buffer and not self._printer.stopped and not self.head.cut:
            self.head.feed(bytes(self._buffer[:64]))
            del self._buffer[:64]
            self._answer()
            if (
                Manner.PAPER_OUT_MID_JOB in self._printer.manners
                and self.head.rows >= self._printer.rows_left
            ):
                self._printer.run_out()
        if not self._printer.stopped:
            self._room.set()
        if self._buffer and self._printer.stopped:
            self._became(Fate.HELD)
        else:
            self._became(Fate.PRINTED if self._out else Fate.COMING)

    async def _cut_slips(self) -> None:
        while self.head.cut:
            await self._printer.tear_off(self.head, complete=True)
            if self._job is not None:
                self._job.slips += 1
            self.head.feed(b"")
            self._answer()
            self.work()

    def _answer(self) -> None:
        while self.head.answers:
            self._say(self.head.answers.pop(0))
        if self.head.wants_telling:
            self.head.wants_telling = False
            self.tell()

    def _say(self, data: bytes) -> None:
        if Manner.MUTE not in self._printer.manners and not self._writer.is_closing():
            self._writer.write(data)
