"""Finds the coroutine functions behind a broker's actors."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from dramatiq import Broker

from shared.errors import MevichatError

ActorFunction = Callable[..., Awaitable[Any]]


class NotACoroutineError(MevichatError):
    """Raised when an actor is a plain function, which would hold up the event loop."""


def actor_functions(broker: Broker, queues: Collection[str]) -> dict[str, ActorFunction]:
    """Return the coroutine functions of the actors on `queues`, by actor name.

    dramatiq wraps each for its own threads (`dramatiq.asyncio.async_to_sync`); the original is what runs here, so
    it does not matter whether the broker has the AsyncIO middleware.
    """
    actors = {name: actor for name, actor in broker.actors.items() if actor.queue_name in queues}
    return {name: _original(name, actor.fn) for name, actor in actors.items()}


def _original(name: str, function: Callable[..., Any]) -> ActorFunction:
    original = function if inspect.iscoroutinefunction(function) else getattr(function, "__wrapped__", function)
    if not inspect.iscoroutinefunction(original):
        message = f"Actor {name} must be declared with a coroutine function."
        raise NotACoroutineError(message)
    return original
