"""Limits and the response cache by hand: in the form of a bot and on the page of the workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.domain.roles import Role
from tests.product import Product, running_product
from tests.visitor import Visitor

IDLE = frozenset({"worker", "validator", "ledger", "sweeper", "notices"})
FORM = {
    "name": "Aide",
    "model": "mevichat:mini",
    "key_id": "",
    "system_prompt": "",
    "rate_per_minute": "1,200",
    "rate_burst": "",
    "user_rate_per_minute": "6",
    "user_rate_burst": "2",
    "cache_seconds": "60",
}


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the dashboard; nobody talks to a bot here."""
    async with running_product(database_url, redis_url, without=IDLE) as running:
        yield running


async def test_a_bots_limits_are_set_shown_again_and_cleared_by_empty_fields(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor, bot = await Visitor.of_workspace(workspace), await workspace.add_bot("mevichat:mini")
    path, page = f"/api/bots/{bot['id']}", f"/bots/{bot['id']}/settings"

    assert (await visitor.post(page, **FORM)).status == 303
    shown, set_to = (await visitor.get(page)).text, (await workspace.admin("GET", path))[1]
    assert 'name="rate_per_minute" inputmode="numeric" autocomplete="off" maxlength="9" value="1200"' in shown
    limits = {"rate_per_minute": 1200, "rate_burst": None, "user_rate_per_minute": 6, "user_rate_burst": 2}
    assert limits.items() <= set_to.items()
    assert set_to["cache_seconds"] == 60

    await visitor.post(page, **FORM | dict.fromkeys([*limits, "cache_seconds"], ""))
    cleared = (await workspace.admin("GET", path))[1]
    assert dict.fromkeys(limits).items() <= cleared.items()
    assert cleared["cache_seconds"] == 0


@pytest.mark.parametrize("field", ["rate_per_minute", "rate_burst", "user_rate_per_minute", "cache_seconds"])
async def test_a_field_that_is_no_number_says_so_and_keeps_the_others(product: Product, field: str) -> None:
    visitor = await Visitor.of_workspace(await product.make_workspace())

    refused = await visitor.post("/bots/new", **FORM | {field: "-1"})

    assert (refused.status, f'id="{field}-problem"' in refused.text) == (422, True)
    assert 'value="Aide"' in refused.text


async def test_a_burst_goes_with_the_rate_that_its_form_empties(product: Product) -> None:
    workspace = await product.make_workspace()
    visitor, bot = await Visitor.of_workspace(workspace), await workspace.add_bot("mevichat:mini")
    path, page = f"/api/bots/{bot['id']}", f"/bots/{bot['id']}/settings"
    await visitor.post(page, **FORM)
    await visitor.post("/workspace/rate", rate_per_minute="600", rate_burst="50")

    emptied = await visitor.post(page, **FORM | {"user_rate_per_minute": ""})
    await visitor.post("/workspace/rate", rate_per_minute="", rate_burst="50")
    refused = await visitor.post("/workspace/rate", rate_per_minute="", rate_burst="9")

    changed, own = (await workspace.admin("GET", path))[1], (await workspace.admin("GET", "/api/workspace"))[1]
    assert (emptied.status, changed["user_rate_burst"], changed["rate_per_minute"]) == (303, None, 1200)
    assert (own["rate_per_minute"], own["rate_burst"]) == (None, None)
    assert (refused.status, "set Messages a minute too" in refused.text) == (422, True)


async def test_the_workspaces_rate_is_set_on_its_page_by_an_admin_alone(product: Product) -> None:
    workspace = await product.make_workspace()
    owner, viewer = await Visitor.of_workspace(workspace), await Visitor.of_workspace(workspace, Role.VIEWER)

    done = await owner.post("/workspace/rate", rate_per_minute="600", rate_burst="50")
    refused = await owner.post("/workspace/rate", rate_per_minute="many", rate_burst="")

    assert done.status == 303
    assert (refused.status, "rate_per_minute-problem" in refused.text) == (422, True)
    assert "600 messages a minute, 50 at once" in (await viewer.get("/workspace")).text
    assert (await viewer.post("/workspace/rate", rate_per_minute="1")).status == 403
    assert (await workspace.admin("GET", "/api/workspace"))[1]["rate_per_minute"] == 600
    _, audit = await workspace.admin("GET", "/api/audit")
    assert "workspace.rate" in [row["action"] for row in audit["data"]]
