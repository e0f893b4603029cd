"""The hash chain of a log: each entry's hash covers its bytes and the hash before it.

A hash names its algorithm (``sha256:…``), so that a hall may choose SM3 where OpenSSL has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any

import msgspec

DEFAULT_ALGORITHM = "sha256"
ALGORITHMS = ("sha256", "sm3")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a log: its sequence (from 1), its hash, and the stored bytes."""

    seq: int
    hash: str
    body: bytes


class Tail(msgspec.Struct, frozen=True, gc=False):
    """Where a log ends."""

    seq: int
    hash: str


GENESIS = Tail(0, "")
"""The end of a log in which nothing has happened."""


class ChainBroken(Exception):
    """An entry is not what was appended: `seq` names it."""

    def __init__(self, seq: int, expected: str, found: str) -> None:
        super().__init__(f"entry {seq}: expected {expected}, found {found}")
        self.seq = seq
        self.expected = expected
        self.found = found


@cache
def _hashing(algorithm: str) -> Callable[[bytes], Any]:
    """What hashes by an algorithm: asked for by its name each time, it takes twice as long."""
    return getattr(hashlib, algorithm, None) or partial(hashlib.new, algorithm)


def link(previous: str, seq: int, body: bytes, algorithm: str = DEFAULT_ALGORITHM) -> str:
    """The hash of an entry: of the hash before it, its sequence and its stored bytes."""
    digest = _hashing(algorithm)(b"%s\n%d\n%s" % (previous.encode(), seq, body))
    return f"{algorithm}:{digest.hexdigest()}"


def chain(base: Tail, bodies: Iterable[bytes], algorithm: str = DEFAULT_ALGORITHM) -> tuple[Entry, ...]:
    """The entries that follow `base` when these bodies are appended."""
    entries = []
    seq, previous = base.seq, base.hash
    for body in bodies:
        seq += 1
        previous = link(previous, seq, body, algorithm)
        entries.append(Entry(seq, previous, body))
    return tuple(entries)


def verify(entries: Sequence[Entry], base: Tail = GENESIS) -> Tail:
    """Check that entries follow `base` without a gap or a change; gives the new tail.

    Raises `ChainBroken` at the first that does not.
    """
    seq, previous = base.seq, base.hash
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            raise ChainBroken(seq, f"sequence {seq}", f"sequence {entry.seq}")
        algorithm = entry.hash.partition(":")[0]
        if algorithm not in ALGORITHMS:
            raise ChainBroken(seq, f"one of {', '.join(ALGORITHMS)}", entry.hash[:80])
        expected = link(previous, seq, entry.body, algorithm)
        if entry.hash != expected:
            raise ChainBroken(seq, expected, entry.hash)
        previous = entry.hash
    return Tail(seq, previous)
