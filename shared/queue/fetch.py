"""Takes messages off one queue with dramatiq's script."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import dramatiq
import structlog
from dramatiq.errors import DecodeError
from redis import Redis
from redis.exceptions import OutOfMemoryError, RedisError

from shared.queue.delivery import Delivery
from shared.queue.dispatch import MAX_UNPACK, Dispatch
from shared.queue.thread_lane import ThreadLane
from shared.queue.thread_redis import run_script
from shared.redis_lane import sound

LISTEN_SECONDS: Final = 3
"""Two seconds less than the connection waits for any answer. What comes to a queue rings; this finds what was put back
without a ring after its worker had died."""
_STOP_BELL_SECONDS: Final = 10
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetched:
    """The messages taken, and how many were left on the queue."""

    messages: list[bytes]
    left: int


class QueueReader:
    """Reads one queue of dramatiq's and its bell; used by one thread, and by whoever ends its listening."""

    def __init__(self, client: Redis, dispatch: Dispatch, queue: str) -> None:
        self._redis = client
        self._lane = ThreadLane(client)
        self._dispatch = dispatch
        self.queue = queue

    def fetch(self, count: int) -> Fetched:
        """Take up to `count` messages; they count as this worker's until acked or given back."""
        command = self._dispatch.arguments("fetch", self.queue, count)
        try:
            messages, left = run_script(self._lane, [command], then=[("LLEN", self._dispatch.queue_key(self.queue))])
        except OutOfMemoryError:
            return self._fetch_for_good(count)
        return Fetched([data for data in messages if data is not None], left)

    def listen(self) -> bool:
        """Wait some seconds for the bell; True when it rang, False when nobody rang or `end_listening` was called."""
        bell = self._dispatch.bell_key(self.queue)
        stop_bell = self._dispatch.stop_bell_key(self.queue)
        (heard,) = sound(self._lane.exchange([("BLPOP", stop_bell, bell, LISTEN_SECONDS)]))
        return heard is not None and heard[0].decode() == bell

    def close(self) -> None:
        """Let the connection go that the thread kept."""
        self._lane.close()

    def end_listening(self) -> None:
        """Let the thread that listens now stop; a Redis that does not take it only makes it listen to the end."""
        key = self._dispatch.stop_bell_key(self.queue)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.lpush(key, 1)
        pipeline.expire(key, _STOP_BELL_SECONDS)
        with suppress(RedisError):
            pipeline.execute()

    def ring(self) -> None:
        """Wake another consumer, because messages are there that this one does not take."""
        bell = self._dispatch.bell_key(self.queue)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.lpush(bell, 1)
        pipeline.ltrim(bell, 0, 0)
        pipeline.execute()

    def give_back_unknown(self, known: Container[str]) -> int:
        """Put back what Redis counts as ours but a lost reply kept from us; return how many."""
        members: set[bytes] = self._redis.smembers(self._dispatch.taken_key(self.queue))  # type: ignore[assignment]
        lost = [member.decode() for member in members if member.decode() not in known]
        for start in range(0, len(lost), MAX_UNPACK):
            part = lost[start : start + MAX_UNPACK]
            run_script(self._lane, [self._dispatch.arguments("requeue", self.queue, *part)])
        return len(lost)

    def _fetch_for_good(self, count: int) -> Fetched:
        """Take messages without a trace when Redis is full: the script cannot run then, and only taking helps.

        A crash loses them, and the sweeper rings their rows again.
        """
        ids: Any = self._redis.lpop(self._dispatch.queue_key(self.queue), count)
        if not ids:
            return Fetched([], 0)
        key = self._dispatch.messages_key(self.queue)
        messages: Any = self._redis.hmget(key, ids)
        self._redis.hdel(key, *ids)
        return Fetched([data for data in messages if data is not None], 0)


def read_deliveries(queue: str, messages: Iterable[bytes], on_ack: Callable[[Delivery], None]) -> list[Delivery]:
    """Decode messages; one that is not dramatiq's is logged and left alone, never run."""
    deliveries = []
    for data in messages:
        try:
            message: dramatiq.Message[Any] = dramatiq.Message.decode(data)
            redis_id = message.options["redis_message_id"]
        except (DecodeError, KeyError, TypeError):
            _log.error("message_not_readable", queue=queue)
            continue
        deliveries.append(
            Delivery(queue, redis_id, message.actor_name, tuple(message.args), dict(message.kwargs), on_ack)
        )
    return deliveries
