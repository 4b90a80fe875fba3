"""The last step: tell who waits how the turn ended."""

from __future__ import annotations

from shared.domain.turn_result import TurnResult
from shared.domain.turn_status import Door, TurnStatus
from shared.queue.replies import ReplyWriter
from shared.store.turns.rows import AttemptEnd, ClaimedTurn, RecordResult


async def reply(replies: ReplyWriter, turn: ClaimedTurn, end: AttemptEnd, recorded: RecordResult) -> None:
    """Send the result to the turn's inbox, and to its stream if it has one.

    Nothing is sent for a turn that runs again, nor for an end that came too late to count.
    """
    if not end.status.is_ended or recorded.status is not end.status or not _is_own(end, recorded):
        return
    result = result_of(turn, end)
    if turn.door is Door.STREAM:
        await replies.done(turn.turn_id, result)
    if turn.inbox is not None:
        await replies.reply(turn.inbox, result)


def result_of(turn: ClaimedTurn, end: AttemptEnd) -> TurnResult:
    """Return the end as its caller reads it."""
    return TurnResult(
        turn_id=str(turn.turn_id),
        status=end.status,
        attempt=end.attempt,
        answer=end.answer,
        partial=end.partial,
        finish_reason=end.finish_reason,
        model=turn.model,
        provider=end.provider,
        error=end.error,
        usage=end.usage,
        usage_kind=end.usage_kind,
        ignored_parameters=end.ignored_parameters,
        cached=end.cache_hit,
        sources=end.sources,
    )


def _is_own(end: AttemptEnd, recorded: RecordResult) -> bool:
    """Tell whether the row shows this end; a cancelled row keeps its own and only takes our text."""
    return recorded.applied or end.status is TurnStatus.CANCELLED
