"""One way in for gateway, producers and dashboard: judge, accept, ring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from shared.admission.backlog import Backlog
from shared.admission.buckets import buckets_of, refusal_of
from shared.admission.holder import FindsHolder, Holder
from shared.admission.judge import Deadlines, judge
from shared.admission.refusal import (
    BACKLOG_FULL,
    CONFIGURATION_UNSTEADY,
    IDEMPOTENCY_CONFLICT,
    QUOTA_EXCEEDED,
    TOKEN_REFUSED,
    TOO_MANY_WAITING,
    UNAVAILABLE,
    Refusal,
)
from shared.admission.request import ChatRequest
from shared.clock import monotonic_seconds
from shared.domain.catalogue import Catalogue
from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.limits.message_rates import MessageRates
from shared.limits.rate_values import RateStanding, TooFast
from shared.metrics import turns_accepted, turns_refused
from shared.queue.errors import QueueUnavailableError
from shared.queue.ring import Ringer
from shared.queue.routes import COMPLETE_TURN
from shared.settings import Settings
from shared.store.batcher import Batcher
from shared.store.bots.rows import BotRow
from shared.store.database import Database
from shared.store.errors import StoreUnavailableError
from shared.store.turns.accept import accept_turns
from shared.store.turns.replay import is_known
from shared.store.turns.rows import AcceptCode, AcceptResult, NewTurn

log = structlog.get_logger()
Key = TypeVar("Key")
"""By what a bot is found: the hash of a token, or its address."""

TURNS_A_BATCH = 200
"""One batch at a time: two would be half as large, and each costs its round trip, its commit and its ring."""
JUDGEMENTS = 5
"""How often a request is judged anew while the configuration keeps changing under it."""
RATES_OLD_SECONDS = 1.0
"""So old may the rates be by which a message is refused: a flood of messages must not become a flood of reads."""
COUNTED_FOR_NOTHING = (AcceptCode.REPLAYED, AcceptCode.STALE_EPOCH)
"""What a message is given back for: it was here before, or it is judged and counted once more."""

REFUSALS = {
    AcceptCode.QUOTA_EXCEEDED: QUOTA_EXCEEDED,
    AcceptCode.IDEMPOTENCY_CONFLICT: IDEMPOTENCY_CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """The turn is committed, or was before: then `is_replay`. It will end, whatever happens.

    `rate` is how the tightest of its rates stands; None where none is set, for a replay, and while Redis is away.
    """

    turn_id: UUID
    status: TurnStatus
    is_replay: bool
    model: str
    rate: RateStanding | None = None


class Admission:
    """Judges requests by their bot's configuration and rates, accepts them in groups and rings the workers."""

    def __init__(
        self,
        database: Database,
        ringer: Ringer,
        rates: MessageRates,
        catalogue: Catalogue,
        settings: Settings,
        backlog: Backlog,
    ) -> None:
        self._database = database
        self._ringer = ringer
        self._rates = rates
        self._catalogue = catalogue
        self._settings = settings
        self._backlog = backlog
        self._deadlines = Deadlines.of(settings)
        self._batcher: Batcher[NewTurn, AcceptResult] = Batcher(self._accept, max_size=TURNS_A_BATCH)
        self._rings: set[asyncio.Task[None]] = set()

    async def admit(
        self, request: ChatRequest, key: Key, holders: FindsHolder[Key], inbox: str | None
    ) -> Admitted | Refusal:
        """Accept the request for the bot that `holders` finds by `key`; a Refusal left nothing behind."""
        decision = await self._decide(request, key, holders, inbox)
        if isinstance(decision, Refusal):
            turns_refused.labels(decision.code.value).inc()
        elif not decision.is_replay:
            turns_accepted.labels(request.door.value).inc()
        return decision

    @property
    def waiting_limit(self) -> int:
        """Return how many turns of one workspace may wait: none, while the installation's backlog is full."""
        return 0 if self._backlog.is_full else self._settings.waiting_limit

    @property
    def too_many_waiting(self) -> Refusal:
        """Return what a turn reads that may not wait."""
        return BACKLOG_FULL if self._backlog.is_full else TOO_MANY_WAITING

    async def _decide(
        self, request: ChatRequest, key: Key, holders: FindsHolder[Key], inbox: str | None
    ) -> Admitted | Refusal:
        turn_id, came_at = new_id(), monotonic_seconds()
        for _ in range(JUDGEMENTS):
            try:
                holder = await holders.find(key)
                if holder is None or holder.bot is None:
                    return TOKEN_REFUSED
                turn = self._judge(request, holder, holder.bot, turn_id, inbox)
                decision = await self._decide_on(turn, holder, holder.bot, partial(holders.is_fresh, key), came_at)
            except StoreUnavailableError:
                return UNAVAILABLE
            if decision is not None:
                return decision
            holders.forget(key)  # what is read now may judge otherwise
        return CONFIGURATION_UNSTEADY

    def _judge(
        self, request: ChatRequest, holder: Holder, bot: BotRow, turn_id: UUID, inbox: str | None
    ) -> NewTurn | Refusal:
        return judge(
            request, holder, bot, catalogue=self._catalogue, deadlines=self._deadlines, turn_id=turn_id, inbox=inbox
        )

    async def _decide_on(
        self, turn: NewTurn | Refusal, holder: Holder, bot: BotRow, is_fresh: Callable[[float], bool], came_at: float
    ) -> Admitted | Refusal | None:
        """Return what becomes of a turn that was judged; None where that was by an old configuration."""
        if isinstance(turn, Refusal):
            return turn if is_fresh(came_at) else None
        accepted = await self._accept_in_time(turn, holder, bot)
        if isinstance(accepted, TooFast):
            return refusal_of(accepted) if is_fresh(came_at - RATES_OLD_SECONDS) else None
        return accepted

    async def _accept_in_time(self, turn: NewTurn, holder: Holder, bot: BotRow) -> Admitted | Refusal | TooFast | None:
        """Count the turn under its rates and accept it; None when it was judged by an old configuration."""
        buckets = buckets_of(holder, bot, turn.end_user)
        counted = await self._rates.take(buckets)
        if isinstance(counted, TooFast):
            if not await self._is_known(turn):
                return counted
            counted, buckets = None, ()  # a replay costs nothing and comes before every limit
        result = await self._batcher.submit(turn)
        if result.code in COUNTED_FOR_NOTHING and counted is not None:
            self._rates.give_back(buckets)
            counted = None
        return None if result.code is AcceptCode.STALE_EPOCH else self._answer(result, turn, counted)

    async def _is_known(self, turn: NewTurn) -> bool:
        return turn.idempotency_key is not None and await is_known(
            self._database,
            bot_id=turn.bot_id,
            idempotency_key=turn.idempotency_key,
            idempotency_hours=self._settings.idempotency_hours,
        )

    def _answer(self, result: AcceptResult, turn: NewTurn, rate: RateStanding | None) -> Admitted | Refusal:
        if result.code is AcceptCode.TOO_MANY_WAITING:
            return self.too_many_waiting
        refusal = REFUSALS.get(result.code)
        if refusal is not None:
            return refusal
        assert result.status is not None
        is_replay = result.code is AcceptCode.REPLAYED
        return Admitted(result.turn_id, result.status, is_replay, turn.model, rate)

    async def _accept(self, turns: Sequence[NewTurn]) -> Sequence[AcceptResult]:
        results = await accept_turns(
            self._database,
            turns,
            waiting_limit=self.waiting_limit,
            idempotency_hours=self._settings.idempotency_hours,
        )
        ready = [
            result.turn_id
            for result in results
            if result.code is AcceptCode.ACCEPTED and result.status is TurnStatus.READY
        ]
        self.ring_soon(ready)
        return results

    async def close(self) -> None:
        """Wait until everything that was offered is decided and rung."""
        await self._batcher.close()
        while self._rings:
            await asyncio.wait(self._rings)

    def ring_soon(self, turn_ids: Sequence[UUID]) -> None:
        """Ring turns without waiting for Redis; the sweeper rings what Redis did not take."""
        if turn_ids:
            task = asyncio.create_task(self._ring(turn_ids))
            self._rings.add(task)
            task.add_done_callback(self._rings.discard)

    async def _ring(self, turn_ids: Sequence[UUID]) -> None:
        try:
            await self._ringer.ring(COMPLETE_TURN, [(str(turn_id),) for turn_id in turn_ids])
        except QueueUnavailableError:
            log.warning("ring_failed", turns=len(turn_ids))
