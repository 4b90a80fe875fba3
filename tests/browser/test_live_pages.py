"""Pages that keep themselves fresh: a key flips by traffic and its page shows it, and a hidden tab asks for nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.key_states import openai_key
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

HEAR = """() => {
    globalThis.heard = [];
    const region = document.querySelector("[role=status]");
    new MutationObserver(() => { if (region.textContent) heard.push(region.textContent); })
        .observe(region, { childList: true, characterData: true, subtree: true });
}"""
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
    signed_in.fetches.clear()

    await signed_in.page.clock.run_for(60_000)
    assert signed_in.fetches == []

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


async def test_a_change_of_a_keys_state_is_said_once_and_nothing_else_is(
    signed_in: Window, workspace: Workspace
) -> None:
    saved = await workspace.add_key("openai", openai_key())
    await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"label": "Production"})
    other = await workspace.add_key("openai", openai_key())
    await signed_in.page.goto("/keys")
    await signed_in.page.evaluate(HEAR)

    await workspace.admin("PATCH", f"/api/keys/{other['id']}", {"label": "Renamed meanwhile"})
    await expect(signed_in.page.get_by_role("heading", name="Renamed meanwhile")).to_be_visible()
    assert await signed_in.page.evaluate("heard") == []
    await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"disabled": True})

    status = signed_in.page.get_by_role("status")
    await expect(status).to_have_text("Key Production is now disabled.")
    for _ in range(3):
        async with signed_in.page.expect_response("**/keys/list"):
            pass
    assert await signed_in.page.evaluate("heard") == ["Key Production is now disabled."]
    assert await status.get_attribute("aria-live") in (None, "polite")


async def test_the_overview_follows_a_key_that_dies_in_traffic_and_says_why(
    signed_in: Window, workspace: Workspace
) -> None:
    key = openai_key()
    await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini")
    await signed_in.page.goto("/")
    await signed_in.page.evaluate(HEAR)

    workspace.product.simulator.set_scenario(key, "invalid_api_key")
    await workspace.ask(bot["token"], "Hello")

    await expect(signed_in.page.get_by_text("To the keys")).to_be_visible()
    await expect(signed_in.page.get_by_role("region", name="Last 30 days")).to_contain_text("1 turn, 1 failed")
    said = "Key OpenAI is now invalid: OpenAI refused it."
    await signed_in.page.wait_for_function("said => heard.includes(said)", arg=said)
    assert [sentence for sentence in await signed_in.page.evaluate("heard") if "invalid" in sentence] == [said]


async def test_the_month_that_runs_out_is_said_on_the_overview(window: Window, workspace: Workspace) -> None:
    small = await workspace.product.make_workspace(message_limit=2)
    bot = await small.add_bot("mevichat:mini")
    await window.sign_in(small.admin_token)
    await window.page.evaluate(HEAR)

    for _ in range(2):
        await small.ask(bot["token"], "Hello")

    await window.page.wait_for_function("() => heard.some((sentence) => sentence.includes('of this month'))")
    await expect(window.page.get_by_text("0 left until")).to_be_visible()
