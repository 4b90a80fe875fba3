"""The first statement of every change to a workspace's configuration."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BUMP = text("UPDATE workspace_counters SET epoch = epoch + 1 WHERE workspace_id = :workspace_id")
AUDIT = text(
    "INSERT INTO audit (workspace_id, actor, action, target, details) "
    "VALUES (:workspace_id, :actor, :action, :target, CAST(:details AS jsonb))",
)


async def begin_change(
    connection: AsyncConnection,
    workspace_id: UUID,
    *,
    actor: str,
    action: str,
    target: UUID | str,
    details: dict[str, Any] | None = None,
) -> None:
    """Lock the workspace, start its next epoch and note who does what; the change itself follows.

    From the commit on, every turn is accepted and claimed by the new configuration (DESIGN 3).
    """
    await connection.execute(BUMP, {"workspace_id": workspace_id})
    values = {"workspace_id": workspace_id, "actor": actor, "action": action, "target": str(target)}
    await connection.execute(AUDIT, values | {"details": orjson.dumps(details or {}, default=str).decode()})
