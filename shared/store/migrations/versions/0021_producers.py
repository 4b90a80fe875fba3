"""Replies that producers hear at least once."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0021_producers.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
