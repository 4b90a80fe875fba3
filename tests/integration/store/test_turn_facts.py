"""What turns ran on: every attempt, and the failed turns page by page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause

from shared.domain.turn_result import TurnError
from shared.domain.turn_status import TurnStatus
from shared.domain.usage import Usage, UsageKind
from shared.ids import new_id
from shared.store.bots.rows import NewBot
from shared.store.bots.write import create_bot
from shared.store.turns import facts
from shared.store.turns.fact_rows import Place
from shared.store.turns.facts import find_turn_facts, list_attempts, list_failed_turns
from shared.store.turns.retry import retry_turn
from shared.store.turns.sweep import end_lapsed_leases
from tests.actor import TESTER
from tests.integration.store.bench import Bench, completed, failed

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), Place(datetime(2100, 1, 1, tzinfo=UTC))
REFUSED = TurnError("key_refused", "OpenAI refused the key.", retryable=True, provider_status=401)


async def failed_turns(bench: Bench, **asked: Any) -> list[UUID]:
    """List failed turns by id."""
    values = {"status": TurnStatus.FAILED, "from_at": FIRST, "before": LAST, "limit": 100, **asked}
    turns = await list_failed_turns(bench.database, workspace_id=bench.workspace_id, **values)
    return [turn.turn_id for turn in turns]


async def add_failures(bench: Bench, count: int, bot_id: UUID | None = None) -> list[UUID]:
    """Let turns fail one after the other; return them, the latest first."""
    ids: list[UUID] = []
    for _ in range(count):
        turn = await bench.accepted_and_claimed(bot_id=bot_id or bench.bot_id)
        await bench.record(failed(turn))
        ids.insert(0, turn.turn_id)
    return ids


async def test_a_turn_keeps_what_it_ran_on_and_what_it_took(bench: Bench) -> None:
    use = await bench.add_key()
    turn = await bench.accepted_and_claimed()
    usage = Usage(
        input_tokens=9, output_tokens=8, cached_input_tokens=7, cache_write_input_tokens=1, reasoning_tokens=5
    )
    end = completed(
        turn,
        usage=usage,
        wire_model="gpt-5-mini-1",
        provider_request_id="req_1",
        key_use=use,
        retries=2,
        first_text_ms=3,
        call_ms=4,
    )
    await bench.record(end)

    found = await find_turn_facts(bench.database, turn.turn_id)
    (attempt,) = await list_attempts(bench.database, turn.turn_id)

    assert found is not None
    assert (found.model, found.retries, found.crashes, found.attempt) == ("gpt-5-mini", 2, 0, 1)
    for each in (found, attempt):
        assert (each.provider, each.wire_model, each.provider_request_id) == ("openai", "gpt-5-mini-1", "req_1")
        assert (each.key_id, each.key_version) == (use.key_id, 1)
        assert (each.usage, each.first_text_ms, each.call_ms) == (usage, 3, 4)
    assert found.usage_kind is attempt.kind is UsageKind.EXACT


async def test_every_attempt_keeps_its_own_request_id_and_error(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    later = datetime.now(UTC) + timedelta(hours=1)
    limited = replace(REFUSED, type="rate_limited", provider_status=429)
    postponed = failed(
        turn, status=TurnStatus.WAITING, next_attempt_at=later, error=limited, provider_request_id="req_1", retries=1
    )
    await bench.record(postponed)
    waiting = await find_turn_facts(bench.database, turn.turn_id)
    await bench.sql("UPDATE turns SET status = 'ready', hold = NULL")
    await bench.sql("UPDATE workspace_counters SET in_flight = 1, waiting = 0")
    again = await bench.claim(turn.turn_id)
    assert again is not None
    await bench.record(failed(again, error=REFUSED, provider_request_id="req_2"))
    await retry_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id, deadline_seconds=60, waiting_limit=9)
    by_hand = await bench.claim(turn.turn_id)
    assert by_hand is not None
    await bench.record(completed(by_hand, provider_request_id="req_3"))

    attempts = await list_attempts(bench.database, turn.turn_id)

    assert [(each.attempt, each.provider_request_id, each.error, each.ends_turn) for each in attempts] == [
        (1, "req_1", limited, False),
        (2, "req_2", REFUSED, False),
        (3, "req_3", None, True),
    ]
    assert waiting is not None
    assert waiting.error is None  # a turn that waits for its next attempt has not failed


async def test_an_attempt_whose_worker_died_is_kept_as_unknown(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.sql("UPDATE turns SET lease_until = now() - interval '1 second'")
    await end_lapsed_leases(bench.database, limit=10)

    (attempt,) = await list_attempts(bench.database, turn.turn_id)
    found = await find_turn_facts(bench.database, turn.turn_id)

    assert (attempt.kind, attempt.ends_turn) == (UsageKind.UNKNOWN, False)
    assert found is not None
    assert (found.crashes, found.status) == (1, TurnStatus.READY)


async def test_failed_turns_come_latest_first_page_by_page(bench: Bench) -> None:
    expected = await add_failures(bench, 5)
    await bench.record(completed(await bench.accepted_and_claimed()))

    first = await failed_turns(bench, limit=2)
    last = await find_turn_facts(bench.database, first[-1])
    assert last is not None
    rest = await failed_turns(bench, before=Place(last.accepted_at, last.position))

    assert first + rest == expected
    assert await failed_turns(bench, status=TurnStatus.EXPIRED) == []


async def test_failed_turns_are_told_apart_by_bot_workspace_and_time(bench: Bench) -> None:
    other_bot = new_id()
    await create_bot(bench.database, NewBot(other_bot, bench.workspace_id, "Other", "gpt-5-mini"), actor=TESTER)
    stranger = await Bench.prepare(bench.database)
    mine, others = await add_failures(bench, 2), await add_failures(bench, 1, other_bot)
    foreign = await add_failures(stranger, 1)
    day = datetime(2026, 1, 31, tzinfo=UTC)
    await bench.sql("UPDATE turns SET accepted_at = :day WHERE id = :id", day=day, id=mine[1])

    assert await failed_turns(bench, bot_id=other_bot) == others
    assert await failed_turns(bench, bot_id=stranger.bot_id) == []
    assert await failed_turns(stranger) == foreign
    assert await failed_turns(bench, before=Place(day + timedelta(days=1))) == [mine[1]]
    assert await failed_turns(bench, before=Place(day)) == []
    assert mine[1] not in await failed_turns(bench, from_at=day + timedelta(days=1))
    assert mine[1] in await failed_turns(bench, from_at=day)


VALUES = {
    "bot_id": f"'{new_id()}'::uuid",
    "workspace_id": f"'{new_id()}'::uuid",
    "status": "'failed'::text",
    "from_at": "'2026-01-01Z'::timestamptz",
    "before_at": "'2026-02-01Z'::timestamptz",
    "before_position": "7::bigint",
    "at_most": "10::bigint",
}


@pytest.mark.parametrize(
    ("statement", "index"), [(facts.FAILED, "turns_failed"), (facts.FAILED_OF_BOT, "turns_failed_of_bot")]
)
async def test_the_list_reads_no_more_entries_than_it_shows(bench: Bench, statement: TextClause, index: str) -> None:
    names = [name for name in VALUES if f":{name}" in statement.text]
    types = ", ".join(VALUES[name].partition("::")[2] for name in names)
    query = re.sub(r":(\w+)", lambda name: f"${names.index(name[1]) + 1}", statement.text)

    async with bench.database.transaction() as connection:  # the plan that every connection keeps: of no value known
        await connection.exec_driver_sql(f"PREPARE page ({types}) AS {query}")
        arguments = ", ".join(VALUES[name] for name in names)
        rows = await connection.exec_driver_sql(f"EXPLAIN EXECUTE page ({arguments})")
        plan = "\n".join(row[0] for row in rows)
        await connection.exec_driver_sql("DEALLOCATE page")

    assert f"Index Scan Backward using {index} on turns" in plan, plan
    assert "Sort" not in plan, plan
    assert "ROW(accepted_at" in plan.partition("Index Cond:")[2].partition("\n")[0], plan
