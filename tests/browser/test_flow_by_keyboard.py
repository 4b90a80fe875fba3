"""From the login to usage that grew, with the keyboard alone: every stop on the way shows its focus."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.key_states import openai_key
from tests.browser.test_overview import until_counted
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")


def button(page: Page, name: str) -> Locator:
    """Return the button of this name."""
    return page.get_by_role("button", name=name)


async def test_a_dialog_gives_the_focus_back_to_what_opened_it(signed_in: Window) -> None:
    page = signed_in.page
    await page.goto("/keys")
    opener = page.get_by_role("link", name="Add key").first
    await signed_in.press_on(opener)
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.get_by_label("Provider")).to_be_focused()

    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()

    await page.keyboard.press("Enter")
    await signed_in.press_on(page.get_by_role("dialog").get_by_role("link", name="Cancel"))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_a_bot_goes_from_mini_to_its_owners_key_by_keyboard_alone(window: Window, workspace: Workspace) -> None:
    page = window.page
    bot = await workspace.add_bot("mevichat:mini", name="Shop")
    await page.goto("/login")
    await window.tab_to(page.get_by_label("Admin token"))
    await page.keyboard.type(workspace.admin_token)
    await page.keyboard.press("Enter")

    await add_a_key(window)
    await rotate_the_key(window)
    await switch_the_bot(window)
    await chat_with_the_bot(window)

    await until_counted(workspace, 1)
    await window.press_on(page.get_by_role("link", name="Overview"))
    await expect(page.get_by_role("region", name="Last 30 days")).to_contain_text("1 turn")
    await window.press_on(page.get_by_role("link", name="Usage", exact=True))
    await expect(page.locator("tfoot td").first).to_have_text("1")
    assert workspace.product.simulator.calls[-1].model == "gpt-5-mini"
    assert bot["model"] == "mevichat:mini"


async def add_a_key(window: Window) -> None:
    """Try a refused key first, then one that is accepted."""
    page = window.page
    await window.press_on(page.get_by_role("link", name="Provider keys"))
    await expect(page.get_by_role("heading", name="Provider keys")).to_be_visible()
    await window.press_on(page.get_by_role("link", name="Add key").first)
    await expect(page.get_by_label("Provider")).to_be_focused()
    await page.keyboard.type("OpenAI")
    key = page.get_by_label("API key")
    await window.tab_to(key)
    await page.keyboard.type("sk-refused-" + "r" * 24)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Invalid API key")).to_be_visible()
    await expect(key).to_be_focused()
    await expect(key).to_have_value("")

    await page.keyboard.type(openai_key())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("The key was validated and saved.")


async def rotate_the_key(window: Window) -> None:
    """Put another key in its place."""
    page = window.page
    await window.press_on(page.get_by_role("link", name="Rotate"))
    await expect(page.get_by_label("New API key")).to_be_focused()
    await page.keyboard.type(openai_key())
    await window.press_on(button(page, "Validate & replace"))
    await expect(page.get_by_role("status")).to_have_text("The new key was validated and is in use.")
    await expect(page.get_by_text("(version 2)")).to_be_visible()


async def switch_the_bot(window: Window) -> None:
    """Switch the bot from Mini to a model on the key."""
    page = window.page
    await window.press_on(page.get_by_role("link", name="Bots", exact=True))
    await window.press_on(page.get_by_role("link", name="Shop"))
    await window.tab_to(page.get_by_label("Switch to"))
    await page.keyboard.type("GPT-5 mini")
    await expect(page.get_by_label("Switch to")).to_have_value("gpt-5-mini")
    await window.press_on(button(page, "Switch model"))
    await expect(page.get_by_role("status")).to_contain_text("The bot was switched.")


async def chat_with_the_bot(window: Window) -> None:
    """Send a message and read the reply as it comes."""
    page = window.page
    await window.tab_to(page.get_by_label("Message"))
    await page.keyboard.type("When do you open?")
    await page.keyboard.press("Enter")
    log = page.get_by_role("log", name="Conversation")
    await expect(log).to_contain_text("You said: When do you open?")
    await expect(log.locator(".fact")).to_contain_text(re.compile("GPT-5 mini|gpt-5-mini"))
    await expect(page.get_by_label("Message")).to_be_focused()
    await window.look_at("bot-chat")
