"""The file of cases is brought to its schema, whatever wrote it, and whoever comes at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from queue_server.records import schema
from queue_server.records.case_rows import CaseRows

FIRST = """
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
    PRAGMA user_version = 1;
"""
SECOND = """
    ALTER TABLE cases ADD COLUMN whole BLOB NOT NULL DEFAULT '';
    CREATE INDEX cases_by_number ON cases (number);
    CREATE TABLE paper_lists (id TEXT PRIMARY KEY, whole BLOB NOT NULL);
    PRAGMA user_version = 2;
"""
"""What files have that were written before the schema was kept by Alembic."""
ROWS = """
    INSERT INTO reached VALUES ('county', 7);
    INSERT INTO case_steps VALUES ('county', 7, 'a', 1, 'case_taken', '{}');
"""


def written(path: Path, *scripts: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        for script in scripts:
            db.executescript(script)
    return path


def shape(path: Path) -> set[tuple[str, str]]:
    """Every table and index with its columns' words, spaces aside."""
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {(name, "".join(sql.split())) for name, sql in found}


def told(path: Path, what: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(what).fetchall()


def test_an_earlier_file_is_taken_over_without_loss(tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    assert CaseRows(new).reached("county") == 0
    second = written(tmp_path / "second.sqlite", FIRST, SECOND, ROWS)
    assert CaseRows(second).reached("county") == 7, "what was taken in stays so"
    assert told(second, "SELECT case_id FROM case_steps") == [("a",)]
    first = written(tmp_path / "first.sqlite", FIRST, ROWS)
    assert CaseRows(first).reached("county") == 0, "its rows were no whole cases: the log is read again"
    for path in (new, second, first):
        assert shape(path) == shape(new)
        assert told(path, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
        assert told(path, "PRAGMA user_version") == [(len(schema.REVISIONS),)], "for software of before"


KEPT = "CREATE TABLE alembic_version (version_num TEXT);"


@pytest.mark.parametrize(
    ("newer", "which"),
    [
        ("PRAGMA user_version = 9000;", "9000"),
        (f"{KEPT} INSERT INTO alembic_version VALUES ('9000');", "9000"),
        (f"{KEPT} INSERT INTO alembic_version VALUES ('0001'), ('0002');", "0001, 0002"),
        (KEPT, "none"),
    ],
    ids=["counted", "kept by Alembic", "of two branches", "of no revision"],
)
def test_a_file_of_newer_software_or_of_nobodys_is_left_alone(tmp_path: Path, newer: str, which: str) -> None:
    path = written(tmp_path / "cases.sqlite", newer)
    before = path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match=f"has schema {which}, .* up to {schema.HEAD}: .*newer"):
        CaseRows(path).reached("county")
    assert path.read_bytes() == before


def test_a_change_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    path = written(tmp_path / "cases.sqlite", "CREATE TABLE paper_lists (other TEXT);")
    before = shape(path)
    with pytest.raises(sqlite3.DatabaseError, match="paper_lists already exists"):
        CaseRows(path).reached("county")
    assert shape(path) == before


def test_all_the_halls_of_a_server_may_begin_one_new_file_at_once(tmp_path: Path) -> None:
    """They share it: whoever comes second finds the tables, whenever it looked."""
    for n in range(8):
        path, together = tmp_path / f"{n}.sqlite", Barrier(8)

        def begins(hall: str, path: Path = path, together: Barrier = together) -> int:
            together.wait()
            return CaseRows(path).reached(hall)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(begins, "abcdefgh")) == [0] * 8


def test_several_servers_may_begin_one_new_file_and_a_file_in_order_asks_for_no_tool(tmp_path: Path) -> None:
    """In processes of their own, which no lock of one of them holds back."""
    path = tmp_path / "cases.sqlite"
    begins = (
        "import sys; from pathlib import Path; from queue_server.records.case_rows import CaseRows\n"
        "sys.stdin.readline(); CaseRows(Path(sys.argv[1])).reached('county')\n"
        "print('sqlalchemy' in sys.modules)"
    )
    line = [sys.executable, "-c", begins, str(path)]
    servers = [subprocess.Popen(line, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(2)]
    assert [server.communicate("\n", timeout=50)[1] for server in servers] == ["", ""]
    assert {"cases", "case_steps", "paper_lists"} <= {name for name, _ in shape(path)}
    again = subprocess.run(line, input="\n", capture_output=True, text=True, timeout=50, check=True)
    assert again.stdout == "False\n"
