"""From a call to the last of 1,000 boards, beside the same bytes by `websockets.broadcast()`.

What is compared, so that neither side is favoured:

- One client process holds 1,000 sockets to each server and reads both with the same loop. The clock is
  its own: from sending to the receipt of the last board.
- Both servers have a process of their own on the same core and event loop, without deflate; the one
  that is not measured is idle.
- The hall's time begins when ``POST call-next`` is sent and contains all that a call takes: the request,
  the decision, the append with its fsync, and making the board. The other begins when the board's bytes
  are sent to the broadcaster, and contains reading them.
- The bytes are the whole board as the hall has just pushed it. The two take turns at being first.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.broadcaster import SCREENS, broadcasting
from bench.clerk import Clerk, call
from bench.figures import Row, ratios, row
from bench.screens import Screens, allow_sockets
from bench.server import serving
from queue_server.store.embedded import EmbeddedStore

BOARDS = 1000


def measure(pairs: int = 25) -> list[Row]:
    """Call and broadcast in turns; the store's directory is on disk, under build/."""
    allow_sockets()
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            with serving(store.start()) as served, broadcasting() as port:
                path = f"/api/halls/{served.halls[0]}/board/live"
                with (
                    Screens(served.port, path, BOARDS) as boards,
                    Screens(port, SCREENS, BOARDS) as others,
                    Screens(port, "/control", 1) as control,
                    closing(Clerk(served)) as clerk,
                ):
                    calls, broadcasts = _in_turns(clerk, boards, others, control, pairs)
                    size = len(boards.payload)
        finally:
            store.stop()
    return [
        row(
            f"call to the last of {BOARDS:,} boards ÷ websockets.broadcast()",
            ratios(calls, broadcasts),
            "ratio",
            "<= 1.3",
        ),
        row("  call to the last board", [1000 * x for x in calls], "ms"),
        row("  broadcast to the last", [1000 * x for x in broadcasts], "ms"),
        row("  the board", [size], "bytes"),
    ]


def _in_turns(
    clerk: Clerk, boards: Screens, others: Screens, control: Screens, pairs: int
) -> tuple[list[float], list[float]]:
    calls, broadcasts = [], []
    boards.gather()  # each got one when it joined
    for _ in range(pairs + 2):
        clerk.takes_a_ticket()
    call(clerk, boards)
    _broadcast(boards.payload, others, control)
    for n in range(pairs):
        if n % 2:
            calls.append(call(clerk, boards))
            broadcasts.append(_broadcast(boards.payload, others, control))
        else:
            broadcasts.append(_broadcast(boards.payload, others, control))
            calls.append(call(clerk, boards))
    return calls, broadcasts


def _broadcast(payload: bytes, others: Screens, control: Screens) -> float:
    others.settle()
    began = time.perf_counter()
    control.send(payload)
    return others.gather() - began
