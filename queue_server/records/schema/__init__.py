"""The schema of the file of cases, and how an earlier file is brought to it.

Each change is a revision in `versions`, named by a count. Alembic is what runs them; it is asked for only
when a file is new or behind, so that a server whose file is at its schema starts without it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock

HERE = Path(__file__).parent
REVISIONS = tuple(sorted(path.name[1:5] for path in (HERE / "versions").glob("r[0-9]*.py")))
"""Every revision, the first one first."""
HEAD = REVISIONS[-1]
ONE = Lock()
"""Alembic keeps what it is migrating in its module: one file at a time in a process."""


def bring_up(db: sqlite3.Connection) -> None:
    """Bring the file to this software's schema: of several who begin at once, one does.

    The connection is in autocommit. Raises `sqlite3.Error` with nothing changed, also for a file of newer
    software.
    """
    if (revision(db), _kept(db)) != (HEAD, True):
        with ONE:
            _migrate(db)


def revision(db: sqlite3.Connection) -> str:
    """The revision of the file's schema, "" for a new file. `sqlite3.DatabaseError` if it is none of ours.

    Files of before Alembic have no table of it: they counted the same revisions in `user_version`.
    """
    if _kept(db):
        rows = db.execute("SELECT version_num FROM alembic_version").fetchall()
        found = ", ".join(str(name) for (name,) in rows) or "none"
    else:
        count = int(db.execute("PRAGMA user_version").fetchone()[0])
        found = f"{count:04d}" if count else ""
    if found and found not in REVISIONS:
        raise sqlite3.DatabaseError(
            f"the file of cases has schema {found}, and this software knows it up to {HEAD}: it was written "
            "by a newer one, or by none of ours; use that, or put the file away to have it filled anew"
        )
    return found


def _kept(db: sqlite3.Connection) -> bool:
    """Whether the file says itself which revision it is at."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is not None


def _migrate(db: sqlite3.Connection) -> None:
    """Run what is missing, all or nothing: the transaction begins before the file is looked at again."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import StaticPool, create_engine, event, exc

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine("sqlite://", creator=lambda: db, poolclass=StaticPool)
    event.listen(engine, "begin", lambda began: began.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            known = revision(db)
            if (known, _kept(db)) == (HEAD, True):
                return  # somebody else was faster
            config.attributes["connection"] = connection
            if known:
                command.stamp(config, known)
            command.upgrade(config, "head")
            # Software of before Alembic counts here, and must not take a later schema for its own.
            connection.exec_driver_sql(f"PRAGMA user_version = {len(REVISIONS)}")
    except exc.DBAPIError as trouble:
        raise sqlite3.DatabaseError(str(trouble.orig)) from trouble
