"""How PostgreSQL finds turns: plans are made while tables are young and must not grow with them."""

from __future__ import annotations

from typing import Any

from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.store.database import Database
from shared.store.turns.accept import accept_turns
from shared.store.turns.claim import Claim, claim_turns
from shared.store.turns.record import record_attempts
from shared.store.turns.renew import Lease, renew_leases
from shared.store.turns.rows import AttemptEnd
from shared.store.usage.count import count_usage
from tests.integration.store.bench import Bench

BATCHES = 12
TURNS_A_BATCH = 5


async def test_a_turn_is_found_by_its_id_however_many_went_before(database_url: str) -> None:
    # one connection: its plans are those of a table that was empty, and its own figures can be asked for
    database = Database.connect(database_url, connections=1, application_name="test")
    bench = await Bench.prepare(database, slots=TURNS_A_BATCH)
    try:
        for _ in range(BATCHES):
            await _run_batch(bench)
        assert await _walked(bench, "turns", "turns_pkey") == {}
        assert await _walked(bench, "usage_events", "usage_events_pkey") == {}
    finally:
        await database.close()


async def _run_batch(bench: Bench) -> None:
    database = bench.database
    turns = [await bench.new_turn() for _ in range(TURNS_A_BATCH)]
    await accept_turns(database, turns, waiting_limit=100, idempotency_hours=24)
    claims = [Claim(turn.turn_id, new_id()) for turn in turns]
    claimed = await claim_turns(database, claims, owner="test", lease_seconds=15)
    mine = [turn for turn in claimed if turn is not None]
    assert len(mine) == TURNS_A_BATCH
    await renew_leases(database, [Lease(turn.turn_id, turn.attempt) for turn in mine], lease_seconds=15)
    ends = [AttemptEnd(turn.turn_id, turn.attempt, TurnStatus.COMPLETED, keeps_quota=True) for turn in mine]
    await record_attempts(database, ends)
    assert await count_usage(database, [(end.turn_id, end.attempt) for end in ends]) == TURNS_A_BATCH


async def _walked(bench: Bench, table: str, primary_key: str) -> dict[str, Any]:
    """Return how often each index of the table but its primary key was looked into."""
    await bench.sql("SELECT pg_stat_force_next_flush()")
    rows = await bench.sql(
        "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE relname = :table", table=table
    )
    return {row.indexrelname: row.idx_scan for row in rows if row.idx_scan and row.indexrelname != primary_key}
