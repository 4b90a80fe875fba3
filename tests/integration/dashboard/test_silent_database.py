"""PostgreSQL that says nothing, neither yes nor no: pages and API end with a sentence within seconds."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from shared.store.database import Database
from tests.product import RUNS, running_product
from tests.servers import until
from tests.tunnel import tunnel_to
from tests.visitor import Visitor

AWAY = "The database does not answer; nothing was changed."
PATIENCE_SECONDS = 0.5
LONG_PATIENCE_SECONDS = 4.0
"""In which two requests are seen to wait at once, also on a machine that is busy with other things."""
WITHOUT = frozenset(RUNS) - {"gateway", "dashboard"}
LOCK = text("SELECT 1 FROM workspace_counters WHERE workspace_id = :workspace_id FOR UPDATE")
WAITS = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
WITHIN_SECONDS = 20
"""Far more than it takes, far less than for ever."""


async def test_a_silent_database_ends_pages_and_api_with_503_and_all_goes_on_when_it_speaks(
    database_url: str, redis_url: str
) -> None:
    async with (
        tunnel_to(database_url) as (tunnel, url_through),
        running_product(url_through, redis_url, without=WITHOUT, database_patience_seconds=PATIENCE_SECONDS) as product,
    ):
        workspace = await product.make_workspace()
        visitor = await Visitor.of_workspace(workspace)
        tunnel.hold()

        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                pages = [await visitor.get("/"), await visitor.post("/workspace/rate", rate_per_minute="5")]
                read = await workspace.admin("GET", "/api/bots")
                written = await workspace.admin("PATCH", "/api/workspace", {"rate_per_minute": 5})
        finally:
            await tunnel.mend()

        assert [(page.status, AWAY in page.text) for page in pages] == [(503, True), (503, True)]
        for status, answer in (read, written):
            assert (status, answer["error"]["code"]) == (503, "unavailable")
            assert answer["error"]["message"].startswith(AWAY)
        assert (await visitor.get("/")).status == 200
        assert (await workspace.admin("GET", "/api/workspace"))[1]["rate_per_minute"] is None


@pytest.mark.parametrize("falls_silent", [False, True], ids=["busy", "silent"])
async def test_a_change_that_waits_in_its_transaction_ends_with_503_and_changes_nothing(
    database_url: str, redis_url: str, *, falls_silent: bool
) -> None:
    beside = Database.connect(database_url, connections=2, application_name="beside")
    async with (
        tunnel_to(database_url) as (tunnel, url_through),
        running_product(
            url_through, redis_url, without=WITHOUT, database_patience_seconds=LONG_PATIENCE_SECONDS
        ) as product,
    ):
        workspace = await product.make_workspace()
        visitor = await Visitor.of_workspace(workspace)
        try:
            async with asyncio.timeout(WITHIN_SECONDS), beside.transaction() as other:
                await other.execute(LOCK, {"workspace_id": workspace.workspace_id})
                by_api = asyncio.ensure_future(workspace.admin("PATCH", "/api/workspace", {"rate_per_minute": 5}))
                by_form = asyncio.ensure_future(visitor.post("/workspace/retention", retention_days="5"))
                await until(lambda: _waiting(beside))
                if falls_silent:
                    tunnel.hold()
                (status, answer), page = await by_api, await by_form
        finally:
            await tunnel.mend()
            await beside.close()

        assert (status, answer["error"]["code"], page.status) == (503, "unavailable", 503)
        assert answer["error"]["message"].startswith(AWAY)
        assert AWAY in page.text
        _, shown = await workspace.admin("GET", "/api/workspace")
        assert (shown["rate_per_minute"], shown["retention_days"]) == (None, None)


async def _waiting(database: Database) -> bool:
    """Tell whether both changes wait for the lock."""
    return len(await database.call(WAITS)) == 2
