"""A workspace's whole configuration, read in one snapshot with its epoch."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.plans import Plan
from shared.store.bots.read import BOT_COLUMNS, bot_of
from shared.store.database import Database
from shared.store.keys.read import KEY_COLUMNS, key_of
from shared.store.workspaces.rows import WorkspaceConfiguration

WORKSPACE = text(
    "SELECT plan, epoch FROM workspaces JOIN workspace_counters ON workspace_id = id WHERE id = :workspace_id",
)
BOTS = text(f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = :workspace_id AND deleted_at IS NULL")
KEYS = text(  # own constants only
    f"SELECT {KEY_COLUMNS} FROM provider_keys WHERE workspace_id = :workspace_id AND deleted_at IS NULL",
)


async def read_configuration(database: Database, workspace_id: UUID) -> WorkspaceConfiguration | None:
    """Return everything that decides the workspace's turns, or None when there is no such workspace."""
    values = {"workspace_id": workspace_id}
    async with database.snapshot() as connection:
        workspace = (await connection.execute(WORKSPACE, values)).one_or_none()
        if workspace is None:
            return None
        bots = [bot_of(row) for row in await connection.execute(BOTS, values)]
        keys = [key_of(row) for row in await connection.execute(KEYS, values)]
    return WorkspaceConfiguration(
        workspace_id=workspace_id,
        epoch=workspace.epoch,
        plan=Plan(workspace.plan),
        bots={bot.bot_id: bot for bot in bots},
        keys={key.key_id: key for key in keys},
    )
