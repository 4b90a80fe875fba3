"""The workspace's own pages: plan, tokens, members, notices, audit."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from shared.domain.roles import Role
from tests.browser.key_states import one
from tests.browser.window import Window
from tests.product import Workspace
from tests.visitor import PASSWORD, new_member

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAGES = {
    "workspace": "/workspace",
    "tokens": "/workspace/tokens",
    "token-new": "/workspace/tokens/new",
    "members": "/workspace/members",
    "member-new": "/workspace/members/new",
    "notices": "/workspace/notices",
    "audit": "/workspace/audit",
    "own-password": "/workspace/password",
}


async def test_every_page_of_the_workspace_can_be_read(window: Window, workspace: Workspace) -> None:
    await one(workspace)
    await new_member(workspace.product, Role.VIEWER, workspace)
    await window.sign_in_as(await new_member(workspace.product, Role.OWNER, workspace), PASSWORD)
    for name, path in PAGES.items():
        await window.page.goto(path)
        await expect(window.page.get_by_role("heading", level=1)).to_be_visible()
        await window.look_at(name)


async def test_a_token_is_shown_once_and_then_revoked(signed_in: Window) -> None:
    page = signed_in.page
    await page.goto("/workspace/tokens")
    await page.get_by_role("link", name="New token").click()
    await page.get_by_label("Name").fill("Nightly report")
    await page.get_by_role("dialog").get_by_role("button").first.click()
    await expect(page.get_by_text("mva_").first).to_be_visible()
    await signed_in.look_at("token-shown-once")

    await page.goto("/workspace/tokens")
    await page.get_by_role("link", name="Revoke Nightly report").click()
    await page.get_by_role("dialog").get_by_role("button").first.click()

    await expect(page.get_by_role("status")).to_have_text("The token was revoked; it opens nothing any more.")
    await expect(page.get_by_text("Nightly report")).to_have_count(0)


async def test_a_bad_webhook_is_refused_under_its_field(signed_in: Window) -> None:
    await signed_in.page.goto("/workspace/notices")
    await signed_in.page.get_by_label("Webhook URL").fill("http://127.0.0.1/hook")
    await signed_in.page.get_by_role("button", name="Save").click()

    await expect(signed_in.page.get_by_label("Webhook URL")).to_have_attribute("aria-invalid", "true")
    await signed_in.look_at("notices-refused")
