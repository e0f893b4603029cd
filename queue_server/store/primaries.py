"""What finds a hall's primary, whatever the role of the store is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from redis.exceptions import MovedError

from queue_server.store.address import Place, Role
from queue_server.store.answers import TROUBLE, StoreRefused, Unanswered, named
from queue_server.store.node import Node

SEARCH = 1.0
"""Seconds for which a search listens to sentinels or nodes; those that are up need a few milliseconds."""


class Member(NamedTuple):
    """A server that keeps logs, or would after a failover."""

    node: Node
    primary: bool


class Primaries(Protocol):
    """Finds the primary of a hall, and finds it again after a failover."""

    role: Role
    deadline: float
    fails_over: bool
    """Whether another server may become the primary while we run."""

    async def node(self, key: str) -> Node:
        """The primary that keeps a key. Raises `Unanswered` when there is none now."""
        ...

    async def suspect(self, node: Node) -> None:
        """Trouble came from this server: before it is used again, make sure that it is the primary."""
        ...

    async def make_sure(self, node: Node, key: str) -> None:
        """Raise `Unanswered` unless a majority of those who promote says that a key's primary is this."""
        ...

    def redirected(self, node: Node, moved: MovedError) -> None:
        """`node` says that a slot is elsewhere."""
        ...

    def at(self, place: Place) -> Node:
        """The server at a place that another server named."""
        ...

    def group(self, key: str) -> str:
        """Which keys one server answers for: those of one group. It may change when a server fails over."""
        ...

    async def members(self) -> list[Member]:
        """Every server that keeps logs, the primaries first."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


class OneSearch:
    """Lets many ask at once while one searches; those who waited for a failed search share its failure."""

    def __init__(self, search: Callable[[], Awaitable[None]]) -> None:
        self._search = search
        self._searching = asyncio.Lock()
        self._failed_at = 0.0
        self._failure: Unanswered | StoreRefused = Unanswered()

    async def run(self, needed: Callable[[], bool]) -> None:
        """Search, if it is still needed when it is our turn."""
        came = time.monotonic()
        async with self._searching:
            if not needed():
                return
            if self._failed_at > came:
                raise self._failure
            try:
                await self._search()
            except (Unanswered, StoreRefused) as failure:
                self._failed_at, self._failure = time.monotonic(), failure
                raise
            except TROUBLE as trouble:
                self._failed_at, self._failure = time.monotonic(), named(trouble)
                raise


def options_at(place: Place, options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "host": place.host, "port": place.port}
