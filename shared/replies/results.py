"""A turn's row as the result that its caller waits for."""

from __future__ import annotations

from shared.domain.turn_result import TurnResult
from shared.domain.usage import UsageKind
from shared.store.turns.rows import TurnRow


def result_of_row(row: TurnRow) -> TurnResult:
    """Return the turn as it stands in its row."""
    return TurnResult(
        turn_id=str(row.turn_id),
        status=row.status,
        attempt=row.attempt,
        answer=row.answer,
        partial=row.partial,
        finish_reason=row.finish_reason,
        model=row.model,
        provider=row.provider,
        error=row.error,
        usage=row.usage,
        usage_kind=row.usage_kind or UsageKind.UNKNOWN,
        ignored_parameters=row.ignored_parameters,
        cached=row.cache_hit,
        sources=row.sources,
    )
