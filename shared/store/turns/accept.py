"""Accept turns: the one commit after which nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.domain.turn_status import TurnStatus
from shared.store.database import Database
from shared.store.turns.batch_json import batch_json
from shared.store.turns.json_fields import json_text
from shared.store.turns.rows import AcceptCode, AcceptResult, NewTurn

ACCEPT = "SELECT * FROM accept_turns($1::jsonb, $2, $3)"


async def accept_turns(
    database: Database,
    turns: Sequence[NewTurn],
    *,
    waiting_limit: int,
    idempotency_hours: int,
) -> list[AcceptResult]:
    """Accept a batch in one transaction and answer each turn, in the given order.

    Harmless to run again: a turn whose id is there already is answered as accepted.
    """
    batch = batch_json(_fields(turn) for turn in turns)
    rows = await database.fetch(ACCEPT, batch, waiting_limit, idempotency_hours)
    return [_result(row) for row in sorted(rows, key=lambda row: row["o_ordinal"])]


def _fields(turn: NewTurn) -> dict[str, Any]:
    return {
        "turn_id": turn.turn_id,
        "workspace_id": turn.workspace_id,
        "bot_id": turn.bot_id,
        "epoch": turn.epoch,
        "model": turn.model,
        "door": turn.door,
        "question": turn.question,
        "deadline_seconds": turn.deadline_seconds,
        "conversation": turn.conversation,
        "end_user": turn.end_user,
        "messages": json_text(turn.messages),
        "parameters": json_text(turn.parameters),
        "inbox": turn.inbox,
        "idempotency_key": turn.idempotency_key,
        "body_hash": turn.body_hash.hex() if turn.body_hash else None,
    }


def _result(row: Any) -> AcceptResult:
    return AcceptResult(
        code=AcceptCode(row["o_code"]),
        turn_id=row["o_turn_id"],
        status=TurnStatus(row["o_status"]) if row["o_status"] else None,
        epoch=row["o_epoch"],
        quota_month=row["o_quota_month"],
    )
