"""The way of a turn through a worker: claim, resolve, prepare, look for a kept answer or call, record, announce, reply."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from services.workers.completion.answers import Answers
from services.workers.completion.attempt import Attempt
from services.workers.completion.call import Caller
from services.workers.completion.claim import Claimer
from services.workers.completion.endings import broken_off
from services.workers.completion.leases import Leases
from services.workers.completion.prepare import Preparer
from services.workers.completion.record import Recorder
from services.workers.completion.reply import reply
from services.workers.completion.resolve import Resolved
from services.workers.completion.resolver import Resolver
from services.workers.completion.room import Room
from shared.queue.replies import ReplyWriter
from shared.store.turns.rows import AttemptEnd


@dataclass(frozen=True, slots=True)
class TurnFlow:
    """Runs turns from their ring to their reply; many at once, each in the task that calls `complete`."""

    claimer: Claimer
    leases: Leases
    resolver: Resolver
    preparer: Preparer
    answers: Answers
    caller: Caller
    room: Room
    recorder: Recorder
    replies: ReplyWriter

    async def complete(self, turn_id: UUID) -> None:
        """Run one attempt of the turn; a turn that cannot be claimed is somebody else's affair."""
        turn = await self.claimer.claim(turn_id)
        if turn is None:
            return
        with self.leases.hold(turn) as held:
            attempt = Attempt(held, turn.retries)
            end = self.room.waking(await self._attempt(attempt))
            if attempt.earlier_request_ids:
                end = replace(end, earlier_request_ids=tuple(attempt.earlier_request_ids))
            end, recorded = await self.recorder.record(turn, end)  # and announced, with its batch
        await reply(self.replies, turn, end, recorded)

    async def _attempt(self, attempt: Attempt) -> AttemptEnd:
        """Run the attempt to its end; being stopped, by a lost lease or at shutdown, is an end too."""
        try:
            with attempt.held.stoppable():
                return await self._answer(attempt)
        except asyncio.CancelledError:
            _take_back_the_cancel()
            return broken_off(attempt)

    async def _answer(self, attempt: Attempt) -> AttemptEnd:
        resolved = await self.resolver.resolve(attempt)
        if isinstance(resolved, AttemptEnd):
            return resolved
        attempt.resolved = resolved
        attempt.prompt = await self.preparer.prepare(attempt.turn, resolved)
        if resolved.bot.cache_seconds == 0 or attempt.is_probe:
            return await self._call(attempt, resolved)
        return await self.answers.answer(attempt, resolved, attempt.prompt, partial(self._call, attempt, resolved))

    async def _call(self, attempt: Attempt, resolved: Resolved) -> AttemptEnd:
        assert attempt.prompt is not None
        if attempt.has_documents:
            attempt.prompt = await self.preparer.with_passages(attempt.turn, attempt.prompt)
        return await self.caller.call(attempt, resolved, attempt.prompt)


def _take_back_the_cancel() -> None:
    """Let the task go on: what it did must still be recorded."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
