"""Cancelled turns apart in the usage, and since when an event waits to be counted."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0011_cancelled_usage.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
