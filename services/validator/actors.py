"""The validator's actor: as thin as can be."""

from __future__ import annotations

from typing import Any

from dramatiq.brokers.redis import RedisBroker

from shared.events.key_recheck_due import KeyRecheckDueV1
from shared.events.key_rejected import KeyRejectedV1
from shared.events.wire import event_from_primitives
from shared.keys.context import KeyContext
from shared.keys.validate import recheck_key, validate_key as validate
from shared.queue.declare import declare_actor
from shared.queue.routes import VALIDATE_KEY


def declare(broker: RedisBroker, context: KeyContext) -> None:
    """Declare `validate_key` on the broker."""

    async def validate_key(event: dict[str, Any]) -> None:
        match event_from_primitives(event):
            case KeyRejectedV1() as rejected:
                await validate(context, rejected)
            case KeyRecheckDueV1() as due:
                await recheck_key(context, due)

    declare_actor(broker, VALIDATE_KEY, validate_key)
