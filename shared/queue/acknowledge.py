"""Lets an actor give up its message before it ends."""

from __future__ import annotations

from contextvars import ContextVar

from shared.queue.delivery import Delivery

current_delivery: ContextVar[Delivery | None] = ContextVar("current_delivery", default=None)
"""The message that the running actor was called for; set by the event-loop worker only."""


def acknowledge() -> None:
    """Ack the running actor's message now, because something else (a lease) stands for the work from here on.

    Its place in the worker's concurrency stays taken until the actor ends. Under dramatiq's stock worker, or
    outside an actor, this does nothing.
    """
    delivery = current_delivery.get()
    if delivery is not None:
        delivery.ack()
