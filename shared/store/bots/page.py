"""A page of a workspace's bots, by name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.bots.read import BOT_COLUMNS, bot_of
from shared.store.bots.rows import BotRow
from shared.store.database import Database

PAGE = text(
    f"SELECT {BOT_COLUMNS} FROM bots WHERE workspace_id = :workspace_id AND deleted_at IS NULL "
    "AND position(lower(:search) IN lower(name)) > 0 AND (CAST(:after AS uuid) IS NULL OR (lower(name), id) > "
    "(SELECT lower(b.name), b.id FROM bots AS b WHERE b.workspace_id = :workspace_id AND b.id = :after)) "
    "ORDER BY lower(name), id LIMIT :at_most",
)


async def list_bots_page(
    database: Database, *, workspace_id: UUID, search: str, after: UUID | None, limit: int
) -> list[BotRow]:
    """Return bots in the order of their names, those behind the bot `after`, whose names hold `search`."""
    rows = await database.call(PAGE, workspace_id=workspace_id, search=search, after=after, at_most=limit)
    return [bot_of(row) for row in rows]
