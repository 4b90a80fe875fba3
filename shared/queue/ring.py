"""Rings: puts messages on their queues and wakes who waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final
from uuid import uuid4

import dramatiq
import redis.asyncio as redis
from redis.exceptions import NoScriptError, RedisError

from shared.queue.dispatch import Dispatch, dispatch_script
from shared.queue.errors import QueueUnavailableError
from shared.queue.routes import Route
from shared.tick_batch import TickBatch

_MAX_IN_FLIGHT: Final = 4


@dataclass(frozen=True, slots=True)
class _Call:
    """One caller's messages, encoded, and the future that it waits on."""

    route: Route
    messages: tuple[tuple[str, bytes], ...]
    done: asyncio.Future[None]


class Ringer:
    """Enqueues messages exactly as dramatiq's broker would, many callers in one pipeline."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._dispatch = Dispatch(broker_id=str(uuid4()))
        self._batch: TickBatch[_Call] = TickBatch(self._send, max_in_flight=_MAX_IN_FLIGHT)

    async def ring(self, route: Route, args_list: Sequence[tuple[Any, ...]]) -> None:
        """Enqueue one message for each tuple of the actor's arguments, and ring the queue's bell.

        Raises QueueUnavailableError when Redis did not take them all; some may be there nevertheless, and
        ringing twice is harmless.
        """
        if not args_list:
            return
        messages = tuple(_encode(route, args) for args in args_list)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.add(_Call(route, messages, done))
        await done

    async def _send(self, calls: list[_Call]) -> None:
        failure: QueueUnavailableError | None = QueueUnavailableError("The send to Redis was broken off.")
        try:
            await self._enqueue([(call.route.queue, *message) for call in calls for message in call.messages])
            failure = None
        except RedisError as error:
            failure = QueueUnavailableError(f"Redis took no message: {type(error).__name__}")
        finally:
            self._answer(calls, failure)

    async def _enqueue(self, messages: list[tuple[str, str, bytes]]) -> None:
        """Send the messages, then the bells; a Redis that forgot the script is taught it and asked again."""
        replies = await self._pipeline(messages)
        forgotten = [isinstance(reply, NoScriptError) for reply in replies[: len(messages)]]
        if any(forgotten):
            await self._redis.script_load(dispatch_script().text)
            replies = await self._pipeline(list(compress(messages, forgotten)))
        for reply in replies:
            if isinstance(reply, RedisError):
                raise reply

    async def _pipeline(self, messages: list[tuple[str, str, bytes]]) -> list[Any]:
        sha = dispatch_script().sha
        pipeline = self._redis.pipeline(transaction=False)
        for queue, message_id, data in messages:
            pipeline.execute_command("EVALSHA", sha, *self._dispatch.arguments("enqueue", queue, message_id, data))
        for queue in {queue for queue, _, _ in messages}:
            bell = self._dispatch.bell_key(queue)
            pipeline.lpush(bell, 1)
            pipeline.ltrim(bell, 0, 0)  # One ring waits at most: who answers it takes all it can.
        return await pipeline.execute(raise_on_error=False)

    @staticmethod
    def _answer(calls: list[_Call], failure: QueueUnavailableError | None) -> None:
        for call in calls:
            if call.done.done():
                continue  # Its caller was cancelled.
            if failure is None:
                call.done.set_result(None)
            else:
                call.done.set_exception(failure)


def _encode(route: Route, args: tuple[Any, ...]) -> tuple[str, bytes]:
    """Return a message's id in Redis and its bytes."""
    message_id = str(uuid4())
    message: dramatiq.Message[Any] = dramatiq.Message(
        queue_name=route.queue,
        actor_name=route.actor,
        args=args,
        kwargs={},
        options={"redis_message_id": message_id},
    )
    return message_id, message.encode()
