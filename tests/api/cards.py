"""Identity numbers of nobody (999999 is no administrative area), and what a store keeps of a hall."""

from __future__ import annotations

from typing import Any

from printers.id_card import check_digit
from queue_server.store.logs import Store


def number_of(birth: str = "19500101", order: int = 1) -> str:
    """A number with a right check digit."""
    first = f"999999{birth}{order:03d}"
    return first + check_digit(first)


async def everything_in(store: Store, hall: str) -> bytes:
    """Every key of a hall with all that lies under it, as one text to be searched."""
    found: list[bytes] = []
    redis: Any = store.redis
    async for key in redis.scan_iter(f"yc:{{{hall}}}*"):
        reading = {
            b"string": redis.get,
            b"stream": redis.xrange,
            b"list": lambda key: redis.lrange(key, 0, -1),
            b"set": redis.smembers,
            b"zset": lambda key: redis.zrange(key, 0, -1),
            b"hash": redis.hgetall,
        }
        held = await reading[await redis.type(key)](key)
        found += [key, held if isinstance(held, bytes) else repr(held).encode()]
    return b"\n".join(found)
