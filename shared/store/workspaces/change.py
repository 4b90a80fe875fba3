"""Change a workspace's plan, slots, quota, rate or retention."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.plans import Plan
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.database import Database
from shared.store.workspaces.differing import differing_of
from shared.store.workspaces.epoch import begin_change, start_epoch

PLAN = text("UPDATE workspaces SET plan = :plan WHERE id = :workspace_id")
SLOTS = text("UPDATE workspace_counters SET slots = :slots WHERE workspace_id = :workspace_id")
LIMIT = text("UPDATE workspace_counters SET message_limit = :message_limit WHERE workspace_id = :workspace_id")

LOCK = text(
    "SELECT rate_per_minute, rate_burst, retention_days FROM workspaces WHERE id = :workspace_id FOR NO KEY UPDATE"
)
RATE = text(
    "UPDATE workspaces SET rate_per_minute = :rate_per_minute, rate_burst = :rate_burst WHERE id = :workspace_id"
)
RETENTION = text("UPDATE workspaces SET retention_days = :days WHERE id = :workspace_id")
NOW = text("SELECT slots, message_limit FROM workspace_counters WHERE workspace_id = :workspace_id")


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


async def set_limits(database: Database, *, workspace_id: UUID, slots: int, message_limit: int, actor: Actor) -> None:
    """Set slots and quota together; each of the two that differs leaves the audit row that it would leave alone."""
    where = {"workspace_id": workspace_id}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        before = (await connection.execute(NOW, where)).one()
        if before.slots != slots:
            await connection.execute(SLOTS, where | {"slots": slots})
            entry = AuditEntry(workspace_id, actor, "workspace.slots", workspace_id, {"slots": slots})
            await append_audit(connection, entry)
        if before.message_limit != message_limit:
            await connection.execute(LIMIT, where | {"message_limit": message_limit})
            details = {"message_limit": message_limit}
            await append_audit(connection, AuditEntry(workspace_id, actor, "workspace.quota", workspace_id, details))


async def set_rate(database: Database, *, workspace_id: UUID, changes: Mapping[str, int | None], actor: Actor) -> None:
    """Change `rate_per_minute` or `rate_burst`, by which messages for all bots together may come; None clears.

    What is as it was is no change: without any other, nothing is written.
    """
    where = {"workspace_id": workspace_id}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        before = (await connection.execute(LOCK, where)).one()
        differing = differing_of(before, changes)
        if not differing:
            await connection.rollback()
            return
        await append_audit(connection, AuditEntry(workspace_id, actor, "workspace.rate", workspace_id, differing))
        values = {name: differing.get(name, getattr(before, name)) for name in ("rate_per_minute", "rate_burst")}
        await connection.execute(RATE, where | values)


async def set_retention(database: Database, *, workspace_id: UUID, days: int | None, actor: Actor) -> None:
    """Say for how many days texts are kept, None: for ever; what is older, the sweeper erases, and it does not come back.

    Without a difference, nothing is written.
    """
    where, details = {"workspace_id": workspace_id}, {"retention_days": days}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        if not differing_of((await connection.execute(LOCK, where)).one(), details):
            await connection.rollback()
            return
        await append_audit(connection, AuditEntry(workspace_id, actor, "workspace.retention", workspace_id, details))
        await connection.execute(RETENTION, where | {"days": days})
