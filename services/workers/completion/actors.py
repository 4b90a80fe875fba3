"""The actor through which turns arrive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import dramatiq
from dramatiq import Broker
from dramatiq.middleware import AsyncIO

from shared.queue.declare import declare_actor
from shared.queue.routes import COMPLETE_TURN


def declare(broker: Broker, complete: Callable[[UUID], Awaitable[None]]) -> None:
    """Make `complete` the actor of ready turns; its message carries the turn's id and nothing else."""

    async def complete_turn(turn_id: str) -> None:
        await complete(UUID(turn_id))

    declare_actor(broker, COMPLETE_TURN, complete_turn)


def set_stock_broker(broker: Broker) -> None:
    """Make the broker the one that dramatiq's own command works on, with its event loop for our coroutines."""
    broker.add_middleware(AsyncIO())
    dramatiq.set_broker(broker)
