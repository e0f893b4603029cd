"""A log that lost its tail: put back what this process knows to have landed, if nothing else grew there.

After a failover to a replica that lacked the newest entries the store's log is a prefix of what landed here.
The same bytes are appended again, so that their hashes are the same and every other process finds what it
holds (ARCHITECTURE brief, point 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from queue_server.store.chain import GENESIS, Entry, Tail
from queue_server.store.logs import Forked, Landed, Lost, NotYourTurn, Store


class Repair(Enum):
    """What became of a repair."""

    BACK = "back"
    """The log holds again what it lost."""
    FORK = "fork"
    """Others have written another history after the loss: it stands."""
    BEYOND = "beyond"
    """More was lost than this process remembers: nothing was touched."""


async def repair(store: Store, log: str, remembered: Sequence[Entry]) -> Repair:
    """Put the lost tail of a log back from the entries that are remembered of it (in order).

    Raises `Unanswered` and `StoreRefused`.
    """
    while True:
        tail = await store.tail(log)
        place = _after(tail, remembered)
        if place is None:
            return await _fork_or_beyond(store, log, remembered)
        lost = remembered[place:]
        if not lost:
            return Repair.BACK
        outcome = await store.append(log, tail, [entry.body for entry in lost])
        if isinstance(outcome, Landed):
            return Repair.BACK
        assert isinstance(outcome, Lost | Forked | NotYourTurn)  # it moved on meanwhile: look again


def _after(tail: Tail, remembered: Sequence[Entry]) -> int | None:
    """Where in the remembered entries those begin that follow a tail; None if it is not among them."""
    if not remembered:
        return None
    if tail == GENESIS:
        return 0 if remembered[0].seq == 1 else None
    place = tail.seq - remembered[0].seq
    if 0 <= place < len(remembered) and remembered[place].hash == tail.hash:
        return place + 1
    return None


async def _fork_or_beyond(store: Store, log: str, remembered: Sequence[Entry]) -> Repair:
    """Whether the store's log parts from ours where we still remember it, or lost more than that."""
    if not remembered:
        return Repair.FORK
    first, last = remembered[0], remembered[-1]
    if await store.read(log, last.seq - 1, 1) == (last,):
        return Repair.BACK  # another process has put it back and gone on
    held = await store.read(log, first.seq - 1, 1)
    parted = first.seq == 1 and bool(held)
    return Repair.FORK if parted or held == (first,) else Repair.BEYOND
