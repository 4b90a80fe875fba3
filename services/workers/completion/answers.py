"""Between prepare and call: an answer that was kept, one that another turn is waiting for, or a call of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from services.workers.completion.attempt import Attempt
from services.workers.completion.endings import answered_from_cache
from services.workers.completion.patience import Patience
from services.workers.completion.prepare import Prompt
from services.workers.completion.resolve import Resolved
from shared.clock import Clock
from shared.domain.answer_key import Asking, answer_key
from shared.domain.turn_status import TurnStatus
from shared.metrics import cache_lookups
from shared.store.answers.look_up import Found, Look, Looked, look_for_landings, look_up_answers
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.turns.rows import AnswerPlace, AttemptEnd

MOST_AT_ONCE = 256
FLUSHES_AT_ONCE = 2
LOOK_SECONDS = 0.05
"""How often turns that wait for another's answer look for it, all of a process in one statement."""


class Answers:
    """Answers turns of bots with a response cache.

    Of equal questions at the same time, at whichever worker, one calls the model. The others wait for its answer
    and call themselves when it comes back without one.
    """

    def __init__(self, database: Database, patience: Patience, clock: Clock) -> None:
        self._database = database
        self._patience = patience
        self._clock = clock
        self._looks = Batcher(self._look_up, max_size=MOST_AT_ONCE, max_in_flight=FLUSHES_AT_ONCE)
        self._landings = Batcher(self._look_for_landings, max_size=MOST_AT_ONCE)

    async def answer(
        self, attempt: Attempt, resolved: Resolved, prompt: Prompt, call: Callable[[], Awaitable[AttemptEnd]]
    ) -> AttemptEnd:
        """Return the attempt's end: by a kept answer, else by `call`, whose answer is kept where it may be."""
        turn = attempt.turn
        key = answer_key(asking_of(attempt, resolved, prompt))
        look = Look(turn.workspace_id, turn.bot_id, key, turn.turn_id, turn.attempt)
        looked = await self._looks.submit(look)
        if looked.found is Found.WAIT:
            looked = await self._landing(attempt, look)
        cache_lookups.labels("hit" if looked.found is Found.HIT else "miss").inc()
        if looked.found is Found.HIT and looked.answer is not None:
            return answered_from_cache(attempt, resolved, looked)
        return keeping(await call(), AnswerPlace(key, resolved.bot.cache_seconds))

    async def _landing(self, attempt: Attempt, look: Look) -> Looked:
        """Wait until who asked the model comes back, or until the deadline."""
        while True:
            left_seconds = (attempt.turn.deadline_at - self._clock()).total_seconds()
            await asyncio.sleep(max(0.0, min(LOOK_SECONDS, left_seconds)))
            looked = await self._landings.submit(look)
            if looked.found is not Found.WAIT or left_seconds <= LOOK_SECONDS:
                return looked

    async def _look_up(self, looks: Sequence[Look]) -> list[Looked]:
        return await self._patience.run("answers", lambda: look_up_answers(self._database, looks))

    async def _look_for_landings(self, looks: Sequence[Look]) -> list[Looked]:
        return await self._patience.run("landings", lambda: look_for_landings(self._database, looks))


def asking_of(attempt: Attempt, resolved: Resolved, prompt: Prompt) -> Asking:
    """Return all that decides the answer: what is not in it may not change the model's words. Pure."""
    turn = attempt.turn
    return Asking(
        workspace_id=turn.workspace_id,
        bot_id=turn.bot_id,
        plan=resolved.plan,
        model=resolved.model.id,
        wire_model=resolved.model.wire_id,
        system=prompt.system,
        documents=attempt.documents,
        messages=prompt.messages,
        parameters=turn.parameters,
    )


def keeping(end: AttemptEnd, place: AnswerPlace) -> AttemptEnd:
    """Return the end with the place of its answer, if that is whole; a refused, partial or cut one is not kept. Pure."""
    is_whole = end.status is TurnStatus.COMPLETED and not end.partial and end.finish_reason == "stop"
    return replace(end, keeps=place) if is_whole and end.answer else end
