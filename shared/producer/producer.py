"""A program that submits turns to one bot and hears how they ended."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self
from uuid import UUID

from shared.admission.admission import Admitted
from shared.admission.refusal import Refusal
from shared.domain.turn_status import TurnStatus
from shared.producer.opening import ProducerContext, open_context
from shared.producer.reply import Reply
from shared.producer.request import TurnRequest, chat_request_of
from shared.producer.submitting import DEFAULT_IN_FLIGHT, Submission, submit_each, submit_with_patience
from shared.settings import Settings, load_settings
from shared.store.turns.cancel import CancelCode, cancel_turn
from shared.store.turns.retry import RetryCode, retry_turn


class TurnProducer:
    """Submits turns past the gateway, under the same rules, and reads their replies.

    `name` is the producer's own, up to 64 characters: it owns an inbox of replies that survives restarts of the
    program, of Redis and of PostgreSQL. Processes of the same name and bot share the inbox: each reply goes to one of
    them. `token` is a bot's (`mvb_...`). Without `settings` the variables `MEVICHAT_...` are read.
    Use it as an async context manager; entering raises ProducerError when it cannot be opened.
    """

    def __init__(self, name: str, *, token: str, settings: Settings | None = None) -> None:
        self._name = name
        self._token = token
        self._settings = settings
        self._opening: AbstractAsyncContextManager[ProducerContext] | None = None
        self._context: ProducerContext | None = None

    async def __aenter__(self) -> Self:
        self._opening = open_context(self._name, self._token, self._settings or load_settings())
        self._context = await self._opening.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._opening is not None
        await self._opening.__aexit__(kind, error, trace)

    async def submit(self, request: TurnRequest) -> Admitted | Refusal:
        """Submit one turn. Admitted: it is committed and will end, whatever happens; a Refusal left nothing behind.

        With an idempotency key it is safe to submit again after any failure. A `StoreUnavailableError` never comes
        from here: a store that is away is the Refusal `unavailable`.
        """
        chat_request = chat_request_of(request)
        if isinstance(chat_request, Refusal):
            return chat_request
        context = self._open()
        return await context.admission.admit(chat_request, context.token_hash, context.holders, context.inbox)

    async def submit_patiently(self, request: TurnRequest, patience_seconds: float = math.inf) -> Admitted | Refusal:
        """Submit one turn, and again while the product is full, too fast or away, for as long as the patience lasts."""
        return await submit_with_patience(self.submit, request, patience_seconds)

    def submit_many(
        self,
        requests: Iterable[TurnRequest] | AsyncIterable[TurnRequest],
        *,
        in_flight: int = DEFAULT_IN_FLIGHT,
        patience_seconds: float = math.inf,
    ) -> AsyncGenerator[Submission, None]:
        """Yield each request with its decision, as decisions come; at most `in_flight` are under way.

        Back-pressure: while the product says that it is full (`too_many_waiting`, `backlog_full`), that messages come
        too fast (`rate_limit_exceeded`) or that it is away (`unavailable`), nothing more is taken from `requests`
        beyond those under way, and each is submitted again after the seconds that its refusal names. With
        `patience_seconds=0` such a refusal is yielded at once instead.
        """

        async def submit(request: TurnRequest) -> Admitted | Refusal:
            return await submit_with_patience(self.submit, request, patience_seconds)

        return submit_each(submit, requests, in_flight=in_flight)

    async def replies(self) -> AsyncGenerator[Reply, None]:
        """Yield the end of every accepted turn, those that ended first; it waits for the next one and never ends.

        A reply is acknowledged when the next one is asked for. Who breaks off, crashes or is killed before gets it
        again: each end is heard at least once. The loop goes on while servers are away.
        """
        while True:
            reply = await self.next_reply()
            is_heard = False
            try:
                yield reply
                is_heard = True
            finally:
                if not is_heard:
                    self.put_back(reply)
            self.acknowledge_soon(reply)

    async def next_reply(self) -> Reply:
        """Return the next reply, which the caller acknowledges: for programs that work on many at once."""
        return await self._open().deliveries.next()

    async def acknowledge(self, reply: Reply) -> None:
        """Note that a reply of `next_reply` was heard; returns once that is committed."""
        await self._open().deliveries.acknowledge(reply)

    def acknowledge_soon(self, reply: Reply) -> None:
        """Note the same without waiting for the commit, which is tried until PostgreSQL takes it."""
        self._open().deliveries.acknowledge_soon(reply)

    def put_back(self, reply: Reply) -> None:
        """Let whoever asks next have this reply of `next_reply`."""
        self._open().deliveries.put_back(reply)

    async def retry(self, turn_id: UUID, *, deadline_seconds: float | None = None) -> RetryCode:
        """Run a dead turn once more, with a new deadline; its new end is another reply."""
        context = self._open()
        result = await retry_turn(
            context.database,
            bot_id=context.bot.bot_id,
            turn_id=turn_id,
            deadline_seconds=deadline_seconds or context.settings.async_deadline_seconds,
            waiting_limit=context.admission.waiting_limit,
        )
        if result.code is RetryCode.ACCEPTED and result.status is TurnStatus.READY:
            context.admission.ring_soon([turn_id])
        return result.code

    async def cancel(self, turn_id: UUID) -> CancelCode:
        """End a turn of this bot where it stands; its end is a reply like any other."""
        context = self._open()
        result = await cancel_turn(context.database, bot_id=context.bot.bot_id, turn_id=turn_id)
        context.admission.ring_soon(result.promoted)
        return result.code

    def _open(self) -> ProducerContext:
        if self._context is None:
            raise RuntimeError("Open the producer first: async with TurnProducer(...) as producer.")
        return self._context
