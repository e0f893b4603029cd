"""A shelf: things that lie ready for somebody, each under a name, changed only by who knows what lies there.

It is a side key of the hall: it expires, and is wiped like every other.
"""

from __future__ import annotations

from queue_server.store import keys, scripts
from queue_server.store.asking import ask
from queue_server.store.logs import Store


class Shelf:
    """One shelf of a hall, gone `ttl_ms` after something was last put there."""

    def __init__(self, store: Store, hall: str, name: str, ttl_ms: int) -> None:
        self._store = store
        self._key = keys.side(hall, f"shelf:{name}")
        self._ttl = ttl_ms

    async def all(self) -> dict[str, bytes]:
        """Everything that lies there, by its name."""
        (answer,) = await ask(self._store.primaries, self._key, [("HGETALL", self._key)])
        pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
        return {name.decode(): value for name, value in pairs}

    async def get(self, name: str) -> bytes | None:
        """What lies under a name, or None."""
        (answer,) = await ask(self._store.primaries, self._key, [("HGET", self._key, name)])
        found: bytes | None = answer
        return found

    async def swap(self, name: str, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of `old` (b"" is nothing) if that still lies there; whether it did."""
        words = (name, old, new, self._ttl)
        return bool(await self._store.run(scripts.SWAP, (self._key,), words))


async def seize_lease(store: Store, hall: str, name: str, ttl_ms: int) -> int:
    """Take a lease whoever holds it; its fencing number. The holder before learns it when it renews."""
    names = (keys.lease(hall, name), keys.fence(hall, name))
    return int(await store.run(scripts.SEIZE, names, (store.holder, ttl_ms)))
