"""Counts usage events into the roll-ups; many messages share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.events.usage_recorded import UsageRecordedV1
from shared.events.wire import event_from_primitives
from shared.metrics import events_counted
from shared.store.batcher import Batcher
from shared.store.database import Database
from shared.store.usage.count import count_usage

MESSAGES_A_BATCH = 128

Events = Sequence[tuple[UUID, int]]


class Counting:
    """The ledger's one step; running it twice changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher: Batcher[Events, None] = Batcher(self._flush, max_size=MESSAGES_A_BATCH)

    async def count(self, values: dict[str, Any]) -> None:
        """Count what a UsageRecorded message names."""
        event = event_from_primitives(values)
        if isinstance(event, UsageRecordedV1):
            await self._batcher.submit([(UUID(turn_id), attempt) for turn_id, attempt in event.events])

    async def _flush(self, messages: Sequence[Events]) -> Sequence[None]:
        counted = await count_usage(self._database, [event for events in messages for event in events])
        events_counted.inc(counted)
        return [None] * len(messages)
