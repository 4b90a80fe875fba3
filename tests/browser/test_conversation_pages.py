"""Conversations and turns: none, found, not found, failed and retried."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conversations import QUESTIONS, talk
from tests.browser.window import Window
from tests.integration.history.talks import until_erased
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


async def test_an_end_user_is_erased_from_the_list_that_found_them_and_the_turn_says_so(
    signed_in: Window, workspace: Workspace
) -> None:
    page, bot = signed_in.page, await workspace.add_bot("mevichat:mini")
    _, reply = await workspace.ask(bot["token"], "Where is my parcel?", user="ada")
    await page.goto("/conversations?user=ada")
    await page.get_by_role("link", name="Erase an end user").click()
    await expect(page.get_by_label("End user")).to_have_value("ada")
    await signed_in.look_at("erase")
    await page.get_by_role("button", name="Erase for good").click()
    await expect(page.get_by_role("status")).to_have_text(
        "The erasure is under way. It goes on when this page is closed."
    )
    await until_erased(workspace)

    await page.goto(f"/turns/{reply['mevichat']['turn_id']}")

    await expect(page.get_by_text("What was said here was erased")).to_be_visible()
    await signed_in.look_at("turn-erased")


async def test_a_bots_history_is_set_in_its_form(signed_in: Window, workspace: Workspace) -> None:
    page, bot = signed_in.page, await workspace.add_bot("mevichat:mini")
    await page.goto(f"/bots/{bot['id']}/settings")
    await page.get_by_label("Tokens of history").fill("4000")
    await page.get_by_label("When the past is longer").select_option("summarise")
    await signed_in.look_at("bot-history")
    await page.get_by_role("button", name="Save").click()

    _, changed = await workspace.admin("GET", f"/api/bots/{bot['id']}")

    assert (changed["history_tokens"], changed["history_overflow"]) == (4000, "summarise")


async def test_a_turns_page_names_the_passages_that_it_was_answered_from(
    signed_in: Window, workspace: Workspace
) -> None:
    bot = await workspace.add_bot("mevichat:mini", name="Returns")
    for title, text in (("Returns", "You may send goods back within 30 days."), ("Goods", "Goods come in a box.")):
        await workspace.admin("POST", "/api/documents", {"bot_id": bot["id"], "title": title, "text": text})
    _, answer = await workspace.ask(bot["token"], "Within how many days may I send goods back?")

    await signed_in.page.goto(f"/turns/{answer['mevichat']['turn_id']}")
    await expect(signed_in.page.locator(".sources").get_by_role("link", name="Returns", exact=True)).to_be_visible()
    await signed_in.look_at("turn-sources")

    await signed_in.page.locator(".sources").get_by_role("link", name="Returns", exact=True).click()
    await expect(signed_in.page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
