"""Claim ready turns: the lease that makes a turn this process's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.domain.turn_status import Door
from shared.store.database import Database
from shared.store.turns.json_fields import json_value
from shared.store.turns.rows import ClaimedTurn

CLAIM = "SELECT * FROM claim_turns($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class Claim:
    """One turn to be claimed. `claim_token` is new for each message that asks, so that a rerun finds its lease."""

    turn_id: UUID
    claim_token: UUID


async def claim_turns(
    database: Database,
    claims: Sequence[Claim],
    *,
    owner: str,
    lease_seconds: float,
) -> list[ClaimedTurn | None]:
    """Lease the turns in one transaction; None for each that is not ready, gone or past its deadline."""
    ids, tokens = [claim.turn_id for claim in claims], [claim.claim_token for claim in claims]
    rows = await database.fetch(CLAIM, ids, tokens, owner, lease_seconds)
    claimed = {row["id"]: _claimed(row) for row in rows}
    return [claimed.pop(claim.turn_id, None) for claim in claims]


def _claimed(row: Any) -> ClaimedTurn:
    return ClaimedTurn(
        turn_id=row["id"],
        workspace_id=row["workspace_id"],
        bot_id=row["bot_id"],
        epoch=row["epoch"],
        attempt=row["attempt"],
        retries=row["retries"],
        crashes=row["crashes"],
        model=row["model"],
        door=Door(row["door"]),
        question=row["question"],
        position=row["position"],
        accepted_at=row["accepted_at"],
        deadline_at=row["deadline_at"],
        conversation=row["conversation"],
        end_user=row["end_user"],
        messages=json_value(row["messages"]),
        parameters=json_value(row["parameters"]) or {},
        inbox=row["inbox"],
        claimed_at=row["claimed_at"],
    )
