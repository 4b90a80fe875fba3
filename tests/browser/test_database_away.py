"""The database goes away: pages say so, what keeps itself fresh says so, and all goes on when it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from tests.browser.window import Window, new_window
from tests.product import RUNS, running_product
from tests.servers import fresh_database
from tests.tunnel import Tunnel, tunnel_to

pytestmark = pytest.mark.asyncio(loop_scope="package")

AWAY = "The database does not answer; nothing was changed."
STANDS_STILL = "This page stands still"


@pytest_asyncio.fixture(loop_scope="package")
async def reach(
    browser: Browser, postgres_server: EmbeddedPostgres, redis_server: EmbeddedRedis
) -> AsyncIterator[tuple[Window, Tunnel]]:
    """Sign in to a dashboard of its own; yield the window and the dashboard's way to PostgreSQL."""
    without = frozenset(RUNS) - {"dashboard", "gateway"}
    async with fresh_database(postgres_server.url) as url, tunnel_to(url) as (tunnel, url_through):
        async with running_product(url_through, redis_server.url, without=without) as product:
            workspace = await product.make_workspace()
            async with new_window(browser, product) as window:
                await window.sign_in(workspace.admin_token)
                yield window, tunnel
            await tunnel.mend()


async def test_every_page_says_that_the_database_is_away_and_leads_back_when_it_is_there(
    reach: tuple[Window, Tunnel],
) -> None:
    window, tunnel = reach
    tunnel.cut()

    for path in ("/", "/bots", "/keys?colour=red"):
        answer = await window.page.goto(path)
        assert answer is not None
        assert answer.status == 503
        await expect(window.page.get_by_role("alert")).to_contain_text(AWAY)
    await window.look_at("database-away")

    await tunnel.mend()
    await window.page.get_by_role("link", name="Try again").click()
    await expect(window.page.get_by_role("heading", name="Provider keys")).to_be_visible()
    assert window.page.url.endswith("/keys?colour=red")


async def test_a_page_that_keeps_itself_fresh_says_when_it_cannot_and_when_it_can_again(
    reach: tuple[Window, Tunnel],
) -> None:
    window, tunnel = reach
    await window.page.goto("/keys")
    stale = window.page.locator("main").get_by_text(STANDS_STILL)
    await expect(stale).to_be_hidden()

    tunnel.cut()

    await expect(stale).to_be_visible()
    await expect(window.page.get_by_role("status")).to_contain_text(STANDS_STILL)
    await expect(window.page.get_by_role("heading", name="No keys yet")).to_be_visible()
    await window.look_at("keys-standing-still")
    await tunnel.mend()
    await expect(stale).to_be_hidden()
    await expect(window.page.get_by_role("status")).to_have_text("This page goes on.")
