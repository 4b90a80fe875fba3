"""What reconciling reads by day and month, and how many turns wait in all."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0016_reconcile_and_backlog.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
