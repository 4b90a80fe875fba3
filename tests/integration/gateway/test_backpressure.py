"""What the door does when the installation is full, or does not know; and when a server is full or away."""

from __future__ import annotations

import asyncio

import redis.asyncio as redis
from sqlalchemy import text

from infra.embedded.redis import EmbeddedRedis
from tests.integration.gateway.conftest import running_twins
from tests.integration.gateway.door import HANGS, KEY, Answered, Door, open_doors, used_messages, with_key
from tests.product import RUNS, Product, running_product
from tests.servers import until
from tests.tunnel import tunnel_to
from tests.visitor import Visitor

MINI = "mevichat:mini"
MANY_WAIT = "UPDATE backlog SET waiting = 1000000, measured_at = clock_timestamp() - make_interval(secs => :age)"


async def test_a_full_installation_takes_no_more_turns_that_would_wait_and_says_when_to_come_again(
    database_url: str, redis_url: str
) -> None:
    async with running_twins(database_url, redis_url, waiting_limit_all=2, sweep_seconds=0.05) as product:
        busy = await product.make_workspace(slots=1)
        one, other = await open_doors(busy, scenario="invalid_prompt")
        failed = await one.ask("Hello")
        product.simulator.set_behaviour(KEY, scenario="ok", **HANGS)
        first = await one.ask_later("Hello", headers=with_key("first"))
        accepted = [first.turn_id, *await ask_until_full(one)]

        for refused in (await other.ask("Hello"), await other.ask_later("Hello"), await one.retry(failed.turn_id)):
            check_full(refused)
        visitor = await Visitor.of_workspace(busy)
        by_hand = await visitor.post(f"/turns/{failed.turn_id}/retry")
        assert by_hand.status == 503
        assert "try again in a few seconds" in by_hand.text
        assert await used_messages(busy) == len(accepted)
        replayed = await one.ask_later("Hello", headers=with_key("first"))
        assert (replayed.status, replayed.turn_id) == (202, first.turn_id)
        idle, _ = await open_doors(await product.make_workspace(slots=1), MINI)
        assert (await idle.ask("Hello")).turn_status == "completed"

        for turn_id in accepted:
            await one.cancel(turn_id)
        product.simulator.set_behaviour(KEY, scenario="ok", delay_ms=0)
        await until(lambda: is_answered(other))


async def ask_until_full(door: Door) -> list[str]:
    """Send messages until one is refused; return the turns of those before."""
    accepted: list[str] = []
    async with asyncio.timeout(15):
        while (answer := await door.ask_later("Hello")).status == 202:
            accepted.append(answer.turn_id)
    check_full(answer)
    return accepted


async def is_answered(door: Door) -> bool:
    return (await door.ask("Hello")).status == 200


def check_full(refused: Answered) -> None:
    assert (refused.status, refused.code) == (503, "backlog_full")
    assert int(refused.headers["Retry-After"]) > 0
    assert "try again in a few seconds" in refused.body["error"]["message"]


async def test_a_figure_that_is_too_old_keeps_nobody_out_and_a_metric_says_so(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=frozenset({"sweeper"})) as product:
        workspace = await product.make_workspace(slots=1)
        (door,) = await open_doors(workspace, **HANGS)
        await door.ask_later("Hello")

        await product.database.call(text(MANY_WAIT), age=60)
        await until(lambda: says(product, "mevichat_backlog_unknown 1.0", "mevichat_backlog_waiting 1e+06"))
        assert (await door.ask_later("Hello")).status == 202

        await product.database.call(text(MANY_WAIT), age=0)
        await until(lambda: says(product, "mevichat_backlog_unknown 0.0"))
        await ask_until_full(door)  # the dashboard of this process may have read the figure first, and told the metric
        check_full(await door.ask_later("Hello"))


async def says(product: Product, *lines: str) -> bool:
    """Tell whether the gateway's metrics hold these lines."""
    async with product.http.get(product.chat_url.removesuffix("/v1") + "/metrics") as answer:
        return set(lines) <= set((await answer.text()).splitlines())


async def test_while_redis_is_full_turns_are_accepted_and_they_finish_once_it_has_room(
    database_url: str, own_redis_server: EmbeddedRedis
) -> None:
    async with running_product(database_url, own_redis_server.url, unclaimed_seconds=0.3) as product:
        workspace = await product.make_workspace()
        (door,) = await open_doors(workspace)
        async with redis.Redis.from_url(own_redis_server.url) as client:
            await client.config_set("maxmemory", 1)
            accepted = [await door.ask_later(f"Question {number}") for number in range(20)]
            assert {answer.status for answer in accepted} == {202}
            await client.config_set("maxmemory", 0)

        for answer in accepted:
            await door.until(answer.turn_id, "completed")
        assert await used_messages(workspace) == len(accepted)


async def test_while_postgresql_is_away_nothing_is_accepted_and_the_answer_says_when_to_come_again(
    database_url: str, redis_url: str
) -> None:
    async with (
        tunnel_to(database_url) as (tunnel, url_through),
        running_product(url_through, redis_url, without=frozenset(RUNS) - {"gateway", "dashboard"}) as product,
    ):
        (door,) = await open_doors(await product.make_workspace(), MINI)
        assert (await door.ask_later("Hello")).status == 202
        tunnel.cut()

        refused = await door.ask("Hello")

        assert (refused.status, refused.code) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        await tunnel.mend()
        await until(lambda: is_accepted(door))


async def is_accepted(door: Door) -> bool:
    return (await door.ask_later("Hello")).status == 202
