"""A backup: every log of some halls in one file, taken while servers run; and a hall put back from it.

The file is an archive (`records/archive.py`). A day is a fact when the register that pins its plan is, so the
days are copied first and the register after them. Nothing but logs is copied: what must be wiped at night
would live on in a backup.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import msgspec

from queue_server.records.archive import Archive
from queue_server.store import keys, staging
from queue_server.store.chain import GENESIS, ChainBroken, Entry, Tail, verify
from queue_server.store.logs import Store

PAGE = 2000


class Copied(msgspec.Struct, frozen=True):
    """A log that was copied: where it ends as far as it can be believed, and what is wrong with it or "".

    `entries` counts all that were copied, damaged ones too.
    """

    log: str
    entries: int
    head: Tail
    fault: str = ""


class NotRestored(Exception):
    """A hall that was left as it is; the sentence says why and what to do."""


# --- taking a backup ------------------------------------------------------------------------


async def save_hall(store: Store, hall: str, archive: Archive) -> AsyncIterator[Copied]:
    """Copy a hall's days and then its register; a broken chain is named and copied as it is."""
    for date in await store.days(hall):
        yield await _save(store, keys.day(hall, date), archive)
    yield await _save(store, keys.register(hall), archive)


async def _save(store: Store, log: str, archive: Archive) -> Copied:
    """Copy a log up to where it ended when its copying began."""
    end = (await store.tail(log)).seq
    chain, count, last = Chain(), 0, None
    while (last.seq if last else 0) < end and (found := await store.read(log, last.seq if last else 0, PAGE)):
        entries = [entry for entry in found if entry.seq <= end]
        chain.goes_on(entries)
        archive.keep_as_found(log, entries)
        count, last = count + len(entries), found[-1]
    if last is None:
        return Copied(log, 0, GENESIS, "there is nothing under this name")
    if not chain.fault and await store.read(log, chain.tail.seq - 1, 1) != (chain.last,):
        archive.forget(log)
        return Copied(log, 0, GENESIS, "it changed or expired while it was copied: take another backup")
    return Copied(log, count, chain.tail, chain.fault)


class Chain:
    """A log's chain as it is read: `tail` and `last` are of the part that can be believed."""

    def __init__(self) -> None:
        self.tail = GENESIS
        self.last: Entry | None = None
        self.fault = ""

    def goes_on(self, entries: list[Entry]) -> list[Entry]:
        """Take in what comes next; gives those of it that continue the chain, none behind a break."""
        if self.fault:
            return []
        try:
            self.tail = verify(entries, self.tail)
        except ChainBroken as broken:
            self.fault = f"the chain is broken at {broken}"
            entries = [entry for entry in entries if entry.seq < broken.seq]
            self.tail = verify(entries, self.tail)
        self.last = entries[-1] if entries else self.last
        return entries


# --- putting a hall back ------------------------------------------------------------------------


def pages(archive: Archive, log: str) -> Iterator[list[Entry]]:
    """An archived log in pieces, in order."""
    after = 0
    while page := archive.read(log, after, PAGE):
        yield list(page)
        after = page[-1].seq


def halls(archive: Archive) -> dict[str, list[str]]:
    """The logs of each hall in an archive, its days in order and then its register."""
    found: dict[str, list[str]] = {}
    for log in archive.logs():
        found.setdefault(keys.hall_of(log), []).append(log)
    return found


async def is_there(store: Store, hall: str) -> bool:
    """Whether the store has anything of a hall's logs."""
    return await store.tail(keys.register(hall)) != GENESIS or bool(await store.days(hall))


async def restore_hall(store: Store, hall: str, archive: Archive) -> list[Copied]:
    """Put a hall's logs into a store as they were, all at once, after reading back what was written.

    Raises `NotRestored` when the hall is in the store, or the archive has not all of it.
    """
    logs = halls(archive).get(hall, [])
    if keys.register(hall) not in logs:
        raise NotRestored(f"{hall}: the file does not hold its register")
    if await is_there(store, hall):
        raise NotRestored(f"{hall} is in this store already; nothing of it was touched")
    for log in logs:
        for nth, page in enumerate(pages(archive, log)):
            await staging.stage(store, log, page, begin=nth == 0)
    copied = [await _read_back(store, log, archive) for log in logs]
    try:
        await staging.settle(store, hall, logs)
    except staging.Changed as changed:
        raise NotRestored(f"{changed}; nothing of it was touched") from changed
    return copied


async def _read_back(store: Store, log: str, archive: Archive) -> Copied:
    chain, count = Chain(), 0
    for page in pages(archive, log):
        written = await store.read(keys.staged(log), page[0].seq - 1, len(page))
        if list(written) != page:
            raise NotRestored(f"{log}: the store gives back other entries than were written to it")
        chain.goes_on(page)
        count += len(page)
    return Copied(log, count, chain.tail, chain.fault)
