"""A browser window on the dashboard that watches what must never happen: console errors and CSP reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, Response

from tests.product import Product

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SCHEMES = ("light", "dark")
WIDE, PHONE = (1200, 800), (390, 844)
REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP report: ${event.violatedDirective} ${event.blockedURI}`))"""
REFUSED_BY_US = "Failed to load resource: the server responded with a status of"
"""Chromium's own line about a page with status 422 or 404; such pages are what is tested."""
ONE_PAGE_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_TABLES = """[...document.querySelectorAll(".scroll:has(table)")].filter(box => box.scrollWidth > box.clientWidth)
    .map(box => box.querySelector("caption").textContent)"""

MOST_TABS = 80
FOCUS_IS_SEEN = "(e => e === document.body || getComputedStyle(e).outlineStyle !== 'none')(document.activeElement)"


@dataclass(slots=True)
class Window:
    """One window with cookies of its own."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)
    """Addresses that the page's scripts asked for; the browser itself asks for icons when it likes."""

    async def sign_in(self, token: str) -> None:
        """Sign in with an admin token, by the form."""
        await self.page.goto("/login")
        await self.page.get_by_label("Admin token").fill(token)
        await self.page.get_by_label("Admin token").press("Enter")
        await self.page.wait_for_url(self.url + "/")

    async def sign_in_as(self, email: str, password: str) -> None:
        """Sign in with e-mail and password, by the form."""
        await self.page.goto("/login")
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_label("Password").press("Enter")
        await self.page.get_by_role("button", name="Sign out").wait_for()

    async def look_at(self, name: str) -> None:
        """Judge what the window shows, light and dark, and keep its picture as `name`; fails with all that is wrong."""
        for scheme in SCHEMES:
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.problems += [f"{name} ({scheme}): {found}" for found in await self._barriers()]
            await self.keep_picture(f"{name}-{scheme}")
        await self.expect_no_sideways_scrolling(name)
        await self._look_as_on_a_phone(name)
        self.expect_no_problems()

    async def tab_to(self, target: Locator) -> None:
        """Press Tab until `target` has the focus, and see that every stop on the way shows it."""
        for _ in range(MOST_TABS):
            if await target.evaluate("e => e === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
            assert await self.page.evaluate(FOCUS_IS_SEEN), await self.page.evaluate("document.activeElement.outerHTML")
        raise AssertionError(f"Tab does not lead to {target}")

    async def press_on(self, target: Locator) -> None:
        """Go to `target` with Tab and press Enter on it."""
        await target.wait_for()
        await self.tab_to(target)
        await self.page.keyboard.press("Enter")

    async def expect_no_sideways_scrolling(self, name: str) -> None:
        """Note when the page is wider than the window; a table may be, in a box of its own."""
        too_wide = await self.page.evaluate(ONE_PAGE_TOO_WIDE)
        if too_wide > 0:
            self.problems.append(f"{name}: the page is {too_wide} px wider than the window")

    def expect_no_problems(self) -> None:
        """Fail with everything that was seen since the last look."""
        seen, self.problems = self.problems, []
        assert not seen, "\n".join(seen)

    async def _look_as_on_a_phone(self, name: str) -> None:
        await self.page.emulate_media(color_scheme="light")
        await self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await self.expect_no_sideways_scrolling(f"{name} (390 px)")
        self.problems += [f"{name} (390 px): cut is: {cut}" for cut in await self.page.evaluate(CUT_TABLES)]
        await self.keep_picture(f"{name}-phone")
        await self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})

    async def keep_picture(self, name: str) -> None:
        """Keep the whole page as a picture."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled")

    async def _barriers(self) -> list[str]:
        found: dict[str, Any] = (await Axe().run(self.page)).response
        return [
            f"{rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes']]}"
            for rule in found["violations"]
        ]


@asynccontextmanager
async def new_window(browser: Browser, product: Product, **options: Any) -> AsyncIterator[Window]:
    """Open a window with cookies of its own; when the block ends it must have seen no problem."""
    options = {"viewport": {"width": WIDE[0], "height": WIDE[1]}, "locale": "en-GB"} | options
    context = await browser.new_context(base_url=product.admin_url, **options)
    try:
        await context.add_init_script(REPORT_VIOLATIONS)
        window = Window(await context.new_page(), product.admin_url)
        window.page.set_default_timeout(10_000)
        _watch(window)
        yield window
        window.expect_no_problems()
    finally:
        await context.close()


def _watch(window: Window) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(REFUSED_BY_US):
            window.problems.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if request.resource_type in ("fetch", "xhr"):
            window.fetches.append(request.url)
        if not request.url.startswith((window.url, "data:")):
            window.problems.append(f"another host was asked: {request.url}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and "/static/" in response.url:
            window.problems.append(f"{response.status} for {response.url}")

    window.page.on("console", on_console)
    window.page.on("request", on_request)
    window.page.on("response", on_response)
    window.page.on("pageerror", lambda error: window.problems.append(f"script: {error}"))
