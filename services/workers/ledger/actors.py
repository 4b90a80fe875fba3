"""The ledger's actor: as thin as can be."""

from __future__ import annotations

from typing import Any

from dramatiq.brokers.redis import RedisBroker

from services.workers.ledger.counting import Counting
from shared.queue.declare import declare_actor
from shared.queue.routes import COUNT_USAGE


def declare(broker: RedisBroker, counting: Counting) -> None:
    """Declare `count_usage` on the broker."""

    async def count_usage(event: dict[str, Any]) -> None:
        await counting.count(event)

    declare_actor(broker, COUNT_USAGE, count_usage)
