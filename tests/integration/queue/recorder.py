"""An actor that notes what it was called for, for tests of the worker."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dramatiq.brokers.redis import RedisBroker

from shared.queue.acknowledge import acknowledge
from shared.queue.declare import declare_actor
from shared.queue.routes import COMPLETE_TURN
from shared.queue.worker import EventLoopWorker

RAISES = "raises"
STOP_SECONDS = 10.0


class Recorder:
    """Counts the runs of each turn and how many were inside at once; a turn waits until `gate` is open."""

    def __init__(self, broker: RedisBroker, *, acks_early: bool = False) -> None:
        self.runs: Counter[str] = Counter()
        self.finished: Counter[str] = Counter()
        self.peak = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._acks_early = acks_early
        self._inside = 0
        declare_actor(broker, COMPLETE_TURN, self._complete_turn)

    async def _complete_turn(self, turn_id: str) -> None:
        self.runs[turn_id] += 1
        self._inside += 1
        self.peak = max(self.peak, self._inside)
        try:
            if self._acks_early:
                acknowledge()
            if turn_id.startswith(RAISES):
                message = "this turn's actor raises"
                raise ValueError(message)
            await asyncio.sleep(0)
            await self.gate.wait()
            self.finished[turn_id] += 1
        finally:
            self._inside -= 1


@asynccontextmanager
async def working(
    broker: RedisBroker, *, concurrency: int = 100, rest_seconds: float = 0.0
) -> AsyncIterator[EventLoopWorker]:
    """Run a worker on the turns' queue for the length of a block."""
    worker = EventLoopWorker(broker, queues=[COMPLETE_TURN.queue], concurrency=concurrency, rest_seconds=rest_seconds)
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop(STOP_SECONDS)


def turns(first: int, count: int) -> list[tuple[str]]:
    """Return the arguments of `count` rings."""
    return [(f"turn-{number}",) for number in range(first, first + count)]
