"""What the fan-out is compared with: a server of the websockets library that broadcasts what it is sent.

``python -m bench.broadcaster`` prints its port and ends when its standard input does. Sockets on
``/screens`` get every text that comes on another path, all by one `websockets.broadcast()`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import sched_setaffinity

from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.cores import SERVER_CORE
from queue_server.cli.serve import run_loop

SCREENS = "/screens"


@contextmanager
def broadcasting() -> Iterator[int]:
    """Run the server, on the core that the hall's server has, while the block runs; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.broadcaster"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    sched_setaffinity(process.pid, SERVER_CORE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the broadcaster ended with status {process.wait()}")
        yield int(line)
    finally:
        process.stdin.close()
        process.wait(timeout=30)


async def _serve() -> None:
    screens: set[ServerConnection] = set()

    async def handle(connection: ServerConnection) -> None:
        assert connection.request is not None
        if connection.request.path == SCREENS:
            screens.add(connection)
            await connection.wait_closed()
            screens.discard(connection)
            return
        async for message in connection:
            broadcast(screens, message)

    # As the hall's server is run: no deflate, on the same event loop.
    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    run_loop(_serve())
