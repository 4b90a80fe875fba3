"""What must be true of a Redis before a process works on it."""

from __future__ import annotations

from redis.exceptions import RedisError

from shared.queue.connection import check_redis, connect_redis
from shared.queue.errors import EvictingRedisError, QueueUnavailableError


async def require_sound_redis(url: str) -> None:
    """Refuse a Redis that may evict keys.

    Raises:
        EvictingRedisError: it may.
        QueueUnavailableError: it did not answer.

    """
    client = connect_redis(url, connections=1)
    try:
        await check_redis(client)
    except EvictingRedisError:
        raise
    except RedisError as silent:
        message = f"Redis does not answer ({type(silent).__name__})."
        raise QueueUnavailableError(message) from None
    finally:
        await client.aclose()
