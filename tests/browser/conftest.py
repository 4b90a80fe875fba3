"""One product and one Chromium for all browser tests, a window for each."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import redis.asyncio as redis
from playwright.async_api import Browser, async_playwright

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from tests.browser.chromium import MISSING, find_chromium
from tests.browser.window import Window, new_window
from tests.product import Product, Workspace, running_product
from tests.servers import fresh_database


@pytest.fixture(scope="package")
def chromium() -> str:
    """Return Chromium's path; without one the tests are skipped aloud, and in CI they fail."""
    path = find_chromium()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    return path


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Start Chromium once."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def product(
    chromium: str, postgres_server: EmbeddedPostgres, redis_server: EmbeddedRedis
) -> AsyncIterator[Product]:
    """Run the whole product once, against the provider simulator."""
    async with redis.Redis.from_url(redis_server.url) as client:
        await client.flushall()
    async with fresh_database(postgres_server.url) as url, running_product(url, redis_server.url) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def workspace(product: Product) -> Workspace:
    """Make a workspace of this test's own."""
    return await product.make_workspace()


@pytest_asyncio.fixture(loop_scope="package")
async def window(browser: Browser, product: Product) -> AsyncIterator[Window]:
    """Open a window that nobody signed in to; it must stay free of console errors and CSP reports."""
    async with new_window(browser, product) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="package")
async def signed_in(window: Window, workspace: Workspace) -> Window:
    """Sign in to the workspace with its admin token."""
    await window.sign_in(workspace.admin_token)
    return window


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it aloud when no page was seen in a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(MISSING in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(MISSING, red=True, bold=True)
