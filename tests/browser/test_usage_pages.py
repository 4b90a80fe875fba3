"""Usage: nothing yet, figures with their chart, and a question that cannot be answered."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conversations import talk
from tests.browser.test_overview import DRAWN_WIDTH, until_counted
from tests.browser.window import Window
from tests.product import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

TURNS = 4


async def test_a_workspace_that_asked_nothing_has_no_usage(signed_in: Window) -> None:
    await signed_in.page.goto("/usage")

    await expect(signed_in.page.get_by_role("heading", name="No turns in this range")).to_be_visible()
    await signed_in.look_at("usage-empty")


@pytest.mark.parametrize("group", ["day", "bot", "model", "key"])
async def test_usage_is_a_table_and_charts_of_turns_and_tokens_that_are_drawn(
    signed_in: Window, workspace: Workspace, group: str
) -> None:
    await talk(workspace)
    await until_counted(workspace, TURNS)

    await signed_in.page.goto(f"/usage?group={group}")

    await expect(signed_in.page.locator("tfoot td").first).to_have_text(str(TURNS))
    for kind in ("Turns", "Tokens"):
        assert await signed_in.page.get_by_role("img", name=f"{kind} by {group}").evaluate(DRAWN_WIDTH) > 0
        chart = signed_in.page.get_by_role("region", name=f"{kind} by {group}")
        await expect(chart.get_by_role("link", name="Table")).to_have_attribute("href", "#figures")
        await expect(chart.get_by_role("link", name="CSV")).to_have_attribute(
            "href", re.compile(f"/usage.csv.*{group}")
        )
    await signed_in.look_at(f"usage-by-{group}")


async def test_days_that_are_none_are_told_and_break_nothing(signed_in: Window) -> None:
    await signed_in.page.goto("/usage?from=2026-02-31&to=2026-01-01")

    await expect(signed_in.page.get_by_role("heading", level=1)).to_be_visible()
    await signed_in.look_at("usage-refused")
