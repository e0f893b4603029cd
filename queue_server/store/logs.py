"""Logs in Redis: append these entries if the log ends where I think it ends.

Redis arbitrates with one small script; whoever loses is told what was missing. An append that got no
answer is repeated identically on the same base: if the first copy landed, the repeat finds its own entries
there and is answered as landed; if not, the repeat lands and fences the late copy off.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Gone
from redis.exceptions import NoPermissionError, NoScriptError, OutOfMemoryError, ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as Slow

from queue_server.store import keys, scripts
from queue_server.store.chain import DEFAULT_ALGORITHM, GENESIS, Entry, Tail, chain

CONNECT_DEADLINE = 2.0
COMMAND_DEADLINE = 3.0

MOST_MISSING = 1000
"""Entries that a lost append brings at most; whoever is further behind catches up in steps."""


class Unanswered(Exception):
    """The store did not answer: whether the append landed is unknown until it is repeated."""


class StoreRefused(Exception):
    """The store answered that it did not do it (read-only, out of memory, too few replicas)."""


class Landed(msgspec.Struct, frozen=True):
    """The entries are facts. `after` are others' entries that came behind them."""

    tail: Tail
    entries: tuple[Entry, ...]
    after: tuple[Entry, ...] = ()


class Lost(msgspec.Struct, frozen=True):
    """Another process was faster: `missing` are its entries after the base, at most `MOST_MISSING`."""

    missing: tuple[Entry, ...]


class NotYourTurn(msgspec.Struct, frozen=True):
    """Another process has taken its turn and the base is still the end; try again."""

    missing: tuple[Entry, ...] = ()


class Forked(msgspec.Struct, frozen=True):
    """The base is not on the log any more: it lost its tail, or grew another one. `tail` is its end now."""

    tail: Tail


class Store:
    """A connection to the store. `holder` names this process in turns and leases."""

    def __init__(self, redis: Redis, algorithm: str = DEFAULT_ALGORITHM) -> None:
        self.redis = redis
        self.holder = uuid.uuid4().hex
        self._algorithm = algorithm

    @classmethod
    async def connect(
        cls, url: str, *, algorithm: str = DEFAULT_ALGORITHM, deadline: float = COMMAND_DEADLINE
    ) -> Store:
        """Connect to ``redis://…``, ``rediss://…`` or ``unix:///path``; `Unanswered` if nobody is there.

        `algorithm` seals what this process appends; `deadline` is in seconds, for each command.
        """
        redis = Redis.from_url(
            url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
            socket_connect_timeout=CONNECT_DEADLINE,
            socket_timeout=deadline,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        store = cls(redis, algorithm)
        try:
            await store._do("PING")
        except BaseException:
            await store.aclose()
            raise
        return store

    async def aclose(self) -> None:
        """Close every connection."""
        await self.redis.aclose()

    async def _do(self, *words: Any) -> Any:
        with _named():
            return await self.redis.execute_command(*words)  # type: ignore[no-untyped-call]

    async def about(self) -> dict[str, str]:
        """What the store says of itself: the fields of INFO."""
        said: dict[str, Any] = await self._do("INFO")
        return {name: str(value) for name, value in said.items()}

    async def now(self) -> int:
        """The store's own time (ms since the epoch), the same for every process."""
        seconds, micros = await self._do("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    # --- logs -----------------------------------------------------------------------------

    async def append(
        self, log: str, base: Tail, bodies: Sequence[bytes], turn: str = ""
    ) -> Landed | Lost | NotYourTurn | Forked:
        """Append bodies to a log that ends at `base`; none of them only confirms that it does.

        Raises `Unanswered` when it is not known whether they landed (repeat it identically), and
        `StoreRefused` when the store will not write.
        """
        entries = chain(base, bodies, self._algorithm)
        date = keys.date_of(log)
        names = (log, keys.turn(log), keys.days(keys.hall_of(log)))
        words: list[Any] = [base.seq, base.hash, turn, max(MOST_MISSING, len(entries)), date]
        for entry in entries:
            words += (entry.body, entry.hash)
        answer = await self._run(scripts.APPEND, names, words)
        if answer[0] == scripts.LANDED:
            return Landed(_end(base, entries), entries)
        if answer[0] == scripts.FORKED:
            return Forked(Tail(int(answer[1].partition(b"-")[0]), answer[2].decode(errors="replace")))
        if answer[0] == scripts.NOT_YOUR_TURN:
            return NotYourTurn()
        missing = _entries(answer[1])
        if entries and missing[: len(entries)] == entries:
            return Landed(_end(base, entries), entries, missing[len(entries) :])
        return Lost(missing)

    async def _run(self, script: scripts.Script, names: Sequence[str], words: Sequence[Any]) -> Any:
        """Run a script; one that the store does not know (any more) is sent to it."""
        try:
            return await self._do("EVALSHA", script.sha, len(names), *names, *words)
        except NoScriptError:
            return await self._do("EVAL", script.text, len(names), *names, *words)

    async def read(self, log: str, after: int, count: int = 1000) -> tuple[Entry, ...]:
        """Up to `count` entries of a log after the sequence `after`, in order."""
        return _entries(await self._do("XRANGE", log, f"({after}-0", "+", "COUNT", count))

    async def read_new(self, after: dict[str, int], block_ms: int) -> dict[str, tuple[Entry, ...]]:
        """The new entries of several logs, waiting up to `block_ms` for the first (below the deadline)."""
        words: list[Any] = ["XREAD", "COUNT", 1000, "BLOCK", block_ms, "STREAMS", *after]
        answer = await self._do(*words, *(f"{seq}-0" for seq in after.values()))
        pairs = answer.items() if isinstance(answer, dict) else answer or ()
        return {name.decode(): _entries(raw) for name, raw in pairs}

    async def tail(self, log: str) -> Tail:
        """Where a log ends."""
        last = _entries(await self._do("XREVRANGE", log, "+", "-", "COUNT", 1))
        return Tail(last[0].seq, last[0].hash) if last else GENESIS

    async def tails(self, logs: Sequence[str]) -> dict[str, Tail]:
        """Where several logs end, asked in one round trip."""
        pipeline = self.redis.pipeline(transaction=False)
        for log in logs:
            pipeline.xrevrange(log, count=1)
        with _named():
            answers = [_entries(raw) for raw in await pipeline.execute()]
        ends = (Tail(last[0].seq, last[0].hash) if last else GENESIS for last in answers)
        return dict(zip(logs, ends, strict=True))

    async def days(self, hall: str) -> tuple[str, ...]:
        """The business dates of which the hall has a log, in order."""
        dates = sorted(date.decode() for date in await self._do("SMEMBERS", keys.days(hall)))
        return tuple([date for date in dates if await self._do("EXISTS", keys.day(hall, date))])

    async def let_expire(self, log: str, ttl_ms: int) -> bool:
        """Let an archived and verified day go; False if there is none. ValueError for the register."""
        if not keys.date_of(log):
            raise ValueError(f"{log} is no day: only a day's log may expire")
        return bool(await self._do("PEXPIRE", log, ttl_ms))

    async def take_turn(self, log: str, holder: str, ttl_ms: int) -> bool:
        """Ask that only `holder` may append to a log for a short while; whether it got the turn."""
        return await self._do("SET", keys.turn(log), holder, "NX", "PX", ttl_ms) is not None

    # --- side keys and leases -----------------------------------------------------------------

    async def put_side(self, hall: str, name: str, value: bytes, ttl_ms: int) -> None:
        """Keep something that must be wiped, for `ttl_ms`."""
        await self._do("SET", keys.side(hall, name), value, "PX", ttl_ms)

    async def put_side_once(self, hall: str, name: str, value: bytes, ttl_ms: int) -> bytes:
        """Keep something unless it is there already; gives what is there now."""
        await self._do("SET", keys.side(hall, name), value, "NX", "PX", ttl_ms)
        kept: bytes | None = await self.get_side(hall, name)
        return value if kept is None else kept

    async def put_sides(self, hall: str, names: Sequence[str], value: bytes, ttl_ms: int) -> None:
        """Keep the same under several names, in one round trip."""
        if not names:
            return
        pipeline = self.redis.pipeline(transaction=False)
        for name in names:
            pipeline.set(keys.side(hall, name), value, px=ttl_ms)
        with _named():
            await pipeline.execute()

    async def sides_there(self, hall: str, names: Sequence[str]) -> tuple[bool, ...]:
        """Whether something is kept under each of several names."""
        if not names:
            await self._do("PING")
            return ()
        found: list[bytes | None] = await self._do("MGET", *(keys.side(hall, name) for name in names))
        return tuple(value is not None for value in found)

    async def get_side(self, hall: str, name: str) -> bytes | None:
        """What is kept under a name, or None."""
        found: bytes | None = await self._do("GET", keys.side(hall, name))
        return found

    async def drop_side(self, hall: str, name: str) -> None:
        """Wipe what is kept under a name."""
        await self._do("DEL", keys.side(hall, name))

    async def acquire_lease(self, hall: str, name: str, ttl_ms: int) -> int | None:
        """Take a lease if it is free; its fencing number, larger than any before it, or None."""
        names = (keys.lease(hall, name), keys.fence(hall, name))
        fence = int(await self._run(scripts.ACQUIRE, names, (self.holder, ttl_ms)))
        return fence or None

    async def renew_lease(self, hall: str, name: str, fence: int, ttl_ms: int) -> bool:
        """Hold a lease on; False when it has passed to somebody else."""
        mine = f"{self.holder}:{fence}"
        return bool(await self._run(scripts.RENEW, (keys.lease(hall, name),), (mine, ttl_ms)))

    async def release_lease(self, hall: str, name: str, fence: int) -> None:
        """Give a lease back."""
        await self._run(scripts.RELEASE, (keys.lease(hall, name),), (f"{self.holder}:{fence}",))

    async def cursor(self, hall: str, name: str) -> str:
        """How far a follower has come ("" before its first step)."""
        found: bytes | None = await self._do("GET", keys.cursor(hall, name))
        return found.decode() if found else ""

    async def advance(self, hall: str, name: str, fence: int, cursor: str) -> bool:
        """Note how far a follower has come, if it still holds its lease under this fence."""
        names = (keys.lease(hall, name), keys.cursor(hall, name))
        return bool(await self._run(scripts.ADVANCE, names, (f"{self.holder}:{fence}", cursor)))

    async def wipe_traces(self) -> None:
        """Have the append-only file written anew, so that what was wiped is gone from the disk too."""
        await self._do("BGREWRITEAOF")


@contextmanager
def _named() -> Iterator[None]:
    """Give the client's many failures their two names; that a script is unknown is for the caller."""
    try:
        yield
    except (TimeoutError, Gone, Slow, OSError) as silence:
        raise Unanswered(str(silence)) from silence
    except NoScriptError:
        raise
    except RedisError as refusal:
        raise StoreRefused(_worded(refusal)) from refusal
    _hear_cancellation()


def _hear_cancellation() -> None:
    """The client swallows a cancellation that comes while it takes a connection: the task would never end."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


STRIPPED: dict[type[RedisError], str] = {
    ReadOnlyError: "READONLY",
    OutOfMemoryError: "OOM",
    NoPermissionError: "NOPERM",
}
"""Refusals whose first word the client takes away."""


def _worded(refusal: RedisError) -> str:
    """The store's sentence, beginning with its word for the reason: ``OOM command not allowed ...``."""
    return f"{STRIPPED.get(type(refusal), '')} {refusal}".strip()


def _end(base: Tail, entries: Sequence[Entry]) -> Tail:
    return Tail(entries[-1].seq, entries[-1].hash) if entries else base


def _entries(raw: Any) -> tuple[Entry, ...]:
    """Entries from an answer: the client gives a range's fields as a dict, a script's as a flat list."""
    return tuple([_entry(place, fields) for place, fields in raw or ()])


def _entry(place: bytes, fields: Any) -> Entry:
    """What somebody else wrote comes without a hash, so that verifying the chain names it."""
    flat = [part for pair in fields.items() for part in pair] if isinstance(fields, dict) else fields
    seq, _, rest = place.partition(b"-")
    if rest == b"0" and len(flat) == 4 and flat[0] == b"b" and flat[2] == b"h":
        return Entry(int(seq), flat[3].decode(errors="replace"), flat[1])
    return Entry(int(seq), "", b" ".join(flat))
