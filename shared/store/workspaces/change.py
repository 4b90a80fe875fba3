"""Change a workspace's plan, slots or quota."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.plans import Plan
from shared.store.database import Database
from shared.store.workspaces.epoch import begin_change

PLAN = text("UPDATE workspaces SET plan = :plan WHERE id = :workspace_id")
SLOTS = text("UPDATE workspace_counters SET slots = :slots WHERE workspace_id = :workspace_id")
LIMIT = text("UPDATE workspace_counters SET message_limit = :message_limit WHERE workspace_id = :workspace_id")


async def set_plan(
    database: Database,
    *,
    workspace_id: UUID,
    plan: Plan,
    slots: int,
    message_limit: int,
    actor: Actor,
) -> None:
    """Move a workspace to another plan with that plan's limits; the sweeper lets in and rings who waits."""
    async with database.transaction() as connection:
        details = {"plan": plan, "slots": slots, "message_limit": message_limit}
        await begin_change(
            connection, workspace_id, actor=actor, action="workspace.plan", target=workspace_id, details=details
        )
        await connection.execute(PLAN, {"workspace_id": workspace_id, "plan": plan})
        await connection.execute(SLOTS, {"workspace_id": workspace_id, "slots": slots})
        await connection.execute(LIMIT, {"workspace_id": workspace_id, "message_limit": message_limit})


async def set_slots(database: Database, *, workspace_id: UUID, slots: int, actor: Actor) -> None:
    """Say how many turns may be ready or running at once; the sweeper lets in and rings who waits."""
    async with database.transaction() as connection:
        details = {"slots": slots}
        await begin_change(
            connection, workspace_id, actor=actor, action="workspace.slots", target=workspace_id, details=details
        )
        await connection.execute(SLOTS, {"workspace_id": workspace_id, "slots": slots})


async def set_message_limit(database: Database, *, workspace_id: UUID, message_limit: int, actor: Actor) -> None:
    """Say how many messages a month the workspace may send."""
    async with database.transaction() as connection:
        details = {"message_limit": message_limit}
        await begin_change(
            connection, workspace_id, actor=actor, action="workspace.quota", target=workspace_id, details=details
        )
        await connection.execute(LIMIT, {"workspace_id": workspace_id, "message_limit": message_limit})
