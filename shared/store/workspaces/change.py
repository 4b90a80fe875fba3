"""Change a workspace's plan, slots, quota, rate or retention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
UPDATE = text(
    "UPDATE workspaces SET rate_per_minute = :rate_per_minute, rate_burst = :rate_burst, "
    "retention_days = :retention_days WHERE id = :workspace_id"
)
ACTIONS = {"workspace.retention": ("retention_days",), "workspace.rate": ("rate_per_minute", "rate_burst")}
"""By what the audit calls a change the columns that it is made of."""
CHANGEABLE = tuple(name for names in ACTIONS.values() for name in names)
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


async def update_workspace(
    database: Database,
    change: Callable[[Mapping[str, int | None]], Mapping[str, int | None]],
    *,
    workspace_id: UUID,
    actor: Actor,
) -> None:
    """Change by which rate messages for all bots together may come, or for how many days texts are kept.

    `change` is given what CHANGEABLE names as it stands, locked, and returns what becomes of it; None: no limit, for
    ever. What it raises leaves all as it was. What is as it was is no change: without any other, nothing is written.
    Texts that are older than they are kept, the sweeper erases, and they do not come back.
    """
    where = {"workspace_id": workspace_id}
    async with database.transaction() as connection:
        await start_epoch(connection, workspace_id)
        found = (await connection.execute(LOCK, where)).one()
        before = {name: getattr(found, name) for name in CHANGEABLE}
        differing = differing_of(found, change(before))
        if not differing:
            await connection.rollback()
            return
        for action, names in ACTIONS.items():
            details = {name: differing[name] for name in names if name in differing}
            if details:
                await append_audit(connection, AuditEntry(workspace_id, actor, action, workspace_id, details))
        await connection.execute(UPDATE, where | before | differing)
