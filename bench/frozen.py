"""A board that never reads, among 1,000 that do: how much later the others get a call.

Two halls of one server have 1,000 boards each; one of them has another board that reads nothing. They take
turns. The frozen board is frozen in truth: its buffers are small, it is fed until they are full before
anything is measured, and afterwards it is shown to have got fewer boards than were pushed.
"""

from __future__ import annotations

import socket
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from bench.boards import BOARDS
from bench.clerk import Clerk, call
from bench.figures import Row, ratios, row
from bench.screens import BOARD, Screens, allow_sockets, joined
from bench.server import serving
from queue_server.store.embedded import EmbeddedStore

HALLS = ("reading", "frozen")
FEED = 40
"""Calls before anything is measured: with two boards a call, twice what a frozen board's buffers hold."""
BUFFER = 4096


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
                    closing(joined(served.port, paths[1], {}, BUFFER)) as frozen,
                    closing(Clerk(served, HALLS[0])) as one,
                    closing(Clerk(served, HALLS[1])) as other,
                ):
                    without, with_frozen = _in_turns((one, well), (other, beside), pairs)
                    got, pushed = _boards_in(frozen), 2 * (FEED + pairs)
        finally:
            store.stop()
    if got >= pushed:
        raise RuntimeError(f"the frozen board was not frozen: it got {got} of {pushed} boards")
    return [
        row(
            f"with a frozen board beside {BOARDS:,} ÷ without",
            ratios(with_frozen, without),
            "ratio",
            "<= 1.5",
        ),
        row("  with it", [1000 * x for x in with_frozen], "ms"),
        row("  without", [1000 * x for x in without], "ms"),
    ]


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
