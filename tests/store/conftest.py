"""A store to write to, and a hall's day in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from queue_server.store import keys
from queue_server.store.logs import Store


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened = await Store.connect(store_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def other(store_url: str) -> AsyncIterator[Store]:
    """What another server process has open."""
    opened = await Store.connect(store_url)
    yield opened
    await opened.aclose()


@pytest.fixture
def day(hall_id: str) -> str:
    return keys.day(hall_id, "2026-11-24")
