"""Runs dramatiq's actors as tasks of one event loop, many at once, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Any, Final, cast

import structlog
from dramatiq.brokers.redis import RedisBroker
from redis import Redis

from shared.queue.acknowledge import current_delivery
from shared.queue.acks import AckThread
from shared.queue.actor_functions import actor_functions
from shared.queue.broker import dispatch_of
from shared.queue.consumer import ConsumerThread
from shared.queue.delivery import Delivery
from shared.queue.fetch import QueueReader
from shared.queue.slots import Slots

_CANCEL_SECONDS: Final = 5
_LAST_ACKS_SECONDS: Final = 5
_log = structlog.get_logger()


class EventLoopWorker:
    """Takes messages in threads, runs their actors as tasks of the running event loop, acks them in a thread.

    At most `concurrency` actors run at once, over all `queues`. Each actor must be a coroutine function; its time
    limits are its own asyncio timeouts. An actor that raises is logged and its message acked: the row is the
    record, and who keeps the row rings again. Delayed messages of dramatiq are not looked at, nobody sends any.
    With `rest_seconds` its consumers pause once they have taken all there was.
    """

    def __init__(
        self, broker: RedisBroker, *, queues: Collection[str], concurrency: int, rest_seconds: float = 0.0
    ) -> None:
        self._redis = client = cast("Redis", broker.client)
        dispatch = dispatch_of(broker)
        in_hand: set[str] = set()
        self._functions = actor_functions(broker, queues)
        self._slots = Slots(concurrency)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_releasing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._acks = AckThread(client, dispatch, queues=queues, in_hand=in_hand)
        self.consumers = [
            ConsumerThread(
                QueueReader(client, dispatch, queue),
                slots=self._slots,
                in_hand=in_hand,
                on_ack=self._acks.ack,
                deliver=self._deliver,
                rest_seconds=rest_seconds,
            )
            for queue in sorted(queues)
        ]

    @property
    def running(self) -> int:
        """Return how many actors run now."""
        return len(self._tasks)

    def start(self) -> None:
        """Begin to take messages; call it inside the event loop that shall run the actors."""
        self._loop = asyncio.get_running_loop()
        self._acks.start()
        for consumer in self.consumers:
            consumer.start()

    async def stop_taking(self) -> None:
        """Take no more messages; what was taken runs on."""
        for consumer in self.consumers:
            await asyncio.to_thread(consumer.stop)
        self._slots.close()
        for consumer in self.consumers:
            await asyncio.to_thread(consumer.join)

    async def stop(self, grace_seconds: float) -> bool:
        """Stop: let what runs finish for `grace_seconds`, then cancel the rest and give its messages back.

        True when everything finished by itself.
        """
        await self.stop_taking()
        is_finished = await self._wait_for_tasks(grace_seconds)
        if not is_finished:
            await self._release_rest()
        self._acks.close(_LAST_ACKS_SECONDS)
        await asyncio.to_thread(self._acks.join)
        self._redis.connection_pool.disconnect(inuse_connections=False)  # another worker's threads keep theirs
        return is_finished

    async def _wait_for_tasks(self, seconds: float) -> bool:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        return not self._tasks

    async def _release_rest(self) -> None:
        _log.warning("actors_released", count=len(self._tasks))
        self._is_releasing = True
        for task in self._tasks:
            task.cancel()
        await self._wait_for_tasks(_CANCEL_SECONDS)

    def _deliver(self, deliveries: list[Delivery]) -> None:
        """Carry a batch from a consumer's thread into the loop."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._start_tasks, deliveries)

    def _start_tasks(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            task = asyncio.ensure_future(self._run(delivery))
            self._tasks.add(task)
            task.add_done_callback(partial(self._ended, delivery))

    async def _run(self, delivery: Delivery) -> None:
        current_delivery.set(delivery)
        function = self._functions.get(delivery.actor_name)
        if function is None:
            # A newer producer's actor: dropped here, and rung again by who keeps the row.
            _log.error("actor_unknown", actor=delivery.actor_name, queue=delivery.queue)
            return
        await function(*delivery.args, **delivery.kwargs)

    def _ended(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        """Settle the message and free its slot, however the actor ended."""
        failure: Any = None if task.cancelled() else task.exception()
        if failure is not None:
            _log.error("actor_failed", actor=delivery.actor_name, exc_info=failure)
        is_unfinished = task.cancelled() or failure is not None
        if is_unfinished and self._is_releasing and not delivery.is_settled:
            self._acks.release(delivery)
        else:
            delivery.ack()
        self._tasks.discard(task)
        self._slots.give_back()
