"""Read turns: one, many, a conversation, a conversation's past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.sources import read_sources
from shared.domain.turn_result import read_ignored
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import Usage, UsageKind
from shared.store.database import Database
from shared.store.turns.json_fields import error_value, json_value
from shared.store.turns.rows import TurnRow

COLUMNS = """
    id, bot_id, workspace_id, conversation, end_user, status, door, attempt, model, provider, question, answer,
    partial, finish_reason, error, input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens,
    reasoning_tokens, usage_kind, ignored_parameters, provider_request_id, accepted_at, started_at, ended_at,
    position, messages, first_text_ms, call_ms, cache_hit, erased_at, sources
"""
ONE = text(f"SELECT {COLUMNS} FROM turns WHERE bot_id = :bot_id AND id = :turn_id")
OWN = text(f"SELECT {COLUMNS} FROM turns WHERE workspace_id = :workspace_id AND id = :turn_id")
MANY = text(f"SELECT {COLUMNS} FROM turns WHERE id = ANY (CAST(:ids AS uuid[]))")
ENDED = text(
    f"SELECT {COLUMNS} FROM turns WHERE id = ANY (CAST(:ids AS uuid[])) AND ended_at IS NOT NULL",
)
CONVERSATION = text(
    f"SELECT {COLUMNS} FROM turns WHERE bot_id = :bot_id AND conversation = :conversation "
    "AND position > :after ORDER BY position LIMIT :at_most",
)
HISTORY = (
    "SELECT question, answer FROM turns WHERE bot_id = $1 AND conversation = $2 "
    "AND position < $3 AND status = 'completed' AND NOT partial ORDER BY position DESC LIMIT $4"
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A completed turn as the model's context holds it."""

    question: str
    answer: str


async def read_turn(database: Database, *, bot_id: UUID, turn_id: UUID) -> TurnRow | None:
    """Return a turn of this bot, or None."""
    rows = await database.call(ONE, bot_id=bot_id, turn_id=turn_id)
    return turn_of(rows[0]) if rows else None


async def read_own_turn(database: Database, *, workspace_id: UUID, turn_id: UUID) -> TurnRow | None:
    """Return a turn of this workspace, whichever bot's it is, or None."""
    rows = await database.call(OWN, workspace_id=workspace_id, turn_id=turn_id)
    return turn_of(rows[0]) if rows else None


async def read_turns(database: Database, turn_ids: Sequence[UUID]) -> dict[UUID, TurnRow]:
    """Return these turns by id, whatever their status; the unknown are absent."""
    rows = await database.call(MANY, ids=list(turn_ids))
    return {row.id: turn_of(row) for row in rows}


async def read_ended(database: Database, turn_ids: Sequence[UUID]) -> dict[UUID, TurnRow]:
    """Return those of these turns that have ended, by id."""
    rows = await database.call(ENDED, ids=list(turn_ids))
    return {row.id: turn_of(row) for row in rows}


async def read_conversation(
    database: Database,
    *,
    bot_id: UUID,
    conversation: str,
    after_position: int,
    limit: int,
) -> list[TurnRow]:
    """Return a conversation's turns behind a position, oldest first."""
    rows = await database.call(
        CONVERSATION,
        bot_id=bot_id,
        conversation=conversation,
        after=after_position,
        at_most=limit,
    )
    return [turn_of(row) for row in rows]


async def read_history(
    database: Database,
    *,
    bot_id: UUID,
    conversation: str,
    before_position: int,
    limit: int,
) -> list[Exchange]:
    """Return the completed turns before a position, newest first; failed and partial ones stay out."""
    rows = await database.fetch(HISTORY, bot_id, conversation, before_position, limit)
    return [Exchange(row["question"], row["answer"] or "") for row in rows]


def turn_of(row: Row[Any]) -> TurnRow:
    """Return the turn that a row of COLUMNS holds."""
    return TurnRow(
        turn_id=row.id,
        bot_id=row.bot_id,
        workspace_id=row.workspace_id,
        conversation=row.conversation,
        end_user=row.end_user,
        status=TurnStatus(row.status),
        door=Door(row.door),
        attempt=row.attempt,
        model=row.model,
        provider=row.provider,
        question=row.question,
        answer=row.answer,
        partial=row.partial,
        finish_reason=row.finish_reason,
        error=error_value(row.error),
        usage=usage_of(row),
        usage_kind=UsageKind(row.usage_kind) if row.usage_kind else None,
        ignored_parameters=read_ignored(json_value(row.ignored_parameters)),
        provider_request_id=row.provider_request_id,
        accepted_at=row.accepted_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        position=row.position,
        messages=json_value(row.messages),
        first_text_ms=row.first_text_ms,
        call_ms=row.call_ms,
        cache_hit=row.cache_hit,
        erased_at=row.erased_at,
        sources=read_sources(json_value(row.sources)),
    )


def usage_of(row: Row[Any]) -> Usage:
    """Return the figures that a row of a turn or of a usage event holds."""
    return Usage(
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cached_input_tokens=row.cached_input_tokens,
        cache_write_input_tokens=row.cache_write_input_tokens,
        reasoning_tokens=row.reasoning_tokens,
    )
