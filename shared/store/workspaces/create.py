"""Make a workspace."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.plans import Plan
from shared.store.database import Database
from shared.store.workspaces.epoch import begin_change

WORKSPACE = text("INSERT INTO workspaces (id, name, plan) VALUES (:workspace_id, :name, :plan)")
COUNTERS = text(
    "INSERT INTO workspace_counters (workspace_id, slots, message_limit) VALUES (:workspace_id, :slots, :message_limit)",
)


async def create_workspace(
    database: Database,
    *,
    workspace_id: UUID,
    name: str,
    plan: Plan,
    slots: int,
    message_limit: int,
    actor: Actor,
) -> None:
    """Make a workspace with its counters."""
    limits = {"workspace_id": workspace_id, "slots": slots, "message_limit": message_limit}
    async with database.transaction() as connection:
        await connection.execute(WORKSPACE, {"workspace_id": workspace_id, "name": name, "plan": plan})
        await connection.execute(COUNTERS, limits)
        details = {"name": name, "plan": plan, "slots": slots, "message_limit": message_limit}
        await begin_change(
            connection, workspace_id, actor=actor, action="workspace.create", target=workspace_id, details=details
        )
