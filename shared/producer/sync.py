"""The same producer for programs of threads: its event loop runs in a thread of its own."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import uvloop

from shared.admission.admission import Admitted
from shared.admission.refusal import Refusal
from shared.producer.producer import TurnProducer
from shared.producer.reply import Reply
from shared.producer.request import TurnRequest
from shared.producer.submitting import DEFAULT_IN_FLIGHT, Submission
from shared.settings import Settings
from shared.store.turns.cancel import CancelCode
from shared.store.turns.retry import RetryCode

Result = TypeVar("Result")


class SyncTurnProducer:
    """A TurnProducer whose methods block; any number of threads may call them.

    Use it as a context manager: entering starts its thread, leaving ends it.
    """

    def __init__(self, name: str, *, token: str, settings: Settings | None = None) -> None:
        self._producer = TurnProducer(name, token=token, settings=settings)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"producer-{name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._wait(self._producer.__aenter__())
        except BaseException:
            self._end_thread()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._wait(self._producer.__aexit__(kind, error, trace))
        finally:
            self._end_thread()

    def submit(self, request: TurnRequest) -> Admitted | Refusal:
        """Submit one turn (`TurnProducer.submit`)."""
        return self._wait(self._producer.submit(request))

    def submit_patiently(self, request: TurnRequest, patience_seconds: float = math.inf) -> Admitted | Refusal:
        """Submit one turn until there is room for it (`TurnProducer.submit_patiently`)."""
        return self._wait(self._producer.submit_patiently(request, patience_seconds))

    def submit_many(
        self,
        requests: Iterable[TurnRequest],
        *,
        in_flight: int = DEFAULT_IN_FLIGHT,
        patience_seconds: float = math.inf,
    ) -> Iterator[Submission]:
        """Yield each request with its decision, in the order of `requests`, which are drawn in the caller's thread.

        At most `in_flight` are under way; back-pressure as in `TurnProducer.submit_many`. A turn is submitted as soon
        as it is drawn; its decision may be yielded only after the next one is drawn.
        """
        under_way: deque[tuple[TurnRequest, Future[Admitted | Refusal]]] = deque()
        try:
            for request in requests:
                under_way.append((request, self._begin(self._producer.submit_patiently(request, patience_seconds))))
                while under_way and (len(under_way) >= in_flight or under_way[0][1].done()):
                    yield _decided(*under_way.popleft())
            while under_way:
                yield _decided(*under_way.popleft())
        finally:
            for _, decision in under_way:
                decision.cancel()

    def replies(self) -> Iterator[Reply]:
        """Yield the end of every accepted turn; a reply is acknowledged when the next one is asked for."""
        while True:
            reply = self.next_reply()
            is_heard = False
            try:
                yield reply
                is_heard = True
            finally:
                if not is_heard:
                    self._loop.call_soon_threadsafe(self._producer.put_back, reply)
            self._loop.call_soon_threadsafe(self._producer.acknowledge_soon, reply)

    def next_reply(self) -> Reply:
        """Return the next reply, which the caller acknowledges."""
        return self._wait(self._producer.next_reply())

    def acknowledge(self, reply: Reply) -> None:
        """Note that a reply of `next_reply` was heard; returns once that is committed."""
        self._wait(self._producer.acknowledge(reply))

    def retry(self, turn_id: UUID, *, deadline_seconds: float | None = None) -> RetryCode:
        """Run a dead turn once more; its new end is another reply."""
        return self._wait(self._producer.retry(turn_id, deadline_seconds=deadline_seconds))

    def cancel(self, turn_id: UUID) -> CancelCode:
        """End a turn of this bot where it stands; its end is a reply like any other."""
        return self._wait(self._producer.cancel(turn_id))

    def _begin(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        future = self._begin(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # an interrupt ends the wait, and the work with it
            raise

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _decided(request: TurnRequest, decision: Future[Admitted | Refusal]) -> Submission:
    return Submission(request, decision.result())
