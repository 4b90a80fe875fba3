"""Find who holds tokens: one query at the door, for all that knock in the same instant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from shared.domain.plans import Plan
from shared.domain.rates import rate_of
from shared.store.bots.read import LIMIT_NAMES, bot_of
from shared.store.database import Database
from shared.store.tokens.rows import TokenHolder, TokenKind

FIND = text(
    "SELECT t.token_hash, t.id, t.workspace_id, t.kind, w.plan, c.epoch, b.id AS bot_id, b.name, b.model, "
    f"b.system_prompt, b.key_id, b.language, b.created_at, b.deleted_at, {', '.join(f'b.{name}' for name in LIMIT_NAMES)}, "
    "w.rate_per_minute AS workspace_rate_per_minute, w.rate_burst AS workspace_rate_burst FROM tokens AS t "
    "JOIN workspaces AS w ON w.id = t.workspace_id "
    "JOIN workspace_counters AS c ON c.workspace_id = t.workspace_id LEFT JOIN bots AS b ON b.id = t.bot_id "
    "WHERE t.token_hash = ANY (:token_hashes) AND t.revoked_at IS NULL",
)


async def find_tokens(database: Database, token_hashes: Sequence[bytes]) -> list[TokenHolder | None]:
    """Return the holder of each token with this SHA-256; None: unknown, revoked, or its bot is gone."""
    rows = await database.call(FIND, token_hashes=list(token_hashes))
    found = {row.token_hash: _holder(row) for row in rows if row.deleted_at is None}
    return [found.get(token_hash) for token_hash in token_hashes]


async def find_token(database: Database, token_hash: bytes) -> TokenHolder | None:
    """Return the holder of one token, or None."""
    (holder,) = await find_tokens(database, [token_hash])
    return holder


def _holder(row: Row[Any]) -> TokenHolder:
    return TokenHolder(
        token_id=row.id,
        workspace_id=row.workspace_id,
        kind=TokenKind(row.kind),
        plan=Plan(row.plan),
        epoch=row.epoch,
        bot=None if row.bot_id is None else bot_of(row, row.bot_id),
        workspace_rate=rate_of(row.workspace_rate_per_minute, row.workspace_rate_burst),
    )
