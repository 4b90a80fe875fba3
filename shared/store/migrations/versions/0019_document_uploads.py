"""Documents that come as files."""

from __future__ import annotations

from shared.store.migrations.sql_files import run_sql_file

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Run the file of the same name."""
    run_sql_file("versions/0019_document_uploads.sql")


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
