"""Conversations and turns: none, found, not found, failed and retried."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conversations import QUESTIONS, talk
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_workspace_without_turns_says_so(signed_in: Window) -> None:
    await signed_in.page.goto("/conversations")

    await expect(signed_in.page.get_by_role("heading", name="No turns yet")).to_be_visible()
    await signed_in.look_at("conversations-empty")


async def test_a_conversation_is_found_and_its_failed_turn_is_retried(signed_in: Window, workspace: Workspace) -> None:
    failed = await talk(workspace)
    page = signed_in.page
    await page.goto("/conversations")
    await signed_in.look_at("conversations-many")

    await page.get_by_label("End user").fill("Ada")
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="customer 42").first.click()
    await expect(page.get_by_text(QUESTIONS[0], exact=True)).to_be_visible()
    await signed_in.look_at("conversation")

    await page.goto(f"/turns/{failed['turn_id']}")
    await signed_in.look_at("turn-failed")
    workspace.product.simulator.set_scenario(failed["key"], "ok")
    await page.get_by_role("button", name="Retry").click()

    await expect(page.locator(".chip", has_text="Completed")).to_be_visible()
    await signed_in.look_at("turn-retried")


async def test_filters_that_match_nothing_and_filters_that_are_wrong_say_so(
    signed_in: Window, workspace: Workspace
) -> None:
    await talk(workspace)
    await signed_in.page.goto("/conversations?user=Nobody")
    await expect(signed_in.page.get_by_role("heading", name="No turns match")).to_be_visible()
    await signed_in.look_at("conversations-no-match")

    await signed_in.page.goto("/conversations?turn=nonsense")
    await expect(signed_in.page.get_by_label("Turn id")).to_have_attribute("aria-invalid", "true")
    await signed_in.look_at("conversations-refused")


async def test_a_turns_page_names_the_passages_that_it_was_answered_from(
    signed_in: Window, workspace: Workspace
) -> None:
    bot = await workspace.add_bot("mevichat:mini", name="Returns")
    for title, text in (("Returns", "You may send goods back within 30 days."), ("Goods", "Goods come in a box.")):
        await workspace.admin("POST", "/api/documents", {"bot_id": bot["id"], "title": title, "text": text})
    _, answer = await workspace.ask(bot["token"], "Within how many days may I send goods back?")

    await signed_in.page.goto(f"/turns/{answer['mevichat']['turn_id']}")
    await expect(signed_in.page.get_by_role("link", name="Returns", exact=True)).to_be_visible()
    await signed_in.look_at("turn-sources")

    await signed_in.page.get_by_role("link", name="Returns", exact=True).click()
    await expect(signed_in.page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
