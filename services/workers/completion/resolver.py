"""Step 2 with its effects: the configuration of the turn's epoch, and what a suspect key asks for."""

from __future__ import annotations

from services.workers.completion.attempt import Attempt
from services.workers.completion.configuration import ConfigurationCache
from services.workers.completion.endings import failed_before_call, waits_for_verdict
from services.workers.completion.key_verdicts import KeyVerdicts
from services.workers.completion.resolve import Resolved, Suspected, Unresolved, resolve
from shared.clock import Clock
from shared.domain.catalogue import Catalogue
from shared.store.turns.rows import AttemptEnd


class Resolver:
    """Finds the model and the key of a turn."""

    def __init__(
        self,
        configurations: ConfigurationCache,
        catalogue: Catalogue,
        key_verdicts: KeyVerdicts,
        clock: Clock,
        *,
        suspect_patience_seconds: float,
    ) -> None:
        self._configurations = configurations
        self._catalogue = catalogue
        self._key_verdicts = key_verdicts
        self._clock = clock
        self._suspect_patience_seconds = suspect_patience_seconds

    async def resolve(self, attempt: Attempt) -> Resolved | AttemptEnd:
        """Return what the turn runs on, or how it ends without a call."""
        turn = attempt.turn
        known = await self._configurations.at(turn.workspace_id, turn.epoch)
        attempt.has_documents = known is not None and turn.bot_id in known.bots_with_documents
        attempt.documents = known.document_sets.get(turn.bot_id, "") if known else ""
        resolution = resolve(
            turn,
            known,
            self._catalogue,
            now=self._clock(),
            suspect_patience_seconds=self._suspect_patience_seconds,
        )
        match resolution:
            case Resolved():
                return resolution
            case Unresolved(error, model):
                return failed_before_call(attempt, error, model)
            case Suspected():
                return await self._with_suspect_key(attempt, resolution)

    async def _with_suspect_key(self, attempt: Attempt, suspected: Suspected) -> Resolved | AttemptEnd:
        """Let the turn be the probe if one is due; else its caller's patience decides."""
        if suspected.probe_due and await self._key_verdicts.take_probe(suspected.key):
            attempt.is_probe = True
            return suspected.resolved
        if suspected.caller_waits:
            return failed_before_call(attempt, suspected.error, suspected.resolved.model)
        return waits_for_verdict(attempt, suspected.key, self._clock())
