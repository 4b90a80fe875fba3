"""Step 5: write how the attempt ended, in one transaction with everything that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from services.workers.completion.announce import Announcer, Ending
from services.workers.completion.patience import Patience
from shared.domain.error_types import ErrorType
from shared.domain.turn_result import TurnError
from shared.domain.turn_status import TurnStatus
from shared.metrics import turns_ended
from shared.providers.error_table import word
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.errors import StoreError, StoreUnavailableError
from shared.store.turns.record import record_attempts
from shared.store.turns.rows import AttemptEnd, ClaimedTurn, RecordResult

MOST_AT_ONCE = 256
FLUSHES_AT_ONCE = 2
UNRECORDABLE = "The answer could not be stored. Try again, or tell support."
_log = structlog.get_logger()


class Recorder:
    """Records ends in groups and has each group announced; holds them in memory while PostgreSQL is away."""

    def __init__(self, database: Database, announcer: Announcer, patience: Patience) -> None:
        self._database = database
        self._announcer = announcer
        self._patience = patience
        self._batcher = Batcher(self._flush, max_size=MOST_AT_ONCE, max_in_flight=FLUSHES_AT_ONCE)

    async def record(self, turn: ClaimedTurn, end: AttemptEnd) -> tuple[AttemptEnd, RecordResult]:
        """Write the end, however long PostgreSQL is away; return what was written and what became of it.

        An end that PostgreSQL refuses (a text it cannot hold) is written as a failure without texts.
        """
        try:
            result = await self._batcher.submit(Ending(turn, end))
        except StoreUnavailableError:
            raise
        except StoreError as error:
            _log.error("end_refused", turn_id=str(turn.turn_id), error=str(error))
            end = without_texts(end)
            result = await self._batcher.submit(Ending(turn, end))
        turns_ended.labels(end.status.value).inc()
        return end, result

    async def close(self) -> None:
        """Wait until everything is written."""
        await self._batcher.close()

    async def _flush(self, endings: Sequence[Ending]) -> list[RecordResult]:
        ends = [one.end for one in endings]
        results = await self._patience.run("record", lambda: record_attempts(self._database, ends))
        self._announcer.announce(endings, results)
        return results


def without_texts(end: AttemptEnd) -> AttemptEnd:
    """Return the failure that is written where PostgreSQL refuses the end itself."""
    error = TurnError(ErrorType.UNKNOWN, UNRECORDABLE, retryable=True)
    return replace(
        end,
        status=TurnStatus.FAILED,
        keeps_quota=False,
        answer=None,
        sources=(),
        partial=False,
        finish_reason=None,
        error=error,
        # what support asks for, unless it is what PostgreSQL cannot hold
        provider_request_id=word(end.provider_request_id),
        ignored_parameters={},
    )
