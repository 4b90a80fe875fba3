"""Pages that keep themselves fresh: a key flips by traffic and its page shows it, and a hidden tab asks for nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.key_states import openai_key
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

HIDE = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => globalThis.isHidden === true })"


async def test_a_key_that_dies_in_traffic_is_shown_without_a_reload(signed_in: Window, workspace: Workspace) -> None:
    key = openai_key()
    await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini")
    await signed_in.page.goto("/keys")
    await expect(signed_in.page.locator(".chip", has_text="Active")).to_be_visible()
    await signed_in.page.evaluate("globalThis.isTheSamePage = true")

    workspace.product.simulator.set_scenario(key, "invalid_api_key")
    await workspace.ask(bot["token"], "Hello")

    await expect(signed_in.page.locator(".chip", has_text="Invalid")).to_be_visible(timeout=10_000)
    assert await signed_in.page.evaluate("globalThis.isTheSamePage")


async def test_a_change_between_the_page_and_its_first_refresh_is_shown(
    signed_in: Window, workspace: Workspace
) -> None:
    saved = await workspace.add_key("openai", openai_key())
    await signed_in.page.clock.install()
    await signed_in.page.goto("/keys")

    await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"label": "Renamed meanwhile"})
    await signed_in.page.clock.run_for(2_000)

    await expect(signed_in.page.get_by_role("heading", name="Renamed meanwhile")).to_be_visible()


async def test_a_hidden_tab_asks_for_nothing_and_a_seen_one_asks_again(signed_in: Window) -> None:
    await signed_in.page.clock.install()
    await signed_in.page.add_init_script(HIDE)
    await signed_in.page.goto("/keys")
    await signed_in.page.evaluate("globalThis.isHidden = true")
    signed_in.requests.clear()

    await signed_in.page.clock.run_for(60_000)
    assert signed_in.requests == []

    await signed_in.page.evaluate("globalThis.isHidden = false")
    async with signed_in.page.expect_request("**/keys/list"):
        await signed_in.page.clock.run_for(2_000)


async def test_a_session_that_ended_elsewhere_leads_to_the_login_page_and_back(
    signed_in: Window, workspace: Workspace
) -> None:
    await signed_in.page.goto("/keys")
    await signed_in.page.context.clear_cookies()

    await signed_in.page.wait_for_url("**/login?next=/keys")
    await signed_in.page.get_by_label("Admin token").fill(workspace.admin_token)
    await signed_in.page.get_by_label("Admin token").press("Enter")

    await signed_in.page.wait_for_url("**/keys")


async def test_the_focus_stays_when_the_list_under_it_is_renewed(signed_in: Window, workspace: Workspace) -> None:
    saved = await workspace.add_key("openai", openai_key())
    await signed_in.page.goto("/keys")
    rotate = signed_in.page.get_by_role("link", name="Rotate")
    await rotate.focus()

    await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"label": "Renamed meanwhile"})

    await expect(signed_in.page.get_by_role("heading", name="Renamed meanwhile")).to_be_visible()
    await expect(rotate).to_be_focused()
    await rotate.press("Enter")
    await expect(signed_in.page.get_by_role("dialog")).to_be_visible()
    await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"label": "Renamed again"})
    await expect(signed_in.page.locator("main h2", has_text="Renamed again")).to_be_visible()
    await signed_in.page.keyboard.press("Escape")
    await expect(rotate).to_be_focused()
