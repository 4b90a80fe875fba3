"""A made-up history agrees with itself: turns, events, roll-ups and quota."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.store.audit.read import list_audit
from shared.store.database import Database
from tests.integration.cli.commands import Ended, mevichat

Installation = dict[str, str]
FIGURES = """count(*) AS turns, count(*) FILTER (WHERE status IN ('failed', 'expired')) AS failed,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled, sum(input_tokens) AS input, sum(output_tokens) AS output"""
OF_ROLL_UP = "sum(turns) AS turns, sum(failed_turns) AS failed, sum(cancelled_turns) AS cancelled, sum(input_tokens) AS input, sum(output_tokens) AS output"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url, connections=1, application_name="test")
    yield database
    await database.close()


async def seed(installation: Installation, *words: str) -> Ended:
    return await mevichat("demo", "seed", *words, environment=installation)


async def figures(database: Database, columns: str, table: str) -> list[int]:
    (row,) = await database.call(text(f"SELECT {columns} FROM {table}"))
    return [int(value) for value in row]


async def test_turns_roll_ups_and_quota_tell_the_same(installation: Installation, database: Database) -> None:
    ended = await seed(installation, "--turns", "2500", "--bots", "15")
    assert ended.code == 0, ended.err
    workspace_id = UUID(ended.last_line)

    turns = await figures(database, FIGURES, "turns")

    assert turns[0] == 2500
    assert min(turns[1:3]) > 0
    for table in ("usage_daily", "usage_daily_all_bots", "usage_monthly"):
        assert await figures(database, OF_ROLL_UP, table) == turns
    assert await figures(database, "count(*)", "usage_events WHERE counted_revision = revision") == [2500]
    kept = "count(*) FILTER (WHERE holds_quota)"
    assert await figures(database, "sum(used)", "quota") == await figures(database, kept, "turns")
    over = "quota JOIN workspace_counters USING (workspace_id) WHERE used > message_limit"
    assert await figures(database, "count(*)", over) == [0]
    assert await figures(database, "next_position, in_flight, waiting", "workspace_counters") == [2501, 0, 0]
    later = "turns AS a JOIN turns AS b USING (bot_id, conversation) WHERE a.position < b.position"
    assert await figures(database, "count(*)", f"{later} AND a.accepted_at >= b.accepted_at") == [0]
    unfilled = "turns WHERE error LIKE '%{provider}%' OR error LIKE '%{at}%'"
    assert await figures(database, "count(*)", unfilled) == [0]
    audit = await list_audit(database, workspace_id=workspace_id, limit=50, before_id=None)
    assert ("operator", "demo.seed") in {(row.actor, row.action) for row in audit}


async def test_a_workspace_that_has_turns_is_left_alone(installation: Installation, database: Database) -> None:
    assert (await seed(installation, "--turns", "30", "--bots", "2", "--workspace", "Acme")).code == 0

    ended = await seed(installation, "--turns", "30", "--bots", "2", "--workspace", "Acme")

    assert (ended.code, ended.out) == (2, "")
    assert "Acme has turns already" in ended.err
    assert await figures(database, "count(*)", "turns") == [30]
    assert await figures(database, "count(*)", "bots") == [2]


async def test_a_workspace_that_was_made_before_keeps_to_its_plan(
    installation: Installation, database: Database
) -> None:
    await mevichat("workspace", "create", "Small", "--plan", "free", environment=installation)

    assert (await seed(installation, "--turns", "30", "--bots", "3", "--workspace", "Small")).code == 0

    assert await figures(database, "count(*)", "bots WHERE model <> 'mevichat:mini'") == [0]
    assert await figures(database, "count(*)", "provider_keys") == [0]
