"""Two people change the same thing at once: each change is judged by what it meets, and none is half-written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.store.database import Database
from tests.integration.dashboard.walk import rows_of
from tests.product import Product, running_product
from tests.servers import until

IDLE = frozenset({"worker", "validator", "ledger", "sweeper", "notices"})
WAITS = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
RATED = {"rate_per_minute": 60, "rate_burst": 5}
TRACES = ("workspaces", "workspace_counters", "audit")


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the dashboard; nobody talks to a bot here."""
    async with running_product(database_url, redis_url, without=IDLE) as running:
        yield running


@pytest.mark.parametrize("table", ["workspaces", "bots"])
async def test_a_burst_whose_rate_goes_in_the_same_moment_is_refused(product: Product, table: str) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini", **RATED)
    await workspace.admin("PATCH", "/api/workspace", RATED)
    path = "/api/workspace" if table == "workspaces" else f"/api/bots/{bot['id']}"

    async with product.database.transaction() as other:
        await other.execute(text(f"UPDATE {table} SET rate_per_minute = NULL, rate_burst = NULL"))
        changing = asyncio.ensure_future(workspace.admin("PATCH", path, {"rate_burst": 9}))
        await until(lambda: _waits(product.database))

    status, answer = await changing
    _, shown = await workspace.admin("GET", path)
    assert (status, answer["error"]["param"]) == (422, "rate_burst")
    assert (shown["rate_per_minute"], shown["rate_burst"]) == (None, None)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/workspace", {"nothing": 1}),
        ("PATCH", "/api/workspace", {"rate_per_minute": 0}),
        ("PATCH", "/api/bots/{bot}", {"nothing": 1}),
        ("PUT", "/api/notices/settings", {"nothing": 1}),
        ("PUT", "/api/notices/settings", {"webhook_url": "http://x"}),
    ],
)
async def test_what_no_state_could_allow_is_refused_without_waiting_for_whoever_holds_the_counters(
    product: Product, method: str, path: str, body: dict[str, Any]
) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    async with product.database.transaction() as other:
        await other.execute(text("SELECT 1 FROM workspace_counters FOR UPDATE"))
        status, answer = await workspace.admin(method, path.format(bot=bot["id"]), body)

    assert (status, answer["error"]["param"]) == (422, next(iter(body)))


async def test_a_change_of_several_fields_is_one_transaction(product: Product) -> None:
    workspace = await product.make_workspace()
    refusing = "ALTER TABLE workspaces ADD CONSTRAINT no_seven CHECK (rate_per_minute IS DISTINCT FROM 7)"
    await product.database.call(text(refusing))
    before = await rows_of(product.database, *TRACES)

    status, _ = await workspace.admin("PATCH", "/api/workspace", {"retention_days": 30, "rate_per_minute": 7})

    assert status == 500
    assert await rows_of(product.database, *TRACES) == before
    assert (await workspace.admin("PATCH", "/api/workspace", {"retention_days": 30, "rate_per_minute": 8}))[0] == 200
    _, audit = await workspace.admin("GET", "/api/audit")
    assert [(row["action"], row["details"]) for row in audit["data"][:2]] == [
        ("workspace.rate", {"rate_per_minute": 8}),
        ("workspace.retention", {"retention_days": 30}),
    ]


async def _waits(database: Database) -> bool:
    return bool(await database.call(WAITS))
