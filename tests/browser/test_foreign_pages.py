"""A page of another origin, with the victim's cookie in the browser, changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from html import escape

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from infra.embedded.free_port import free_port
from tests.browser.key_states import openai_key
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")


class ForeignSite:
    """A site on another port, and so of another origin, that serves one form."""

    def __init__(self) -> None:
        self.port = free_port()
        self.page = ""

    async def serve(self, _: web.BaseRequest) -> web.Response:
        """Answer with the form."""
        return web.Response(text=self.page, content_type="text/html")

    def offer(self, action: str, fields: Mapping[str, str], host: str = "127.0.0.1") -> str:
        """Put up a form with these fields; return its page's address."""
        inputs = "".join(f'<input name="{name}" value="{escape(value)}">' for name, value in fields.items())
        self.page = f'<form method="post" action="{escape(action)}">{inputs}<button>You have won</button></form>'
        return f"http://{host}:{self.port}/"


@pytest_asyncio.fixture(loop_scope="package")
async def foreign_site() -> AsyncIterator[ForeignSite]:
    """Serve the other origin."""
    site = ForeignSite()
    runner = web.ServerRunner(web.Server(site.serve))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", site.port).start()
    yield site
    await runner.cleanup()


async def press(window: Window, address: str) -> int:
    """Press the foreign page's button in the victim's browser; return the status of what comes."""
    page = await window.page.context.new_page()
    await page.goto(address)
    async with page.expect_response(lambda answer: answer.request.method == "POST") as posted:
        await page.get_by_role("button").click()
    return (await posted.value).status


@pytest.mark.parametrize("knows_the_token", [False, True])
async def test_a_foreign_form_deletes_no_key(
    signed_in: Window, workspace: Workspace, foreign_site: ForeignSite, knows_the_token: bool
) -> None:
    saved = await workspace.add_key("openai", openai_key())
    token = await signed_in.page.locator("input[name=csrf]").first.get_attribute("value")
    fields = {"csrf": str(token)} if knows_the_token else {}

    status = await press(signed_in, foreign_site.offer(f"{signed_in.url}/keys/{saved['id']}/delete", fields))

    assert status == 403
    assert [key["id"] for key in (await workspace.admin("GET", "/api/keys"))[1]["data"]] == [saved["id"]]


async def test_a_foreign_form_signs_nobody_in(window: Window, workspace: Workspace, foreign_site: ForeignSite) -> None:
    address = foreign_site.offer(f"{window.url}/login", {"token": workspace.admin_token, "next": "/"})

    assert await press(window, address) == 403
    assert await window.page.context.cookies() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["another origin", "another site"])
async def test_a_foreign_form_signs_nobody_out(signed_in: Window, foreign_site: ForeignSite, host: str) -> None:
    await press(signed_in, foreign_site.offer(f"{signed_in.url}/logout", {}, host))

    await signed_in.page.goto("/keys")

    await expect(signed_in.page.get_by_role("heading", name="Provider keys")).to_be_visible()


async def test_a_form_without_its_token_changes_nothing(signed_in: Window, workspace: Workspace) -> None:
    saved = await workspace.add_key("openai", openai_key())
    await signed_in.page.goto(f"/keys/{saved['id']}/delete")
    await signed_in.page.locator("main input[name=csrf]").evaluate("field => field.remove()")

    await signed_in.page.get_by_role("button", name="Delete the key").click()

    await expect(signed_in.page.get_by_role("alert")).to_contain_text("did not come from a page of yours")
    assert len((await workspace.admin("GET", "/api/keys"))[1]["data"]) == 1
