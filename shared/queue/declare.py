"""Declares actors on a broker under their route's names."""

from __future__ import annotations

import dramatiq
from dramatiq import Broker

from shared.queue.actor_functions import ActorFunction
from shared.queue.routes import Route


def declare_actor(broker: Broker, route: Route, function: ActorFunction) -> None:
    """Make `function` the actor of `route` on `broker`; runnable by our worker and by dramatiq's own."""
    dramatiq.actor(actor_name=route.actor, queue_name=route.queue, broker=broker)(function)
