"""Renew leases: all turns of a process in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.store.database import Database
from shared.store.turns.batch_json import batch_json
from shared.store.turns.rows import KeyUse, LeaseStanding

RENEW = "SELECT * FROM renew_leases($1::jsonb, $2)"


@dataclass(frozen=True, slots=True)
class CallNote:
    """That the provider call of an attempt began, on what and with which key."""

    provider: str
    wire_model: str
    key_use: KeyUse | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A turn that this process runs; `call` once its provider call began."""

    turn_id: UUID
    attempt: int
    call: CallNote | None = None


async def renew_leases(
    database: Database,
    leases: Sequence[Lease],
    *,
    lease_seconds: float,
) -> list[LeaseStanding]:
    """Prolong the leases and say of each, in the given order, whether it still stands."""
    batch = batch_json(_fields(lease) for lease in leases)
    rows = await database.fetch(RENEW, batch, lease_seconds)
    standings = {(row["turn_id"], row["attempt"]): LeaseStanding(row["standing"]) for row in rows}
    return [standings.get((lease.turn_id, lease.attempt), LeaseStanding.LOST) for lease in leases]


def _fields(lease: Lease) -> dict[str, Any]:
    call, key = lease.call, lease.call.key_use if lease.call else None
    return {
        "turn_id": lease.turn_id,
        "attempt": lease.attempt,
        "call_began": call is not None,
        "provider": call.provider if call else None,
        "wire_model": call.wire_model if call else None,
        "key_id": key.key_id if key else None,
        "key_version": key.key_version if key else None,
        "verdict_seq": key.verdict_seq if key else None,
    }
