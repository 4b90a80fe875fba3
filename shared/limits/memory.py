"""Forget what Redis remembers of a key's limit, where a person says that it holds no more."""

from __future__ import annotations

from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.limits.scripts import limit_key

_log = structlog.get_logger()


class LimitMemory:
    """What all workers have learnt of keys' limits, as far as anybody but a worker touches it."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    async def forget(self, key_id: UUID, key_version: int) -> bool:
        """Delete the key's limit and its pause; tell whether there was anything. Permits of calls in flight stay."""
        try:
            return bool(await self._redis.delete(limit_key(key_id, key_version)))
        except RedisError as error:
            _log.warning("limit_not_forgotten", key_id=str(key_id), error=type(error).__name__)
            return False
