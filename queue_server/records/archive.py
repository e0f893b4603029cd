"""The archive: every log of a hall, entry by entry as it was stored, in one SQLite file.

The bytes and hashes are kept as they are, so that the chain can be verified, a day replayed and a store
restored from the archive alone. An entry that comes twice is kept once; one that does not continue what is
kept is refused and named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from queue_server.store.chain import GENESIS, Entry, Tail, verify

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    log TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (log, seq)
) WITHOUT ROWID
"""
BUSY = 10.0
"""Seconds to wait while another process writes to the same file."""
PAGE = 1000


class ArchiveDiffers(Exception):
    """The archive holds something else at this place than the store."""


class Archive:
    """One archive file. Every method opens it anew, so that any thread and process may use it.

    One that is `sealed` is only read: it must be there, and its folder may be on a disk that nobody can
    write to.
    """

    def __init__(self, path: str | Path, sealed: bool = False) -> None:
        self.path = Path(path)
        self.sealed = sealed

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if self.sealed:
            place = f"file:{quote(str(self.path.absolute()))}?mode=ro"
            with closing(sqlite3.connect(place, uri=True, timeout=BUSY)) as connection:
                yield connection
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists()
        with closing(sqlite3.connect(self.path, timeout=BUSY)) as connection:
            if new:
                self.path.chmod(0o600)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(SCHEMA)
            with connection:
                yield connection

    def tail(self, log: str) -> Tail:
        """Where the archive's copy of a log ends."""
        with self._open() as db:
            row = db.execute("SELECT seq, hash FROM entry WHERE log = ? ORDER BY seq DESC LIMIT 1", (log,))
            found = row.fetchone()
        return Tail(*found) if found else GENESIS

    def keep(self, log: str, entries: Sequence[Entry]) -> Tail:
        """Keep entries of a log that continue what is kept; those kept already are compared.

        Raises `ChainBroken` when they do not continue it, `ArchiveDiffers` when one is another than is kept.
        """
        tail = self.tail(log)
        new = [e for e in entries if e.seq > tail.seq]
        for entry in entries:
            if entry.seq <= tail.seq and self.read(log, entry.seq - 1, 1) != (entry,):
                raise ArchiveDiffers(f"{log}: entry {entry.seq} is archived with other bytes")
        end = verify(new, tail)
        rows = [(log, e.seq, e.hash, e.body) for e in new]
        with self._open() as db:
            db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?)", rows)
        return end

    def keep_as_found(self, log: str, entries: Sequence[Entry]) -> None:
        """Keep entries as they are, damaged ones too: `verify` names those."""
        with self._open() as db:
            rows = [(log, e.seq, e.hash, e.body) for e in entries]
            db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?)", rows)

    def forget(self, log: str) -> None:
        """Drop the copy of a log."""
        with self._open() as db:
            db.execute("DELETE FROM entry WHERE log = ?", (log,))

    def seal(self) -> None:
        """Make the file complete in itself, with no file beside it, for copying and reading anywhere."""
        with closing(sqlite3.connect(self.path, timeout=BUSY)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        self.sealed = True

    def read(self, log: str, after: int, count: int = PAGE) -> tuple[Entry, ...]:
        """Up to `count` entries of a log after the sequence `after`, in order."""
        with self._open() as db:
            rows = db.execute(
                "SELECT seq, hash, CAST(body AS BLOB) FROM entry"
                " WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?",
                (log, after, count),
            ).fetchall()
        return tuple([Entry(*row) for row in rows])

    def logs(self) -> tuple[str, ...]:
        """The names of all logs in the archive."""
        with self._open() as db:
            return tuple([row[0] for row in db.execute("SELECT DISTINCT log FROM entry ORDER BY log")])

    def verify(self, log: str) -> Tail:
        """Verify the whole copy of a log; raises `ChainBroken` at the first entry that is not as it was."""
        tail = GENESIS
        while page := self.read(log, tail.seq):
            tail = verify(page, tail)
        return tail
