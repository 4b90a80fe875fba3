"""Rates of messages through the chat API: by end user, bot and workspace; refused ones leave nothing behind."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from infra.embedded.redis import EmbeddedRedis
from shared.metrics import rate_limits_open
from tests.integration.gateway.door import Door, used_messages, with_key
from tests.product import Product, Workspace, running_product

MINI = "mevichat:mini"
SLOWLY = {"rate_per_minute": 1}


async def door_of(workspace: Workspace, **fields: Any) -> Door:
    bot = await workspace.add_bot(MINI, **fields)
    return Door(workspace.product, bot["token"], workspace.product.chat_url)


async def stored_turns(product: Product) -> int:
    (row,) = await product.database.call(text("SELECT count(*) AS turns FROM turns"))
    return int(row.turns)


async def test_a_bots_messages_beyond_its_rate_are_refused_by_name_and_leave_nothing_behind(product: Product) -> None:
    workspace = await product.make_workspace()
    door = await door_of(workspace, rate_per_minute=2, rate_burst=3)

    answers = [await door.ask("Hello") for _ in range(4)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    refused = answers[-1]
    assert (refused.code, refused.body["error"]["type"]) == ("rate_limit_exceeded", "rate_limit_error")
    assert refused.body["error"]["message"].startswith("Too many messages for this bot: its limit here is 2 a minute")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert refused.headers["RateLimit-Limit"] == "3"
    assert 60 < int(refused.headers["RateLimit-Reset"]) <= 90
    assert (await stored_turns(product), await used_messages(workspace)) == (3, 3)


async def test_end_users_are_counted_apart_by_field_or_header_and_nobody_without_a_name(product: Product) -> None:
    door = await door_of(await product.make_workspace(), user_rate_per_minute=1)

    assert (await door.ask("Hello", user="anna")).status == 200
    refused = await door.ask("Hello", headers={"Mevichat-User": "anna"})
    assert (refused.status, "this end user" in refused.body["error"]["message"]) == (429, True)
    assert (await door.ask("Hello", user="bert")).status == 200
    assert (await door.ask("Hello", user="cleo", headers={"Mevichat-User": "anna"})).status == 200
    unnamed = [await door.ask("Hello") for _ in range(3)]
    assert {answer.status for answer in unnamed} == {200}
    assert "RateLimit-Limit" not in unnamed[0].headers


async def test_a_workspaces_rate_counts_all_its_bots_and_no_other_workspaces(product: Product) -> None:
    workspace, other = await product.make_workspace(), await product.make_workspace()
    status, changed = await workspace.admin("PATCH", "/api/workspace", {"rate_per_minute": 60, "rate_burst": 2})
    assert (status, changed["rate_per_minute"], changed["rate_burst"]) == (200, 60, 2)
    one, two = await door_of(workspace), await door_of(workspace)

    answers = await asyncio.gather(*(door.ask_later("Hello") for door in (one, two, one, two, one, two)))

    assert sorted(answer.status for answer in answers) == [202, 202, 429, 429, 429, 429]
    refused = next(answer for answer in answers if answer.status == 429)
    assert "this workspace" in refused.body["error"]["message"]
    assert (await (await door_of(other)).ask("Hello")).status == 200


async def test_one_empty_bucket_takes_nothing_from_the_others(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.admin("PATCH", "/api/workspace", {"rate_per_minute": 1, "rate_burst": 3})
    one, other = await door_of(workspace, **SLOWLY), await door_of(workspace)

    statuses = [(await one.ask_later("Hello")).status for _ in range(5)]

    assert statuses == [202, 429, 429, 429, 429]
    assert [(await other.ask_later("Hello")).status for _ in range(3)] == [202, 202, 429]


async def test_a_replay_is_neither_counted_nor_refused(product: Product) -> None:
    door = await door_of(await product.make_workspace(), rate_per_minute=1, rate_burst=2)
    first = await door.ask("Hello", headers=with_key("k"))

    replays = [await door.ask("Hello", headers=with_key("k")) for _ in range(3)]
    assert {answer.turn_id for answer in replays} == {first.turn_id}
    assert (await door.ask("Another")).status == 200
    assert (await door.ask("Another")).status == 429
    assert (await door.ask("Hello", headers=with_key("k"))).turn_id == first.turn_id
    assert (await door.ask("Hello!", headers=with_key("k"))).code == "idempotency_conflict"


async def test_a_rate_that_was_changed_holds_for_the_next_message(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot(MINI)
    door = Door(product, bot["token"], product.chat_url)
    assert "RateLimit-Limit" not in (await door.ask("Hello")).headers

    await workspace.admin("PATCH", f"/api/bots/{bot['id']}", SLOWLY)
    assert [(await door.ask("Hello")).status for _ in range(2)] == [200, 429]

    status, changed = await workspace.admin("PATCH", f"/api/bots/{bot['id']}", {"rate_per_minute": None})
    assert (status, changed["rate_per_minute"]) == (200, None)


async def test_streams_carry_the_headers_too(product: Product) -> None:
    door = await door_of(await product.make_workspace(), rate_per_minute=5)

    stream = await door.stream("Hello")

    assert (stream.answer.headers["RateLimit-Limit"], stream.answer.headers["RateLimit-Remaining"]) == ("5", "4")


async def test_a_limit_that_is_no_count_is_refused_with_the_fields_name(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot(MINI)

    for field, value in (("rate_per_minute", 0), ("user_rate_burst", -1), ("rate_burst", "5"), ("cache_seconds", None)):
        status, answer = await workspace.admin("PATCH", f"/api/bots/{bot['id']}", {field: value})
        assert (status, answer["error"]["param"]) == (422, field)
    status, answer = await workspace.admin("PATCH", "/api/workspace", {"rate_per_minute": 2_000_000})
    assert (status, answer["error"]["message"]) == (422, "rate_per_minute must be a whole number from 1 to 1,000,000.")


async def test_a_burst_without_a_rate_is_refused_wherever_it_is_sent(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot(MINI, rate_per_minute=6, rate_burst=2)
    path = f"/api/bots/{bot['id']}"

    for method, where, field in (
        ("POST", "/api/bots", "rate_burst"),
        ("PATCH", path, "user_rate_burst"),
        ("PATCH", "/api/workspace", "rate_burst"),
    ):
        body = {field: 5} | ({"name": "B", "model": MINI} if method == "POST" else {})
        status, answer = await workspace.admin(method, where, body)
        assert (status, answer["error"]["param"]) == (422, field)
        assert answer["error"]["message"].startswith(f"{field} needs a rate beside it; set ")
    status, cleared = await workspace.admin("PATCH", path, {"rate_per_minute": None})
    assert (status, cleared["rate_per_minute"], cleared["rate_burst"]) == (200, None, None)


async def test_while_redis_is_away_every_message_may_come_and_a_metric_says_so(
    database_url: str, own_redis_server: EmbeddedRedis
) -> None:
    async with running_product(database_url, own_redis_server.url, sweep_seconds=0.1) as product:
        door = await door_of(await product.make_workspace(), **SLOWLY)
        assert [(await door.ask_later("Hello")).status for _ in range(2)] == [202, 429]
        before = rate_limits_open._value.get()
        own_redis_server.kill()

        assert [(await door.ask_later("Hello")).status for _ in range(3)] == [202, 202, 202]
        assert rate_limits_open._value.get() == before + 3
        own_redis_server.start()
