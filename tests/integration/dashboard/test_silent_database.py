"""PostgreSQL that says nothing, neither yes nor no: pages and API end with a sentence within seconds."""

from __future__ import annotations

import asyncio

from tests.product import RUNS, running_product
from tests.tunnel import tunnel_to
from tests.visitor import Visitor

AWAY = "The database does not answer; nothing was changed."
PATIENCE_SECONDS = 0.5
WITHIN_SECONDS = 20
"""Far more than it takes, far less than for ever."""


async def test_a_silent_database_ends_pages_and_api_with_503_and_all_goes_on_when_it_speaks(
    database_url: str, redis_url: str
) -> None:
    without = frozenset(RUNS) - {"gateway", "dashboard"}
    async with (
        tunnel_to(database_url) as (tunnel, url_through),
        running_product(url_through, redis_url, without=without, database_patience_seconds=PATIENCE_SECONDS) as product,
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
