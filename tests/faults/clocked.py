"""Real server processes whose clocks a test sets: ``yichuang serve`` on a machine with a time of its own.

The process reads how far its clock is off from a file that it shares with the test, at each look at the
clock. Only the wall clock is another one; what only runs forward, and the store's own time, stay real.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from queue_server.config import read_hall
from queue_server.hall.plan import Plan
from queue_server.store.embedded import EmbeddedStore
from tests.faults.processes import ServerProcess

ROOT = Path(__file__).parents[2]
OFF_BY = struct.Struct("<q")
"""Nanoseconds by which the clock is ahead of this machine's, in the shared file."""


class ClockedServer(ServerProcess):
    """One ``yichuang serve`` with a clock of its own, which goes on from where it was set."""

    def __init__(self, name: str, store_url: str, hall_files: Sequence[Path], folder: Path) -> None:
        super().__init__(name, store_url, hall_files, folder)
        self._clock = folder / f"{name}.clock"
        self._clock.write_bytes(OFF_BY.pack(0))

    def words(self) -> list[str]:
        """The command that runs it."""
        run = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.faults import clocked; clocked.main()"
        )
        return [sys.executable, "-c", run, str(self._clock)]

    def now(self) -> int:
        """What its clock says (ms since the epoch)."""
        (off_by,) = OFF_BY.unpack(self._clock.read_bytes())
        return (time.time_ns() + int(off_by)) // 1_000_000

    def set(self, now: int) -> None:
        """Set its clock (ms since the epoch); it goes on from there."""
        with self._clock.open("r+b") as file:
            file.write(OFF_BY.pack(now * 1_000_000 - time.time_ns()))


class Clocked:
    """Three processes with clocks of their own, their store, and halls that nobody has used yet.

    Their clocks only ever move on between tests, because a business date never comes twice.
    """

    def __init__(
        self, store: EmbeddedStore, servers: list[ClockedServer], files: dict[str, Path], unused: list[str]
    ) -> None:
        self.store = store
        self.servers = servers
        self.files = files
        self._unused = unused
        self.count = 0

    @property
    def here(self) -> list[ClockedServer]:
        """The processes that serve in this test."""
        return self.servers[: self.count]

    @property
    def bases(self) -> list[str]:
        """Their addresses."""
        return [server.base for server in self.here]

    def unused_hall(self) -> str:
        """A hall in which nothing has happened yet."""
        return self._unused.pop()

    def plan(self, hall: str) -> Plan:
        """What a hall's file says."""
        return read_hall(self.files[hall])

    def now(self) -> int:
        """What the first clock says (ms since the epoch)."""
        return self.servers[0].now()

    def set(self, now: int) -> None:
        """Set every clock."""
        for server in self.servers:
            server.set(now)

    def kill(self) -> None:
        """End every process as a power cut would."""
        for server in self.servers:
            server.kill()

    async def start(self, count: int) -> None:
        """Have so many processes serve, with one time for all."""
        self.count = count
        self.set(self.now())
        for server in self.servers[count:]:
            await asyncio.to_thread(server.kill)
        for server in self.here:
            server.store_url = self.store.url
            if not server.running:
                server.start()
        for server in self.here:
            await server.ready()


def main() -> None:
    """Serve, with the clock of the file that is named."""
    with Path(sys.argv[1]).open("rb") as file:
        shared = mmap.mmap(file.fileno(), OFF_BY.size, access=mmap.ACCESS_READ)
    real = time.time_ns

    def set_by_the_test() -> int:
        return real() + int(OFF_BY.unpack_from(shared)[0])

    time.time_ns = set_by_the_test
    time.time = lambda: set_by_the_test() / 1e9
    from queue_server.cli.serve import run_server

    sys.exit(run_server(os.environ))
