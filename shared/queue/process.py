"""Runs the event-loop worker for as long as a process lives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog
from dramatiq.brokers.redis import RedisBroker

from shared.queue.worker import EventLoopWorker

_log = structlog.get_logger()


async def run_worker(
    broker: RedisBroker,
    *,
    queues: Collection[str],
    concurrency: int,
    grace_seconds: float,
    stop: asyncio.Event,
    on_stopping: Callable[[], Awaitable[None]] | None = None,
    rest_seconds: float = 0.0,
) -> int:
    """Run the broker's actors on `queues` until `stop` is set, and return the process's exit code.

    On `stop` the worker takes no more messages, and `on_stopping` runs beside the actors that still run; both have
    `grace_seconds`. What is not finished then is cancelled (an actor may use its CancelledError to give back what it
    holds) and its message returns to the queue. Code 0: all finished by itself; 1: some was cancelled.
    """
    worker = EventLoopWorker(broker, queues=queues, concurrency=concurrency, rest_seconds=rest_seconds)
    worker.start()
    _log.info("worker_started", queues=sorted(queues), concurrency=concurrency)
    try:
        await stop.wait()
    finally:
        await worker.stop_taking()
        farewell = asyncio.create_task(_run_within(on_stopping, grace_seconds))
        is_finished = await worker.stop(grace_seconds)
        await farewell
        _log.info("worker_stopped", is_finished=is_finished)
    return 0 if is_finished else 1


async def _run_within(on_stopping: Callable[[], Awaitable[None]] | None, seconds: float) -> None:
    if on_stopping is None:
        return
    try:
        async with asyncio.timeout(seconds):
            await on_stopping()
    except TimeoutError:
        _log.warning("farewell_broken_off", seconds=seconds)
