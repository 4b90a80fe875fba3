"""Rings: puts messages on their queues and wakes who waits for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from redis.exceptions import RedisError

from shared.ids import new_id
from shared.queue.dispatch import Dispatch, ring_script
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import Route
from shared.redis_lane import Command, LaneRedis
from shared.tick_batch import TickBatch


class _Message(NamedTuple):
    """A message as dramatiq keeps it."""

    queue: str
    redis_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Call:
    """One caller's messages and the future that it waits on."""

    messages: list[_Message]
    done: asyncio.Future[None]


class Ringer:
    """Leaves messages as dramatiq's script leaves them, many callers in one command.

    The script takes one message at a time and notes a heartbeat of the sender's with each; a sender takes no
    messages, so nobody needs to know whether it lives.
    """

    def __init__(self, client: LaneRedis) -> None:
        self._lane = client.lane
        self._dispatch = Dispatch(broker_id=str(new_id()))
        self._batch: TickBatch[_Call] = TickBatch(self._send, max_in_flight=1)

    async def ring(self, route: Route, args_list: Sequence[tuple[Any, ...]]) -> None:
        """Enqueue one message for each tuple of the actor's arguments, and ring the queue's bell.

        Raises QueueUnavailableError when Redis did not take them all; some may be there nevertheless, and
        ringing twice is harmless.
        """
        if not args_list:
            return
        messages = [encode_message(route, args) for args in args_list]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.add(_Call(messages, done))
        await done

    async def _send(self, calls: list[_Call]) -> None:
        failure: QueueUnavailableError | None = QueueUnavailableError("The send to Redis was broken off.")
        try:
            await self._enqueue([message for call in calls for message in call.messages])
            failure = None
        except RedisError as error:
            failure = QueueUnavailableError(f"Redis took no message: {type(error).__name__}")
        finally:
            self._answer(calls, failure)

    async def _enqueue(self, messages: list[_Message]) -> None:
        """Put the messages on their queues and ring the bells; a queue gets all of its own or nothing."""
        by_queue: dict[str, list[str | bytes]] = {}
        for message in messages:
            by_queue.setdefault(message.queue, []).extend((message.redis_id, message.data))
        await self._lane.run([self._ring_command(queue, parts) for queue, parts in by_queue.items()])

    def _ring_command(self, queue: str, ids_and_data: list[str | bytes]) -> Command:
        keys = (self._dispatch.messages_key(queue), self._dispatch.queue_key(queue), self._dispatch.bell_key(queue))
        return ("EVAL", ring_script(), len(keys), *keys, *ids_and_data)

    @staticmethod
    def _answer(calls: list[_Call], failure: QueueUnavailableError | None) -> None:
        for call in calls:
            if call.done.done():
                continue  # Its caller was cancelled.
            if failure is None:
                call.done.set_result(None)
            else:
                call.done.set_exception(failure)


def encode_message(route: Route, args: tuple[Any, ...]) -> _Message:
    """Write a message as `dramatiq.Message.encode` does; its id in Redis is its own."""
    message_id = str(new_id())
    fields = {
        "queue_name": route.queue,
        "actor_name": route.actor,
        "args": args,
        "kwargs": {},
        "options": {"redis_message_id": message_id},
        "message_id": message_id,
        "message_timestamp": int(time.time() * 1000),
    }
    return _Message(route.queue, message_id, orjson.dumps(fields))
