"""The response cache through the doors: equal questions cost one call, and nothing crosses a border."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from shared.store.answers.drop import drop_answers_beyond, drop_answers_that_are_over
from tests.integration.gateway.door import KEY, Door, chat_calls, used_messages
from tests.product import Product, Workspace
from tests.servers import until

MODEL = "gpt-5-mini"


async def bot_of(workspace: Workspace, **fields: Any) -> tuple[dict[str, Any], Door]:
    """Make a bot that keeps its answers for an hour, on a key of the simulator's."""
    if not (await workspace.admin("GET", "/api/keys"))[1]["data"]:
        await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot(MODEL, **{"cache_seconds": 3600, **fields})
    return bot, Door(workspace.product, bot["token"], workspace.product.chat_url)


async def cached_in_a_row(door: Door, *asks: tuple[str, dict[str, Any]]) -> list[bool]:
    """Ask one after the other; return which answers came from the cache."""
    return [(await door.ask(question, **fields)).body["mevichat"]["cached"] for question, fields in asks]


async def test_an_equal_question_costs_no_call_and_no_tokens_but_a_message(product: Product) -> None:
    workspace = await product.make_workspace()
    _, door = await bot_of(workspace)
    first, second = await door.ask("What  is\nnew?"), await door.ask(" What is new? ")

    assert first.text.startswith("You said: What  is\nnew?")
    assert second.text == first.text
    assert (first.body["mevichat"]["cached"], second.body["mevichat"]["cached"]) == (False, True)
    assert second.body["usage"]["total_tokens"] == 0
    assert (chat_calls(product), await used_messages(workspace)) == (1, 2)
    turn = await door.turn(second.turn_id)
    assert (turn["cache_hit"], turn["status"], turn["provider"]) == (True, "completed", "openai")

    rows: list[dict[str, Any]] = []

    async def are_counted() -> bool:
        nonlocal rows
        rows = (await workspace.admin("GET", "/api/usage"))[1]["rows"]
        return bool(rows) and rows[0]["turns"] == 2

    await until(are_counted)
    assert (rows[0]["cache_hits"], rows[0]["input_tokens"]) == (1, first.body["usage"]["prompt_tokens"])


async def test_a_stream_is_answered_by_what_was_kept_of_a_whole_reply(product: Product) -> None:
    _, door = await bot_of(await product.make_workspace())
    whole = await door.ask("Hello there")

    stream = await door.stream("Hello there")

    assert (stream.text, stream.mevichat["cached"]) == (whole.text, True)
    assert len(stream.pieces) == 1
    assert chat_calls(product) == 1


async def test_whatever_decides_an_answer_makes_another_key(product: Product) -> None:
    workspace = await product.make_workspace()
    bot, door = await bot_of(workspace)
    path = f"/api/bots/{bot['id']}"
    same: tuple[str, dict[str, Any]] = ("Hello", {})
    assert await cached_in_a_row(door, same, same) == [False, True]

    assert await cached_in_a_row(door, ("Hello", {"max_tokens": 99}), ("Hello", {"max_tokens": 99})) == [False, True]
    assert await cached_in_a_row(door, ("Hello", {"model": "gpt-5"}), same) == [False, True]
    await workspace.admin("PATCH", path, {"system_prompt": "Be kind."})
    assert await cached_in_a_row(door, same, same) == [False, True]
    document = {"bot_id": bot["id"], "title": "Hours", "text": "We open at nine."}
    _, added = await workspace.admin("POST", "/api/documents", document)
    assert await cached_in_a_row(door, same, same) == [False, True]
    await workspace.admin("DELETE", f"/api/documents/{added['id']}")
    assert await cached_in_a_row(door, same, same) == [True, True]
    await workspace.admin("PATCH", path, {"cache_seconds": 0})
    assert await cached_in_a_row(door, same, same) == [False, False]
    await workspace.admin("PATCH", path, {"cache_seconds": 60})
    assert await cached_in_a_row(door, same, same) == [False, True]


async def test_the_history_decides_too_and_equal_conversations_share_answers(product: Product) -> None:
    _, door = await bot_of(await product.make_workspace())

    told = [("One", {"conversation": "a"}), ("Two", {"conversation": "a"})]
    again = [("One", {"conversation": "b"}), ("Two", {"conversation": "b"}), ("Two", {"conversation": "c"})]

    assert await cached_in_a_row(door, *told) == [False, False]
    assert await cached_in_a_row(door, *again) == [True, True, False]


async def test_of_equal_questions_at_once_at_two_workers_one_calls_and_all_read_its_answer(twins: Product) -> None:
    workspace = await twins.make_workspace()
    _, door = await bot_of(workspace)
    twins.simulator.set_behaviour(KEY, delay_ms=400)

    answers = await asyncio.gather(*(door.ask("Hello") for _ in range(40)))

    assert {answer.text for answer in answers} == {answers[0].text}
    assert sorted(answer.body["mevichat"]["cached"] for answer in answers) == [False] + [True] * 39
    assert (chat_calls(twins), await used_messages(workspace)) == (1, 40)


async def test_when_the_one_that_calls_fails_the_others_call_themselves(twins: Product) -> None:
    _, door = await bot_of(await twins.make_workspace())
    twins.simulator.set_behaviour(KEY, scenario="context_configured_limit", fail_first=1, delay_ms=300)

    answers = await asyncio.gather(*(door.ask("Hello") for _ in range(5)))

    assert sorted(answer.turn_status for answer in answers) == ["completed"] * 4 + ["failed"]
    assert not any(answer.body["mevichat"]["cached"] for answer in answers)
    assert chat_calls(twins) == 5
    assert await cached_in_a_row(door, ("Hello", {})) == [True]


async def test_a_cancelled_call_leaves_nobody_waiting(product: Product) -> None:
    _, door = await bot_of(await product.make_workspace())
    product.simulator.set_behaviour(KEY, delay_ms=600_000)
    first = await door.ask_later("Hello")
    await door.until(first.turn_id, "running")
    await until(lambda: _asked(product, 1))
    second = await door.ask_later("Hello")
    await door.until(second.turn_id, "running")
    product.simulator.set_behaviour(KEY, delay_ms=0)

    await door.cancel(first.turn_id)

    assert (await door.until(second.turn_id, "completed", "failed"))["status"] == "completed"


async def test_a_cut_answer_is_not_kept(product: Product) -> None:
    _, door = await bot_of(await product.make_workspace())
    product.simulator.set_behaviour(KEY, scenario="length")

    assert await cached_in_a_row(door, ("Hello", {}), ("Hello", {})) == [False, False]


async def test_an_answer_is_kept_for_its_time_and_no_longer(product: Product) -> None:
    _, door = await bot_of(await product.make_workspace())
    same: tuple[str, dict[str, Any]] = ("Hello", {})
    assert await cached_in_a_row(door, same, same) == [False, True]

    await product.database.call(text("UPDATE kept_answers SET kept_until = now() - interval '1 second'"))

    assert await cached_in_a_row(door, same, same) == [False, True]


async def test_nothing_crosses_the_border_between_workspaces_or_bots(product: Product) -> None:
    doors = []
    for _ in range(6):
        workspace = await product.make_workspace()
        doors += [(await bot_of(workspace))[1], (await bot_of(workspace))[1]]
    asks = [(door, f"Question {number}") for door in doors for number in range(8)]

    first = await asyncio.gather(*(door.ask(question) for door, question in asks))
    second = await asyncio.gather(*(door.ask(question) for door, question in asks))

    assert not any(answer.body["mevichat"]["cached"] for answer in first)
    assert all(answer.body["mevichat"]["cached"] for answer in second)
    assert product.simulator.calls_of(KEY) == 6 * 2 + len(asks)


async def test_the_sweeper_deletes_what_is_over_and_what_is_beyond_a_workspaces_share(product: Product) -> None:
    workspace, other = await product.make_workspace(), await product.make_workspace()
    (_, door), (_, others) = await bot_of(workspace), await bot_of(other)
    for number in range(5):
        await door.ask(f"Question {number}")
    await others.ask("Question 0")

    assert await drop_answers_that_are_over(product.database, limit=100) == 0
    assert await drop_answers_beyond(product.database, per_workspace=2, limit=100) == 3
    rest: list[tuple[str, dict[str, Any]]] = [("Question 4", {}), ("Question 3", {}), ("Question 2", {})]
    assert await cached_in_a_row(door, *rest) == [True, True, False]
    assert await cached_in_a_row(others, ("Question 0", {})) == [True]

    await product.database.call(text("UPDATE kept_answers SET kept_until = now() - interval '1 second'"))
    await until(lambda: _is_empty(product))


async def test_mini_keeps_its_answers_too(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini", cache_seconds=60)
    door = Door(product, bot["token"], product.chat_url)

    assert await cached_in_a_row(door, ("Hello", {}), ("Hello", {})) == [False, True]


async def _asked(product: Product, calls: int) -> bool:
    return chat_calls(product) == calls


async def _is_empty(product: Product) -> bool:
    (row,) = await product.database.call(text("SELECT count(*) AS kept FROM kept_answers"))
    return int(row.kept) == 0
