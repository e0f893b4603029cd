"""Cases as rows of an SQL file, for search and reports: a projection of the register, never the truth.

The file says itself how far it has come, in the same transaction as the rows: an entry is taken in once, and
a file that is thrown away fills itself again from the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from queue_server.cases.events import CaseFact
from queue_server.cases.model import Case
from queue_server.hall import register
from queue_server.hall.events import UNREADABLE
from queue_server.store.chain import Entry

BUSY_MS = 5_000
MIGRATIONS = (
    """
    CREATE TABLE reached (hall TEXT PRIMARY KEY, seq INTEGER NOT NULL);
    CREATE TABLE cases (
        id TEXT PRIMARY KEY, hall TEXT NOT NULL, number TEXT NOT NULL, matter TEXT NOT NULL,
        department TEXT NOT NULL, state TEXT NOT NULL, accepted TEXT NOT NULL, promised_by TEXT NOT NULL,
        legal_by TEXT NOT NULL, at_hall TEXT NOT NULL, exit_hall TEXT NOT NULL, way TEXT NOT NULL,
        receiver TEXT NOT NULL, visits INTEGER NOT NULL, version TEXT NOT NULL
    );
    CREATE INDEX cases_by_department ON cases (hall, department, state);
    CREATE TABLE case_steps (
        hall TEXT NOT NULL, seq INTEGER NOT NULL, case_id TEXT NOT NULL, at INTEGER NOT NULL,
        kind TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (hall, seq)
    );
    """,
)
"""What brings the file from each version of its schema to the next; `user_version` counts them."""


class CaseRows:
    """The file. Every method raises `sqlite3.Error` when it cannot be used now, with nothing half done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists()
        with closing(sqlite3.connect(self.path, timeout=BUSY_MS / 1000, isolation_level=None)) as db:
            if new:
                self.path.chmod(0o600)
            _migrate(db)
            yield db

    def reached(self, hall: str) -> int:
        """How far the rows of a hall have come in its register."""
        with self._open() as db:
            return _reached(db, hall)

    def take_in(self, hall: str, entries: Iterable[Entry], cases: dict[str, Case]) -> int:
        """Take in entries of a hall's register; `cases` are as they stand now. Gives how far it has come.

        Another process may have been faster: what is there already is left as it is.
        """
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                seq = _reached(db, hall)
                for entry in entries:
                    if entry.seq > seq:
                        _step(db, hall, entry, cases)
                        seq = entry.seq
                db.execute("INSERT OR REPLACE INTO reached VALUES (?, ?)", (hall, seq))
        return seq


def _migrate(db: sqlite3.Connection) -> None:
    """Bring the file to this software's schema: of several who begin at once, one does."""
    if _version(db) < len(MIGRATIONS):
        db.execute("BEGIN IMMEDIATE")
        with db:
            for number, script in enumerate(MIGRATIONS[_version(db) :], _version(db) + 1):
                for statement in script.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")


def _version(db: sqlite3.Connection) -> int:
    """The version of the file's schema. `sqlite3.DatabaseError` for a newer one than is known here."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError(f"the file has schema {version}, this software knows {len(MIGRATIONS)}")
    return version


def _reached(db: sqlite3.Connection, hall: str) -> int:
    found = db.execute("SELECT seq FROM reached WHERE hall = ?", (hall,)).fetchone()
    return int(found[0]) if found else 0


def _step(db: sqlite3.Connection, hall: str, entry: Entry, cases: dict[str, Case]) -> None:
    try:
        known = register.decode(entry.body)
    except UNREADABLE:
        return  # set aside and named by the hall itself
    fact = known.e
    if not isinstance(fact, CaseFact) or fact.case not in cases:
        return
    kind = str(type(fact).__struct_config__.tag)
    facts = msgspec.json.encode(fact).decode()
    db.execute(
        "INSERT INTO case_steps VALUES (?, ?, ?, ?, ?, ?)",
        (hall, entry.seq, fact.case, known.at, kind, facts),
    )
    c = cases[fact.case]
    first = (c.id, c.hall, c.number, c.matter, c.department, c.state, c.accepted, c.promised_by, c.legal_by)
    row = (*first, c.at, c.exit, c.way, c.receiver, c.visits, c.version)
    db.execute("INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
