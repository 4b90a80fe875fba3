"""Rates of messages, and answers that are kept."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0017_rates_and_answers.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
