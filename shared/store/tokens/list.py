"""List tokens."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.tokens.rows import TokenKind, TokenRow

LIST = text(
    "SELECT id, workspace_id, kind, name, last_four, bot_id, created_at, revoked_at FROM tokens "
    "WHERE workspace_id = :workspace_id ORDER BY created_at, id",
)


async def list_tokens(database: Database, workspace_id: UUID) -> list[TokenRow]:
    """Return the workspace's tokens, the revoked too, the oldest first."""
    return [
        TokenRow(
            token_id=row.id,
            workspace_id=row.workspace_id,
            kind=TokenKind(row.kind),
            name=row.name,
            last_four=row.last_four,
            bot_id=row.bot_id,
            created_at=row.created_at,
            revoked_at=row.revoked_at,
        )
        for row in await database.call(LIST, workspace_id=workspace_id)
    ]
