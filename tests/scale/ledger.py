"""How fast one ledger process counts, and whether it counts exactly."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.events.usage_recorded import UsageRecordedV1
from shared.events.wire import event_to_primitives
from shared.queue.connection import connect_redis
from shared.queue.ring import Ringer
from shared.queue.routes import COUNT_USAGE
from shared.store.url import sqlalchemy_url
from tests.guard.server_figures import until_queues_are_empty
from tests.measuring.bot import MeasuredBot
from tests.measuring.cpu import cpu_seconds
from tests.measuring.stack import Servers, running_stack

EVENTS_A_MESSAGE = 20
"""As many as a worker's batches of records carry under load."""
MESSAGES = f"dramatiq:{COUNT_USAGE.queue}.msgs"
EVENTS = text("""
    INSERT INTO usage_events (
        turn_id, attempt, workspace_id, bot_id, day, model, provider, kind, ends_turn, failed, input_tokens, output_tokens
    )
    SELECT gen_random_uuid(), 1, (SELECT workspace_id FROM bots LIMIT 1), (SELECT id FROM bots LIMIT 1), '2026-01-01',
        'gpt-5-mini', 'openai', 'exact', true, false, n, 1
    FROM generate_series(1, CAST(:events AS integer)) AS n RETURNING turn_id::text
""")
COUNTED = text("SELECT turns, input_tokens FROM usage_daily WHERE day = '2026-01-01'")


@dataclass(frozen=True, slots=True)
class LedgerSpeed:
    """Events counted a second of the clock and of the ledger's own CPU, and whether all were counted once."""

    events: int
    a_second: float
    a_cpu_second: float
    is_exact: bool


async def measure_ledger(bot: MeasuredBot, servers: Servers, events: int) -> LedgerSpeed:
    """Write events and ring them, then let one ledger process count them."""
    engine = create_async_engine(sqlalchemy_url(servers.database_url), isolation_level="AUTOCOMMIT")
    redis = connect_redis(servers.redis.url)
    try:
        async with engine.connect() as connection:
            ids = [row.turn_id for row in (await connection.execute(EVENTS, {"events": events})).all()]
        pairs = [(turn_id, 1) for turn_id in ids]
        parts = [tuple(pairs[start : start + EVENTS_A_MESSAGE]) for start in range(0, events, EVENTS_A_MESSAGE)]
        await Ringer(redis).ring(COUNT_USAGE, [(event_to_primitives(UsageRecordedV1(part)),) for part in parts])
        async with running_stack(bot.settings, ("ledger",), servers) as stack:
            # what was counted while the process became ready is left out
            left, began = await redis.hlen(MESSAGES) * EVENTS_A_MESSAGE, time.perf_counter()
            cpu = cpu_seconds(stack.programs)["ledger"]
            await until_queues_are_empty(redis, seconds=300)
            seconds, cpu = time.perf_counter() - began, cpu_seconds(stack.programs)["ledger"] - cpu
        async with engine.connect() as connection:
            counted = tuple((await connection.execute(COUNTED)).one())
    finally:
        await redis.aclose()
        await engine.dispose()
    return LedgerSpeed(events, left / seconds, left / cpu, counted == (events, events * (events + 1) // 2))
