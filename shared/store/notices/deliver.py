"""Take a notice's deliveries for an attempt, and write down how it ended."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.domain.notices import Channel
from shared.store.database import Database
from shared.store.notices.rows import ClaimedDelivery, DeliveryEnd

CLAIM = text("SELECT * FROM claim_deliveries(:notice_id, :lease_seconds)")
END = text(
    "UPDATE notice_deliveries SET status = CASE WHEN CAST(:error AS text) IS NULL THEN 'delivered' "
    "WHEN CAST(:retry_at AS timestamptz) IS NULL THEN 'given_up' ELSE 'pending' END, "
    "next_attempt_at = CAST(:retry_at AS timestamptz), last_error = CAST(:error AS text), rung_at = NULL, "
    "delivered_at = CASE WHEN CAST(:error AS text) IS NULL THEN clock_timestamp() END "
    "WHERE notice_id = :notice_id AND channel = :channel AND status = 'pending' AND attempts = :attempts "
    "RETURNING notice_id",
)


async def claim_deliveries(database: Database, notice_id: UUID, *, lease_seconds: float) -> list[ClaimedDelivery]:
    """Take what is due of a notice; nobody else attempts it before the lease ends."""
    rows = await database.call(CLAIM, notice_id=notice_id, lease_seconds=lease_seconds)
    return [ClaimedDelivery(Channel(row.o_channel), row.o_attempts) for row in rows]


async def end_delivery(database: Database, end: DeliveryEnd) -> bool:
    """Write down how an attempt ended; return False when its lease was lost, and nothing is written."""
    rows = await database.call(
        END,
        notice_id=end.notice_id,
        channel=end.claimed.channel,
        attempts=end.claimed.attempts,
        error=end.error,
        retry_at=end.retry_at,
    )
    return bool(rows)
