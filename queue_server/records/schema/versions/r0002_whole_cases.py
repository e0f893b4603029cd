"""Each case whole beside its columns, and the lists of papers; what was there comes again from the log."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The columns; the rows of before lack them, so the log is read from its beginning."""
    op.execute("ALTER TABLE cases ADD COLUMN whole BLOB NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX cases_by_number ON cases (number)")
    op.execute("CREATE TABLE paper_lists (id TEXT PRIMARY KEY, whole BLOB NOT NULL)")
    for table in ("cases", "case_steps", "reached"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
