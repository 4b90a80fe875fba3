"""The first statement of every change to a workspace's configuration; of one to documents the last."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry

BUMP = text("UPDATE workspace_counters SET epoch = epoch + 1 WHERE workspace_id = :workspace_id")


async def begin_change(
    connection: AsyncConnection,
    workspace_id: UUID,
    *,
    actor: Actor,
    action: str,
    target: UUID | str,
    details: dict[str, Any] | None = None,
) -> None:
    """Lock the workspace, start its next epoch and note who does what; the change itself follows.

    From the commit on, every turn is accepted and claimed by the new configuration (DESIGN 3).
    """
    await start_epoch(connection, workspace_id)
    await append_audit(connection, AuditEntry(workspace_id, actor, action, target, details or {}))


async def start_epoch(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Lock the workspace and start its next epoch, for a change that is noted once it knows what it meets."""
    await connection.execute(BUMP, {"workspace_id": workspace_id})
