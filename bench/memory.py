"""The memory that the server takes for each board that is connected and has nothing to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.cores import resident
from bench.figures import Row, row
from bench.screens import Screens, allow_sockets
from bench.server import serving
from queue_server.store.embedded import EmbeddedStore

BOARDS = 1000


def measure(runs: int = 5) -> list[Row]:
    """Connect the boards to a server that is fresh each time; each has its first board then."""
    allow_sockets()
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-store-", dir=build) as place:
        store = EmbeddedStore(place, fsync="always")
        try:
            url = store.start()
            found = [_each(url) for _ in range(runs)]
        finally:
            store.stop()
    return [row(f"memory for each idle board of {BOARDS:,}", found, "KiB")]


def _each(url: str) -> float:
    """KiB for each board; the first ten pay for what all share, and are not counted."""
    with serving(url) as served:
        path = f"/api/halls/{served.halls[0]}/board/live"
        with Screens(served.port, path, 10) as first:
            first.gather()
            before = resident(served.pid)
            with Screens(served.port, path, BOARDS) as boards:
                boards.gather()
                return (resident(served.pid) - before) / BOARDS / 1024
