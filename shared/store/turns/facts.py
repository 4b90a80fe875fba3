"""Read what turns ran on and how they ended: one, the failed ones, the attempts of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import UsageKind
from shared.store.database import Database
from shared.store.keys.rows import KeyAddress
from shared.store.turns.fact_rows import AttemptFacts, Place, TurnFacts
from shared.store.turns.json_fields import error_value
from shared.store.turns.read import usage_of

FACTS = """
    SELECT t.id, t.workspace_id, t.bot_id, t.position, t.conversation, t.end_user, t.door, t.status, t.model, t.provider,
        t.wire_model, t.key_id, t.key_version, t.provider_request_id, t.error, t.partial, t.finish_reason,
        t.input_tokens, t.output_tokens, t.cached_input_tokens, t.cache_write_input_tokens, t.reasoning_tokens,
        t.usage_kind, t.attempt, t.retries, t.crashes, t.first_text_ms, t.call_ms, t.accepted_at, t.started_at,
        t.ended_at, t.deadline_at, t.cache_hit, k.region, k.organization, k.project, k.anthropic_workspace_id
    FROM turns AS t LEFT JOIN provider_keys AS k ON k.id = t.key_id AND k.workspace_id = t.workspace_id
"""
ONE = text(f"{FACTS} WHERE t.id = :turn_id")
# the words of the partial index stand in the query, else the planner cannot know that it holds these rows
FAILED_PAGE = """
    AND t.workspace_id = :workspace_id AND t.status IN ('failed', 'expired') AND t.status = :status
    AND t.accepted_at >= :from_at AND (t.accepted_at, t.position) < (:before_at, :before_position)
    ORDER BY t.accepted_at DESC, t.position DESC LIMIT :at_most
"""
FAILED = text(f"{FACTS} WHERE true {FAILED_PAGE}")
FAILED_OF_BOT = text(f"{FACTS} WHERE t.bot_id = :bot_id {FAILED_PAGE}")
ATTEMPTS = text(
    "SELECT attempt, kind, provider, wire_model, key_id, key_version, provider_request_id, earlier_request_ids, error, "
    "input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens, reasoning_tokens, first_text_ms, call_ms, "
    "ends_turn, recorded_at FROM usage_events WHERE turn_id = :turn_id ORDER BY attempt",
)


async def find_turn_facts(database: Database, turn_id: UUID) -> TurnFacts | None:
    """Return a turn of whatever workspace, or None; whoever asks for a workspace must compare."""
    rows = await database.call(ONE, turn_id=turn_id)
    return _facts(rows[0]) if rows else None


async def list_failed_turns(
    database: Database,
    *,
    workspace_id: UUID,
    status: TurnStatus,
    from_at: datetime,
    before: Place,
    limit: int,
    bot_id: UUID | None = None,
) -> list[TurnFacts]:
    """Return the workspace's failed or expired turns, the latest first, that were accepted from then on and before."""
    values: dict[str, Any] = {} if bot_id is None else {"bot_id": bot_id}
    rows = await database.call(
        FAILED if bot_id is None else FAILED_OF_BOT,
        workspace_id=workspace_id,
        status=status,
        from_at=from_at,
        before_at=before.accepted_at,
        before_position=before.position,
        at_most=limit,
        **values,
    )
    return [_facts(row) for row in rows]


async def list_attempts(database: Database, turn_id: UUID) -> list[AttemptFacts]:
    """Return the turn's ended attempts, the first first."""
    return [_attempt(row) for row in await database.call(ATTEMPTS, turn_id=turn_id)]


def _facts(row: Row[Any]) -> TurnFacts:
    return TurnFacts(
        turn_id=row.id,
        workspace_id=row.workspace_id,
        bot_id=row.bot_id,
        position=row.position,
        conversation=row.conversation,
        end_user=row.end_user,
        door=Door(row.door),
        status=TurnStatus(row.status),
        model=row.model,
        provider=row.provider,
        wire_model=row.wire_model,
        key_id=row.key_id,
        key_version=row.key_version,
        address=KeyAddress(row.region, row.organization, row.project, row.anthropic_workspace_id),
        provider_request_id=row.provider_request_id,
        error=error_value(row.error),
        partial=row.partial,
        finish_reason=row.finish_reason,
        usage=usage_of(row),
        usage_kind=UsageKind(row.usage_kind) if row.usage_kind else None,
        attempt=row.attempt,
        retries=row.retries,
        crashes=row.crashes,
        first_text_ms=row.first_text_ms,
        call_ms=row.call_ms,
        accepted_at=row.accepted_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        deadline_at=row.deadline_at,
        cache_hit=row.cache_hit,
    )


def _attempt(row: Row[Any]) -> AttemptFacts:
    return AttemptFacts(
        attempt=row.attempt,
        kind=UsageKind(row.kind),
        provider=row.provider or None,
        wire_model=row.wire_model,
        key_id=row.key_id,
        key_version=row.key_version,
        provider_request_id=row.provider_request_id,
        earlier_request_ids=tuple(row.earlier_request_ids or ()),
        error=error_value(row.error),
        usage=usage_of(row),
        first_text_ms=row.first_text_ms,
        call_ms=row.call_ms,
        ends_turn=row.ends_turn,
        recorded_at=row.recorded_at,
    )
