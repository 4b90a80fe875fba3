"""List tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.store.database import Database
from shared.store.tokens.rows import TokenKind, TokenRow

COLUMNS = "id, workspace_id, kind, name, last_four, bot_id, created_at, revoked_at"
LIST = text(f"SELECT {COLUMNS} FROM tokens WHERE workspace_id = :workspace_id ORDER BY created_at, id")
ADMINS = text(
    f"SELECT {COLUMNS} FROM tokens WHERE workspace_id = :workspace_id AND kind = 'admin' AND revoked_at IS NULL "
    "ORDER BY created_at, id",
)


async def list_tokens(database: Database, workspace_id: UUID) -> list[TokenRow]:
    """Return the workspace's tokens, the revoked too, the oldest first."""
    return [_token(row) for row in await database.call(LIST, workspace_id=workspace_id)]


async def list_admin_tokens(database: Database, workspace_id: UUID) -> list[TokenRow]:
    """Return the workspace's admin tokens that are good, the oldest first."""
    return [_token(row) for row in await database.call(ADMINS, workspace_id=workspace_id)]


def _token(row: Row[Any]) -> TokenRow:
    return TokenRow(
        token_id=row.id,
        workspace_id=row.workspace_id,
        kind=TokenKind(row.kind),
        name=row.name,
        last_four=row.last_four,
        bot_id=row.bot_id,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
