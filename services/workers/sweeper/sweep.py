"""One sweep: find what was lost, set it right, ring it (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from services.workers.sweeper.documents import end_silent_readings, unread_documents
from shared.clock import Clock, monotonic_seconds
from shared.events.key_recheck_due import KeyRecheckDueV1
from shared.events.key_rejected import KeyRejectedV1
from shared.events.notice_due import NoticeDueV1
from shared.events.usage_recorded import UsageRecordedV1
from shared.events.wire import event_to_primitives
from shared.metrics import swept
from shared.queue.errors import QueueUnavailableError
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN, COUNT_USAGE, DELIVER_NOTICE, READ_DOCUMENT, VALIDATE_KEY, Route
from shared.settings import Settings
from shared.store.answers.drop import drop_answers_beyond, drop_answers_that_are_over
from shared.store.database import Database
from shared.store.documents.reindex import reindex_passages
from shared.store.keys.rechecks import take_due_rechecks
from shared.store.keys.rows import KeyRow
from shared.store.keys.suspects import suspect_keys
from shared.store.notices.due import due_notices
from shared.store.turns.backlog import measure_backlog
from shared.store.turns.sweep import end_lapsed_leases, expire_overdue, promote_due, ring_unclaimed
from shared.store.usage.unannounced import unannounced_usage

log = structlog.get_logger()

AT_MOST = 1_000
EVENTS_A_MESSAGE = 100
PASSAGES_A_SWEEP = 500
"""So few, because they are indexed within the sweep, and whoever writes passages of the bot waits so long."""
SHARES_EVERY_SECONDS = 60.0
"""How often every workspace's kept answers are counted: that reads the whole of an index."""


class Sweep:
    """The sweeper's steps; any number of sweepers may run, none leads."""

    def __init__(self, database: Database, ringer: Ringer, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._ringer = ringer
        self._settings = settings
        self._clock = clock
        self._shares_due_at = 0.0

    async def run(self, *, may_end_leases: bool) -> None:
        """Sweep once; raises StoreUnavailableError when PostgreSQL is away."""
        await measure_backlog(self._database)
        await self._expire()
        if may_end_leases:
            await self._end_lapsed_leases()
            await end_silent_readings(self._database, self._settings)
        await self._promote_due()
        await self._ring_unclaimed()
        await self._announce_usage()
        await self._ring_suspects()
        await self._ring_rechecks()
        await self._ring_notices()
        await self._ring(READ_DOCUMENT, await unread_documents(self._database, self._settings))
        await self._drop_answers()
        await self._reindex()

    async def _expire(self) -> None:
        found = await expire_overdue(self._database, limit=AT_MOST)
        swept.labels("expired").inc(len(found.ended))
        await self.ring_turns(found.to_ring)

    async def _end_lapsed_leases(self) -> None:
        found = await end_lapsed_leases(self._database, limit=AT_MOST)
        swept.labels("lapsed").inc(len(found.to_ring) + len(found.ended))
        if found.to_ring or found.ended:
            log.warning("leases_lapsed", ready_again=len(found.to_ring), crashed=len(found.ended))
        await self.ring_turns(found.to_ring)

    async def _promote_due(self) -> None:
        found = await promote_due(self._database, limit=AT_MOST)
        swept.labels("due").inc(len(found.to_ring))
        await self.ring_turns(found.to_ring)

    async def _ring_unclaimed(self) -> None:
        seconds = self._settings.unclaimed_seconds
        found = await ring_unclaimed(self._database, unclaimed_seconds=seconds, limit=AT_MOST)
        swept.labels("unclaimed").inc(len(found))
        await self.ring_turns(found)

    async def _announce_usage(self) -> None:
        seconds = self._settings.unclaimed_seconds
        found = await unannounced_usage(self._database, older_than_seconds=seconds, limit=AT_MOST)
        swept.labels("unannounced").inc(len(found))
        pairs = [(str(turn_id), attempt) for turn_id, attempt in found]
        batches = [tuple(pairs[start : start + EVENTS_A_MESSAGE]) for start in range(0, len(pairs), EVENTS_A_MESSAGE)]
        await self._ring(COUNT_USAGE, [(event_to_primitives(UsageRecordedV1(batch)),) for batch in batches])

    async def _ring_suspects(self) -> None:
        # longer than a probe may take, so that a probe under way is not doubled
        seconds = self._settings.probe_timeout_seconds + 1
        found = await suspect_keys(self._database, rung_before_seconds=seconds, limit=AT_MOST)
        swept.labels("suspects").inc(len(found))
        await self._ring(VALIDATE_KEY, [(event_to_primitives(self._rejected(key)),) for key in found])

    async def _ring_notices(self) -> None:
        seconds = self._settings.unclaimed_seconds
        found = await due_notices(self._database, rung_before_seconds=seconds, limit=AT_MOST)
        swept.labels("notices").inc(len(found))
        events = [event_to_primitives(NoticeDueV1(str(notice_id))) for notice_id in found]
        await self._ring(DELIVER_NOTICE, [(event,) for event in events])

    async def _drop_answers(self) -> None:
        dropped = await drop_answers_that_are_over(self._database, limit=AT_MOST)
        if monotonic_seconds() >= self._shares_due_at:
            share = self._settings.kept_answers
            beyond = await drop_answers_beyond(self._database, per_workspace=share, limit=AT_MOST)
            dropped += beyond
            if beyond < AT_MOST:
                self._shares_due_at = monotonic_seconds() + SHARES_EVERY_SECONDS
        swept.labels("answers").inc(dropped)

    async def _reindex(self) -> None:
        swept.labels("reindexed").inc(await reindex_passages(self._database, at_most=PASSAGES_A_SWEEP))

    def _rejected(self, key: KeyRow) -> KeyRejectedV1:
        return KeyRejectedV1(
            key_id=str(key.key_id),
            workspace_id=str(key.workspace_id),
            key_version=key.version,
            verdict_seq=key.verdict_seq,
            model=key.suspect_model or "",
            error_type=key.suspect_error or "",
            occurred_at=self._clock().isoformat(),
        )

    async def _ring_rechecks(self) -> None:
        found = await take_due_rechecks(self._database, limit=AT_MOST)
        swept.labels("rechecks").inc(len(found))
        await self._ring(VALIDATE_KEY, [(event_to_primitives(self._recheck_due(key)),) for key in found])

    def _recheck_due(self, key: KeyRow) -> KeyRecheckDueV1:
        return KeyRecheckDueV1(
            key_id=str(key.key_id),
            workspace_id=str(key.workspace_id),
            key_version=key.version,
            verdict_seq=key.verdict_seq,
            occurred_at=self._clock().isoformat(),
        )

    async def ring_turns(self, turn_ids: Sequence[UUID]) -> None:
        """Ring these turns; one that Redis does not take comes up again."""
        await self._ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in turn_ids])

    async def _ring(self, route: Route, messages: Sequence[tuple[Any, ...]]) -> None:
        try:
            await self._ringer.ring(route, messages)
        except QueueUnavailableError:
            # each was marked as rung; it comes up again after its while
            log.warning("ring_failed", queue=route.queue, messages=len(messages))
