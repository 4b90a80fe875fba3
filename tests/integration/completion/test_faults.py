"""Passing trouble, broken streams, cancelled turns, deadlines and the worker's own end."""

from __future__ import annotations

import asyncio

import pytest

from shared.domain.error_types import ErrorType
from shared.domain.turn_status import Door, TurnStatus
from shared.domain.usage import UsageKind
from shared.queue.routes import COMPLETE_TURN
from shared.store.turns.cancel import CancelCode, cancel_turn
from tests.integration.completion.bench import Bench, sim_key, until

PASSING = [
    ("gpt-5-mini", "openai", "server_error.failfirst1"),
    ("claude-haiku-4-5", "anthropic", "overloaded.failfirst2"),
]


@pytest.mark.parametrize(("model", "provider", "words"), PASSING)
async def test_a_short_overload_is_waited_out_in_the_worker(
    bench: Bench,
    model: str,
    provider: str,
    words: str,
) -> None:
    await bench.add_key(provider, sim_key(provider, words))

    turn = await bench.answer(model)

    assert (turn.status, turn.attempt) == (TurnStatus.COMPLETED, 1)
    assert len(bench.simulator.calls) == int(words[-1]) + 1
    events = await bench.sql("SELECT attempt, input_tokens FROM usage_events WHERE turn_id = :id", id=turn.turn_id)
    assert [(event.attempt, event.input_tokens) for event in events] == [(1, turn.usage.input_tokens)]


async def test_a_429_that_lasts_gives_the_slot_back_until_the_next_try_is_due(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "rate_limit_requests"))
    bot_id = await bench.add_bot("gpt-5-mini")

    turn_id = await bench.ask(bot_id, "Hello", "gpt-5-mini", door=Door.ASYNC, deadline_seconds=86_400.0)

    await bench.until(turn_id, TurnStatus.WAITING)
    (row,) = await bench.sql(
        "SELECT retries, next_attempt_at > now() AS later, in_flight FROM turns JOIN workspace_counters "
        "USING (workspace_id) WHERE id = :id",
        id=turn_id,
    )
    assert (row.retries, row.later, row.in_flight) == (len(bench.simulator.calls), True, 0)


async def test_a_stream_that_breaks_keeps_its_text_marked_as_partial_with_an_estimate(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "broken"))

    turn = await bench.answer("gpt-5-mini", "Tell me something long enough to break in the middle", door=Door.STREAM)

    assert (turn.status, turn.partial) == (TurnStatus.FAILED, True)
    assert turn.answer
    assert turn.error is not None
    assert turn.error.type == ErrorType.STREAM_BROKEN
    assert turn.usage_kind is UsageKind.ESTIMATED
    assert len(bench.simulator.calls) == 1


async def test_a_cancelled_turn_stops_its_call_and_keeps_the_text_so_far(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "chunks50.chunkdelay200"))
    bot_id = await bench.add_bot("gpt-5-mini")
    turn_id = await bench.ask(bot_id, "one two three " * 30, "gpt-5-mini", door=Door.STREAM)
    await bench.follow(turn_id, only_first_text=True)

    cancelled = await cancel_turn(bench.database, bot_id=bot_id, turn_id=turn_id)

    assert cancelled.code is CancelCode.CANCELLED
    await bench.simulator.until_idle()
    turn = await until(lambda: bench.turn(turn_id), lambda row: row.usage_kind is UsageKind.ESTIMATED)
    assert (turn.status, turn.partial) == (TurnStatus.CANCELLED, True)
    assert turn.answer
    (event,) = await bench.sql("SELECT kind, output_tokens FROM usage_events WHERE turn_id = :id", id=turn_id)
    assert (event.kind, event.output_tokens) == ("estimated", turn.usage.output_tokens)
    (used,) = await bench.sql("SELECT used FROM quota")
    assert used.used == 1


async def test_a_call_that_outlasts_the_deadline_expires_its_turn(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "hang"))

    turn = await bench.answer("gpt-5-mini", deadline_seconds=1.0)

    assert turn.status is TurnStatus.EXPIRED
    assert turn.error is not None
    assert turn.error.type == ErrorType.EXPIRED
    assert turn.usage_kind is UsageKind.UNKNOWN


async def test_a_worker_that_is_told_to_stop_releases_what_it_cannot_finish_and_rings_it(
    idle_bench: Bench,
) -> None:
    bench = idle_bench
    bench.settings = bench.settings.model_copy(update={"grace_seconds": 0.2})
    await bench.add_key("openai", sim_key("openai", "hang"))
    async with bench.worker() as worker:
        turn_id = await bench.ask(await bench.add_bot("gpt-5-mini"), "Hello", "gpt-5-mini")
        await bench.until_called()
        worker.stop.set()
        assert await worker.exit_code == 1

    assert (await bench.turn(turn_id)).status is TurnStatus.READY
    assert len(await bench.rung(COMPLETE_TURN)) == 1

    bench.simulator.set_scenario(sim_key("openai", "hang"), "ok")
    async with bench.worker():
        turn = await bench.ended(turn_id)
    assert (turn.status, turn.attempt) == (TurnStatus.COMPLETED, 2)


async def test_three_hundred_turns_at_once_all_end_and_every_message_is_counted(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "delay500"))
    bot_id = await bench.add_bot("gpt-5-mini")
    turn_ids = await asyncio.gather(*(bench.ask(bot_id, f"Hello {n}", "gpt-5-mini") for n in range(300)))

    turns = [await bench.ended(turn_id) for turn_id in turn_ids]

    assert {turn.status for turn in turns} == {TurnStatus.COMPLETED}
    (used,) = await bench.sql("SELECT used FROM quota")
    assert used.used == len(turns)


async def test_a_turn_that_was_taken_away_stops_and_only_its_usage_is_kept(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "chunks50.chunkdelay200"))
    turn_id = await bench.ask(await bench.add_bot("gpt-5-mini"), "one two " * 40, "gpt-5-mini", door=Door.STREAM)
    await bench.follow(turn_id, only_first_text=True)

    await bench.sql("UPDATE turns SET attempt = attempt + 1 WHERE id = :id", id=turn_id)

    await bench.simulator.until_idle()
    events = await until(lambda: bench.sql("SELECT * FROM usage_events WHERE turn_id = :id", id=turn_id), bool)
    assert [(event.attempt, event.kind) for event in events] == [(1, "estimated")]
    turn = await bench.turn(turn_id)
    assert (turn.status, turn.answer) == (TurnStatus.RUNNING, None)


async def test_a_turn_is_run_once_however_often_it_is_rung(bench: Bench) -> None:
    await bench.add_key("openai", sim_key("openai", "delay300"))
    bot_id = await bench.add_bot("gpt-5-mini")
    turn_id = await bench.ask(bot_id, "Hello", "gpt-5-mini")
    for _ in range(5):
        await bench.ring(turn_id)
    await bench.ended(turn_id)
    await bench.ring(turn_id)
    await bench.ended(await bench.ask(bot_id, "Next", "gpt-5-mini"))
    assert len(bench.simulator.calls) == 2
