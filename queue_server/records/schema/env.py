"""What Alembic runs for each step: within the transaction of whoever called it, who also ends it."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
