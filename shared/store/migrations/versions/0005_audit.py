"""An audit that nobody can rewrite, with where a change came from."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0005_audit.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
