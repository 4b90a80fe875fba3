"""Run a failed or expired turn once more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from shared.domain.turn_status import TurnStatus
from shared.store.database import Database

RETRY = text("SELECT * FROM retry_turn(:bot_id, :turn_id, :deadline_seconds, :waiting_limit)")


class RetryCode(StrEnum):
    """What a retry by hand answers."""

    ACCEPTED = "accepted"
    NOT_RETRYABLE = "not_retryable"
    ERASED = "erased"
    NOT_FOUND = "not_found"
    QUOTA_EXCEEDED = "quota_exceeded"
    TOO_MANY_WAITING = "too_many_waiting"


@dataclass(frozen=True, slots=True)
class RetryResult:
    """The answer; `status` ready means: ring it now. When not retryable, the status it is in."""

    code: RetryCode
    status: TurnStatus | None


async def retry_turn(
    database: Database,
    *,
    bot_id: UUID,
    turn_id: UUID,
    deadline_seconds: float,
    waiting_limit: int,
) -> RetryResult:
    """Accept the turn anew at its old position, with a message of this month's quota."""
    (row,) = await database.call(
        RETRY,
        bot_id=bot_id,
        turn_id=turn_id,
        deadline_seconds=deadline_seconds,
        waiting_limit=waiting_limit,
    )
    return RetryResult(RetryCode(row.o_code), TurnStatus(row.o_status) if row.o_status else None)
