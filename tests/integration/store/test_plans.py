"""How PostgreSQL finds turns: plans are made while tables are young and must not grow with them."""

from __future__ import annotations

import json
import re
from typing import Any

import asyncpg
import pytest

from shared.domain.turn_status import TurnStatus
from shared.ids import new_id
from shared.store.database import PLANS, Database
from shared.store.turns.accept import accept_turns
from shared.store.turns.claim import Claim, claim_turns
from shared.store.turns.record import record_attempts
from shared.store.turns.renew import Lease, renew_leases
from shared.store.turns.rows import AttemptEnd
from shared.store.usage.count import count_usage
from tests.integration.store.bench import Bench

BATCHES = 12
TURNS_A_BATCH = 5
CLAIMED = {
    "claimable": "uuid[]",
    "turn_ids": "uuid[]",
    "claim_tokens": "uuid[]",
    "owner": "text",
    "lease_seconds": "float8",
}
FLUSH = "SELECT pg_stat_force_next_flush()"
KEPT_ANSWERS = 5_000
EVENTS_OF_A_YOUNG_TABLE = 20_000
"""So many that PostgreSQL, which never analysed them, takes each turn to have a hundred."""


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


@pytest.mark.parametrize(
    ("function", "of_their_own", "begins"),
    [
        ("count_usage", {"turn_ids": "uuid[]", "attempts": "integer[]"}, r"SELECT \* FROM usage_events.*?FOR UPDATE"),
        ("mark_counted", {"changed": "usage_events[]"}, r"UPDATE usage_events.*?;"),
        ("claim_turns", CLAIMED, r"UPDATE turns.*?;"),
        ("claim_turns", CLAIMED, r"SELECT t\.id, .*?;"),
    ],
)
async def test_what_a_batch_names_is_found_by_one_look_at_all_its_ids_in_a_young_table_too(
    database_url: str, function: str, of_their_own: dict[str, str], begins: str
) -> None:
    connection = await asyncpg.connect(database_url, server_settings=PLANS)
    try:
        await connection.execute("ALTER TABLE usage_events SET (autovacuum_enabled = off)")
        await connection.execute(
            "INSERT INTO usage_events (turn_id, attempt, workspace_id, bot_id, day, model, kind, ends_turn, failed) "
            "SELECT gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), current_date, '', 'exact', true, false "
            f"FROM generate_series(1, {EVENTS_OF_A_YOUNG_TABLE})"
        )
        statement = await _statement_of(connection, function, begins)
        for number, name in enumerate(of_their_own, start=1):
            statement = re.sub(rf"\b{name}\b", f"${number}", statement)
        await connection.execute(f"PREPARE looking ({', '.join(of_their_own.values())}) AS {statement}")
        plan = await connection.fetch(f"EXPLAIN EXECUTE looking ({', '.join(['NULL'] * len(of_their_own))})")
    finally:
        await connection.close()

    lines = "\n".join(row[0] for row in plan)
    assert "hashed SubPlan" in lines or "Hash Join" in lines
    assert "Nested Loop" not in lines, "each row would be compared with each id"


async def test_of_a_workspace_that_keeps_no_more_than_its_share_no_answer_is_read(database_url: str) -> None:
    connection = await asyncpg.connect(database_url, server_settings=PLANS)
    try:
        await connection.execute(
            "WITH w AS (INSERT INTO workspaces (id, name, plan) VALUES (gen_random_uuid(), 'W', 'scale') RETURNING id) "
            "INSERT INTO kept_answers (workspace_id, bot_id, cache_key, turn_id, attempt, kept_at, kept_until, answer) "
            "SELECT id, id, uuid_send(gen_random_uuid()), gen_random_uuid(), 1, now() + n * interval '1 ms', now(), repeat('x', 1500) "
            f"FROM w, generate_series(1, {KEPT_ANSWERS}) AS n"
        )
        await connection.execute("VACUUM kept_answers")
        plan = await connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT drop_answers_beyond({KEPT_ANSWERS}, 1000)"
        )
    finally:
        await connection.close()

    assert json.loads(plan)[0]["Plan"]["Shared Hit Blocks"] < KEPT_ANSWERS / 10


async def _statement_of(connection: asyncpg.Connection, function: str, begins: str) -> str:
    """Return the statement of a function's text, with its end."""
    text = await connection.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function)
    found = re.search(begins, text, re.DOTALL)
    assert found is not None
    return found[0].rstrip(";")


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
    # each of the two connections knows what was looked into through it
    await bench.sql(FLUSH)
    await bench.database.fetch(FLUSH)
    rows = await bench.sql(
        "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE relname = :table", table=table
    )
    walked = {row.indexrelname: row.idx_scan for row in rows if row.idx_scan}
    assert walked.pop(primary_key) >= BATCHES
    return walked
