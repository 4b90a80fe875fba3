"""Tell whether a request was here before."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database

KNOWN = text(
    "SELECT 1 FROM turns WHERE bot_id = :bot_id AND idempotency_key = :idempotency_key "
    "AND accepted_at > clock_timestamp() - make_interval(hours => :idempotency_hours)",
)


async def is_known(database: Database, *, bot_id: UUID, idempotency_key: str, idempotency_hours: int) -> bool:
    """Tell whether accept would answer this key by the turn that holds it: by a replay, or by a conflict."""
    rows = await database.call(
        KNOWN, bot_id=bot_id, idempotency_key=idempotency_key, idempotency_hours=idempotency_hours
    )
    return bool(rows)
