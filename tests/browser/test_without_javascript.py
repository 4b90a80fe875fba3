"""Everything works by plain forms, without a line of JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.key_states import openai_key
from tests.browser.window import Window, new_window
from tests.product import Product, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest_asyncio.fixture(loop_scope="package")
async def plain(browser: Browser, product: Product, workspace: Workspace) -> AsyncIterator[Window]:
    """Sign in with a browser that runs no scripts."""
    async with new_window(browser, product, java_script_enabled=False) as window:
        await window.sign_in(workspace.admin_token)
        yield window


async def test_a_key_is_refused_added_and_deleted_by_plain_forms(plain: Window) -> None:
    page = plain.page
    await page.get_by_role("link", name="Provider keys").click()
    await page.get_by_role("link", name="Add key").first.click()
    await expect(page).to_have_url(plain.url + "/keys/new")
    await page.get_by_label("Provider").select_option("openai")
    await page.get_by_label("API key").fill("sk-refused-" + "r" * 24)
    await page.get_by_role("button", name="Validate & save").click()
    await expect(page.get_by_text("Invalid API key")).to_be_visible()
    await expect(page.get_by_label("API key")).to_have_value("")

    await page.get_by_label("API key").fill(openai_key())
    await page.get_by_role("button", name="Validate & save").click()
    await expect(page.locator("[data-note]")).to_have_text("The key was validated and saved.")

    await page.get_by_role("link", name="Delete").click()
    await page.get_by_role("button", name="Delete the key").click()
    await expect(page.locator("[data-note]")).to_have_text("The key was deleted and its text destroyed.")
    await expect(page.get_by_role("heading", name="No keys yet")).to_be_visible()
