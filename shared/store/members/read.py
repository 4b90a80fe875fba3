"""Read members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.roles import Role
from shared.store.database import Database
from shared.store.members.rows import MemberRow

COLUMNS = "id, workspace_id, email, role, created_at, password_hash"
BY_EMAIL = text(f"SELECT {COLUMNS} FROM members WHERE email = :email AND removed_at IS NULL")
OF_WORKSPACE = text(
    f"SELECT {COLUMNS} FROM members WHERE workspace_id = :workspace_id AND removed_at IS NULL ORDER BY created_at, id",
)

OPERATORS = text(
    f"SELECT {COLUMNS} FROM members WHERE workspace_id IS NULL AND removed_at IS NULL ORDER BY created_at, id",
)


async def find_member(database: Database, email: str) -> MemberRow | None:
    """Return the member who signs in with this address, in lower case, or None."""
    rows = await database.call(BY_EMAIL, email=email)
    return _member(rows[0]) if rows else None


async def list_members(database: Database, workspace_id: UUID) -> list[MemberRow]:
    """Return the workspace's members, the oldest first."""
    return [_member(row) for row in await database.call(OF_WORKSPACE, workspace_id=workspace_id)]


async def list_operators(database: Database) -> list[MemberRow]:
    """Return the installation's operators, the oldest first."""
    return [_member(row) for row in await database.call(OPERATORS)]


def _member(row: Row[Any]) -> MemberRow:
    return MemberRow(row.id, row.workspace_id, row.email, Role(row.role), row.created_at, row.password_hash)
