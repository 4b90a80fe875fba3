"""Step 6: tell others what was recorded: turns to run, usage to count, keys to probe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from shared.clock import Clock
from shared.events.key_rejected import KeyRejectedV1
from shared.events.usage_recorded import UsageRecordedV1
from shared.events.wire import event_to_primitives
from shared.queue.errors import QueueUnavailableError
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN, COUNT_USAGE, VALIDATE_KEY
from shared.store.turns.rows import AttemptEnd, ClaimedTurn, RecordResult

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ending:
    """An attempt's end with the turn that it belongs to."""

    turn: ClaimedTurn
    end: AttemptEnd


class Announcer:
    """Sends rings and events without keeping anybody waiting.

    A ring that Redis does not take is only logged: the rows are there, and the sweeper rings again.
    """

    def __init__(self, ringer: Ringer, clock: Clock) -> None:
        self._ringer = ringer
        self._clock = clock
        self._sends: set[asyncio.Task[None]] = set()

    def announce(self, endings: Sequence[Ending], results: Sequence[RecordResult]) -> None:
        """Announce a recorded batch: one usage event for all of it, one event a suspected key."""
        recorded = list(zip(endings, results, strict=True))
        usage = UsageRecordedV1(tuple((str(one.end.turn_id), one.end.attempt) for one in endings))
        self._send(self._ringer.ring(COUNT_USAGE, [(event_to_primitives(usage),)]))
        rejected = self._rejected(recorded)
        if rejected:
            self._send(self._ringer.ring(VALIDATE_KEY, [(event_to_primitives(event),) for event in rejected]))
        ready = [turn_id for _, result in recorded for turn_id in result.promoted]
        ready += [one.end.turn_id for one, result in recorded if _went_back(one.end, result)]
        if ready:
            self._send(self._ringer.ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in ready]))

    async def close(self) -> None:
        """Wait until everything has been sent or given up."""
        while self._sends:
            await asyncio.wait(self._sends)

    def _rejected(self, recorded: Sequence[tuple[Ending, RecordResult]]) -> list[KeyRejectedV1]:
        at = self._clock().isoformat()
        events: dict[UUID, KeyRejectedV1] = {}
        for one, result in recorded:
            key, error = one.end.key_use, one.end.error
            if result.suspected and key is not None and error is not None:
                events[key.key_id] = KeyRejectedV1(
                    key_id=str(key.key_id),
                    workspace_id=str(one.turn.workspace_id),
                    key_version=key.key_version,
                    verdict_seq=key.verdict_seq,
                    model=one.turn.model,
                    error_type=error.type,
                    occurred_at=at,
                )
        return list(events.values())

    def _send(self, ring: Awaitable[None]) -> None:
        task = asyncio.create_task(_quietly(ring))
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)


def _went_back(end: AttemptEnd, result: RecordResult) -> bool:
    return end.status is result.status and result.applied and not end.status.is_ended and end.next_attempt_at is None


async def _quietly(ring: Awaitable[None]) -> None:
    try:
        await ring
    except QueueUnavailableError as error:
        _log.warning("ring_failed", error=str(error))
