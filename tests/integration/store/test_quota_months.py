"""A turn that was accepted in one month and gives its message back in the next: whoever ends it, it is its own month's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from shared.store.turns.cancel import cancel_turn
from shared.store.turns.retry import RetryCode, retry_turn
from shared.store.turns.rows import ClaimedTurn
from shared.store.turns.sweep import end_lapsed_leases, expire_overdue
from tests.integration.store.bench import Bench, failed

Ender = Callable[[Bench, ClaimedTurn], Awaitable[object]]


async def fail(bench: Bench, turn: ClaimedTurn) -> None:
    """End the attempt as failed."""
    await bench.record(failed(turn))


async def cancel(bench: Bench, turn: ClaimedTurn) -> None:
    """Cancel the turn before its call began."""
    await cancel_turn(bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id)


async def crash(bench: Bench, turn: ClaimedTurn) -> None:
    """Let the third worker in a row die."""
    await bench.sql("UPDATE turns SET crashes = 2, lease_until = now() - interval '1 second'")
    swept = await end_lapsed_leases(bench.database, limit=10)
    assert swept.ended == (turn.turn_id,)


async def expire(bench: Bench, turn: ClaimedTurn) -> None:
    """Let the deadline pass while the turn is ready again."""
    await bench.sql("UPDATE turns SET status = 'ready', lease_until = NULL, deadline_at = now() - interval '1 second'")
    swept = await expire_overdue(bench.database, limit=10)
    assert swept.ended == (turn.turn_id,)


async def a_month_passes(bench: Bench) -> None:
    """Move every row of the workspace into the month before."""
    await bench.sql("UPDATE turns SET quota_month = (quota_month - interval '1 month')::date")
    await bench.sql("UPDATE quota SET month = (month - interval '1 month')::date WHERE workspace_id = :workspace_id")


async def used_by_month(bench: Bench) -> list[int]:
    """Return the messages used, the oldest month first."""
    rows = await bench.sql("SELECT used FROM quota WHERE workspace_id = :workspace_id ORDER BY month")
    return [row.used for row in rows]


@pytest.mark.parametrize("end", [fail, cancel, crash, expire])
async def test_a_message_goes_back_to_the_month_that_it_was_taken_from(bench: Bench, end: Ender) -> None:
    kept = await bench.accepted_and_claimed()
    turn = await bench.accepted_and_claimed()
    await a_month_passes(bench)
    this_month = await bench.accept()
    await bench.sql("DELETE FROM turns WHERE id IN (:kept, :new)", kept=kept.turn_id, new=this_month.turn_id)
    assert await used_by_month(bench) == [2, 1]

    await end(bench, turn)

    assert await used_by_month(bench) == [1, 1]


async def test_a_retry_reserves_in_the_present_month_and_gives_back_to_that_one(bench: Bench) -> None:
    turn = await bench.accepted_and_claimed()
    await bench.record(failed(turn))
    await a_month_passes(bench)

    retried = await retry_turn(
        bench.database, bot_id=bench.bot_id, turn_id=turn.turn_id, deadline_seconds=60, waiting_limit=10
    )

    assert retried.code is RetryCode.ACCEPTED
    assert await used_by_month(bench) == [0, 1]
    again = await bench.claim(turn.turn_id)
    assert again is not None
    await bench.record(failed(again))
    assert await used_by_month(bench) == [0, 0]
