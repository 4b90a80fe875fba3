"""What became of each parameter of a turn."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0004_parameters.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
