"""Sealed columns have a type of their own."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0014"
down_revision = "0011"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0014_sealed_columns.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
