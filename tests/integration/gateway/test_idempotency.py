"""Idempotency-Key: the same request is one turn, whichever gateway it comes to and however often."""

from __future__ import annotations

import asyncio

import pytest
import redis.asyncio as redis
from sqlalchemy import text

from shared.domain.error_types import APOLOGY
from tests.integration.gateway.door import (
    HANGS,
    KEY,
    WRITES_SLOWLY,
    Door,
    chat_calls,
    open_doors,
    used_messages,
    with_key,
)
from tests.product import Product

SAME = with_key("k-1")
MINI = "mevichat:mini"


async def test_fifty_equal_requests_at_once_through_two_gateways_are_one_call_and_fifty_equal_answers(
    twins: Product,
) -> None:
    workspace = await twins.make_workspace(message_limit=1)
    doors = await open_doors(workspace, delay_ms=300)

    answers = await asyncio.gather(*(doors[n % 2].ask("Hello", headers=SAME) for n in range(50)))

    assert {answer.status for answer in answers} == {200}
    first = answers[0].body
    assert "Hello" in answers[0].text
    assert all(answer.body == first for answer in answers)
    assert chat_calls(twins) == 1
    assert await used_messages(workspace) == 1


async def test_fifty_equal_streams_at_once_through_two_gateways_read_the_same(twins: Product) -> None:
    doors = await open_doors(await twins.make_workspace(message_limit=1), chunks=20, chunk_delay_ms=30)

    streams = await asyncio.gather(*(doors[n % 2].stream("Hello", headers=SAME) for n in range(50)))

    first = streams[0]
    assert first.text.endswith("word14")
    assert all(
        (stream.turn_id, stream.text, stream.mevichat) == (first.turn_id, first.text, first.mevichat)
        for stream in streams
    )
    assert chat_calls(twins) == 1


async def test_of_different_bodies_with_one_key_at_the_same_instant_one_is_accepted(twins: Product) -> None:
    workspace = await twins.make_workspace()
    doors = await open_doors(workspace)

    answers = await asyncio.gather(*(doors[n % 2].ask_later(f"Question {n}", headers=SAME) for n in range(20)))

    assert sorted(answer.status for answer in answers) == [202] + [409] * 19
    assert await used_messages(workspace) == 1


async def test_a_key_that_comes_back_with_another_body_is_a_conflict_at_every_gateway(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, MINI)
    first = await one.ask("Hello", headers=SAME)

    for door in (one, other):
        for changed in ({"user": "u"}, {"stream": True}, {"stream": False}):
            answer = await door.ask("Hello", headers=SAME, **changed)
            assert (answer.status, answer.code) == (409, "idempotency_conflict"), changed

    assert (await other.ask("Hello", headers=SAME)).body == first.body
    assert await used_messages(workspace) == 1


async def test_a_running_stream_is_replayed_from_its_first_piece_by_the_other_gateway(twins: Product) -> None:
    one, other = await open_doors(await twins.make_workspace(), **WRITES_SLOWLY)

    async with one.streaming("Hello", headers=SAME) as first, asyncio.TaskGroup() as tasks:
        await first.read_first()
        tasks.create_task(first.read_all())
        replay = await other.stream("Hello", headers=SAME)

    assert (replay.turn_id, replay.text) == (first.turn_id, first.text)
    assert replay.text.startswith("You said: Hello")
    assert len(replay.pieces) > 3
    assert replay.mevichat == first.mevichat
    assert chat_calls(twins) == 1


async def test_a_caller_that_hung_up_finds_its_stream_again_by_its_key(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, **WRITES_SLOWLY)
    async with one.streaming("Hello", headers=SAME) as first:
        await first.read_first()
        first.answer.close()

    replay = await other.stream("Hello", headers=SAME)

    assert (replay.turn_id, replay.mevichat["status"]) == (first.turn_id, "completed")
    assert replay.text.startswith("You said: Hello")
    assert replay.text.endswith("word34")
    assert (chat_calls(twins), await used_messages(workspace)) == (1, 1)


async def test_an_ended_stream_is_replayed_whole_even_when_redis_has_forgotten_it(twins: Product) -> None:
    one, other = await open_doors(await twins.make_workspace())
    first = await one.stream("Hello", headers=SAME)

    for _ in range(2):
        replay = await other.stream("Hello", headers=SAME)
        assert (replay.turn_id, replay.text, replay.mevichat) == (first.turn_id, first.text, first.mevichat)
        async with redis.Redis.from_url(twins.settings.redis_url or "") as client:
            await client.flushall()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_replay_shows_the_turn_as_it_stands_after_a_retry(twins: Product, stream: bool) -> None:
    one, other = await open_doors(await twins.make_workspace(), scenario="invalid_prompt")
    seen = await _reply(one, stream=stream)
    assert seen[1:] == (APOLOGY, "failed")
    twins.simulator.set_behaviour(KEY, scenario="ok", **HANGS)
    turn_id = seen[0]
    assert (await one.retry(turn_id)).status == 200

    async with asyncio.TaskGroup() as tasks:
        while_it_runs = tasks.create_task(_reply(other, stream=stream))
        followed = tasks.create_task(one.events(turn_id))
        await one.until(turn_id, "running")
        await one.cancel(turn_id)
    assert while_it_runs.result() == (turn_id, "", "cancelled")
    assert [name for name, _ in followed.result()] == ["done"]
    assert followed.result()[0][1]["turn"]["status"] == "cancelled"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_replay_after_a_retry_that_worked_reads_the_answer(twins: Product, stream: bool) -> None:
    one, other = await open_doors(await twins.make_workspace(), scenario="invalid_prompt")
    turn_id, _, _ = await _reply(one, stream=stream)
    twins.simulator.set_scenario(KEY, "ok")
    await other.retry(turn_id)
    turn = await one.until(turn_id, "completed")

    for door in (one, other):
        assert await _reply(door, stream=stream) == (turn_id, turn["answer"], "completed")


async def test_text_of_an_attempt_that_died_is_not_replayed(twins: Product) -> None:
    one, other = await open_doors(await twins.make_workspace(), **WRITES_SLOWLY)
    async with one.streaming("Hello", headers=SAME) as first:
        await first.read_first()
        await twins.database.call(
            text("UPDATE turns SET status = 'ready', lease_until = NULL, rung_at = now() - interval '1 minute'")
        )
        await first.read_all()
    assert first.mevichat["status"] == "ready"
    turn = await one.until(first.turn_id, "completed")

    replay = await other.stream("Hello", headers=SAME)

    assert (replay.text, replay.mevichat["status"]) == (turn["answer"], "completed")


async def test_a_replay_comes_before_quota_and_costs_nothing(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=1)
    one, other = await open_doors(workspace, MINI)
    first = await one.ask("Hello", headers=SAME)

    assert (await other.ask("Hello")).code == "quota_exceeded"
    assert (await other.ask("Hello", headers=SAME)).body == first.body
    assert await used_messages(workspace) == 1


async def test_a_refusal_is_not_remembered(twins: Product) -> None:
    workspace = await twins.make_workspace(message_limit=0)
    one, other = await open_doors(workspace, MINI)
    assert (await one.ask("Hello", headers=SAME)).status == 429
    await twins.database.call(text("UPDATE workspace_counters SET message_limit = 1"))

    assert (await other.ask("Hello", headers=SAME)).status == 200


async def test_a_key_belongs_to_one_bot(twins: Product) -> None:
    workspace = await twins.make_workspace()
    bots = [await open_doors(workspace, MINI) for _ in range(2)]

    first, second = [await doors[0].ask("Hello", headers=SAME) for doors in bots]

    assert first.turn_id != second.turn_id
    assert await used_messages(workspace) == 2


async def test_a_key_is_kept_for_a_day(twins: Product) -> None:
    one, other = await open_doors(await twins.make_workspace(), MINI)
    first = await one.ask("Hello", headers=SAME)
    earlier = text("UPDATE turns SET accepted_at = accepted_at - make_interval(mins => :minutes)")

    await twins.database.call(earlier, minutes=23 * 60 + 59)
    assert (await other.ask("Hello", headers=SAME)).turn_id == first.turn_id
    await twins.database.call(earlier, minutes=2)
    assert (await other.ask("Hello", headers=SAME)).turn_id != first.turn_id


async def test_a_turn_that_was_left_for_later_can_be_waited_for_by_its_key_and_the_other_way_round(
    twins: Product,
) -> None:
    one, other = await open_doors(await twins.make_workspace(), delay_ms=200)

    later = await one.ask_later("Hello", headers=SAME)
    whole = await other.ask("Hello", headers=SAME)
    again = await other.ask_later("Hello", headers=SAME)

    assert later.status == again.status == 202
    assert (whole.turn_id, whole.turn_status) == (later.turn_id, "completed")
    assert (again.turn_id, again.body["status"]) == (later.turn_id, "completed")
    assert again.headers["Location"] == f"/v1/turns/{later.turn_id}"
    assert chat_calls(twins) == 1


async def _reply(door: Door, *, stream: bool) -> tuple[str, str, str]:
    if stream:
        streamed = await door.stream("Hello", headers=SAME)
        return streamed.turn_id, streamed.text, streamed.mevichat["status"]
    whole = await door.ask("Hello", headers=SAME)
    return whole.turn_id, whole.text, whole.turn_status
