"""What a producer hears of a turn that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.turn_result import TurnError, TurnResult
from shared.domain.turn_status import TurnStatus
from shared.replies.reply_text import visible_text
from shared.replies.results import result_of_row
from shared.store.producers.rows import HandedTurn


@dataclass(frozen=True, slots=True)
class Reply:
    """A turn's end, with what the producer knows it by.

    `result` holds everything: status, answer, error, usage. `ended_at` tells two ends of one turn apart: a dead turn
    that is retried ends once more, and is heard once more.
    """

    turn_id: UUID
    result: TurnResult
    question: str
    conversation: str | None
    user: str | None
    idempotency_key: str | None
    ended_at: datetime

    @property
    def status(self) -> TurnStatus:
        """Return how the turn ended: completed, failed, cancelled or expired."""
        return self.result.status

    @property
    def text(self) -> str:
        """Return what the end user is to read: the answer, or the apology of a turn that failed."""
        return visible_text(self.result)

    @property
    def error(self) -> TurnError | None:
        """Return why the turn failed; its reason is for the bot's owner, never for the end user."""
        return self.result.error

    @property
    def is_dead(self) -> bool:
        """Tell whether the turn failed or expired: nothing more comes unless somebody retries it."""
        return self.status.can_be_retried


def reply_of(handed: HandedTurn) -> Reply:
    """Return the reply that an ended turn's row holds."""
    turn = handed.turn
    assert turn.ended_at is not None
    return Reply(
        turn_id=turn.turn_id,
        result=result_of_row(turn),
        question=turn.question,
        conversation=turn.conversation,
        user=turn.end_user,
        idempotency_key=handed.idempotency_key,
        ended_at=turn.ended_at,
    )
