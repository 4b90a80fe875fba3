"""What becomes of a turn's usage when the turn is cancelled, or ends and runs once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.usage import NO_USAGE, Usage, UsageKind
from shared.store.turns.cancel import CancelCode, cancel_turn
from shared.store.turns.retry import RetryCode, retry_turn
from shared.store.turns.rows import ClaimedTurn
from shared.store.usage.count import count_usage
from shared.store.usage.read import read_usage, usage_as_of
from shared.store.usage.unannounced import unannounced_usage
from tests.integration.store.bench import Bench, completed, failed


async def figures(bench: Bench, group: str) -> tuple[int, int, int, int]:
    """Return today's turns, the failed and the cancelled of them, and the output tokens, by the roll-up of a group."""
    (today,) = await bench.sql("SELECT (now() AT TIME ZONE 'UTC')::date AS day")
    days: dict[str, Any] = {"from_day": today.day, "to_day": today.day}
    rows = await read_usage(bench.database, workspace_id=bench.workspace_id, group_by=[group], **days)
    names = ("turns", "failed_turns", "cancelled_turns", "output_tokens")
    return tuple(sum(row[name] for row in rows) for name in names)


async def count(bench: Bench, *turns: ClaimedTurn) -> None:
    await count_usage(bench.database, [(turn.turn_id, turn.attempt) for turn in turns])


async def cancel(bench: Bench, turn: ClaimedTurn) -> None:
    assert (await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)).code is CancelCode.CANCELLED


async def retry(bench: Bench, turn: ClaimedTurn) -> None:
    where = {"bot_id": bench.bot_id, "turn_id": turn.turn_id}
    answer = await retry_turn(bench.database, **where, deadline_seconds=60, waiting_limit=10)
    assert answer.code is RetryCode.ACCEPTED


async def as_of(bench: Bench) -> datetime:
    return await usage_as_of(bench.database, bench.workspace_id)


@pytest.mark.parametrize("group", ["day", "bot", "model"])
async def test_a_cancelled_turn_is_neither_failed_nor_answered_in_any_roll_up(bench: Bench, group: str) -> None:
    answered, broken, stopped = [await bench.accepted_and_claimed() for _ in range(3)]
    await bench.record(completed(answered))
    await bench.record(failed(broken))
    await cancel(bench, stopped)
    await count(bench, answered, broken, stopped)
    assert await figures(bench, group) == (3, 1, 1, 5)

    await bench.record(completed(stopped, usage=Usage(input_tokens=9, output_tokens=3)))
    await count(bench, stopped)

    assert await figures(bench, group) == (3, 1, 1, 8)


async def test_a_turn_that_is_cancelled_when_it_runs_once_more_has_not_failed(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn))
    await retry(bench, turn)
    again = await bench.claim(turn.turn_id)
    assert again is not None
    await cancel(bench, again)

    await count(bench, turn, again)

    assert await figures(bench, "day") == (1, 0, 1, 0)


async def test_a_retry_by_hand_of_an_old_turn_does_not_make_the_figures_old(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn))
    await count(bench, turn)
    await bench.sql(
        "UPDATE usage_events SET recorded_at = now() - interval '3 days', revised_at = now() - interval '3 days'"
    )
    before = await as_of(bench)

    await retry(bench, turn)

    waiting = await as_of(bench)
    assert before <= waiting < before + timedelta(hours=1)
    await bench.sql("UPDATE usage_events SET rung_at = now() - interval '1 minute'")
    assert await unannounced_usage(bench.database, older_than_seconds=5, limit=9) == [(turn.turn_id, 1)]
    assert await as_of(bench) == waiting
    await count(bench, turn)
    assert await as_of(bench) >= waiting


async def test_figures_are_as_old_as_the_first_revision_that_nobody_counted(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn, usage_kind=UsageKind.UNKNOWN, usage=NO_USAGE))
    first = await as_of(bench)

    await bench.record(completed(turn, usage=Usage(input_tokens=9, output_tokens=3)))
    assert await as_of(bench) == first
    await retry(bench, turn)
    assert await as_of(bench) == first

    await count(bench, turn)
    assert await as_of(bench) > first
