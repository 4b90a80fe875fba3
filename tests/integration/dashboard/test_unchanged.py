"""A change that changes nothing is answered with the thing as it is, and leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.dashboard.walk import rows_of
from tests.product import Product, Workspace
from tests.visitor import Visitor

KEY = "sk-sim-ok-" + "g" * 24
TRACES = ("audit", "workspace_counters", "bots", "provider_keys", "workspaces", "notice_settings")
LIMITED: dict[str, Any] = {"system_prompt": "Be brief.", "rate_per_minute": 60, "rate_burst": 5, "language": "german"}


async def paths_of(workspace: Workspace) -> dict[str, str]:
    """Make one of each thing; return by its kind where it is changed."""
    key = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("mevichat:mini", **LIMITED)
    await workspace.admin("PATCH", "/api/workspace", {"rate_per_minute": 600, "rate_burst": 50, "retention_days": 30})
    await workspace.admin("PUT", "/api/notices/settings", {"webhook_url": "https://hooks.example.com/a"})
    return {
        "key": f"/api/keys/{key['id']}",
        "bot": f"/api/bots/{bot['id']}",
        "workspace": "/api/workspace",
        "notices": "/api/notices/settings",
    }


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("bot", {}),
        ("bot", {"name": "Test", "model": "mevichat:mini", "key_id": None, **LIMITED}),
        ("key", {}),
        ("key", {"label": "OpenAI", "default": True, "disabled": False}),
        ("workspace", {}),
        ("workspace", {"rate_per_minute": 600, "rate_burst": 50, "retention_days": 30}),
        ("notices", {}),
        ("notices", {"webhook_url": "https://hooks.example.com/a"}),
    ],
)
async def test_it_answers_200_and_writes_nothing(product: Product, kind: str, body: dict[str, Any]) -> None:
    workspace = await product.make_workspace()
    path = (await paths_of(workspace))[kind]
    (_, shown), before = await workspace.admin("GET", path), await rows_of(product.database, *TRACES)

    status, answer = await workspace.admin("PUT" if kind == "notices" else "PATCH", path, body)

    assert (status, answer) == (200, shown)
    assert await rows_of(product.database, *TRACES) == before


async def test_a_bot_keeps_a_model_that_its_plan_no_longer_opens_until_the_model_or_the_key_is_to_change(
    product: Product,
) -> None:
    workspace = await product.make_workspace()
    key = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini", key_id=key["id"])
    path, own = f"/api/bots/{bot['id']}", {"model": "gpt-5-mini", "key_id": key["id"]}
    await product.database.call(text("UPDATE workspaces SET plan = 'free'"))

    kept = await workspace.admin("PATCH", path, own | {"name": "Shop"})
    moved = await workspace.admin("PATCH", path, own | {"key_id": None})

    assert (kept[0], kept[1]["name"]) == (200, "Shop")
    assert (moved[0], moved[1]["error"]["code"]) == (403, "plan_forbids_model")


async def test_the_audit_names_of_a_change_what_became_another(product: Product) -> None:
    workspace = await product.make_workspace()
    paths = await paths_of(workspace)

    await workspace.admin("PATCH", paths["bot"], LIMITED | {"rate_burst": 7, "system_prompt": "Be kind."})
    await workspace.admin("PATCH", paths["key"], {"label": "Second", "default": True, "disabled": False})
    await workspace.admin("PATCH", paths["workspace"], {"rate_per_minute": 600, "rate_burst": 51})

    _, audit = await workspace.admin("GET", "/api/audit")
    assert [row["details"] for row in audit["data"][:3]] == [
        {"rate_burst": 51},
        {"label": "Second"},
        {"rate_burst": 7, "system_prompt": "changed"},
    ]


async def test_a_form_that_is_sent_as_it_came_writes_nothing(product: Product) -> None:
    workspace = await product.make_workspace()
    paths, visitor = await paths_of(workspace), await Visitor.of_workspace(workspace)
    before = await rows_of(product.database, *TRACES)

    saved = await visitor.post("/workspace/rate", rate_per_minute="600", rate_burst="50")
    kept = await visitor.post(paths["key"].removeprefix("/api") + "/settings", label="OpenAI")

    assert (saved.status, kept.status) == (303, 303)
    assert await rows_of(product.database, *TRACES) == before
