"""The login page, and what a session lets see."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from shared.domain.roles import Role
from shared.ids import new_id
from tests.browser.key_states import one
from tests.browser.window import Window
from tests.product import Workspace
from tests.visitor import PASSWORD, new_member

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_login_page_offers_both_ways_in(window: Window) -> None:
    await window.page.goto("/login")

    await expect(window.page.get_by_label("E-mail")).to_be_visible()
    await expect(window.page.get_by_label("Admin token")).to_be_visible()
    await window.look_at("login")


async def test_a_wrong_token_is_told_beside_its_field(window: Window) -> None:
    await window.page.goto("/login")
    await window.page.get_by_label("Admin token").fill("mva_wrong")
    await window.page.get_by_label("Admin token").press("Enter")

    await expect(window.page.get_by_role("alert")).to_have_text("This admin token is unknown or was revoked.")
    await expect(window.page.get_by_label("Admin token")).to_be_focused()
    await expect(window.page.get_by_label("Admin token")).to_have_value("")
    await window.look_at("login-refused")


async def test_a_viewer_sees_keys_and_no_button_that_changes_them(window: Window, workspace: Workspace) -> None:
    await one(workspace)
    email = await new_member(workspace.product, Role.VIEWER, workspace)

    await window.sign_in_as(email, PASSWORD)
    await window.page.goto("/keys")

    await expect(window.page.get_by_role("heading", name="OpenAI")).to_be_visible()
    await expect(window.page.get_by_role("link", name="Rotate")).to_have_count(0)
    await window.look_at("keys-viewer")
    await window.page.goto("/keys/new")
    await expect(window.page.get_by_role("alert")).to_contain_text("Your role does not open this page.")
    await window.look_at("problem-role")


async def test_signing_out_ends_the_session(signed_in: Window) -> None:
    await signed_in.page.get_by_role("button", name="Sign out").click()
    await signed_in.page.wait_for_url("**/login")

    await signed_in.page.goto("/keys")

    await expect(signed_in.page).to_have_url(signed_in.url + "/login?next=/keys")


async def test_a_page_that_does_not_exist_says_so(signed_in: Window) -> None:
    await signed_in.page.goto(f"/keys/{new_id()}/rotate")

    await expect(signed_in.page.get_by_role("heading", name="That did not work")).to_be_visible()
    await signed_in.look_at("problem-unknown-key")
    await signed_in.page.goto("/nowhere")
    await signed_in.look_at("problem-unknown-page")
