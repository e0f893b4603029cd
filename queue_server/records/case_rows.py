"""Cases as rows of an SQL file, for search and reports: a projection of the register, never the truth.

The file says itself how far it has come, in the same transaction as the rows: an entry is taken in once, and
a file that is thrown away fills itself again from the log. Each case lies in it whole, too: it goes on from
there, and a case that has left the register's memory is found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from queue_server.cases.events import AnyCaseFact, CaseFact
from queue_server.cases.evolve import evolve
from queue_server.cases.model import Case, PaperList
from queue_server.hall import register
from queue_server.hall.events import UNREADABLE
from queue_server.records import schema
from queue_server.store.chain import Entry

T = TypeVar("T")

BUSY_MS = 5_000


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
            schema.bring_up(db)
            yield db

    def reached(self, hall: str) -> int:
        """How far the rows of a hall have come in its register."""
        with self._open() as db:
            return _reached(db, hall)

    def cases(self, ids: Iterable[str] = (), numbers: Iterable[str] = ()) -> dict[str, Case]:
        """The cases with these ids, or those with these numbers, as they are in the file."""
        found: list[tuple[bytes]] = []
        with self._open() as db:
            for number in numbers:
                found += db.execute("SELECT whole FROM cases WHERE number = ?", (number,))
            for id in ids:
                found += db.execute("SELECT whole FROM cases WHERE id = ?", (id,))
        known = (msgspec.json.decode(whole, type=Case) for (whole,) in found)
        return {case.id: case for case in known}

    def take_in(self, hall: str, entries: Iterable[Entry]) -> int:
        """Take in entries of a hall's register. Gives how far it has come.

        Another process may have been faster: what is there already is left as it is.
        """
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                seq, shelf = _reached(db, hall), _Shelf(db)
                for entry in entries:
                    if entry.seq > seq:
                        _step(db, hall, entry, shelf)
                        seq = entry.seq
                shelf.write()
                db.execute("INSERT OR REPLACE INTO reached VALUES (?, ?)", (hall, seq))
        return seq


class _Known(dict[str, T]):
    """Records of a table, read when they are looked up. KeyError where there is none."""

    def __init__(self, db: sqlite3.Connection, table: str, kind: type[T]) -> None:
        super().__init__()
        self._db = db
        self._ask = f"SELECT whole FROM {table} WHERE id = ?"  # noqa: S608 - one of our two tables
        self._kind = kind

    def __missing__(self, id: str) -> T:
        row = self._db.execute(self._ask, (id,)).fetchone()
        if row is None:
            raise KeyError(id)
        self[id] = msgspec.json.decode(row[0], type=self._kind)
        return self[id]


class _Shelf:
    """The file as the rules of cases see it: what a page of entries changes is written at its end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.cases: dict[str, Case] = _Known(db, "cases", Case)
        self.papers: dict[str, PaperList] = _Known(db, "paper_lists", PaperList)
        self.case_counts: dict[str, int] = {}

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Put a record."""
        table[key] = value

    def write(self) -> None:
        """Write what was looked at or put."""
        holes = ", ".join("?" * 16)
        for c in self.cases.values():
            first = (c.id, c.hall, c.number, c.matter, c.department, c.state, c.accepted, c.promised_by)
            row = (*first, c.legal_by, c.at, c.exit, c.way, c.receiver, c.visits, c.version)
            self._db.execute(
                f"INSERT OR REPLACE INTO cases VALUES ({holes})",  # noqa: S608 - only question marks
                (*row, msgspec.json.encode(c)),
            )
        for papers in self.papers.values():
            line = (papers.id, msgspec.json.encode(papers))
            self._db.execute("INSERT OR REPLACE INTO paper_lists VALUES (?, ?)", line)


def _reached(db: sqlite3.Connection, hall: str) -> int:
    found = db.execute("SELECT seq FROM reached WHERE hall = ?", (hall,)).fetchone()
    return int(found[0]) if found else 0


def _step(db: sqlite3.Connection, hall: str, entry: Entry, shelf: _Shelf) -> None:
    known = _fact(entry)
    if known is None:
        return
    fact = known.e
    try:
        evolve(shelf, fact, known.at, known.by)  # type: ignore[arg-type]
    except KeyError:
        return  # about no case: the hall set it aside and named it
    if isinstance(fact, CaseFact):
        kind = str(type(fact).__struct_config__.tag)
        facts = msgspec.json.encode(fact).decode()
        db.execute(
            "INSERT INTO case_steps VALUES (?, ?, ?, ?, ?, ?)",
            (hall, entry.seq, fact.case, known.at, kind, facts),
        )


def _fact(entry: Entry) -> register.Entry | None:
    """An entry of the register that is about cases; None for any other, and for one that was set aside."""
    try:
        known = register.decode(entry.body)
    except UNREADABLE:
        return None
    return known if isinstance(known.e, AnyCaseFact) else None
