"""Rings the notices that a change of a key has just left behind; what is missed here, the sweeper rings."""

from __future__ import annotations

from uuid import UUID

import structlog

from shared.events.notice_due import NoticeDueV1
from shared.events.wire import event_to_primitives
from shared.keys.context import KeyContext
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import DELIVER_NOTICE
from shared.store.errors import StoreError
from shared.store.notices.due import untried_notices

log = structlog.get_logger()


async def ring_notices(context: KeyContext, key_id: UUID) -> None:
    """Ring what waits to be told about the key. The change has committed: nothing here may undo its answer."""
    try:
        found = await untried_notices(context.database, key_id)
        events = [event_to_primitives(NoticeDueV1(str(notice_id))) for notice_id in found]
        await context.ringer.ring(DELIVER_NOTICE, [(event,) for event in events])
    except (StoreError, QueueUnavailableError):
        log.warning("notices_not_rung", key_id=str(key_id))
