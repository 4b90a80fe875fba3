"""How passages are searched and ranked, and which of them a turn was answered from."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0020_searched_passages.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
