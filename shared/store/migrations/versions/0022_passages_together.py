"""Passages looked for by many turns together: functions only, which each migration replays."""

from __future__ import annotations

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Change no table; the number tells a database that has the functions from one that has not."""


def downgrade() -> None:
    """Refuse: what a later version wrote has no place in an earlier one."""
    raise NotImplementedError
