"""Logs in Redis: append these entries if the log ends where I think it ends.

Redis arbitrates with one small script; whoever loses is told what was missing. An append that got no
answer is repeated identically on the same base: if the first copy landed, the repeat finds its own entries
there and is answered as landed; if not, the repeat lands and fences the late copy off.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from queue_server.store import keys, scripts
from queue_server.store.answers import TROUBLE, NotReady, StoreRefused, Unanswered, named
from queue_server.store.asking import ask, ask_everyone
from queue_server.store.chain import DEFAULT_ALGORITHM, GENESIS, Entry, Tail, chain
from queue_server.store.node import COMMAND_DEADLINE, Command, Node
from queue_server.store.primaries import Primaries
from queue_server.store.roles import Single, primaries_of

__all__ = [
    "Forked", "Landed", "Lost", "NotReady", "NotYourTurn", "Store", "StoreRefused", "Unanswered",
]  # fmt: skip

MOST_MISSING = 1000
"""Entries that a lost append brings at most; whoever is further behind catches up in steps."""


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
    """A connection to the store. `holder` names this process in turns and leases.

    Where the store has replicas, nothing that it answers about a log counts before they have it too: an
    append is no fact, and an entry is shown to nobody, that a failover could still take back.
    """

    def __init__(self, primaries: Primaries, algorithm: str = DEFAULT_ALGORITHM) -> None:
        self.primaries = primaries
        self.holder = uuid.uuid4().hex
        self._algorithm = algorithm

    @classmethod
    async def connect(
        cls, url: str, *, algorithm: str = DEFAULT_ALGORITHM, deadline: float = COMMAND_DEADLINE
    ) -> Store:
        """Connect to a store by its address; `Unanswered` if nobody is there.

        ``redis://…``, ``rediss://…``, ``valkey://…``, ``valkeys://…`` and ``unix:///path`` name one server,
        ``redis+sentinel://host:port,host:port/service`` the sentinels that know the primary, and
        ``redis+cluster://host:port,host:port`` some nodes of a cluster. `algorithm` seals what this process
        appends; `deadline` is in seconds, for each command.
        """
        store = cls(primaries_of(url, deadline), algorithm)
        try:
            await store._do("PING")
        except BaseException:
            await store.aclose()
            raise
        return store

    @property
    def redis(self) -> Redis:
        """The client of a single store, for what is done by hand. ValueError in any other role."""
        if not isinstance(self.primaries, Single):
            raise ValueError("only a single store has one client")  # noqa: TRY004 - the address is wrong
        return self.primaries.only.redis

    async def aclose(self) -> None:
        """Close every connection."""
        await self.primaries.aclose()

    async def _do(self, *words: Any, key: str = "", confirmed: bool = False) -> Any:
        (answer,) = await ask(self.primaries, key, [words], confirmed)
        return answer

    async def about(self) -> dict[str, str]:
        """What the store says of itself: the fields of INFO."""
        said: dict[str, Any] = await self._do("INFO")
        return {name: str(value) for name, value in said.items()}

    async def now(self, hall: str) -> int:
        """The time (ms since the epoch) of the server that keeps a hall, the same for every process."""
        seconds, micros = await self._do("TIME", key=keys.side(hall, ""))
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
        hall = keys.hall_of(log)
        names = (log, keys.turn(log), keys.days(hall), keys.bell(hall))
        words: list[Any] = [base.seq, base.hash, turn, max(MOST_MISSING, len(entries)), date]
        for entry in entries:
            words += (entry.body, entry.hash)
        answer = await self.run(scripts.APPEND, names, words)
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

    async def run(self, script: scripts.Script, names: Sequence[str], words: Sequence[Any]) -> Any:
        """Run a script; one that the store does not know (any more) is sent to it."""
        rest = (len(names), *names, *words)
        answer = await self._do("EVALSHA", script.sha, *rest, key=names[0], confirmed=True)
        if isinstance(answer, NoScriptError):
            answer = await self._do("EVAL", script.text, *rest, key=names[0], confirmed=True)
        return answer

    async def read(self, log: str, after: int, count: int = 1000) -> tuple[Entry, ...]:
        """Up to `count` entries of a log after the sequence `after`, in order."""
        words = ("XRANGE", log, f"({after}-0", "+", "COUNT", count)
        return _entries(await self._do(*words, key=log, confirmed=True))

    def group(self, log: str) -> str:
        """Which logs can be asked about in one go, and ring one bell: those of one group."""
        return self.primaries.group(log)

    async def tail(self, log: str) -> Tail:
        """Where a log ends."""
        return (await self.tails([log]))[log]

    async def tails(self, logs: Sequence[str]) -> dict[str, Tail]:
        """Where several logs end, asked in one round trip for each group."""
        groups: dict[str, list[str]] = {}
        for log in logs:
            groups.setdefault(self.group(log), []).append(log)
        found = await asyncio.gather(*(self._tails(group) for group in groups.values()))
        ends = {log: tail for group in found for log, tail in group.items()}
        return {log: ends[log] for log in logs}

    async def _tails(self, logs: Sequence[str]) -> dict[str, Tail]:
        """The ends of a group's logs in one go; one hall that is on its way does not hold up the others."""
        halls: dict[str, list[str]] = {}
        for log in logs:
            halls.setdefault(keys.hall_of(log), []).append(log)
        if len(halls) < 2:
            return await self._ends(logs)
        try:
            return await self._ends(logs, patience=0)
        except NotReady:
            found = await asyncio.gather(*(self._ends(one) for one in halls.values()))
            return {log: tail for hall in found for log, tail in hall.items()}

    async def _ends(self, logs: Sequence[str], patience: float | None = None) -> dict[str, Tail]:
        commands: list[Command] = [("XREVRANGE", log, "+", "-", "COUNT", 1) for log in logs]
        said = await ask(self.primaries, logs[0], commands, confirmed=True, patience=patience)
        answers = [_entries(raw) for raw in said]
        ends = (Tail(last[0].seq, last[0].hash) if last else GENESIS for last in answers)
        return dict(zip(logs, ends, strict=True))

    async def days(self, hall: str) -> tuple[str, ...]:
        """The business dates of which the hall has a log, in order."""
        name = keys.days(hall)
        dates = sorted(date.decode() for date in await self._do("SMEMBERS", name, key=name, confirmed=True))
        logs = [keys.day(hall, date) for date in dates]
        commands: list[Command] = [("EXISTS", log) for log in logs]
        there = await ask(self.primaries, name, commands) if commands else ()
        return tuple([date for date, found in zip(dates, there, strict=True) if found])

    async def halls(self) -> tuple[str, ...]:
        """Every hall that has a log here, in order; each primary of a cluster is asked for its own."""
        found: set[str] = set()
        for member in await self.primaries.members():
            if member.primary:
                found |= {keys.hall_of(name.decode()) for name in await _logs_at(member.node)}
        return tuple(sorted(found))

    async def let_expire(self, log: str, ttl_ms: int) -> bool:
        """Let an archived and verified day go; False if there is none. ValueError for the register."""
        if not keys.date_of(log):
            raise ValueError(f"{log} is no day: only a day's log may expire")
        return bool(await self._do("PEXPIRE", log, ttl_ms, key=log, confirmed=True))

    async def take_turn(self, log: str, holder: str, ttl_ms: int) -> bool:
        """Ask that only `holder` may append to a log for a short while; whether it got the turn."""
        return await self._do("SET", keys.turn(log), holder, "NX", "PX", ttl_ms, key=log) is not None

    # --- side keys and leases -----------------------------------------------------------------

    async def put_side(self, hall: str, name: str, value: bytes, ttl_ms: int) -> None:
        """Keep something that must be wiped, for `ttl_ms`."""
        key = keys.side(hall, name)
        await self._do("SET", key, value, "PX", ttl_ms, key=key, confirmed=True)

    async def put_side_once(self, hall: str, name: str, value: bytes, ttl_ms: int) -> bytes:
        """Keep something unless it is there already; gives what is there now."""
        key = keys.side(hall, name)
        await self._do("SET", key, value, "NX", "PX", ttl_ms, key=key, confirmed=True)
        kept: bytes | None = await self.get_side(hall, name)
        return value if kept is None else kept

    async def receipt_key(self, hall: str, fresh: bytes) -> bytes:
        """The key of a hall's receipts: `fresh` becomes it if there is none yet."""
        key = keys.receipts(hall)
        await self._do("SET", key, fresh, "NX", key=key, confirmed=True)
        kept: bytes | None = await self._do("GET", key, key=key)
        return fresh if kept is None else kept

    async def put_sides(self, hall: str, names: Sequence[str], value: bytes, ttl_ms: int) -> None:
        """Keep the same under several names, in one round trip."""
        if not names:
            return
        commands: list[Command] = [("SET", keys.side(hall, name), value, "PX", ttl_ms) for name in names]
        await ask(self.primaries, keys.side(hall, names[0]), commands)

    async def sides_there(self, hall: str, names: Sequence[str]) -> tuple[bool, ...]:
        """Whether something is kept under each of several names."""
        if not names:
            await self._do("PING", key=keys.side(hall, ""))
            return ()
        return tuple(value is not None for value in await self.get_sides(hall, names))

    async def get_sides(self, hall: str, names: Sequence[str]) -> tuple[bytes | None, ...]:
        """What is kept under each of several names, in one round trip."""
        key = keys.side(hall, "")
        if not names:
            return ()
        return tuple(await self._do("MGET", *(key + name for name in names), key=key))

    async def count_side(self, hall: str, name: str, ttl_ms: int) -> int:
        """Count one more under a name, for every process; gives the count. It is forgotten after `ttl_ms`."""
        key = keys.side(hall, name)
        commands: list[Command] = [("INCR", key), ("PEXPIRE", key, ttl_ms)]
        count, _ = await ask(self.primaries, key, commands, confirmed=True)
        return int(count)

    async def spend_side(self, hall: str, name: str, price_ms: int, most_ms: int) -> int:
        """Spend of an allowance that comes back by itself, for every process: `most_ms` at once at most.

        Gives 0, or by how many ms it comes too early; nothing is spent then.
        """
        return int(await self.run(scripts.SPEND, (keys.side(hall, name),), (price_ms, most_ms)))

    async def get_side(self, hall: str, name: str) -> bytes | None:
        """What is kept under a name, or None."""
        key = keys.side(hall, name)
        found: bytes | None = await self._do("GET", key, key=key)
        return found

    async def drop_side(self, hall: str, name: str) -> None:
        """Wipe what is kept under a name."""
        key = keys.side(hall, name)
        await self._do("DEL", key, key=key, confirmed=True)

    async def acquire_lease(self, hall: str, name: str, ttl_ms: int) -> int | None:
        """Take a lease if it is free; its fencing number, larger than any before it, or None."""
        names = (keys.lease(hall, name), keys.fence(hall, name))
        fence = int(await self.run(scripts.ACQUIRE, names, (self.holder, ttl_ms)))
        return fence or None

    async def renew_lease(self, hall: str, name: str, fence: int, ttl_ms: int) -> bool:
        """Hold a lease on; False when it has passed to somebody else."""
        mine = f"{self.holder}:{fence}"
        return bool(await self.run(scripts.RENEW, (keys.lease(hall, name),), (mine, ttl_ms)))

    async def release_lease(self, hall: str, name: str, fence: int) -> None:
        """Give a lease back."""
        await self.run(scripts.RELEASE, (keys.lease(hall, name),), (f"{self.holder}:{fence}",))

    async def cursor(self, hall: str, name: str) -> str:
        """How far a follower has come ("" before its first step)."""
        key = keys.cursor(hall, name)
        found: bytes | None = await self._do("GET", key, key=key)
        return found.decode() if found else ""

    async def advance(self, hall: str, name: str, fence: int, cursor: str) -> bool:
        """Note how far a follower has come, if it still holds its lease under this fence."""
        names = (keys.lease(hall, name), keys.cursor(hall, name))
        return bool(await self.run(scripts.ADVANCE, names, (f"{self.holder}:{fence}", cursor)))

    async def wipe_traces(self) -> None:
        """Have every append-only file written anew, so that what was wiped is gone from the disks too.

        A replica keeps a file of its own. Raises `Unanswered` or `StoreRefused` naming who did not.
        """
        answers = await ask_everyone(self.primaries, ("BGREWRITEAOF",))
        failed = [(member, answer) for member, answer in answers if isinstance(answer, Exception)]
        for member, error in failed:
            trouble = named(error)
            raise type(trouble)(f"{member.node.name}: {trouble}") from error


async def _logs_at(node: Node) -> set[bytes]:
    """The registers and lists of days that a server keeps. Raises `Unanswered` or `StoreRefused`."""
    found: set[bytes] = set()
    for pattern in (keys.register("*"), keys.days("*")):
        cursor = b"0"
        while True:
            try:
                (answer,) = await node.ask([("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)])
            except TROUBLE as trouble:
                raise named(trouble) from trouble
            if isinstance(answer, Exception):
                raise named(answer)
            cursor = answer[0]
            found |= set(answer[1])
            if int(cursor) == 0:
                break
    return found


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
