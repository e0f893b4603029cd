"""Beginning a register at its last snapshot, and checking afterwards that the log says the same.

A register is for ever, so reading all of it at every start takes longer from year to year. What begins at a
snapshot serves at once; meanwhile the whole log is read in the background, chain and facts, and if it gives
another register than the snapshot did the line halts as it does for a broken chain.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
import structlog

from queue_server.desk import alarms
from queue_server.desk.line import Halt, Line
from queue_server.desk.scribes import RegisterScribe, Tell
from queue_server.hall import snapshot
from queue_server.hall.events import UnknownVersion
from queue_server.hall.register import Register
from queue_server.hall.snapshot import Snapshot
from queue_server.store import keys
from queue_server.store.chain import GENESIS, ChainBroken, Entry, Tail, verify
from queue_server.store.logs import Store, StoreRefused, Unanswered

log = structlog.get_logger()

NAME = "register-snapshot"
LIFE = 30 * 24 * 3_600_000
"""Milliseconds for which a snapshot is kept; a newer one takes its place long before."""
PAGE = 500
"""Entries read at once while checking."""
AGAIN = 1.0
"""Seconds until a store that did not answer is asked again."""


class Snapshots:
    """The snapshots of one hall's register."""

    def __init__(self, store: Store, hall: str) -> None:
        self._store = store
        self._hall = hall
        self._log = keys.register(hall)
        self.begun_at: Snapshot | None = None

    async def resume(self) -> tuple[Tail, Register] | None:
        """Where to begin, and with what; None to begin with the first entry."""
        found = await self._found()
        if found is None:
            return None
        try:
            register = snapshot.restored(found)
        except msgspec.DecodeError as trouble:
            log.warning("snapshot not used", hall=self._hall, why=str(trouble))
            return None
        self.begun_at = found
        return Tail(found.seq, found.hash), register

    async def _found(self) -> Snapshot | None:
        """The snapshot that is kept, if the log has that very entry at its place."""
        kept = await self._store.get_side(self._hall, NAME)
        found = snapshot.read(kept) if kept else None
        if found is None:
            return None
        there = await self._store.read(self._log, found.seq - 1, 1)
        same = bool(there) and (there[0].seq, there[0].hash) == (found.seq, found.hash)
        return found if same else None

    async def reached(self) -> int:
        """The entry after which the snapshot that is kept was taken; 0 without one."""
        found = await self._found()
        return found.seq if found else 0

    async def take(self, line: Line[Register]) -> None:
        """Keep a snapshot of the register as it has landed."""
        body = await line.look(lambda register: snapshot.taken_at(register, line.tail.hash))
        await self._store.put_side(self._hall, NAME, body, LIFE)

    async def check(self, line: Line[Register], alarm: Tell) -> None:
        """Read the log from its first entry to where this process began; a line that differs halts.

        `alarm` is told of entries that are set aside, as at a start without a snapshot.
        """
        begun, self.begun_at = self.begun_at, None
        if begun is None:
            return
        tail, register, scribe = GENESIS, Register(), RegisterScribe(alarm)
        try:
            while tail.seq < begun.seq:
                entries = await self._read(tail.seq, min(PAGE, begun.seq - tail.seq))
                if not entries:
                    return  # a lost tail is the line's own affair
                tail = verify(entries, tail)
                for entry in entries:
                    scribe.take_in(register, entry)
                register.settle()
                await asyncio.sleep(0)  # a page is a few milliseconds, and the hall is served in between
        except ChainBroken as broken:
            await self._differs(line, broken.seq, str(broken))
        except UnknownVersion as newer:
            line.stop(Halt(alarms.NEWER, tail.seq + 1, str(newer)))
        else:
            await self._compare(line, begun, tail, register)

    async def _read(self, after: int, count: int) -> tuple[Entry, ...]:
        """Entries of the log; a store that does not answer now is asked again."""
        while True:
            try:
                return await self._store.read(self._log, after, count)
            except (Unanswered, StoreRefused):
                await asyncio.sleep(AGAIN)

    async def _compare(self, line: Line[Register], begun: Snapshot, tail: Tail, register: Register) -> None:
        if tail.hash == begun.hash and snapshot.same(register, snapshot.restored(begun)):
            log.info("snapshot agrees with the log", hall=self._hall, entries=begun.seq)
        else:
            await self._differs(line, begun.seq, "the log gives another register than its snapshot")

    async def _differs(self, line: Line[Register], seq: int, why: str) -> None:
        """Halt, and throw the snapshot away: the log alone says what is so, and the next start reads it."""
        line.stop(Halt(alarms.BROKEN, seq, why))
        with suppress(Unanswered, StoreRefused):  # a later start finds out the same
            await self._store.drop_side(self._hall, NAME)
