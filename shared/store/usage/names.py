"""The names of what usage is grouped by; what was deleted keeps its name in old figures."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

BOTS = text("SELECT id, name, deleted_at IS NOT NULL AS is_deleted FROM bots WHERE workspace_id = :workspace_id")
KEYS = text(
    "SELECT id, label AS name, deleted_at IS NOT NULL AS is_deleted FROM provider_keys WHERE workspace_id = :workspace_id",
)


async def bot_names(database: Database, workspace_id: UUID) -> dict[str, str]:
    """Return the names of all bots that the workspace has or had, by id."""
    return {str(row.id): _name(row) for row in await database.call(BOTS, workspace_id=workspace_id)}


async def key_names(database: Database, workspace_id: UUID) -> dict[str, str]:
    """Return the labels of all keys that the workspace has or had, by id."""
    return {str(row.id): _name(row) for row in await database.call(KEYS, workspace_id=workspace_id)}


def _name(row: object) -> str:
    name, is_deleted = row.name, row.is_deleted  # type: ignore[attr-defined]
    return f"{name} (deleted)" if is_deleted else str(name)
