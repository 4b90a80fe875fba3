"""Forgetting what the streams of turns still hold of their text."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from shared.queue.reply_entries import turn_key

_log = structlog.get_logger()


async def forget_streams(client: redis.Redis, turn_ids: Sequence[UUID]) -> None:
    """Delete the streams of these turns; without Redis their own life of minutes ends them."""
    if not turn_ids:
        return
    try:
        await client.unlink(*(turn_key(turn_id) for turn_id in turn_ids))
    except RedisError as error:
        _log.warning("streams_not_forgotten", error=type(error).__name__, turns=len(turn_ids))
