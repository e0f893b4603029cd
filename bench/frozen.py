"""Ten boards that never read and ten on a slow link, among 1,000: how much later the others get a call.

Two halls of one server have 1,000 boards each; one of them has ten more that read nothing and ten that read
a few kilobytes a second. They take turns. The frozen boards are frozen in truth: their buffers are small,
they are fed until these are full before anything is measured, and afterwards they are shown to have got fewer
boards than were pushed. What the server's memory grew by meanwhile is a row of its own.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bench.boards import BOARDS
from bench.clerk import Clerk, call
from bench.cores import resident
from bench.figures import Row, ratios, row
from bench.screens import BOARD, Screens, allow_sockets, joined
from bench.server import serving
from queue_server.store.embedded import EmbeddedStore

HALLS = ("reading", "frozen")
FEED = 40
"""Calls before anything is measured: with two boards a call, twice what a frozen board's buffers hold."""
BUFFER = 4096
BAD = 10
"""Boards that never read, and as many on a slow link."""
PIECE, PAUSE = 512, 0.1
"""Bytes that a slow board reads, and the seconds until it reads again: 40 kbit/s."""


def measure(pairs: int = 25) -> list[Row]:
    """Call in both halls in turns; the store's directory is on disk, under build/."""
    allow_sockets()
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            with serving(store.start(), *HALLS) as served:
                paths = [f"/api/halls/{hall}/board/live" for hall in HALLS]
                with (
                    Screens(served.port, paths[0], BOARDS) as well,
                    Screens(served.port, paths[1], BOARDS) as beside,
                    _bad(served.port, paths[1]) as frozen,
                    closing(Clerk(served, HALLS[0])) as one,
                    closing(Clerk(served, HALLS[1])) as other,
                ):
                    before = resident(served.pid)
                    without, with_frozen = _in_turns((one, well), (other, beside), pairs)
                    grown = (resident(served.pid) - before) / 2**20
                    got, pushed = max(_boards_in(one) for one in frozen), 2 * (FEED + pairs)
        finally:
            store.stop()
    if got >= pushed:
        raise RuntimeError(f"a frozen board was not frozen: it got {got} of {pushed} boards")
    return [
        row(
            f"with {BAD} frozen and {BAD} slow boards beside {BOARDS:,} ÷ without",
            ratios(with_frozen, without),
            "ratio",
            "<= 1.5",
        ),
        row("  with them", [1000 * x for x in with_frozen], "ms"),
        row("  without", [1000 * x for x in without], "ms"),
        row("  the server's memory grew meanwhile by", [grown], "MiB"),
    ]


@contextmanager
def _bad(port: int, path: str) -> Iterator[list[socket.socket]]:
    """Boards that never read, which are given, and boards that read slowly, while the block runs."""
    frozen = [joined(port, path, {}, BUFFER) for _ in range(BAD)]
    slow = [joined(port, path, {}, BUFFER) for _ in range(BAD)]
    over = threading.Event()
    reading = threading.Thread(target=_trickle, args=(slow, over), daemon=True)
    reading.start()
    try:
        yield frozen
    finally:
        over.set()
        reading.join()
        for one in (*frozen, *slow):
            one.close()


def _trickle(slow: list[socket.socket], over: threading.Event) -> None:
    for one in slow:
        one.setblocking(False)
    while not over.wait(PAUSE):
        for one in slow:
            with suppress(BlockingIOError, ConnectionError):  # nothing new, or the server has had enough
                one.recv(PIECE)


def _in_turns(
    without: tuple[Clerk, Screens], beside: tuple[Clerk, Screens], pairs: int
) -> tuple[list[float], list[float]]:
    both = (without, beside)
    for _, boards in both:
        boards.gather()
    for _ in range(FEED):  # in turns, too: the server hangs up on a clerk who is idle for 5 s
        for clerk, boards in both:
            clerk.takes_a_ticket()
            call(clerk, boards)
    for _ in range(pairs):
        for clerk, _boards in both:
            clerk.takes_a_ticket()
    found: tuple[list[float], list[float]] = ([], [])
    for n in range(pairs):
        for place in (0, 1) if n % 2 else (1, 0):
            found[place].append(call(*both[place]))
    return found


def _boards_in(frozen: socket.socket) -> int:
    """How many boards are in the buffers of a socket that has read nothing."""
    frozen.settimeout(0.5)
    content = b""
    with suppress(TimeoutError):
        while piece := frozen.recv(65536):
            content += piece
    return content.count(BOARD)
