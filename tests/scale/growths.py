"""What grows while the cost of a turn is watched, and the rows by which it grows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

WORKSPACES_OF_A_BACKLOG = 100

WORKSPACES = """
    WITH made AS (
        INSERT INTO workspaces (id, name, plan)
        SELECT gen_random_uuid(), 'Grown ' || n, 'scale' FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n
        RETURNING id
    ), counters AS (
        INSERT INTO workspace_counters (workspace_id, slots, message_limit) SELECT id, 10, 1000000 FROM made
    ), quotas AS (
        INSERT INTO quota (workspace_id, month) SELECT id, date_trunc('month', now() AT TIME ZONE 'UTC')::date FROM made
    ), keys AS (
        INSERT INTO provider_keys (id, workspace_id, provider, label, mask, sealed, fingerprint, state, is_default)
        SELECT gen_random_uuid(), id, 'openai', 'grown', 'sk-', '', uuid_send(id), 'active', true FROM made
    ), bots AS (
        INSERT INTO bots (id, workspace_id, name, model) SELECT gen_random_uuid(), id, 'Grown', 'gpt-5-mini' FROM made
        RETURNING id, workspace_id
    )
    INSERT INTO tokens (id, workspace_id, kind, bot_id, token_hash, last_four)
    SELECT gen_random_uuid(), workspace_id, 'bot', id, uuid_send(gen_random_uuid()), 'none' FROM bots
"""
BACKLOG = """
    WITH owners AS (
        SELECT workspace_id, row_number() OVER (ORDER BY workspace_id) - 1 AS place
        FROM workspace_counters JOIN workspaces ON id = workspace_id WHERE name LIKE 'Grown %'
    )
    INSERT INTO turns (
        id, workspace_id, bot_id, position, door, status, hold, next_attempt_at, model, question, quota_month,
        accepted_at, deadline_at
    )
    SELECT gen_random_uuid(), workspace_id, workspace_id, n, 'async', 'waiting', CASE WHEN n % 2 = 0 THEN 'due' END,
        CASE WHEN n % 2 = 0 THEN now() + interval '1 day' END, 'gpt-5-mini', 'Which soil do roses like best?',
        date_trunc('month', now() AT TIME ZONE 'UTC')::date, now(), now() + interval '1 day'
    FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n JOIN owners ON place = n % 100
"""
SLOTS_IN_USE = """
    UPDATE workspace_counters AS w SET in_flight = slots, waiting = t.waiting, next_position = 10000000
    FROM (SELECT workspace_id, count(*) AS waiting FROM turns WHERE status = 'waiting' GROUP BY 1) AS t
    WHERE t.workspace_id = w.workspace_id
"""
"""As if ten turns of each were running; so nobody promotes the backlog away while it is measured."""
USAGE = """
    WITH owner AS (SELECT id FROM workspaces WHERE name LIKE 'Grown %' LIMIT 1), events AS (
        INSERT INTO usage_events (
            turn_id, attempt, workspace_id, bot_id, day, model, provider, kind, ends_turn, failed, input_tokens,
            output_tokens, counted_revision, counted_provider, counted_turns, counted_input_tokens, counted_output_tokens
        )
        SELECT gen_random_uuid(), 1, owner.id, md5((n % 1000)::text)::uuid, current_date - (n % 365)::integer,
            'gpt-5-mini', 'openai', 'exact', true, false, 100, 100, 1, 'openai', 1, 100, 100
        FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n, owner
        RETURNING workspace_id, bot_id, day
    )
    INSERT INTO usage_daily (
        workspace_id, day, bot_id, model, provider, turns, failed_turns, estimated_turns, input_tokens, output_tokens,
        cached_input_tokens, cache_write_input_tokens, reasoning_tokens
    )
    SELECT workspace_id, day, bot_id, 'gpt-5-mini', 'openai', count(*), 0, 0, 100 * count(*), 100 * count(*), 0, 0, 0
    FROM events GROUP BY 1, 2, 3
    ON CONFLICT (workspace_id, day, bot_id, model, provider, key_id) DO UPDATE
    SET turns = usage_daily.turns + excluded.turns
"""
ROWS_A_STATEMENT = 1_000_000


@dataclass(frozen=True, slots=True)
class Growth:
    """One thing that grows from size to size; `quick` are the sizes of a short run."""

    name: str
    sizes: tuple[int, ...]
    quick: tuple[int, ...]
    rows: str
    workspaces: int
    """How many workspaces must be there before its rows are."""
    after: str | None = None


GROWTHS = (
    Growth(
        "waiting turns",
        (1_000, 10_000, 100_000, 1_000_000),
        (1_000, 100_000),
        BACKLOG,
        WORKSPACES_OF_A_BACKLOG,
        SLOTS_IN_USE,
    ),
    Growth("workspaces", (10, 1_000, 100_000), (10, 10_000), WORKSPACES, 0),
    Growth("usage rows", (10_000, 1_000_000, 10_000_000), (10_000, 300_000), USAGE, 1),
)


async def prepare(connection: AsyncConnection, growth: Growth) -> None:
    """Make the workspaces that the growth's rows belong to."""
    if growth.workspaces:
        await connection.execute(text(WORKSPACES), {"first": 1, "last": growth.workspaces})


async def grow(connection: AsyncConnection, growth: Growth, before: int, size: int) -> None:
    """Add rows up to the size, and leave the tables as vacuum would; the connection commits each statement."""
    await connection.execute(text("SET synchronous_commit = off"))
    for first in range(before + 1, size + 1, ROWS_A_STATEMENT):
        last = min(first + ROWS_A_STATEMENT - 1, size)
        await connection.execute(text(growth.rows), {"first": first, "last": last})
    if growth.after:
        await connection.execute(text(growth.after))
    for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
        await connection.execute(text(statement))
