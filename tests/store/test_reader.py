"""The reader of a process: it ends when it is told to, whenever that is."""

from __future__ import annotations

import asyncio

from queue_server.store import keys
from queue_server.store.logs import Store
from queue_server.store.reader import Reader


async def test_a_reader_ends_at_once_wherever_it_is_cancelled(store_url: str, hall_id: str) -> None:
    """Before the client had a connection it swallowed the cancellation, and the server could not end."""
    for turns in range(12):
        store = await Store.connect(store_url)
        reader = Reader(store)
        reader.watch(keys.register(hall_id), lambda: 0, lambda _: None)
        running = asyncio.create_task(reader.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        _, still = await asyncio.wait([running], timeout=5)
        await store.aclose()
        assert not still, f"after {turns} turns of the loop"
