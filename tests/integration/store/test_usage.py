"""The roll-ups: every event counted once, corrections as differences."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from shared.domain.usage import NO_USAGE, Usage, UsageKind
from shared.store.usage.count import count_usage
from shared.store.usage.read import read_usage
from shared.store.usage.unannounced import unannounced_usage
from tests.integration.store.bench import Bench, completed, failed


async def rows(bench: Bench, *group_by: str) -> list[dict[str, Any]]:
    """Read the roll-ups of today."""
    today = datetime.now(UTC).date()
    return await read_usage(
        bench.database, workspace_id=bench.workspace_id, from_day=today, to_day=today, group_by=group_by
    )


async def test_an_event_that_is_counted_many_times_at_once_counts_once(bench: Bench) -> None:
    turns = [await bench.accepted_and_claimed() for _ in range(4)]
    for turn in turns:
        await bench.record(completed(turn))
    events = [(turn.turn_id, turn.attempt) for turn in turns]

    counted = await asyncio.gather(*(count_usage(bench.database, events) for _ in range(6)))

    assert sum(counted) == 4
    (row,) = await rows(bench, "bot", "model")
    assert (row["bot"], row["model"], row["turns"], row["failed_turns"]) == (bench.bot_id, "gpt-5-mini", 4, 0)
    assert (row["input_tokens"], row["output_tokens"]) == (40, 20)


async def test_late_figures_replace_an_unknown_and_the_ledger_adds_the_difference(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, usage_kind=UsageKind.UNKNOWN, usage=NO_USAGE))
    assert await count_usage(bench.database, [(turn.turn_id, 1)]) == 1

    await bench.record(completed(turn, usage=Usage(input_tokens=9, output_tokens=3)))
    assert await count_usage(bench.database, [(turn.turn_id, 1)]) == 1

    (row,) = await rows(bench)
    assert (row["turns"], row["failed_turns"], row["input_tokens"], row["output_tokens"]) == (1, 1, 9, 3)


async def test_uncounted_events_are_announced_again_once_in_a_while(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(completed(turn))
    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=10) == []
    await bench.sql("UPDATE usage_events SET rung_at = now() - interval '6 seconds'")

    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=10) == [(turn.turn_id, 1)]
    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=10) == []


async def test_the_sum_over_any_grouping_is_the_total(bench: Bench) -> None:
    for end in (completed, failed, completed):
        turn = await bench.accepted_and_claimed()
        await bench.record(end(turn))
        await count_usage(bench.database, [(turn.turn_id, turn.attempt)])

    (total,) = await rows(bench)
    for group in ("day", "bot", "model", "provider", "key"):
        assert sum(row["turns"] for row in await rows(bench, group)) == total["turns"] == 3
