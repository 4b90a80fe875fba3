"""Take tokens back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.actor import Actor
from shared.store.database import Database
from shared.store.tokens.create import insert_token
from shared.store.tokens.rows import NewToken
from shared.store.workspaces.epoch import begin_change

REVOKE = text(
    "UPDATE tokens SET revoked_at = now() WHERE workspace_id = :workspace_id AND id = :token_id AND revoked_at IS NULL",
)


async def revoke_token(database: Database, *, workspace_id: UUID, token_id: UUID, actor: Actor) -> bool:
    """Revoke a token from this commit on; False when there is none that is good."""
    async with database.transaction() as connection:
        await begin_change(connection, workspace_id, actor=actor, action="token.revoke", target=token_id)
        return await _revoke(connection, workspace_id, token_id)


async def rotate_token(
    database: Database,
    *,
    workspace_id: UUID,
    token_id: UUID,
    replacement: NewToken,
    actor: Actor,
) -> bool:
    """Put a new token in an old one's place, in one commit; False when there is none that is good."""
    async with database.transaction() as connection:
        details = {"replacement": replacement.token_id}
        await begin_change(
            connection, workspace_id, actor=actor, action="token.rotate", target=token_id, details=details
        )
        if not await _revoke(connection, workspace_id, token_id):
            return False
        await insert_token(connection, replacement)
        return True


async def _revoke(connection: AsyncConnection, workspace_id: UUID, token_id: UUID) -> bool:
    revoked = await connection.execute(REVOKE, {"workspace_id": workspace_id, "token_id": token_id})
    if revoked.rowcount == 0:
        await connection.rollback()
    return revoked.rowcount > 0
