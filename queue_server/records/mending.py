"""Comparing a damaged log with a copy of it: what was sealed, what can be put back, what cannot.

The hash chain is the only witness. An entry's hash covers the hash before it, so the last entry of the
store that can be reached from the log's beginning, over entries of either side, says for every place before
it which bytes were sealed there. Behind it the copy goes on as far as it continues the chain. Nothing else
is believed, and no end of the store's log is ever cut off to make it whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from queue_server.store.chain import GENESIS, ChainBroken, Entry, Tail, verify


class Comparison(msgspec.Struct, frozen=True):
    """A log beside a copy of it.

    `broken_at` is the first place where the store's chain breaks (0: nowhere), `copy_broken_at` the copy's.
    `mended` is the log as it can be believed, of which the entries `put_back` come from the copy. `foreign`
    places hold what no server wrote. `adrift` are entries of the store behind the mended log that nothing
    connects with it; `elsewhere` are those of the copy that are another history than the mended log.
    `given_up` are entries of the store that somebody has decided to do without.
    """

    ends_at: int
    copy_ends_at: int
    copy_broken_at: int
    broken_at: int
    mended: tuple[Entry, ...]
    put_back: tuple[int, ...]
    foreign: tuple[int, ...]
    adrift: tuple[Entry, ...]
    elsewhere: tuple[Entry, ...]
    given_up: tuple[Entry, ...] = ()

    @property
    def mends(self) -> bool:
        """Whether the store's log would be better with the copy's help, or without what is foreign."""
        return bool(self.put_back or self.given_up) or (bool(self.foreign) and not self.adrift)

    @property
    def whole(self) -> bool:
        """Whether the log is whole once it is mended."""
        return not self.adrift

    @property
    def after(self) -> tuple[Entry, ...]:
        """The log as it would be: what cannot be connected stays, so that the hall stays read-only."""
        return (*self.mended, *self.adrift)

    @property
    def lost(self) -> tuple[Entry, ...]:
        """What has happened in the hall, as somebody says, and is not in the log."""
        return (*self.elsewhere, *self.given_up)

    def cut(self) -> Comparison:
        """The same without what nothing connects: the log is whole again, and shorter than it was."""
        return replace(self, adrift=(), given_up=self.adrift)


def compare(store: Sequence[Entry], copy: Sequence[Entry]) -> Comparison:
    """Compare a log as the store has it with a copy, both in order and perhaps damaged."""
    sealed = [entry for entry in store if entry.hash]  # what no server wrote comes without a hash
    mended = _mended(sealed, copy)
    held, kept = set(store), set(mended)
    return Comparison(
        ends_at=max((entry.seq for entry in store), default=0),
        copy_ends_at=len(believed(copy)),
        copy_broken_at=_break(copy),
        broken_at=_break(store),
        mended=tuple(mended),
        put_back=tuple(entry.seq for entry in mended if entry not in held),
        foreign=tuple(entry.seq for entry in store if not entry.hash),
        adrift=tuple(entry for entry in sealed if entry.seq > len(mended)),
        elsewhere=tuple(entry for entry in believed(copy) if entry not in kept),
    )


def believed(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries of a log up to the first that breaks its chain."""
    broken = _break(entries)
    return entries[: broken - 1] if broken else entries


def _break(entries: Sequence[Entry]) -> int:
    try:
        verify(entries)
    except ChainBroken as broken:
        return broken.seq
    return 0


def _mended(store: Sequence[Entry], copy: Sequence[Entry]) -> list[Entry]:
    came, in_store, reached = _reachable(store, copy), set(store), GENESIS
    for tail, (_, entry) in came.items():
        if entry in in_store:
            reached = tail  # they come in order: the last one is the farthest
    path: list[Entry] = []
    tail = reached
    while tail != GENESIS:
        tail, entry = came[tail]
        path.append(entry)
    path.reverse()
    return path + _continued(reached, copy)


def _continued(tail: Tail, copy: Sequence[Entry]) -> list[Entry]:
    """The entries of the copy behind a tail, as far as they continue it."""
    behind: list[Entry] = []
    for entry in copy:
        if entry.seq > tail.seq:
            if not _follows(entry, tail):
                break
            behind.append(entry)
            tail = Tail(entry.seq, entry.hash)
    return behind


def _reachable(store: Iterable[Entry], copy: Iterable[Entry]) -> dict[Tail, tuple[Tail, Entry]]:
    """Every tail to which the chain leads over entries of either side: the tail before, and the entry."""
    at: dict[int, list[Entry]] = {}
    for entry in (*store, *copy):
        here = at.setdefault(entry.seq, [])
        if entry not in here:
            here.append(entry)
    came: dict[Tail, tuple[Tail, Entry]] = {}
    tails = [GENESIS]
    while tails:
        found: dict[Tail, tuple[Tail, Entry]] = {}
        for entry in at.get(tails[0].seq + 1, ()):
            before = next((tail for tail in tails if _follows(entry, tail)), None)
            if before is not None:
                found[Tail(entry.seq, entry.hash)] = (before, entry)
        came |= found
        tails = list(found)
    return came


def _follows(entry: Entry, tail: Tail) -> bool:
    try:
        verify([entry], tail)
    except ChainBroken:
        return False
    return True
