"""Twice the size, a narrow window and forced colours: the pages keep their order and their words."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.key_states import many
from tests.browser.window import PHONE, WIDE, new_window
from tests.product import Product, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAGES = (
    "/",
    "/keys",
    "/keys/new",
    "/bots",
    "/bots/new",
    "/usage",
    "/conversations",
    "/workspace",
    "/workspace/tokens",
    "/workspace/notices",
    "/workspace/audit",
)
TWICE = {"viewport": {"width": WIDE[0] // 2, "height": WIDE[1] // 2}, "device_scale_factor": 2}
"""What 200 % zoom is to a page: half as many of its pixels, each drawn twice as large."""
NARROW = {"viewport": {"width": PHONE[0], "height": PHONE[1]}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("size", [TWICE, NARROW], ids=["200-per-cent", "390-px"])
async def test_no_page_scrolls_sideways(browser: Browser, product: Product, workspace: Workspace, size: dict) -> None:  # type: ignore[type-arg]
    await many(workspace)
    async with new_window(browser, product, **size) as window:
        await window.sign_in(workspace.admin_token)
        for path in PAGES:
            await window.page.goto(path)
            await window.expect_no_sideways_scrolling(path)


async def test_forced_colours_keep_every_mark(browser: Browser, product: Product, workspace: Workspace) -> None:
    await many(workspace)
    async with new_window(browser, product, forced_colors="active") as window:
        await window.sign_in(workspace.admin_token)
        await window.page.goto("/keys")

        here = window.page.get_by_role("link", name="Provider keys")
        await expect(here).to_have_css("outline-style", "solid")
        await expect(window.page.locator(".chip.good").first).to_have_css("border-top-style", "solid")
        await window.keep_picture("keys-forced-colours")
