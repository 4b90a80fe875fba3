"""A turn and its attempts as the workspace's admins see them: with everything that a bot's caller does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.domain.sources import write_sources
from shared.domain.turn_result import TurnError
from shared.store.turns.fact_rows import AttemptFacts, TurnFacts
from shared.store.turns.rows import TurnRow


def turn_body(turn: TurnFacts) -> dict[str, Any]:
    """Return what a turn ran on, what it cost and how it ended, without its texts."""
    return {
        "id": turn.turn_id,
        "bot": turn.bot_id,
        "conversation": turn.conversation,
        "user": turn.end_user,
        "door": turn.door,
        "position": turn.position,
        "status": turn.status,
        "error": _error_body(turn.error),
        "partial": turn.partial,
        "finish_reason": turn.finish_reason,
        "cache_hit": turn.cache_hit,
        "model": turn.model,
        "provider": turn.provider,
        "wire_model": turn.wire_model,
        "key": turn.key_id,
        "key_version": turn.key_version,
        "provider_request_id": turn.provider_request_id,
        "usage": turn.usage.to_primitives() | {"kind": turn.usage_kind},
        "first_text_ms": turn.first_text_ms,
        "call_ms": turn.call_ms,
        "attempt": turn.attempt,
        "retries": turn.retries,
        "crashes": turn.crashes,
        "accepted_at": turn.accepted_at,
        "started_at": turn.started_at,
        "ended_at": turn.ended_at,
        "deadline_at": turn.deadline_at,
    }


def whole_turn_body(turn: TurnFacts, texts: TurnRow, attempts: Sequence[AttemptFacts]) -> dict[str, Any]:
    """Return the turn with what was said and with every attempt."""
    said = {
        "question": texts.question,
        "answer": texts.answer,
        "messages": texts.messages,
        "erased_at": texts.erased_at,
        "ignored_parameters": dict(texts.ignored_parameters),
        "sources": write_sources(texts.sources),
    }
    return turn_body(turn) | said | {"attempts": [_attempt_body(attempt) for attempt in attempts]}


def _attempt_body(attempt: AttemptFacts) -> dict[str, Any]:
    return {
        "attempt": attempt.attempt,
        "provider": attempt.provider,
        "wire_model": attempt.wire_model,
        "key": attempt.key_id,
        "key_version": attempt.key_version,
        "provider_request_id": attempt.provider_request_id,
        "earlier_request_ids": attempt.earlier_request_ids,
        "error": _error_body(attempt.error),
        "usage": attempt.usage.to_primitives() | {"kind": attempt.kind},
        "first_text_ms": attempt.first_text_ms,
        "call_ms": attempt.call_ms,
        "ends_turn": attempt.ends_turn,
        "recorded_at": attempt.recorded_at,
    }


def _error_body(error: TurnError | None) -> dict[str, Any] | None:
    return None if error is None else {name: getattr(error, name) for name in error.__slots__}
