"""Ring the turns that a change of their key let go on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from shared.keys.context import KeyContext
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import COMPLETE_TURN

log = structlog.get_logger()


async def ring_turns(context: KeyContext, turn_ids: Sequence[UUID]) -> None:
    """Ring turns that have become ready; what Redis does not take, the sweeper rings."""
    try:
        await context.ringer.ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in turn_ids])
    except QueueUnavailableError:
        log.warning("ring_failed", turns=len(turn_ids))
