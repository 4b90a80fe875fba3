"""Keys that recover by themselves, and models that one key may not use."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0002_key_recovery.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
