"""The validator's actor: as thin as can be."""

from __future__ import annotations

from typing import Any

from dramatiq.brokers.redis import RedisBroker

from shared.events.key_rejected import KeyRejectedV1
from shared.events.wire import event_from_primitives
from shared.keys.context import KeyContext
from shared.keys.validate import validate_key as validate
from shared.queue.declare import declare_actor
from shared.queue.routes import VALIDATE_KEY


def declare(broker: RedisBroker, context: KeyContext) -> None:
    """Declare `validate_key` on the broker."""

    async def validate_key(event: dict[str, Any]) -> None:
        rejected = event_from_primitives(event)
        if isinstance(rejected, KeyRejectedV1):
            await validate(context, rejected)

    declare_actor(broker, VALIDATE_KEY, validate_key)
