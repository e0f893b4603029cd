"""Backups from the command line: taken while servers run, looked through, and put back elsewhere."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from queue_server.cli.anchored import check_anchors
from queue_server.cli.journal import keep_journal
from queue_server.cli.stores import NoStore, connected, store_at
from queue_server.hall.events import UnknownVersion
from queue_server.records import inspection
from queue_server.records.archive import Archive
from queue_server.records.backup import Copied, NotRestored, halls, restore_hall, save_hall
from queue_server.store.chain import Entry
from queue_server.store.logs import Store

WELL, WRONG, NO_STORE = 0, 1, 2


class NoBackup(Exception):
    """A file that is no backup, or cannot become one; the sentence says why."""


def with_store(
    name: str,
    place: str,
    work: Callable[[Store], Awaitable[int]],
    reads: Path | None = None,
    new: bool = False,
) -> int:
    """Do something with a store, which may be `new`; every failure is one sentence and an exit status."""

    async def worked(url: str) -> int:
        async with connected(url, fit=new) as store:
            return await work(store)

    keep_journal("text", "critical")  # what is wrong is said here, in a sentence
    try:
        if reads is not None:
            existing(reads)  # before a new store is made for nothing
        with store_at(place, may_be_new=new) as url:
            return asyncio.run(worked(url))
    except NoStore as trouble:
        print(f"yichuang {name}: {trouble}", file=sys.stderr)
        return NO_STORE
    except (NoBackup, NotRestored, UnknownVersion, sqlite3.Error) as trouble:
        print(f"yichuang {name}: {trouble}", file=sys.stderr)
        return WRONG


def existing(file: Path) -> Archive:
    """A backup or archive to read; raises `NoBackup`."""
    if not file.is_file():
        raise NoBackup(f"there is no file {file}")
    archive = Archive(file, sealed=True)
    try:
        halls(archive)
    except (sqlite3.Error, ValueError) as error:
        raise NoBackup(f"{file} is no backup: {error}") from error
    return archive


# --- backup ------------------------------------------------------------------------------------------


def take_backup(place: str, to: Path, only: Sequence[str]) -> int:
    """Write every hall's logs into a new file; 1 when something is not as it should be, which is named."""
    return with_store("backup", place, lambda store: _backup(store, to, only))


async def _backup(store: Store, to: Path, only: Sequence[str]) -> int:
    there = await store.halls()
    if missing := [hall for hall in only if hall not in there]:
        raise NoBackup(f"no hall {', '.join(missing)} in this store: {', '.join(there) or 'it holds none'}")
    if not there:
        raise NoBackup("this store holds no hall")
    with _Growing(to) as archive:
        status = WELL
        for hall in only or there:
            async for copied in save_hall(store, hall, archive):
                status = max(status, _told(copied))
    return status


class _Growing:
    """A file that gets its name only when it is whole; one that is there already is left alone."""

    def __init__(self, to: Path) -> None:
        self._to = to

    def __enter__(self) -> Archive:
        if self._to.exists():
            raise NoBackup(f"{self._to} is there already: name another file")
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self._to.name}.", suffix=".part", dir=self._to.parent)
        except OSError as error:
            raise NoBackup(f"{self._to} cannot be written: {error.strerror}") from error
        os.close(handle)
        self._archive = Archive(name)
        return self._archive

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        part = self._archive.path
        try:
            if kind is None:
                self._archive.seal()
                self._name(part)
        finally:
            for left in part.parent.glob(f"{part.name}*"):
                left.unlink()

    def _name(self, part: Path) -> None:
        """Give the file its name, unless somebody has taken that meanwhile, and see that it lasts."""
        try:
            os.link(part, self._to)
        except FileExistsError as error:
            raise NoBackup(f"{self._to} is there by now: name another file") from error
        folder = os.open(self._to.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        print(f"{self._to}: {self._to.stat().st_size} bytes")


def _told(copied: Copied) -> int:
    """Say what became of a log; gives the exit status that it alone would lead to."""
    if copied.fault:
        print(f"{copied.log}: {copied.fault}", file=sys.stderr)
        return WRONG
    print(f"{copied.log}: {copied.entries} entries, ends at {copied.head.hash}")
    return WELL


# --- backup verify -----------------------------------------------------------------------------------


def verify_backup(file: Path, anchors: Path | None, key: Path | None) -> int:
    """Look through a backup or archive; 1 when a hall could not be rebuilt from it, with every fault.

    `anchors` is a file of anchors to hold it against, `key` its public key if that is not beside it.
    """
    try:
        archive = existing(file)
        status = _inspected(archive)
        return max(status, asyncio.run(_anchored(archive, anchors, key))) if anchors else status
    except (NoBackup, sqlite3.Error) as error:
        print(f"yichuang backup verify: {error}", file=sys.stderr)
        return WRONG


def _inspected(archive: Archive) -> int:
    status, logs = WELL, 0
    for found in inspection.inspect(archive):
        logs += 1
        for fault in found.faults:
            status = WRONG
            print(f"{found.log}: {fault}", file=sys.stderr)
        if not found.faults:
            print(f"{found.log}: {found.entries} entries, well, ends at {found.head.hash}")
    if not logs:
        raise NoBackup(f"{archive.path} holds no log")
    return status


async def _anchored(archive: Archive, anchors: Path, key: Path | None) -> int:
    async def read(log: str, after: int, count: int) -> tuple[Entry, ...]:
        return archive.read(log, after, count)

    return await check_anchors(anchors, key, archive.logs(), read)


# --- restore -----------------------------------------------------------------------------------------


def restore_backup(file: Path, place: str, only: Sequence[str]) -> int:
    """Put the halls of a backup into a store that does not have them; 1 when one was not, or is damaged."""
    return with_store(
        "restore", place, lambda store: _restore(store, existing(file), only), reads=file, new=True
    )


async def _restore(store: Store, archive: Archive, only: Sequence[str]) -> int:
    held = halls(archive)
    if missing := [hall for hall in only if hall not in held]:
        raise NoBackup(
            f"{archive.path} holds no hall {', '.join(missing)}: {', '.join(held) or 'it holds none'}"
        )
    if not held:
        raise NoBackup(f"{archive.path} holds no hall")
    status = WELL
    for hall in only or held:
        try:
            copied = await restore_hall(store, hall, archive)
        except NotRestored as refusal:
            print(f"yichuang restore: {refusal}", file=sys.stderr)
            status = WRONG
            continue
        status = max(status, *(_told(one) for one in copied))
        print(f"{hall}: restored, {len(copied)} logs, as they were in the file")
    return status
