"""People who sign in to the dashboard, and their sessions."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0007_members.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
