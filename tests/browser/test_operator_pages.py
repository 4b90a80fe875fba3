"""What an operator sees: every workspace, the queue, and the turns that failed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from shared.domain.roles import Role
from tests.browser.conversations import talk
from tests.browser.window import Window
from tests.product import Workspace
from tests.visitor import PASSWORD, new_member

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_an_operator_reads_every_page(window: Window, workspace: Workspace) -> None:
    await talk(workspace)
    await window.sign_in_as(await new_member(workspace.product, Role.OPERATOR), PASSWORD)
    here = f"/operator/workspaces/{workspace.workspace_id}"
    pages = {
        "operator-workspaces": "/operator",
        "operator-workspace": here,
        "operator-plan": f"{here}/plan",
        "operator-limits": f"{here}/limits",
        "operator-queue": "/operator/queue",
        "operator-turns": "/operator/turns",
    }
    for name, path in pages.items():
        await window.page.goto(path)
        await expect(window.page.get_by_role("heading", level=1)).to_be_visible()
        await window.look_at(name)
