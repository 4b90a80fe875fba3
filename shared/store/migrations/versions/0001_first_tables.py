"""The first tables."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table of the first version."""
    run_sql_file("versions/0001_first_tables.sql")


def downgrade() -> None:
    """Refuse: there is nothing before the first tables but an empty database."""
    raise NotImplementedError
