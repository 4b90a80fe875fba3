"""Builds everything that a worker needs, and takes it down in the right order."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from services.workers.completion.announce import Announcer
from services.workers.completion.answers import Answers
from services.workers.completion.ask import Asker
from services.workers.completion.call import Caller
from services.workers.completion.claim import Claimer
from services.workers.completion.configuration import ConfigurationCache
from services.workers.completion.key_verdicts import KeyVerdicts
from services.workers.completion.leases import Leases
from services.workers.completion.patience import Patience
from services.workers.completion.prepare import Preparer
from services.workers.completion.record import Recorder
from services.workers.completion.resolver import Resolver
from services.workers.completion.room import Room
from services.workers.completion.store_clock import StoreClock
from services.workers.completion.turn_flow import TurnFlow
from services.workers.completion.wake import Waker
from shared.domain.retry_rule import RetryPolicy
from shared.keys.context import KeyContext
from shared.knowledge.find_passages import PassageFinder
from shared.limits.key_limits import KeyLimits
from shared.limits.memory import LimitMemory
from shared.providers.embeddings import Embedder, open_embedder
from shared.providers.registry import open_providers
from shared.providers.session import open_session
from shared.queue.connection import connect_redis
from shared.queue.replies import ReplyWriter
from shared.queue.ring import Ringer
from shared.settings import Settings
from shared.store.database import Database, DatabaseRole

REDIS_CONNECTIONS = 16
LAST_WRITES_SECONDS = 5.0
"""How long the last records and rings may take once no turn runs any more."""
GIVING_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the steps share."""

    settings: Settings
    database: Database
    clock: StoreClock
    patience: Patience
    replies: ReplyWriter
    limits: KeyLimits
    limit_memory: LimitMemory
    ringer: Ringer
    announcer: Announcer
    embedder: Embedder | None = None


@asynccontextmanager
async def open_flow(settings: Settings) -> AsyncIterator[TurnFlow]:
    """Open the flow of a turn with everything below it; leaving the block writes what is still in memory."""
    async with AsyncExitStack() as stack:
        parts = _open_parts(settings, stack)
        if settings.embedding_base_url is not None:
            session = await stack.enter_async_context(open_session(settings.concurrency))
            parts = replace(parts, embedder=open_embedder(settings, session))
        providers = await stack.enter_async_context(open_providers(settings, concurrency=settings.concurrency))
        keys = KeyContext.of(
            settings,
            database=parts.database,
            providers=providers,
            ringer=parts.ringer,
            limit_memory=parts.limit_memory,
            clock=parts.clock,
        )
        flow = _flow(parts, keys)
        waker = Waker(parts.database, parts.limits, parts.ringer)
        standing = [
            asyncio.create_task(flow.leases.renew_always(), name="renew-leases"),
            asyncio.create_task(parts.limits.renew_always(), name="renew-permits"),
            asyncio.create_task(waker.wake_always(), name="wake-for-room"),
        ]
        try:
            yield flow
        finally:
            await _write_the_rest(flow, parts)
            for task in standing:
                task.cancel()


def _open_parts(settings: Settings, stack: AsyncExitStack) -> _Parts:
    database = Database.connect(
        settings.database_url or "",
        connections=settings.database_connections,
        application_name="completion",
        role=DatabaseRole.SERVICE,
    )
    stack.push_async_callback(database.close)
    client = connect_redis(settings.redis_url or "", connections=REDIS_CONNECTIONS)
    stack.push_async_callback(client.aclose)
    # a permit stands for a call as a lease for its turn, and lives as long
    limits = KeyLimits(client, permit_seconds=settings.lease_seconds, renew_seconds=settings.renew_seconds)
    ringer = Ringer(client)
    clock = StoreClock()
    replies, memory, announcer = ReplyWriter(client), LimitMemory(client), Announcer(ringer, clock)
    return _Parts(settings, database, clock, Patience(), replies, limits, memory, ringer, announcer)


def _flow(parts: _Parts, keys: KeyContext) -> TurnFlow:
    settings, database, patience = parts.settings, parts.database, parts.patience
    policy = RetryPolicy(waiting_caller_seconds=settings.retry_start_limit_seconds)
    room = Room(parts.limits, policy)
    verdicts = KeyVerdicts(keys, patience, suspect_patience_seconds=settings.suspect_patience_seconds)
    return TurnFlow(
        claimer=Claimer(database, patience, parts.clock, owner=_owner(), lease_seconds=settings.lease_seconds),
        leases=Leases(database, lease_seconds=settings.lease_seconds, renew_seconds=settings.renew_seconds),
        resolver=Resolver(
            ConfigurationCache(database, patience),
            keys.catalogue,
            verdicts,
            parts.clock,
            suspect_patience_seconds=settings.suspect_patience_seconds,
        ),
        preparer=Preparer(
            database, patience, PassageFinder(database, parts.embedder), history_tokens=settings.history_tokens
        ),
        answers=Answers(database, patience, parts.clock),
        caller=Caller(_asker(parts, keys), room, keys.vault, verdicts, policy, parts.clock),
        room=room,
        recorder=Recorder(database, parts.announcer, patience),
        replies=parts.replies,
    )


def _asker(parts: _Parts, keys: KeyContext) -> Asker:
    settings = parts.settings
    return Asker(
        keys.providers,
        parts.replies,
        provider_timeout_seconds=settings.provider_timeout_seconds,
        delta_interval_seconds=settings.delta_interval_ms / 1000,
    )


async def _write_the_rest(flow: TurnFlow, parts: _Parts) -> None:
    """Let the last records, rings and replies leave; what PostgreSQL does not take in time is given up."""
    if not await _are_written(flow, LAST_WRITES_SECONDS):
        parts.patience.give_up()
        await _are_written(flow, GIVING_UP_SECONDS)
    await parts.announcer.close()
    await parts.limits.close()
    await parts.replies.close()


async def _are_written(flow: TurnFlow, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await flow.claimer.close()
            await flow.preparer.close()
            await flow.recorder.close()
    except TimeoutError:
        return False
    return True


def _owner() -> str:
    """Name this process in the leases it takes, for whoever reads the rows."""
    return f"{socket.gethostname()}:{os.getpid()}"
