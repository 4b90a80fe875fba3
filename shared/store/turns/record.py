"""Record how attempts ended: outcome, usage, quota, slot and promotion in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.domain.sources import write_sources
from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.turns.batch_json import batch_json
from shared.store.turns.json_fields import error_text, json_text
from shared.store.turns.rows import AnswerPlace, AttemptEnd, RecordResult

RECORD = "SELECT * FROM record_attempts($1::jsonb)"


async def record_attempts(database: Database, ends: Sequence[AttemptEnd]) -> list[RecordResult]:
    """Write the ends of attempts, one result each in the given order; harmless to run again.

    The turns that the whole batch promoted stand in the first result.
    """
    batch = batch_json(_fields(end) for end in ends)
    rows = await database.fetch(RECORD, batch)
    results = {(row["o_turn_id"], row["o_attempt"]): _result(row) for row in rows}
    return [results[end.turn_id, end.attempt] for end in ends]


def _fields(end: AttemptEnd) -> dict[str, Any]:
    key = end.key_use
    return {
        "turn_id": end.turn_id,
        "attempt": end.attempt,
        "status": end.status,
        "keeps_quota": end.keeps_quota,
        "call_began": end.call_began,
        "waits_for_key": end.waits_for_key,
        "waits_for_room": end.waits_for_room,
        "next_attempt_at": end.next_attempt_at,
        "retries": end.retries,
        "answer": end.answer,
        "partial": end.partial,
        "finish_reason": end.finish_reason,
        "error": error_text(end.error),
        "ignored_parameters": json_text(end.ignored_parameters),
        "provider": end.provider,
        "wire_model": end.wire_model,
        "key_id": key.key_id if key else None,
        "key_version": key.key_version if key else None,
        "verdict_seq": key.verdict_seq if key else None,
        "refused": end.refused,
        "provider_request_id": end.provider_request_id,
        "usage_kind": end.usage_kind,
        "first_text_ms": end.first_text_ms,
        "call_ms": end.call_ms,
        "earlier_request_ids": end.earlier_request_ids or None,
        **end.usage.to_primitives(),
        **({"makes_room": end.makes_room} if end.makes_room else {}),  # its absence spares a look
        **({"cache_hit": True} if end.cache_hit else {}),
        **({"sources": json_text(write_sources(end.sources))} if end.sources else {}),
        **({} if end.keeps is None else _place(end.keeps)),
    }


def _place(place: AnswerPlace) -> dict[str, Any]:
    return {"cache_key": place.cache_key.hex(), "cache_seconds": place.cache_seconds}


def _result(row: Any) -> RecordResult:
    return RecordResult(
        turn_id=row["o_turn_id"],
        applied=row["o_applied"],
        status=TurnStatus(row["o_status"]),
        promoted=tuple(row["o_promoted"] or ()),
        suspected=row["o_suspected"],
    )
