"""The thread that tells Redis what was done, and that this worker lives."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Final

import structlog
from redis import Redis
from redis.exceptions import OutOfMemoryError, RedisError

from shared.queue.delivery import Delivery
from shared.queue.dispatch import HEARTBEAT, Dispatch, ack_script
from shared.queue.thread_lane import ThreadLane
from shared.queue.thread_redis import run_script
from shared.redis_lane import Command

_BEATS_PER_TIMEOUT: Final = 6
_PAUSE_SECONDS: Final = 0.2
_MAX_BATCH: Final = 1_000
_COMPANY_SECONDS: Final = 0.005
"""How long the first ack waits for others: nobody waits for it."""
_log = structlog.get_logger()


class AckThread(threading.Thread):
    """Drains what finished into one pipeline at a time, and keeps what Redis did not take until it does.

    With every sixth part of dramatiq's heartbeat timeout it also beats, which runs dramatiq's maintenance: messages
    of workers that died go back to their queues.
    """

    def __init__(self, client: Redis, dispatch: Dispatch, *, queues: Collection[str], in_hand: set[str]) -> None:
        super().__init__(name="acks", daemon=True)
        self._redis = client
        self._lane = ThreadLane(client)
        self._dispatch = dispatch
        self._queues = tuple(queues)
        self._in_hand = in_hand
        self._settled: queue.SimpleQueue[tuple[str, Delivery] | None] = queue.SimpleQueue()
        self._pending: list[tuple[str, Delivery]] = []
        self._beat_seconds = dispatch.heartbeat_timeout_ms / 1000 / _BEATS_PER_TIMEOUT
        self._next_beat = 0.0
        self._give_up_at: float | None = None
        self._is_broken = False

    def ack(self, delivery: Delivery) -> None:
        """Let the message be removed."""
        self._settled.put(("ack", delivery))

    def release(self, delivery: Delivery) -> None:
        """Let the message go back to its queue."""
        delivery.is_settled = True
        self._settled.put(("requeue", delivery))

    def close(self, within_seconds: float) -> None:
        """Send what is left, say good-bye and end; an unreachable Redis is given `within_seconds`."""
        self._give_up_at = time.monotonic() + within_seconds
        self._settled.put(None)

    def run(self) -> None:
        """Send until closed, whatever becomes of Redis."""
        while not self._is_finished():
            self._gather()
            try:
                self._send()
            except RedisError as error:
                self._note_outage(error)
                time.sleep(_PAUSE_SECONDS)
        self._say_goodbye()
        self._lane.close()

    def _is_finished(self) -> bool:
        if self._give_up_at is None:
            return False
        is_all_sent = not self._pending and self._settled.empty()
        return is_all_sent or time.monotonic() >= self._give_up_at

    def _gather(self) -> None:
        """Wait for the first settled message or the next heartbeat, then take all that is there a moment later."""
        is_waiting = not self._pending and self._give_up_at is None
        with suppress(queue.Empty):
            if is_waiting:
                self._keep(self._settled.get(timeout=max(self._next_beat - time.monotonic(), 0)))
                time.sleep(_COMPANY_SECONDS)
            while len(self._pending) < _MAX_BATCH:
                self._keep(self._settled.get_nowait())

    def _keep(self, settled: tuple[str, Delivery] | None) -> None:
        if settled is not None:
            self._pending.append(settled)

    def _send(self) -> None:
        commands: list[Command] = [
            self._dispatch.arguments("requeue", one.queue, one.redis_id)
            for what, one in self._pending
            if what == "requeue"
        ]
        is_beat_due = time.monotonic() >= self._next_beat
        if is_beat_due:
            commands += [self._dispatch.arguments(HEARTBEAT, name, maintenance=True) for name in self._queues]
        if not commands and not self._pending:
            return
        # a full Redis lets nothing in, and so runs no script of dramatiq's; ours only removes.
        # What was to go back stays counted as ours, and goes back once this worker is seen as dead.
        with suppress(OutOfMemoryError):
            run_script(self._lane, commands, then=self._removals())
        if is_beat_due:
            self._next_beat = time.monotonic() + self._beat_seconds
        self._in_hand.difference_update([delivery.redis_id for _, delivery in self._pending])
        self._pending.clear()
        self._is_broken = False

    def _removals(self) -> list[Command]:
        """Return the commands that remove what is done, one a queue."""
        done: dict[str, list[str]] = {}
        for what, delivery in self._pending:
            if what == "ack":
                done.setdefault(delivery.queue, []).append(delivery.redis_id)
        return [
            ("EVAL", ack_script(), 2, self._dispatch.taken_key(name), self._dispatch.messages_key(name), *ids)
            for name, ids in done.items()
        ]

    def _say_goodbye(self) -> None:
        """Leave the list of heartbeats, unless messages are still counted as ours."""
        if self._in_hand:
            return
        try:
            self._redis.zrem(self._dispatch.heartbeats_key(), self._dispatch.broker_id)
        except RedisError as error:
            self._note_outage(error)

    def _note_outage(self, error: RedisError) -> None:
        if not self._is_broken:
            _log.warning("acks_delayed", error=type(error).__name__, waiting=len(self._pending))
        self._is_broken = True
