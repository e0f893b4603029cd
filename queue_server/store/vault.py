"""What the access to a hall needs of the store and no log may keep: passwords, sessions, failed attempts.

What proves a password lies in one permanent key, a field for each (login, stamp); the register says which
stamp counts. Sessions and attempts are side keys that expire. Names are hashed: a key name tells nobody's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from queue_server.store import keys, scripts
from queue_server.store.asking import ask
from queue_server.store.logs import Store


class Patience(msgspec.Struct, frozen=True):
    """How many attempts are free, and how the wait after each further one grows (ms); all is forgotten
    `memory` after the last."""

    free: int
    first: int
    longest: int
    memory: int = 24 * 3_600_000


class Vault:
    """One hall's passwords, sessions and attempts."""

    def __init__(self, store: Store, hall: str) -> None:
        self._store = store
        self._hall = hall

    async def _do(self, *words: Any, key: str, confirmed: bool = False) -> Any:
        (answer,) = await ask(self._store.primaries, key, [words], confirmed)
        return answer

    # --- passwords ------------------------------------------------------------------------

    async def put_password(self, login: str, stamp: str, proof: str) -> None:
        """Keep what proves a password; it counts once the register names its stamp."""
        key = keys.passwords(self._hall)
        await self._do("HSET", key, f"{login}/{stamp}", proof, key=key, confirmed=True)

    async def password(self, login: str, stamp: str) -> str:
        """What proves the password with this stamp; "" if it is not here (after a restore)."""
        key = keys.passwords(self._hall)
        found: bytes | None = await self._do("HGET", key, f"{login}/{stamp}", key=key)
        return found.decode() if found else ""

    async def wipe_passwords(self, login: str, but: str = "") -> None:
        """Wipe every password of a person except the one with the stamp `but`."""
        key = keys.passwords(self._hall)
        there: Sequence[bytes] = await self._do("HKEYS", key, key=key)
        kept = f"{login}/{but}".encode()
        old = [name for name in there if name.startswith(f"{login}/".encode()) and name != kept]
        if old:
            await self._do("HDEL", key, *old, key=key, confirmed=True)

    # --- sessions -------------------------------------------------------------------------

    async def put_session(self, token_hash: str, session: bytes, idle_ms: int) -> None:
        """Keep a session for as long as it is used at least so often."""
        await self._store.put_side(self._hall, f"session:{token_hash}", session, idle_ms)

    async def session(self, token_hash: str) -> bytes | None:
        """A session as it is, None if it has ended."""
        return await self._store.get_side(self._hall, f"session:{token_hash}")

    async def use_session(self, token_hash: str, idle_ms: int) -> None:
        """The session was used now."""
        key = keys.side(self._hall, f"session:{token_hash}")
        await self._do("PEXPIRE", key, max(1, idle_ms), key=key)

    async def drop_session(self, token_hash: str) -> None:
        """End a session."""
        await self._store.drop_side(self._hall, f"session:{token_hash}")

    # --- what is kept once, for a moment --------------------------------------------------

    async def put_errand(self, name: str, value: bytes, ttl_ms: int) -> None:
        """Keep what somebody who was sent elsewhere must bring back."""
        await self._store.put_side(self._hall, f"errand:{name}", value, ttl_ms)

    async def take_errand(self, name: str) -> bytes | None:
        """Give it out, this once."""
        key = keys.side(self._hall, f"errand:{name}")
        found: bytes | None = await self._do("GETDEL", key, key=key, confirmed=True)
        return found

    # --- attempts -------------------------------------------------------------------------

    async def attempt(self, who: str, patience: Patience) -> int:
        """Count an attempt of somebody; gives the ms to wait if it came too early and was not counted."""
        words = (patience.free, patience.first, patience.longest, patience.memory)
        return int(await self._store.run(scripts.ATTEMPT, self._attempts(who), words))

    async def forgive(self, who: str) -> None:
        """The last attempt was a good one: it does not count."""
        await self._store.run(scripts.FORGIVE, self._attempts(who), ())

    async def forget_attempts(self, who: str) -> None:
        """Begin anew with somebody."""
        counter, wait = self._attempts(who)
        await self._do("DEL", counter, wait, key=counter, confirmed=True)

    def _attempts(self, who: str) -> tuple[str, str]:
        named = hashlib.sha256(who.encode()).hexdigest()[:32]
        return keys.side(self._hall, f"tries:{named}"), keys.side(self._hall, f"wait:{named}")
