"""Cases, their steps, and how far each hall's register has been taken in."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables."""
    op.execute("CREATE TABLE reached (hall TEXT PRIMARY KEY, seq INTEGER NOT NULL)")
    op.execute("""
        CREATE TABLE cases (
            id TEXT PRIMARY KEY, hall TEXT NOT NULL, number TEXT NOT NULL, matter TEXT NOT NULL,
            department TEXT NOT NULL, state TEXT NOT NULL, accepted TEXT NOT NULL, promised_by TEXT NOT NULL,
            legal_by TEXT NOT NULL, at_hall TEXT NOT NULL, exit_hall TEXT NOT NULL, way TEXT NOT NULL,
            receiver TEXT NOT NULL, visits INTEGER NOT NULL, version TEXT NOT NULL
        )
    """)
    op.execute("CREATE INDEX cases_by_department ON cases (hall, department, state)")
    op.execute("""
        CREATE TABLE case_steps (
            hall TEXT NOT NULL, seq INTEGER NOT NULL, case_id TEXT NOT NULL, at INTEGER NOT NULL,
            kind TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (hall, seq)
        )
    """)
