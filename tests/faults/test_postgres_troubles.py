"""PostgreSQL slow, silent and out of connections: what the doors say, and that everything is as it was afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from infra.embedded.postgres import EmbeddedPostgres
from tests.faults.server_faults import no_connection_left
from tests.integration.gateway.door import KEY, Answered, Door, chat_calls, open_doors, used_messages, with_key
from tests.product import Product, Workspace, running_product
from tests.servers import fresh_database, until
from tests.tunnel import tunnel_to

TURNS = 20
SLOW_SECONDS = 0.15
IMPATIENT: dict[str, Any] = {"database_patience_seconds": 1.0}
THINKS: dict[str, Any] = {"delay_ms": 3_000}
"""Its answer comes once PostgreSQL has no connection left for it."""
UNAVAILABLE = (503, "unavailable")


async def test_while_postgresql_is_slow_every_turn_is_taken_and_completes_once(
    database_url: str, redis_url: str
) -> None:
    async with (
        tunnel_to(database_url) as (tunnel, url_through),
        running_product(url_through, redis_url) as product,
    ):
        workspace = await product.make_workspace()
        (door,) = await open_doors(workspace)
        tunnel.delay_seconds = SLOW_SECONDS

        answers = await ask_all(door)

        assert {(answer.status, answer.turn_status) for answer in answers} == {(200, "completed")}
        tunnel.delay_seconds = 0
        await check_each_ran_once(workspace, TURNS)


async def test_while_postgresql_is_silent_callers_are_told_to_come_again_and_whoever_does_is_answered_once(
    database_url: str, redis_url: str
) -> None:
    async with (
        tunnel_to(database_url) as (tunnel, url_through),
        running_product(url_through, redis_url, **IMPATIENT) as product,
    ):
        workspace = await product.make_workspace()
        (door,) = await open_doors(workspace)
        tunnel.hold()

        refused = await ask_all(door)

        assert {(answer.status, answer.code) for answer in refused} == {UNAVAILABLE}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        await tunnel.mend()
        await until(lambda: are_all_completed(door))
        await check_each_ran_once(workspace, TURNS)


async def test_without_a_connection_callers_are_told_to_come_again_and_a_call_in_flight_is_recorded_once(
    own_postgres_server: EmbeddedPostgres, redis_url: str
) -> None:
    async with (
        fresh_database(own_postgres_server.url) as database_url,
        running_product(database_url, redis_url, **IMPATIENT) as product,
    ):
        workspace = await product.make_workspace()
        (door,) = await open_doors(workspace, **THINKS)
        in_flight = (await door.ask_later("Hello", headers=with_key("in flight"))).turn_id
        await until(lambda: is_called(product))
        async with no_connection_left(database_url) as is_full:
            assert is_full

            refused = await door.ask("Hello")

            assert (refused.status, refused.code) == UNAVAILABLE
            assert int(refused.headers["Retry-After"]) > 0
            await until(lambda: is_answered(product))
        product.simulator.set_behaviour(KEY, delay_ms=0)
        await until(lambda: are_all_completed(door))
        await door.until(in_flight, "completed")
        await check_each_ran_once(workspace, TURNS + 1)


async def ask_all(door: Door) -> list[Answered]:
    """Ask every question at once, each under its own idempotency key, as a client that may have to come again."""
    return await asyncio.gather(*(door.ask("Hello", headers=with_key(f"{number}")) for number in range(TURNS)))


async def are_all_completed(door: Door) -> bool:
    answers = await ask_all(door)
    return all(answer.status == 200 and answer.turn_status == "completed" for answer in answers)


async def is_called(product: Product) -> bool:
    return chat_calls(product) > 0


async def is_answered(product: Product) -> bool:
    return product.simulator.calls[-1].output_tokens > 0


async def check_each_ran_once(workspace: Workspace, turns: int) -> None:
    """See that there are so many turns, each with one event that ends it, and that nothing is held any more."""
    (row,) = await workspace.product.database.call(
        text(
            "SELECT (SELECT count(*) FROM turns WHERE status = 'completed') AS completed,"
            " (SELECT count(*) FROM turns) AS turns, (SELECT count(*) FROM usage_events WHERE ends_turn) AS ended,"
            " (SELECT in_flight + waiting FROM workspace_counters WHERE workspace_id = CAST(:id AS uuid)) AS held"
        ),
        id=workspace.workspace_id,
    )
    assert tuple(row) == (turns, turns, turns, 0)
    assert await used_messages(workspace) == turns
