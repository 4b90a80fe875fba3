"""Many turns at once: so many on their way, and back-pressure where the product says that it is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from shared.admission.admission import Admitted
from shared.admission.refusal import Refusal
from shared.clock import monotonic_seconds
from shared.producer.request import TurnRequest

DEFAULT_IN_FLIGHT: Final = 800
"""Some batches of the accepting statement: one in PostgreSQL's hands while the next ones gather."""

Submit = Callable[[TurnRequest], Awaitable[Admitted | Refusal]]


@dataclass(frozen=True, slots=True)
class Submission:
    """A request and what became of it."""

    request: TurnRequest
    decision: Admitted | Refusal


async def submit_with_patience(submit: Submit, request: TurnRequest, patience_seconds: float) -> Admitted | Refusal:
    """Submit until the product has room for the turn, each time after the seconds that its refusal names.

    The refusal is returned when waiting does not help, or when the patience would end before.
    """
    until = monotonic_seconds() + patience_seconds
    while True:
        decision = await submit(request)
        seconds = decision.passes_after_seconds if isinstance(decision, Refusal) else None
        if seconds is None or monotonic_seconds() + seconds > until:
            return decision
        await asyncio.sleep(seconds)


async def submit_each(
    submit: Submit, requests: Iterable[TurnRequest] | AsyncIterable[TurnRequest], *, in_flight: int
) -> AsyncGenerator[Submission, None]:
    """Yield each request with its decision, as decisions come.

    At most `in_flight` are under way, and at most as many decided and not yet yielded. Requests are begun in their
    order. Who leaves early should close the iterator (`aclosing`): nothing more is taken then, and what was under way
    may have been accepted or not.
    """
    source = _AsyncSource(requests) if isinstance(requests, AsyncIterable) else _Source(requests)
    decided = _Decided(in_flight)
    working = asyncio.gather(*(_work(submit, source, decided) for _ in range(in_flight)))
    working.add_done_callback(lambda _: decided.end())
    try:
        while (submission := await decided.take()) is not None:
            yield submission
        await working
    finally:
        working.cancel()
        await asyncio.wait([working])


async def _work(submit: Submit, source: _Source | _AsyncSource, decided: _Decided) -> None:
    while (request := await source.next()) is not None:
        decided.add(Submission(request, await submit(request)))
        await decided.until_room()


class _Decided:
    """What was decided and is not yet taken; None marks the end."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._submissions: asyncio.Queue[Submission | None] = asyncio.Queue()
        self._has_room = asyncio.Event()

    def add(self, submission: Submission) -> None:
        self._submissions.put_nowait(submission)

    def end(self) -> None:
        self._submissions.put_nowait(None)

    async def take(self) -> Submission | None:
        submission = await self._submissions.get()
        if self._submissions.qsize() < self._room:
            self._has_room.set()
        return submission

    async def until_room(self) -> None:
        while self._submissions.qsize() >= self._room:
            self._has_room.clear()
            await self._has_room.wait()


class _Source:
    """Requests that are at hand."""

    def __init__(self, requests: Iterable[TurnRequest]) -> None:
        self._requests = iter(requests)

    async def next(self) -> TurnRequest | None:
        return next(self._requests, None)


class _AsyncSource:
    """Requests that have to be waited for, by one at a time."""

    def __init__(self, requests: AsyncIterable[TurnRequest]) -> None:
        self._requests = aiter(requests)
        self._lock = asyncio.Lock()
        self._is_over = False

    async def next(self) -> TurnRequest | None:
        async with self._lock:
            request = None if self._is_over else await anext(self._requests, None)
            self._is_over = request is None
            return request
