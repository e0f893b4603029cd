"""A register as bytes, at one place of its log: to begin there instead of at its first entry.

It holds nothing that the log does not give: whoever throws it away only reads for longer. The place is named
by sequence and hash, so that a snapshot of another history, or of a log repaired since, is never used.
"""

from __future__ import annotations

import msgspec

from queue_server.cases.limits import Calendar
from queue_server.cases.model import Case, PaperList
from queue_server.cases.visits import Visits
from queue_server.hall.accounts import Account
from queue_server.hall.editions import Edition
from queue_server.hall.model import Booking, Kept
from queue_server.hall.plan import Plan
from queue_server.hall.register import Grant, Register

VERSION = 1
"""Raised whenever a register is made of other things, or makes something else of the same entries."""


class _State(msgspec.Struct, frozen=True):
    """All tables of a register; those with two-part keys as rows."""

    seq: int
    last_at: int
    plans: dict[str, Plan]
    in_force: dict[str, str]
    editions: dict[int, Edition]
    grants: dict[str, Grant]
    expiries: dict[str, int]
    accounts: dict[str, Account]
    bookings: dict[str, Booking]
    taken: tuple[tuple[str, int, int], ...]
    cases: dict[str, Case]
    papers: dict[str, PaperList]
    case_counts: dict[str, int]
    closed_at: dict[str, int]
    settled_at: dict[str, int]
    forgotten: dict[str, int]
    turned: dict[str, str]
    visits: tuple[tuple[str, str, Visits], ...]
    kept: dict[str, Kept]
    kept_at: dict[str, int]


class Snapshot(msgspec.Struct, frozen=True):
    """The register after the entry `seq` of its log, whose hash is `hash`."""

    version: int
    seq: int
    hash: str
    state: bytes


PLAIN = tuple(name for name in _State.__struct_fields__ if name not in ("taken", "visits"))
_encoder = msgspec.msgpack.Encoder()
_snapshot = msgspec.msgpack.Decoder(Snapshot)
_state = msgspec.msgpack.Decoder(_State)


def taken_at(register: Register, hash: str) -> bytes:
    """A snapshot of a register, the hash of whose last entry is this."""
    state = _State(
        taken=tuple((category, slot, n) for (category, slot), n in register.taken.items()),
        visits=tuple((date, department, n) for (date, department), n in register.visits.items()),
        **{name: getattr(register, name) for name in PLAIN},
    )
    return _encoder.encode(Snapshot(VERSION, register.seq, hash, _encoder.encode(state)))


def same(one: Register, other: Register) -> bool:
    """Whether two registers hold the same: what came first in a table is no part of it."""
    return all(getattr(one, name) == getattr(other, name) for name in _State.__struct_fields__)


def read(body: bytes) -> Snapshot | None:
    """A snapshot as it was kept; None for what this software does not understand."""
    try:
        found = _snapshot.decode(body)
    except msgspec.DecodeError:
        return None
    return found if found.version == VERSION else None


def restored(snapshot: Snapshot, calendar: Calendar | None = None) -> Register:
    """The register that a snapshot holds. Raises `msgspec.DecodeError` where it cannot be read."""
    state = _state.decode(snapshot.state)
    register = Register(calendar)
    for name in PLAIN:
        setattr(register, name, getattr(state, name))
    register.taken = {(category, slot): n for category, slot, n in state.taken}
    register.visits = {(date, department): n for date, department, n in state.visits}
    return register
