"""Step 4: ask the model until its answer, or its failure, decides the attempt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from services.workers.completion.ask import Asker
from services.workers.completion.attempt import Attempt, Called
from services.workers.completion.endings import expired_before_call, failed_before_call
from services.workers.completion.key_verdicts import KeyVerdicts
from services.workers.completion.open_key import open_key
from services.workers.completion.outcome import Asked, RetryIn, judge
from services.workers.completion.prepare import Prompt
from services.workers.completion.resolve import Resolved, key_unusable
from services.workers.completion.room import Room
from shared.clock import Clock
from shared.domain.retry_rule import RetryPolicy
from shared.domain.turn_status import TurnStatus
from shared.limits.values import NoRoom
from shared.metrics import calls_repeated
from shared.providers.port import CallFailure, Credential
from shared.store.keys.rows import KeyRow
from shared.store.turns.rows import AttemptEnd
from shared.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Caller:
    """Opens the key, asks, judges; a refusal that cost nothing may be asked again in a moment.

    Such short retries are one attempt with one usage event: the calls before the last had no figures, only ids.
    """

    asker: Asker
    room: Room
    vault: Vault
    key_verdicts: KeyVerdicts
    retry_policy: RetryPolicy
    clock: Clock

    async def call(self, attempt: Attempt, resolved: Resolved, prompt: Prompt) -> AttemptEnd:
        """Return how the attempt ends."""
        while True:
            now = self.clock()
            if now >= attempt.turn.deadline_at:
                return expired_before_call(attempt, resolved.model, now)
            credential = await self._open_key(attempt, resolved)
            if isinstance(credential, AttemptEnd):
                return credential
            asking = partial(self.asker.ask, attempt, resolved, prompt, credential, now=now)
            called = await self.room.within(
                resolved.key, asking, retries=attempt.retries, was_waiting=attempt.turn.attempt > 1
            )
            if isinstance(called, NoRoom):
                return self.room.end_without(attempt, resolved, called, self.clock())
            outcome = await self._judge(attempt, resolved, prompt, called)
            _count_retry(outcome, resolved, called)
            if isinstance(outcome, AttemptEnd):
                return outcome
            attempt.retries += 1
            if called.result.request_id is not None:
                attempt.earlier_request_ids.append(called.result.request_id)
            await asyncio.sleep(outcome.seconds)

    async def _judge(
        self,
        attempt: Attempt,
        resolved: Resolved,
        prompt: Prompt,
        called: Called,
    ) -> AttemptEnd | RetryIn:
        if attempt.is_probe and resolved.key is not None:
            await self.key_verdicts.after_probe(resolved.key, resolved.model.id, called.result)
        asked = Asked(attempt.turn, resolved, prompt, attempt.retries)
        return judge(asked, called, policy=self.retry_policy, now=self.clock())

    async def _open_key(self, attempt: Attempt, resolved: Resolved) -> Credential | AttemptEnd | None:
        key = resolved.key
        if key is None:
            return None
        credential = open_key(self.vault, key)
        return await self._without_key(attempt, resolved, key) if credential is None else credential

    async def _without_key(self, attempt: Attempt, resolved: Resolved, key: KeyRow) -> AttemptEnd:
        """Fail the turn on a key that does not open, and take the key out of service."""
        standing = await self.key_verdicts.cannot_decrypt(key)
        return failed_before_call(attempt, key_unusable(key, standing, self.clock()), resolved.model)


def _count_retry(outcome: AttemptEnd | RetryIn, resolved: Resolved, called: Called) -> None:
    """Count a failed call that is made again: at once, or when the turn's time has come."""
    comes_again = isinstance(outcome, RetryIn) or outcome.status is TurnStatus.WAITING
    if comes_again and isinstance(called.result, CallFailure):
        calls_repeated.labels(resolved.model.provider, called.result.error.value).inc()
