"""A bot's documents: files go up, the page follows what becomes of them, a failed one says why and is tried again."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.window import Window
from tests.integration.ingest.files import encrypted_pdf, pdf_of
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

FILES: list[FilePayload] = [
    {"name": "opening hours.md", "mimeType": "text/markdown", "buffer": b"# Hours\n\nThe shop opens at nine."},
    {"name": "manual.pdf", "mimeType": "application/pdf", "buffer": pdf_of(["Press the button."] * 3)},
    {"name": "locked.pdf", "mimeType": "application/pdf", "buffer": encrypted_pdf("x")},
]
SLOW: FilePayload = {"name": "slow.html", "mimeType": "text/html", "buffer": b"<div>" * 45_000 + b"words"}


async def test_files_go_up_together_and_the_page_follows_each(signed_in: Window, workspace: Workspace) -> None:
    bot = await workspace.add_bot("mevichat:mini", name="Shop")
    page = signed_in.page
    await page.goto(f"/bots/{bot['id']}/documents/new")
    await page.locator("#file").set_input_files([*FILES, SLOW])
    await page.get_by_role("button", name="Add").click()

    await expect(page.locator("[data-note]", has_text="The files were uploaded.")).to_be_visible()
    await signed_in.look_at("bot-documents-being-read")
    await expect(page.locator(".chip", has_text="Ready")).to_have_count(3, timeout=60_000)
    await expect(page.locator(".chip", has_text="Not read")).to_be_visible()
    await expect(page.get_by_text("The PDF is protected by a password")).to_be_visible()
    await signed_in.look_at("bot-documents-read")

    await expect(page.get_by_role("button", name="Try locked again")).to_have_count(0)
    await page.get_by_role("link", name="Replace locked").click()
    await signed_in.look_at("bot-document-replace")
    await page.locator("#file").set_input_files(FILES[1])
    await page.get_by_role("button", name="Replace").click()
    await expect(page.locator(".chip", has_text="Ready")).to_have_count(4, timeout=20_000)


async def test_no_file_and_no_text_is_refused_under_its_field(signed_in: Window, workspace: Workspace) -> None:
    bot = await workspace.add_bot("mevichat:mini", name="Shop")
    await signed_in.page.goto(f"/bots/{bot['id']}/documents/new")
    await signed_in.page.get_by_label("Title").fill("Hours")
    await signed_in.page.get_by_role("button", name="Add").click()

    await expect(signed_in.page.get_by_label("Or a text")).to_have_attribute("aria-invalid", "true")
    await signed_in.look_at("bot-document-refused")
