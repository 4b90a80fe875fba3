"""Rings turns that a page made ready."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.dashboard.context import AdminContext
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import COMPLETE_TURN


async def ring_turns(context: AdminContext, turn_ids: Sequence[UUID]) -> None:
    """Ring these turns; what Redis does not take, the sweeper rings."""
    try:
        await context.ringer.ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in turn_ids])
    except QueueUnavailableError:
        return
