"""Retry by hand: the same turn at its old place, once, through either gateway."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from sqlalchemy import text

from tests.integration.gateway.door import HANGS, KEY, chat_calls, open_doors, used_messages
from tests.product import Product
from tests.servers import until

OTHER_KEY = "sk-sim-ok-" + "o" * 24
AT_ONCE = 20


async def test_a_retried_turn_is_one_turn_at_its_place_and_knows_only_what_came_before(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace)
    first = await one.ask("alpha", conversation="c")
    twins.simulator.set_scenario(KEY, "invalid_prompt")
    failed = await one.ask("beta", conversation="c")
    twins.simulator.set_scenario(KEY, "ok")
    third = await one.ask("gamma", conversation="c")
    assert await used_messages(workspace) == 2

    assert (await other.retry(failed.turn_id)).status == 200

    turns = await other.until_in("c", "completed", "completed", "completed")
    assert [turn["turn_id"] for turn in turns] == [first.turn_id, failed.turn_id, third.turn_id]
    asked = [message["content"] for message in twins.simulator.calls[-1].body["messages"]]
    assert asked == ["alpha", first.text, "beta"]
    assert await used_messages(workspace) == 3
    await one.ask("delta", conversation="c")
    asked = [message["content"] for message in twins.simulator.calls[-1].body["messages"]]
    assert asked[::2] == ["alpha", "beta", "gamma", "delta"]


async def test_only_a_failed_turn_is_retried(twins: Product) -> None:
    workspace = await twins.make_workspace(slots=1)
    one, other = await open_doors(workspace)
    completed = (await one.ask("Hello")).turn_id
    twins.simulator.set_behaviour(KEY, **HANGS)
    running = (await one.ask_later("Hello")).turn_id
    waiting = (await one.ask_later("Hello")).turn_id
    await one.until(running, "running")

    for door in (one, other):
        for turn_id in (completed, running, waiting):
            answer = await door.retry(turn_id)
            assert (answer.status, answer.code) == (409, "turn_not_retryable")
    assert await used_messages(workspace) == 3


async def test_many_retries_at_the_same_instant_run_the_turn_once(twins: Product) -> None:
    workspace = await twins.make_workspace()
    doors = await open_doors(workspace, scenario="invalid_prompt")
    failed = await doors[0].ask("Hello")
    twins.simulator.set_behaviour(KEY, scenario="ok", delay_ms=300)
    calls = chat_calls(twins)

    answers = await asyncio.gather(*(doors[n % 2].retry(failed.turn_id) for n in range(AT_ONCE)))

    assert sorted(answer.status for answer in answers) == [200] + [409] * (AT_ONCE - 1)
    await doors[0].until(failed.turn_id, "completed")
    assert chat_calls(twins) == calls + 1
    assert await used_messages(workspace) == 1


async def test_a_retry_and_new_messages_at_the_same_instant_run_one_at_a_time_each_with_its_own_past(
    twins: Product,
) -> None:
    doors = await open_doors(await twins.make_workspace(), scenario="invalid_prompt")
    failed = await doors[0].ask("question 0", conversation="c")
    twins.simulator.set_behaviour(KEY, scenario="ok", delay_ms=50)

    retrying = doors[1].retry(failed.turn_id)
    asking = [doors[n % 2].ask(f"question {n}", conversation="c") for n in (1, 2, 3)]
    await asyncio.gather(retrying, *asking)
    turns = await doors[0].until_in("c", *["completed"] * 4)

    for place, turn in enumerate(turns):
        (call,) = [
            each for each in twins.simulator.calls[-4:] if each.body["messages"][-1]["content"] == turn["question"]
        ]
        before = [message["content"] for message in call.body["messages"][:-1:2]]
        assert set(before) <= {each["question"] for each in turns[:place]}
    runs = sorted((turn["started_at"], turn["ended_at"]) for turn in turns[1:])
    assert all(ended <= started for (_, ended), (started, _) in pairwise(runs))


async def test_the_ledger_counts_a_retried_turn_once_and_as_it_ended(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, scenario="invalid_prompt")
    failed = await one.ask("Hello")

    async def counted() -> tuple[int, int, int]:
        _, usage = await workspace.admin("GET", "/api/usage")
        rows = [(row["turns"], row["failed_turns"], row["output_tokens"]) for row in usage["rows"]]
        return rows[0] if rows else (0, 0, 0)

    async def is_counted(turns: int, failed_turns: int, output_tokens: int) -> bool:
        return await counted() == (turns, failed_turns, output_tokens)

    await until(lambda: is_counted(1, 1, 0))
    twins.simulator.set_scenario(KEY, "ok")
    await other.retry(failed.turn_id)
    turn = await one.until(failed.turn_id, "completed")
    await until(lambda: is_counted(1, 0, turn["usage"]["completion_tokens"]))


async def test_a_retry_waits_for_the_turn_that_its_conversation_runs(twins: Product) -> None:
    one, other = await open_doors(await twins.make_workspace(), scenario="invalid_prompt")
    failed = await one.ask("Hello", conversation="c")
    twins.simulator.set_behaviour(KEY, scenario="ok", **HANGS)
    running = (await one.ask_later("Hello", conversation="c")).turn_id

    async def is_called() -> bool:
        return chat_calls(twins) == 2

    await until(is_called)
    retried = await other.retry(failed.turn_id)
    twins.simulator.set_behaviour(KEY, delay_ms=0)
    assert retried.body["status"] == "waiting"
    await one.cancel(running)

    await one.until_in("c", "completed", "cancelled")


async def test_a_retry_that_fails_again_gives_its_message_back_again(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, scenario="invalid_prompt")
    failed = await one.ask("Hello")

    for door in (other, one):
        assert (await door.retry(failed.turn_id)).status == 200
        turn = await one.until(failed.turn_id, "failed")
        assert turn["error"]["type"] == "content_refused"
    assert await used_messages(workspace) == 0
    (row,) = await twins.database.call(text("SELECT attempt FROM turns"))
    assert row.attempt == 3


async def test_a_broken_answer_is_retried_for_the_message_that_it_kept(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, scenario="broken")
    broken = await one.stream("Tell me something long enough to break in the middle")
    twins.simulator.set_scenario(KEY, "ok")

    assert (await other.retry(broken.turn_id)).body["answer"] is None

    turn = await one.until(broken.turn_id, "completed")
    assert turn["answer"].endswith("middle (message 1)")
    assert (turn["partial"], await used_messages(workspace)) == (False, 1)


async def test_a_turn_that_a_dead_key_failed_is_retried_once_the_key_is_rotated(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, scenario="invalid_api_key")
    failed = await one.ask("Hello", conversation="c")
    _, keys = await workspace.admin("GET", "/api/keys")
    path = f"/api/keys/{keys['data'][0]['id']}"

    async def is_flipped() -> bool:
        return bool((await workspace.admin("GET", path))[1]["state"] == "invalid")

    await until(is_flipped)
    assert (await workspace.admin("POST", f"{path}/rotate", {"key": OTHER_KEY}))[0] == 200

    await other.retry(failed.turn_id)

    (turn,) = await other.until_in("c", "completed")
    assert "Hello" in turn["answer"]
    assert await used_messages(workspace) == 1
