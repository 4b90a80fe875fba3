"""How this system connects to Redis, and which Redis it refuses."""

from __future__ import annotations

from typing import Any, Final

import redis.asyncio as redis
from redis import Redis as ThreadRedis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.connection import BlockingConnectionPool as ThreadPool
from redis.exceptions import ConnectionError as BrokenConnectionError
from redis.retry import Retry as ThreadRetry

from shared.queue.errors import EvictingRedisError
from shared.redis_lane import LaneRedis

_POOL_WAIT_SECONDS: Final = 5
_RETRIES: Final = 2
# Longer than any blocking read of this package (bell 3 s, inbox 1 s), so that silence is never taken for an outage.
_SOCKET: Final[dict[str, Any]] = {"socket_timeout": 5, "socket_connect_timeout": 2, "protocol": 2}


def connect_redis(url: str, *, connections: int = 32) -> LaneRedis:
    """Return a client of a bounded pool that answers in bytes; it connects when first used.

    A caller waits up to 5 s for a free connection and up to 5 s for an answer; only a broken connection is tried
    again, twice and at once. Its lane keeps one of the connections; who speaks of every turn has another.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=_POOL_WAIT_SECONDS,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), _RETRIES, supported_errors=(BrokenConnectionError,)),
        decode_responses=False,
        **_SOCKET,
    )
    client: LaneRedis = LaneRedis.from_pool(pool)  # type: ignore[assignment]
    return client


def connect_redis_for_threads(url: str, *, connections: int = 32) -> ThreadRedis:
    """Return the same for code that runs in threads: dramatiq's broker and its consumers.

    Nothing is tried again here: a fetch whose reply was lost must be seen by its consumer, which looks for what
    it took without knowing.
    """
    pool = ThreadPool.from_url(
        url,
        max_connections=connections,
        timeout=_POOL_WAIT_SECONDS,
        retry=ThreadRetry(NoBackoff(), 0),
        decode_responses=False,
        **_SOCKET,
    )
    return ThreadRedis(connection_pool=pool)


async def check_redis(client: redis.Redis) -> None:
    """Refuse a Redis that may evict keys.

    Raises EvictingRedisError unless `maxmemory-policy` is `noeviction` (the default of Redis), even while
    `maxmemory` is 0, because a limit may be set later without a word to us. INFO is asked and not CONFIG,
    which hosted Redis forbids.
    """
    memory: dict[str, Any] = await client.info("memory")
    policy = memory.get("maxmemory_policy", "unknown")
    if policy != "noeviction":
        message = f"Redis has maxmemory-policy {policy}; set it to noeviction, or messages vanish without an error."
        raise EvictingRedisError(message)
