"""How long the queues are, for people who look; nothing is decided by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import redis.asyncio as redis
from redis.exceptions import RedisError

from shared.queue.dispatch import NAMESPACE
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import COMPLETE_TURN, COUNT_USAGE, DELIVER_NOTICE, READ_DOCUMENT, VALIDATE_KEY

ROUTES: Final = (COMPLETE_TURN, VALIDATE_KEY, COUNT_USAGE, DELIVER_NOTICE, READ_DOCUMENT)
QUEUES: Final = tuple(route.queue for route in ROUTES)


@dataclass(frozen=True, slots=True)
class QueueLength:
    """Messages of one queue: those that wait, those that a consumer took and has not acked, and the rejected ones."""

    queue: str
    waiting: int
    taken: int
    dead: int


class QueueReader:
    """Reads the queues' lengths from Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    async def lengths(self) -> list[QueueLength]:
        """Return the length of every queue, in one round trip; raises QueueUnavailableError when Redis is away."""
        pipeline = self._redis.pipeline(transaction=True)
        for queue in QUEUES:
            pipeline.llen(f"{NAMESPACE}:{queue}")
            pipeline.hlen(f"{NAMESPACE}:{queue}.msgs")
            pipeline.zcard(f"{NAMESPACE}:{queue}.XQ")
        try:
            figures = await pipeline.execute()
        except RedisError as error:
            raise QueueUnavailableError(f"Redis does not answer: {type(error).__name__}") from None
        return [
            QueueLength(queue, waiting, max(kept - waiting, 0), dead)
            for queue, waiting, kept, dead in zip(QUEUES, figures[::3], figures[1::3], figures[2::3], strict=True)
        ]
