"""Bots: none, many, one that stands still, and each of a bot's pages and forms."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.key_states import many, one, refused
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

PARTS = {"bot": "", "bot-settings": "/settings", "bot-documents": "/documents", "bot-tokens": "/tokens"}
FORMS = {
    "bot-document-new": "/documents/new",
    "bot-token-new": "/tokens/new",
    "bot-delete": "/delete",
}


async def test_a_workspace_without_bots_is_shown_how_to_make_one(signed_in: Window) -> None:
    await signed_in.page.goto("/bots")

    await expect(signed_in.page.get_by_role("heading", name="No bots yet")).to_be_visible()
    await signed_in.look_at("bots-empty")
    await signed_in.page.get_by_role("link", name="New bot").first.click()
    await expect(signed_in.page.get_by_role("heading", level=1)).to_be_visible()
    await signed_in.look_at("bot-new")


async def test_many_bots_stand_in_a_table_and_are_searched(signed_in: Window, workspace: Workspace) -> None:
    await many(workspace)
    await signed_in.page.goto("/bots")
    await expect(signed_in.page.get_by_role("link", name="Wine advice")).to_be_visible()
    await signed_in.look_at("bots-many")

    await signed_in.page.get_by_label("Name contains").fill("nobody")
    await signed_in.page.get_by_label("Name contains").press("Enter")

    await expect(signed_in.page.get_by_role("heading", name="No bot found")).to_be_visible()
    await signed_in.look_at("bots-no-match")


async def test_every_page_and_form_of_a_bot_can_be_read(signed_in: Window, workspace: Workspace) -> None:
    await one(workspace)
    bot = await workspace.add_bot("gpt-5-mini", name="Returns", system_prompt="You are kind. " * 40)
    for name, path in (PARTS | FORMS).items():
        await signed_in.page.goto(f"/bots/{bot['id']}{path}")
        await expect(signed_in.page.get_by_role("heading", level=1)).to_be_visible()
        await signed_in.look_at(name)


async def test_a_bot_whose_key_was_refused_says_why_it_stands_still(signed_in: Window, workspace: Workspace) -> None:
    await refused("invalid_api_key")(workspace)
    await signed_in.page.goto("/bots")
    await signed_in.look_at("bots-standing-still")

    await signed_in.page.get_by_role("link", name="Test", exact=True).click()

    await expect(signed_in.page.get_by_role("alert").first).to_be_visible()
    await signed_in.look_at("bot-standing-still")


async def test_a_bot_without_a_name_is_refused_under_its_field(signed_in: Window) -> None:
    await signed_in.page.goto("/bots/new")
    await signed_in.page.get_by_label("Name", exact=True).fill(" ")
    await signed_in.page.get_by_role("button", name="Make the bot").click()

    await expect(signed_in.page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    await signed_in.look_at("bot-refused")


async def test_all_that_is_wrong_with_a_bot_stands_beside_its_fields_and_the_first_has_the_focus(
    signed_in: Window,
) -> None:
    page = signed_in.page
    await page.goto("/bots/new")
    await page.get_by_label("Name").fill(" ")
    await page.get_by_label("Messages at once (optional)").fill("5")
    await page.get_by_label("Seconds that an answer is kept").fill("soon")

    await page.get_by_role("button", name="Make the bot").click()

    await expect(page.locator("p.problem:visible")).to_have_count(3)
    await expect(page.get_by_label("Name")).to_be_focused()
    await signed_in.look_at("bot-several-problems")
