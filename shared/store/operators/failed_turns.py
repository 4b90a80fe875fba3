"""Failed and expired turns of all workspaces, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.error_types import ErrorType
from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.operators.rows import FailedTurn
from shared.store.turns.json_fields import error_value

# a page from each kind of error, of which there are a score, and the page's worth of them: one index for all filters
PAGE = text(
    "WITH page AS (SELECT f.id FROM unnest(CAST(:error_types AS text[])) AS e (type) CROSS JOIN LATERAL "
    "(SELECT id, accepted_at FROM turns WHERE status IN ('failed', 'expired') "
    "AND coalesce(error::json ->> 'type', 'unknown') = e.type AND accepted_at >= :from_at "
    "AND (accepted_at, id) < (:before_at, CAST(:before_id AS uuid)) "
    "ORDER BY accepted_at DESC, id DESC LIMIT :at_most) AS f ORDER BY f.accepted_at DESC, f.id DESC LIMIT :at_most) "
    "SELECT t.id, t.workspace_id, w.name AS workspace_name, t.status, t.model, t.provider, t.provider_request_id, "
    "t.error, t.attempt, t.crashes, t.accepted_at "
    "FROM page JOIN turns AS t ON t.id = page.id JOIN workspaces AS w ON w.id = t.workspace_id "
    "ORDER BY t.accepted_at DESC, t.id DESC",
)


async def list_failed_turns_of_all(
    database: Database,
    *,
    from_at: datetime,
    before: tuple[datetime, UUID],
    limit: int,
    error_types: Sequence[ErrorType] = tuple(ErrorType),
) -> list[FailedTurn]:
    """Return failed and expired turns with these errors, accepted from `from_at` on and before a place in that order."""
    rows = await database.call(
        PAGE,
        error_types=list(error_types),
        from_at=from_at,
        before_at=before[0],
        before_id=before[1],
        at_most=limit,
    )
    return [_turn(row) for row in rows]


def _turn(row: Row[Any]) -> FailedTurn:
    return FailedTurn(
        turn_id=row.id,
        workspace_id=row.workspace_id,
        workspace_name=row.workspace_name,
        status=TurnStatus(row.status),
        model=row.model,
        provider=row.provider,
        provider_request_id=row.provider_request_id,
        error=error_value(row.error),
        attempt=row.attempt,
        crashes=row.crashes,
        accepted_at=row.accepted_at,
    )
