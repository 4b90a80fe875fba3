"""The notices' actor: as thin as can be."""

from __future__ import annotations

from typing import Any

from dramatiq.brokers.redis import RedisBroker

from services.workers.notices.delivering import Delivering
from shared.queue.declare import declare_actor
from shared.queue.routes import DELIVER_NOTICE


def declare(broker: RedisBroker, delivering: Delivering) -> None:
    """Declare `deliver_notice` on the broker."""

    async def deliver_notice(event: dict[str, Any]) -> None:
        await delivering.deliver(event)

    declare_actor(broker, DELIVER_NOTICE, deliver_notice)
