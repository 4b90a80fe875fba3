"""The page of provider keys in every state, and each of its forms."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from shared.domain.plans import Plan
from tests.browser.key_states import STATES, one, openai_key
from tests.browser.window import Window
from tests.product import Product, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

SHOWN = {
    "one": "Active",
    "many": "Shop 4",
    "old": "Due for rotation",
    "suspect": "Being checked",
    "invalid": "was refused on",
    "out-of-quota": "Out of quota",
    "restricted": "Restricted",
    "cannot-decrypt": "Cannot be decrypted",
    "disabled": "Disabled",
    "blocked-model": "Not open to this key: GPT-5.",
}


@pytest.mark.parametrize("state", STATES)
async def test_keys_are_shown_in_every_state(signed_in: Window, workspace: Workspace, state: str) -> None:
    await STATES[state](workspace)

    await signed_in.page.goto("/keys")

    await expect(signed_in.page.get_by_text(SHOWN[state]).first).to_be_visible()
    await signed_in.look_at(f"keys-{state}")


async def test_a_workspace_without_keys_is_shown_how_to_add_one(signed_in: Window) -> None:
    await signed_in.page.goto("/keys")

    await expect(signed_in.page.get_by_role("heading", name="No keys yet")).to_be_visible()
    await signed_in.look_at("keys-empty")


async def test_the_free_plan_says_why_there_are_no_keys(window: Window, product: Product) -> None:
    workspace = await product.make_workspace(Plan.FREE)
    await window.sign_in(workspace.admin_token)

    await window.page.goto("/keys")

    await expect(window.page.get_by_text("The Free plan has no provider keys.")).to_be_visible()
    await expect(window.page.get_by_role("link", name="Add key")).to_have_count(0)
    await window.look_at("keys-free-plan")


@pytest.mark.parametrize("form", ["Rotate", "Settings", "Delete"])
async def test_every_form_of_a_key_opens_in_a_dialog_and_as_a_page(
    signed_in: Window, workspace: Workspace, form: str
) -> None:
    await one(workspace)
    await signed_in.page.goto("/keys")
    link = signed_in.page.get_by_role("link", name=re.compile(f"^{form}"))
    address = await link.get_attribute("href")

    await link.click()

    await expect(signed_in.page.get_by_role("dialog")).to_be_visible()
    await signed_in.look_at(f"key-{form.lower()}-dialog")
    await signed_in.page.goto(str(address))
    await expect(signed_in.page.get_by_role("heading", level=1)).to_be_visible()
    await signed_in.look_at(f"key-{form.lower()}")


async def test_a_refused_key_leaves_a_sentence_under_its_field_and_nothing_in_it(
    signed_in: Window, workspace: Workspace
) -> None:
    await signed_in.page.goto("/keys")
    await signed_in.page.get_by_role("link", name="Add key").first.click()
    await signed_in.look_at("key-add-dialog")
    field = signed_in.page.get_by_label("API key")
    await signed_in.page.get_by_label("Provider").select_option("openai")
    await signed_in.page.get_by_label("Label").fill("Shop")

    await field.fill("sk-refused-" + "r" * 24)
    await signed_in.page.get_by_role("button", name="Validate & save").click()

    await expect(signed_in.page.get_by_text("Invalid API key")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")
    assert (await described(field)).startswith("Invalid API key")
    await expect(signed_in.page.get_by_label("Provider")).to_have_value("openai")
    await expect(signed_in.page.get_by_label("Label")).to_have_value("Shop")
    assert (await workspace.admin("GET", "/api/keys"))[1]["data"] == []
    await signed_in.look_at("key-refused")


async def test_a_form_is_busy_while_its_key_is_tested(signed_in: Window) -> None:
    await signed_in.page.goto("/keys")
    await signed_in.page.get_by_role("link", name="Add key").first.click()
    await signed_in.page.get_by_label("Provider").select_option("openai")
    await signed_in.page.get_by_label("API key").fill(openai_key().replace("ok", "delay1500"))
    save = signed_in.page.get_by_role("button", name="Validate & save")

    await save.click()

    await expect(signed_in.page.locator("dialog form[aria-busy='true']")).to_be_visible()
    await expect(save).to_be_disabled()
    await signed_in.look_at("key-add-busy")
    await expect(signed_in.page.get_by_role("main").get_by_text("The key was validated and saved.")).to_be_visible(
        timeout=20_000
    )


async def test_a_provider_that_does_not_answer_is_no_refusal(signed_in: Window, workspace: Workspace) -> None:
    await signed_in.page.goto("/keys/new")
    await signed_in.page.get_by_label("Provider").select_option("openai")
    await signed_in.page.get_by_label("API key").fill(openai_key().replace("ok", "server_error"))

    await signed_in.page.get_by_role("button", name="Validate & save").click()

    await expect(signed_in.page.get_by_text("Invalid API key")).to_have_count(0)
    await expect(signed_in.page.get_by_text("Nothing was saved")).to_be_visible()
    assert (await workspace.admin("GET", "/api/keys"))[1]["data"] == []
    await signed_in.look_at("key-provider-away")


async def described(field: Locator) -> str:
    """Return the sentence that a screen reader reads with the field."""
    problem = await field.get_attribute("aria-describedby")
    return await field.page.locator(f"#{problem}").inner_text()
