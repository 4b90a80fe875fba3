"""Verdicts on keys: what a probe, or a live turn that served as one, proved."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.store.database import Database
from shared.store.keys.rows import Verdict, VerdictResult
from shared.store.keys.standing_values import standing_values

APPLY = text(
    "SELECT * FROM apply_verdict(:key_id, :workspace_id, :version, :verdict_seq, :state, :reason_code, :reason, "
    ":provider_status, :provider_code, :provider_request_id, CAST(:models AS text[]), CAST(:blocked AS jsonb), "
    ":recheck_seconds, :actor, :source)",
)
TAKE_LIVE_PROBE = text(
    "UPDATE provider_keys SET live_probe_at = now() WHERE id = :key_id AND version = :version "
    "AND verdict_seq = :verdict_seq AND state = 'suspect' AND deleted_at IS NULL "
    "AND suspect_since < now() - make_interval(secs => :patience) "
    "AND (live_probe_at IS NULL OR live_probe_at < now() - make_interval(secs => :patience)) RETURNING id",
)


async def apply_verdict(database: Database, verdict: Verdict) -> VerdictResult:
    """Apply a verdict if version and verdict_seq are still the row's; a stale one changes nothing.

    Turns that waited for the verdict become due; those that found a slot are in `promoted`.
    """
    (row,) = await database.call(
        APPLY,
        key_id=verdict.key_id,
        workspace_id=verdict.workspace_id,
        version=verdict.version,
        verdict_seq=verdict.verdict_seq,
        **standing_values(verdict.standing),
        actor=verdict.actor.name,
        source=verdict.actor.source,
    )
    return VerdictResult(applied=row.o_applied, promoted=tuple(row.o_promoted))


async def take_live_probe(
    database: Database,
    *,
    key_id: UUID,
    version: int,
    verdict_seq: int,
    patience_seconds: float,
) -> bool:
    """Let one live turn at a time serve as the probe of a key that has been suspect for so long."""
    rows = await database.call(
        TAKE_LIVE_PROBE,
        key_id=key_id,
        version=version,
        verdict_seq=verdict_seq,
        patience=patience_seconds,
    )
    return bool(rows)
