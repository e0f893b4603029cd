"""Putting a whole log in its place in one stroke: a hall that is restored, a log that is repaired.

A log is written beside its place first, entry by entry, and read back. Then one script moves it: until then
nothing is there, afterwards all of it. What was interrupted expires by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from queue_server.store import keys, scripts
from queue_server.store.chain import Entry
from queue_server.store.logs import Store

STAGED = 24 * 3_600_000
"""Milliseconds for which a log that was not put in its place is kept."""
DAMAGED = 90 * 24 * 3_600_000
"""Milliseconds for which a log that was replaced is kept."""
AT_ONCE = 500
"""Entries in one command: about 200 kB of a hall's events."""


class Changed(Exception):
    """Somebody wrote to the log, or began to serve the hall, after it was looked at: nothing was done."""


class Looked(msgspec.Struct, frozen=True):
    """A log as it was looked at: its length, its last id, the hall's sign of life ("" for none).

    `now` is the store's time (ms).
    """

    length: int
    last: str
    alive: str
    now: int

    def silent_for(self) -> int | None:
        """For how long (ms) no server gave a sign of life in the hall; None if none ever did."""
        return self.now - int(self.alive) if self.alive else None


async def look(store: Store, log: str) -> Looked:
    """Look at a log before it is compared, so that `replace` finds whether it is the same still."""
    names = (log, keys.side(keys.hall_of(log), "alive"))
    length, last, alive, seconds = await store.run(scripts.LOOK, names, ())
    return Looked(int(length), last.decode(), alive.decode(), int(seconds) * 1000)


async def stage(store: Store, log: str, entries: Sequence[Entry], begin: bool) -> None:
    """Write entries beside a log's place; `begin` drops what an earlier, interrupted attempt left there."""
    for i in range(0, len(entries), AT_ONCE):
        words: list[bytes | str | int] = [STAGED, "1" if begin and not i else ""]
        for entry in entries[i : i + AT_ONCE]:
            words += (entry.seq, entry.body, entry.hash)
        await store.run(scripts.STAGE, (keys.staged(log),), words)


async def settle(store: Store, hall: str, logs: Iterable[str]) -> None:
    """Put every staged log of a hall in its place at once. `Changed` when the hall is there by now."""
    names = [keys.days(hall), keys.register(hall)]
    dates = []
    for log in logs:
        names += (keys.staged(log), log)
        dates.append(keys.date_of(log))
    if not await store.run(scripts.SETTLE, names, dates):
        raise Changed(f"{hall} has come into the store meanwhile")


async def replace(store: Store, log: str, seen: Looked) -> str:
    """Put a staged log in the place of the one that was looked at; gives the key under which that is kept.

    `Changed` when the log or the hall's sign of life is another by now.
    """
    hall = keys.hall_of(log)
    kept = keys.damaged(log, seen.now)
    names = (log, keys.staged(log), kept, keys.side(hall, "alive"), keys.days(hall))
    words = (seen.length, seen.last, seen.alive, DAMAGED, keys.date_of(log))
    if not await store.run(scripts.REPLACE, names, words):
        raise Changed(f"{log} was written to, or a server came to serve {hall}, since it was looked at")
    return kept if seen.length else ""
