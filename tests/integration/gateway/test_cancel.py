"""Cancel: wherever the turn stands, through either gateway; what it cost is counted, what it held is free."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.gateway.conftest import running_twins
from tests.integration.gateway.door import HANGS, KEY, WRITES_SLOWLY, Door, open_doors, used_messages
from tests.product import Product, Workspace
from tests.servers import until

STORM = 60


async def cancel_twice(doors: Iterable[Door], turn_id: str) -> None:
    """Cancel the turn through each door; each answers the same."""
    for door in doors:
        answer = await door.cancel(turn_id)
        assert (answer.status, answer.body["status"]) == (200, "cancelled")


async def until_used(workspace: Workspace, messages: int) -> None:
    """Wait until so many messages are used: a worker tells late that its call had begun."""

    async def is_so() -> bool:
        return await used_messages(workspace) == messages

    await until(is_so)


async def in_flight(workspace: Workspace) -> tuple[int, int]:
    """Return how many turns hold a slot and how many wait for one."""
    _, own = await workspace.admin("GET", "/api/workspace")
    return own["in_flight"], own["waiting"]


async def test_a_waiting_turn_and_a_ready_one_end_at_once_and_give_their_messages_back(
    database_url: str, redis_url: str
) -> None:
    async with running_twins(database_url, redis_url, without=frozenset({"worker"})) as product:
        workspace = await product.make_workspace(slots=1)
        one, other = await open_doors(workspace, "mevichat:mini")
        ready = await one.ask_later("Hello")
        behind = await one.ask_later("Hello", conversation="c")
        asking = asyncio.create_task(other.ask("Hello", conversation="c"))
        _, last = await one.until_in("c", "waiting", "waiting")
        assert (ready.body["status"], behind.body["status"]) == ("ready", "waiting")
        assert (await used_messages(workspace), await in_flight(workspace)) == (3, (1, 2))

        await cancel_twice((other, one), last["turn_id"])
        assert ((await asking).turn_status, (await asking).text) == ("cancelled", "")
        await cancel_twice((other, one), ready.turn_id)

        assert (await one.turn(behind.turn_id))["status"] == "ready"
        assert (await used_messages(workspace), await in_flight(workspace)) == (1, (1, 0))


async def test_a_running_turn_ends_at_once_its_caller_is_told_and_the_next_one_runs(twins: Product) -> None:
    workspace = await twins.make_workspace(slots=1)
    one, other = await open_doors(workspace, **HANGS)
    asking = asyncio.create_task(one.ask("Hello", conversation="c"))
    (running,) = await one.until_in("c", "running")
    following = (await one.ask_later("Hello")).turn_id

    await cancel_twice((other, one), running["turn_id"])

    answer = await asking
    assert (answer.status, answer.turn_status, answer.text) == (200, "cancelled", "")
    assert answer.headers["Mevichat-Turn-Status"] == "cancelled"
    await other.until(following, "running")
    await until_used(workspace, 2)
    assert await in_flight(workspace) == (1, 0)


async def test_a_stream_that_is_cancelled_keeps_the_text_so_far_and_what_it_cost(twins: Product) -> None:
    workspace = await twins.make_workspace()
    one, other = await open_doors(workspace, **WRITES_SLOWLY)
    async with one.streaming("Hello") as stream:
        await stream.read_first()
        await cancel_twice((other, one), stream.turn_id)
        await stream.read_all()
    assert stream.mevichat["status"] == "cancelled"
    assert stream.text.startswith("You said")
    assert "word34" not in stream.text

    turn: dict[str, Any] = {}

    async def is_counted() -> bool:
        nonlocal turn
        turn = await other.turn(stream.turn_id)
        _, usage = await workspace.admin("GET", "/api/usage")
        counted = [(row["turns"], row["output_tokens"], row["estimated_turns"]) for row in usage["rows"]]
        return counted == [(1, turn["usage"]["completion_tokens"], 1)]

    await until(is_counted)
    assert (turn["answer"], turn["partial"]) == (stream.text, True)
    assert turn["usage"]["completion_tokens"] > 0
    assert await used_messages(workspace) == 1
    replay = await other.events(stream.turn_id)
    assert [name for name, _ in replay] == ["done"]


@pytest.mark.parametrize(("scenario", "ends"), [("ok", "completed"), ("invalid_prompt", "failed")])
async def test_a_turn_that_has_ended_is_not_cancelled(twins: Product, scenario: str, ends: str) -> None:
    one, other = await open_doors(await twins.make_workspace(), scenario=scenario)
    ended = await one.ask("Hello")
    assert ended.turn_status == ends

    for door in (one, other):
        answer = await door.cancel(ended.turn_id)
        assert (answer.status, answer.code) == (409, "turn_ended")
    assert (await one.turn(ended.turn_id))["status"] == ends


async def test_cancels_that_race_with_the_ends_of_their_turns_leave_every_count_exact(twins: Product) -> None:
    workspace = await twins.make_workspace(slots=10)
    doors = await open_doors(workspace, delay_ms=60)

    async def ask_and_cancel(number: int) -> str:
        later = await doors[number % 2].ask_later("Hello", conversation=f"c{number % 7}")
        if number % 3 == 1:
            await doors[0].until(later.turn_id, "running", "completed")
        if number % 3:
            await asyncio.gather(*(door.cancel(later.turn_id) for door in doors))
        return later.turn_id

    turn_ids = await asyncio.gather(*(ask_and_cancel(number) for number in range(STORM)))

    ended = [await doors[0].until(turn_id, "completed", "cancelled") for turn_id in turn_ids]
    assert {turn["status"] for turn in ended[::3]} == {"completed"}
    await until(lambda: _agrees(workspace))
    assert await in_flight(workspace) == (0, 0)
    assert KEY not in str(ended)


async def _agrees(workspace: Workspace) -> bool:
    database = workspace.product.database
    (turns,) = await database.call(text("SELECT count(*) FILTER (WHERE holds_quota) AS kept FROM turns"))
    (ends,) = await database.call(text("SELECT sum(output_tokens) AS tokens FROM usage_events"))
    _, usage = await workspace.admin("GET", "/api/usage")
    counted = [(row["turns"], row["failed_turns"], row["output_tokens"]) for row in usage["rows"]]
    summed = tuple(sum(column) for column in zip(*counted, strict=True))
    return await used_messages(workspace) == turns.kept and summed == (STORM, 0, ends.tokens)
