"""The thread that takes one queue's messages and carries them to the event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog
from redis.exceptions import RedisError

from shared.queue.delivery import Delivery
from shared.queue.fetch import QueueReader, read_deliveries
from shared.queue.slots import Slots

_BATCH: Final = 128
_PAUSE_SECONDS: Final = 0.2
_log = structlog.get_logger()


class ConsumerThread(threading.Thread):
    """Takes as many messages as there are free slots; when there are none to take it listens to the bell.

    While no slot is free it neither takes nor listens. `in_hand` holds the ids of what this worker took and has not
    settled; `deliver` gets each batch. With `rest_seconds` it pauses once it has taken all there was, so that the next
    messages come together: for work that nobody waits for.
    """

    def __init__(
        self,
        reader: QueueReader,
        *,
        slots: Slots,
        in_hand: set[str],
        on_ack: Callable[[Delivery], None],
        deliver: Callable[[list[Delivery]], None],
        rest_seconds: float = 0.0,
    ) -> None:
        super().__init__(name=f"consumer-{reader.queue}", daemon=True)
        self._reader = reader
        self._slots = slots
        self._in_hand = in_hand
        self._on_ack = on_ack
        self._deliver = deliver
        self._rest_seconds = rest_seconds
        self._stopping = threading.Event()
        self._is_broken = False
        self.wakes = 0

    def stop(self) -> None:
        """Take nothing more; the thread ends at once, or when it has listened to the end if Redis is away."""
        self._stopping.set()
        self._reader.end_listening()

    def run(self) -> None:
        """Take messages until stopped, whatever becomes of Redis."""
        while not self._stopping.is_set():
            try:
                self._take_or_listen()
                self._recover()
            except RedisError as error:
                self._note_outage(error)
                self._stopping.wait(_PAUSE_SECONDS)
        self._reader.close()

    def _take_or_listen(self) -> None:
        taken = self._slots.take(_BATCH)
        if not taken:
            return  # The worker stops.
        deliveries: list[Delivery] = []
        try:
            fetched = self._reader.fetch(taken)
            deliveries = read_deliveries(self._reader.queue, fetched.messages, self._on_ack)
            self._in_hand.update(delivery.redis_id for delivery in deliveries)
        finally:
            self._slots.give_back(taken - len(deliveries))
        if deliveries:
            self._deliver(deliveries)
        if fetched.left:
            self._reader.ring()
        elif len(fetched.messages) < taken:
            if deliveries and self._rest_seconds:
                self._stopping.wait(self._rest_seconds)
            self._listen()  # A ring since that fetch waits at the bell.

    def _listen(self) -> None:
        if not self._reader.listen():
            return
        self.wakes += 1
        if self._stopping.is_set() or not self._slots.free:
            self._reader.ring()  # Heard, but not for us: another may come.

    def _recover(self) -> None:
        """After an outage, put back what was taken by a fetch whose reply was lost."""
        if self._is_broken:
            lost = self._reader.give_back_unknown(self._in_hand)
            _log.info("queue_back", queue=self._reader.queue, lost_and_put_back=lost)
            self._is_broken = False

    def _note_outage(self, error: RedisError) -> None:
        if not self._is_broken:
            _log.warning("queue_unavailable", queue=self._reader.queue, error=type(error).__name__)
        self._is_broken = True
