"""Three server processes on one store, for the tests that do not kill them; each test has its own hall.

The tests that ask for them run one after another in one worker (`tests.conftest.TOGETHER`); then they end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from queue_server.store.embedded import EmbeddedStore
from tests.faults.processes import Processes, ServerProcess, free_port, grant_tokens, hall_file

HALLS = 54
"""More than there are tests that ask for one."""
QUICK, PRINTING = 2, 2


class Shared:
    """The processes while tests ask for them one after the other."""

    def __init__(self) -> None:
        self._kept: tuple[ExitStack, Processes] | None = None

    def running(self, folders: pytest.TempPathFactory) -> Processes:
        """The processes, started if they are not."""
        if self._kept is None:
            stack = ExitStack()
            self._kept = stack, stack.enter_context(_three(folders.mktemp("processes")))
        return self._kept[1]

    def end(self) -> None:
        """End them: each takes time from other tests even when nobody asks it anything."""
        if self._kept is not None:
            stack, _ = self._kept
            self._kept = None
            stack.close()


SHARED = Shared()


@pytest.fixture
def processes(tmp_path_factory: pytest.TempPathFactory) -> Processes:
    return SHARED.running(tmp_path_factory)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if "processes" not in getattr(nextitem, "fixturenames", ()):
        SHARED.end()


@contextmanager
def _three(place: Path) -> Iterator[Processes]:
    halls = [f"hall-{n}" for n in range(HALLS)]
    quick = [f"quick-{n}" for n in range(QUICK)]
    printing = {f"printing-{n}": free_port() for n in range(PRINTING)}
    files = [hall_file(place, hall) for hall in halls]
    files += [hall_file(place, hall, lapse="12 s") for hall in quick]
    files += [hall_file(place, hall, printer=port) for hall, port in printing.items()]
    store = EmbeddedStore(place / "store")
    servers: list[ServerProcess] = []
    try:
        url = store.start()
        asyncio.run(grant_tokens(url, [*halls, *quick, *printing]))
        servers += [ServerProcess(f"server-{n}", url, files, place) for n in range(3)]
        for server in servers:
            server.start()
        asyncio.run(_all_ready(servers))
        yield Processes(url, servers, halls, quick, printing)
    finally:
        for server in servers:
            server.kill()
        store.stop()


async def _all_ready(servers: list[ServerProcess]) -> None:
    for server in servers:
        await server.ready(within=120)  # three at once, with some fifty halls each
