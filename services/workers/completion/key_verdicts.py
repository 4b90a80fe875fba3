"""Verdicts on keys that a turn comes by: a live turn that served as the probe, a key that does not open."""

from __future__ import annotations

from services.workers.completion.patience import Patience
from shared.clock import Clock
from shared.domain.actor import WORKER
from shared.domain.key_states import KeyState
from shared.keys.context import KeyContext
from shared.keys.standing import cannot_decrypt, standing_after_call, with_recheck
from shared.keys.verdict import give_verdict
from shared.providers.port import Answer, CallResult
from shared.store.keys.rows import KeyRow, Standing
from shared.store.keys.verdict import take_live_probe


class KeyVerdicts:
    """Gives verdicts under the key's own fence: version and verdict_seq as the turn saw them."""

    def __init__(self, context: KeyContext, patience: Patience, *, suspect_patience_seconds: float) -> None:
        self._context = context
        self._patience = patience
        self._suspect_patience_seconds = suspect_patience_seconds

    async def take_probe(self, key: KeyRow) -> bool:
        """Tell whether this turn may be the one that probes the suspect key."""
        return await self._patience.run(
            "take_live_probe",
            lambda: take_live_probe(
                self._context.database,
                key_id=key.key_id,
                version=key.version,
                verdict_seq=key.verdict_seq,
                patience_seconds=self._suspect_patience_seconds,
            ),
        )

    async def after_probe(self, key: KeyRow, model: str, result: CallResult) -> None:
        """Give the verdict that the turn's answer on this model proves; an outage proves nothing."""
        standing = _standing(result, key, model, self._context.clock)
        if standing is not None:
            await self._give(key, with_recheck(standing, None, self._context.recheck_policy))

    async def cannot_decrypt(self, key: KeyRow) -> Standing:
        """Take a key that does not open out of service; return its standing."""
        standing = with_recheck(cannot_decrypt(key.provider), None, self._context.recheck_policy)
        await self._give(key, standing)
        return standing

    async def _give(self, key: KeyRow, standing: Standing) -> None:
        await self._patience.run("verdict", lambda: give_verdict(self._context, key, standing, actor=WORKER))


def _standing(result: CallResult, key: KeyRow, model: str, clock: Clock) -> Standing | None:
    blocked = key.standing.blocked
    if isinstance(result, Answer):
        still = {name: error for name, error in blocked.items() if name != model}
        return Standing(state=KeyState.ACTIVE, provider_request_id=result.request_id, blocked=still)
    return standing_after_call(result, key.provider, clock(), model=model, blocked=blocked)
