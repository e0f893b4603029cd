"""Three server processes on one store, for the tests that do not kill them; each test has its own hall.

They are one xdist group, so run one after another; then the processes end and take no time from others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from queue_server.store.embedded import EmbeddedStore
from tests.faults.processes import Processes, ServerProcess, free_port, grant_tokens, hall_file

HALLS = 54
"""More than there are tests that ask for one."""
QUICK, PRINTING = 2, 2


@pytest.fixture(scope="package")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    place = tmp_path_factory.mktemp("processes")
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
