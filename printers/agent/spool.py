"""The agent's spool: jobs on its disk, there before the hall is told so, until the hall has noted their end.

A file of SQLite that one process has for itself. Each change is on the disk when it returns.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from printers.agent.words import Print
from printers.aside import Aside
from printers.jobs import ENDS, Job

T = TypeVar("T")

DISK = 30.0
"""Seconds that the disk may take; beyond that it is broken, and the agent with it."""
REMEMBERED = 24 * 3600.0
"""Seconds for which the id of a job is remembered after its end, so that it is never taken twice."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY, print BLOB NOT NULL, job BLOB NOT NULL,
    ended INTEGER NOT NULL, noted INTEGER NOT NULL, kept REAL NOT NULL
);
"""


class SpoolTaken(Exception):
    """Another agent has this spool."""


class DiskSpool:
    """The jobs of one agent: a `JobStore` and, being the only one, a `Lease` of its printers.

    `id` names this very file: a spool that was lost and made anew has another.
    """

    def __init__(self, path: Path) -> None:
        self.id = ""
        self.path = path
        self.set_aside: Path | None = None
        self._aside = Aside(f"spool {path}")
        self._db: sqlite3.Connection | None = None
        self._turns: dict[str, asyncio.Lock] = {}

    async def __aenter__(self) -> DiskSpool:
        try:
            self.id = await self._do(self._open)
        except BaseException:
            self._aside.end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._do(self._close)
        self._aside.end()

    # --- jobs ------------------------------------------------------------------------------

    async def keep(self, message: Print) -> bool:
        """Keep a job that the hall sent; False for one that is known already."""
        return await self._do(lambda: self._keep(message))

    async def unfinished(self) -> list[tuple[Print, float]]:
        """What was to be printed when the process ended, with the time each was kept, oldest first."""
        return await self._do(self._unfinished)

    async def untold(self) -> list[Job]:
        """The jobs whose end the hall has not noted yet, oldest first."""
        rows = await self._rows("SELECT job FROM job WHERE ended AND NOT noted ORDER BY kept, id")
        return [msgspec.json.decode(row[0], type=Job) for row in rows]

    async def noted(self, job_id: str) -> None:
        """The hall knows the end of a job: only its id is kept on, not what the slip said."""
        await self._do(lambda: self._noted(job_id))

    async def load(self, job_id: str) -> Job | None:
        """The job as last saved."""
        rows = await self._rows("SELECT job FROM job WHERE id = ? AND job != x''", job_id)
        return msgspec.json.decode(rows[0][0], type=Job) if rows else None

    async def save(self, job: Job) -> None:
        """Keep the job as it stands now."""
        body, ended = msgspec.json.encode(job), job.state in ENDS
        await self._do(
            lambda: self._change("UPDATE job SET job = ?, ended = ? WHERE id = ?", body, ended, job.id)
        )

    @contextlib.asynccontextmanager
    async def hold(self, printer: str) -> AsyncIterator[None]:
        """Wait for the printer to be free, and keep it while inside."""
        async with self._turns.setdefault(printer, asyncio.Lock()):
            yield

    # --- in the spool's thread ----------------------------------------------------------------

    async def _do(self, call: Callable[[], T]) -> T:
        return await self._aside.do(DISK, call)

    async def _rows(self, query: str, *values: object) -> list[tuple[bytes]]:
        return await self._do(lambda: self._opened.execute(query, values).fetchall())

    @property
    def _opened(self) -> sqlite3.Connection:
        assert self._db is not None, "the spool is used inside its block"
        return self._db

    def _open(self) -> str:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._read_id()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise SpoolTaken(f"another agent has the spool {self.path}") from None
            raise
        except sqlite3.DatabaseError:
            # Not a database any more. The hall will find the spool's id changed, and mark what was in it.
            self._close()
            self.set_aside = self.path.with_name(f"{self.path.name}.damaged-{time.time():.0f}")
            self.path.rename(self.set_aside)
            return self._read_id()

    def _read_id(self) -> str:
        self._db = sqlite3.connect(self.path, timeout=0.5, isolation_level=None)
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = TRUNCATE")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute("BEGIN EXCLUSIVE")  # held, by the locking mode, until the process ends
        for statement in SCHEMA.strip().split(";\n"):
            self._db.execute(statement)
        self._db.execute("DELETE FROM job WHERE noted AND kept < ?", (time.time() - REMEMBERED,))
        found = self._db.execute("SELECT id FROM spool").fetchone()
        if found is None:
            found = (uuid.uuid4().hex,)
            self._db.execute("INSERT INTO spool VALUES (?)", found)
        self._db.execute("COMMIT")
        id: str = found[0]
        return id

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _change(self, statement: str, *values: object) -> int:
        return self._opened.execute(statement, values).rowcount

    def _keep(self, message: Print) -> bool:
        body, job = msgspec.json.encode(message), msgspec.json.encode(message.job)
        statement = "INSERT OR IGNORE INTO job VALUES (?, ?, ?, 0, 0, ?)"
        return self._change(statement, message.job.id, body, job, time.time()) == 1

    def _unfinished(self) -> list[tuple[Print, float]]:
        rows = self._opened.execute(
            "SELECT print, kept FROM job WHERE NOT ended ORDER BY kept, id"
        ).fetchall()
        return [(msgspec.json.decode(row[0], type=Print), row[1]) for row in rows]

    def _noted(self, job_id: str) -> None:
        self._change("UPDATE job SET noted = 1, print = x'', job = x'' WHERE id = ? AND ended", job_id)
        self._change("DELETE FROM job WHERE noted AND kept < ?", time.time() - REMEMBERED)
