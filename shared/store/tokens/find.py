"""Find who holds a token: one query at the door."""

from __future__ import annotations

from sqlalchemy import text

from shared.domain.plans import Plan
from shared.store.bots.rows import BotRow
from shared.store.database import Database
from shared.store.tokens.rows import TokenHolder, TokenKind

FIND = text(
    "SELECT t.id, t.workspace_id, t.kind, w.plan, c.epoch, b.id AS bot_id, b.name, b.model, b.system_prompt, "
    "b.key_id, b.created_at, b.deleted_at FROM tokens AS t JOIN workspaces AS w ON w.id = t.workspace_id "
    "JOIN workspace_counters AS c ON c.workspace_id = t.workspace_id LEFT JOIN bots AS b ON b.id = t.bot_id "
    "WHERE t.token_hash = :token_hash AND t.revoked_at IS NULL",
)


async def find_token(database: Database, token_hash: bytes) -> TokenHolder | None:
    """Return the holder of the token with this SHA-256, or None: unknown, revoked, or its bot is gone."""
    rows = await database.call(FIND, token_hash=token_hash)
    if not rows or rows[0].deleted_at is not None:
        return None
    row = rows[0]
    bot = None
    if row.bot_id is not None:
        bot = BotRow(row.bot_id, row.workspace_id, row.name, row.model, row.system_prompt, row.key_id, row.created_at)
    return TokenHolder(
        token_id=row.id,
        workspace_id=row.workspace_id,
        kind=TokenKind(row.kind),
        plan=Plan(row.plan),
        epoch=row.epoch,
        bot=bot,
    )
