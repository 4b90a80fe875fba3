"""Run a failed turn of whatever workspace once more, and note who did it: the message and its tokens are not theirs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.actor import Actor
from shared.domain.turn_status import TurnStatus
from shared.store.audit.append import append_audit
from shared.store.audit.rows import AuditEntry
from shared.store.database import Database
from shared.store.turns.retry import RetryCode, RetryResult

RETRY = text(
    "SELECT t.workspace_id, r.o_code, r.o_status FROM turns AS t "
    "CROSS JOIN LATERAL retry_turn(t.bot_id, t.id, :deadline_seconds, :waiting_limit) AS r WHERE t.id = :turn_id",
)


async def retry_any_turn(
    database: Database, turn_id: UUID, *, deadline_seconds: float, waiting_limit: int, actor: Actor
) -> RetryResult:
    """Retry the turn as its own workspace would, with a message of its month; what is accepted stands in its audit."""
    async with database.transaction() as connection:
        values = {"turn_id": turn_id, "deadline_seconds": deadline_seconds, "waiting_limit": waiting_limit}
        row = (await connection.execute(RETRY, values)).one_or_none()
        if row is None:
            return RetryResult(RetryCode.NOT_FOUND, None)
        result = RetryResult(RetryCode(row.o_code), TurnStatus(row.o_status) if row.o_status else None)
        if result.code is RetryCode.ACCEPTED:
            await append_audit(connection, AuditEntry(row.workspace_id, actor, "turn.retry", turn_id))
    return result
