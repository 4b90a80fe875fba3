"""Builds the dramatiq broker on which actors are declared."""

from __future__ import annotations

from dramatiq.brokers.redis import RedisBroker

from shared.queue.connection import connect_redis_for_threads
from shared.queue.dispatch import DEAD_MESSAGE_TTL_MS, HEARTBEAT_TIMEOUT_MS, NAMESPACE, Dispatch


def build_broker(redis_url: str) -> RedisBroker:
    """Return a broker without any of dramatiq's middleware; it connects when first used.

    Retries, age limits and time limits are ours, in the turn's row and in asyncio timeouts: dramatiq's retries
    lose a message for good when Redis is away at the wrong moment (dramatiq pull request 545).
    """
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=connect_redis_for_threads(redis_url),
        middleware=[],
        namespace=NAMESPACE,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        dead_message_ttl=DEAD_MESSAGE_TTL_MS,
    )


def dispatch_of(broker: RedisBroker) -> Dispatch:
    """Return the script's arguments as `broker` itself would send them."""
    return Dispatch(
        broker_id=broker.broker_id,
        namespace=broker.namespace,
        heartbeat_timeout_ms=broker.heartbeat_timeout,
        dead_message_ttl_ms=broker.dead_message_ttl,
    )
