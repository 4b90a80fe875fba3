"""The overview: nothing yet, well, and everything that may be wrong at once."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.key_states import many, one, openai_key
from tests.browser.window import Window
from tests.product import Product, Workspace
from tests.servers import until

DRAWN_WIDTH = "image => image.complete && image.naturalWidth"

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_an_empty_workspace_has_an_overview(signed_in: Window) -> None:
    await expect(signed_in.page.get_by_text("No provider keys yet.")).to_be_visible()
    await signed_in.look_at("overview-empty")


async def test_the_overview_counts_what_was_asked(signed_in: Window, workspace: Workspace) -> None:
    await many(workspace)
    bot = await workspace.add_bot("gpt-5-mini")
    for number in range(3):
        await workspace.ask(bot["token"], f"Question {number}")

    await until_counted(workspace, 3)
    await signed_in.page.goto("/")

    await expect(signed_in.page.get_by_role("region", name="Last 30 days")).to_contain_text("3 turns")
    for kind in ("Turns", "Tokens"):
        assert await signed_in.page.get_by_role("img", name=f"{kind} of the last 30 days").evaluate(DRAWN_WIDTH) > 0
    await signed_in.look_at("overview-many")


async def test_the_overview_says_what_is_wrong(window: Window, product: Product) -> None:
    workspace = await product.make_workspace(message_limit=5)
    await one(workspace)
    key = openai_key()
    saved = await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini", name="Returns", key_id=saved["id"])
    works = await workspace.add_bot("gpt-5-mini", name="Delivery")
    for number in range(4):
        await workspace.ask(works["token"], f"Question {number}")
    product.simulator.set_scenario(key, "invalid_api_key")
    await workspace.ask(bot["token"], "Hello")
    await workspace.admin("POST", f"/api/keys/{saved['id']}/test")
    await window.sign_in(workspace.admin_token)

    await expect(window.page.locator(".note.bad").first).to_contain_text("was refused on")
    await expect(window.page.get_by_text("of this month's 5 messages")).to_be_visible()
    await expect(window.page.get_by_role("table", name="The latest failed turns and why")).to_contain_text("GPT-5 mini")
    await window.look_at("overview-wrong")
    await window.page.get_by_role("link", name="was refused on").click()
    await expect(window.page.get_by_role("heading", name="What was said")).to_be_visible()


async def until_counted(workspace: Workspace, turns: int) -> None:
    """Wait until the ledger has counted so many turns."""

    async def look() -> bool:
        rows = (await workspace.admin("GET", "/api/usage?group_by=day"))[1]["rows"]
        return bool(sum(row["turns"] for row in rows) >= turns)

    await until(look)
