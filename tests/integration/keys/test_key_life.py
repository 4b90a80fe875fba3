"""A key's life through the doors: models it may not use, storms of refusals, recovery by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from shared.domain.error_types import APOLOGY
from tests.product import Product, Workspace, running_product
from tests.servers import until

KEY = "sk-sim-ok-" + "k" * 24
SOON: dict[str, Any] = {"recheck_first_seconds": 0.2, "sweep_seconds": 0.1, "suspect_patience_seconds": 0.5}
STORM = 1000


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    async with running_product(database_url, redis_url, **SOON) as running:
        yield running


async def until_key(workspace: Workspace, key_id: str, **fields: Any) -> dict[str, Any]:
    """Wait until the key's answer has these fields; return it."""
    seen: dict[str, Any] = {}

    async def look() -> bool:
        seen.update((await workspace.admin("GET", f"/api/keys/{key_id}"))[1])
        return all(seen[name] == value for name, value in fields.items())

    await until(look)
    return seen


async def test_a_model_that_the_project_may_not_use_is_blocked_for_the_key_and_the_key_works_on(
    product: Product,
) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", KEY)
    large, small = await workspace.add_bot("gpt-5"), await workspace.add_bot("gpt-5-mini")
    product.simulator.set_behaviour(KEY, scenario="project_lacks_model", only_models=("gpt-5",))

    _, first = await workspace.ask(large["token"], "Hello")
    key = await until_key(workspace, saved["id"], state="active", blocked_models={"gpt-5": "model_unavailable"})
    _, again = await workspace.ask(large["token"], "Hello")
    _, other = await workspace.ask(small["token"], "Hello")

    assert first["choices"][0]["message"]["content"] == APOLOGY
    assert (key["usable"], key["reason"]) == (True, None)
    assert again["mevichat"]["error"]["type"] == "model_unavailable"
    assert "does not let the workspace's key use GPT-5" in again["mevichat"]["error"]["reason"]
    assert other["mevichat"]["status"] == "completed"
    asked = [call.body["messages"][-1]["content"] for call in product.simulator.calls if call.model == "gpt-5"]
    assert asked.count("Hello") == 1  # the schedule asks again, a turn does not


async def test_a_blocked_model_is_open_again_once_the_provider_lets_the_key_use_it(product: Product) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5")
    product.simulator.set_behaviour(KEY, scenario="missing_scopes", only_models=("gpt-5",))
    await workspace.ask(bot["token"], "Hello")
    await until_key(workspace, saved["id"], state="active", blocked_models={"gpt-5": "permission"})

    product.simulator.set_behaviour(KEY, scenario="ok", only_models=())
    await until_key(workspace, saved["id"], state="active", blocked_models={})

    assert (await workspace.ask(bot["token"], "Hello"))[1]["mevichat"]["status"] == "completed"


@pytest.mark.parametrize(
    ("scenario", "state"), [("insufficient_quota", "out_of_quota"), ("unsupported_country", "restricted")]
)
async def test_a_key_that_may_recover_is_probed_by_a_schedule_until_it_works(
    product: Product, scenario: str, state: str
) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(KEY, scenario)
    await workspace.ask(bot["token"], "Hello")
    key = await until_key(workspace, saved["id"], state=state)
    assert not key["usable"]

    product.simulator.set_scenario(KEY, "ok")
    key = await until_key(workspace, saved["id"], state="active")

    assert (key["usable"], key["reason"]) == (True, None)
    assert (await workspace.ask(bot["token"], "Hello"))[1]["mevichat"]["status"] == "completed"


async def test_a_revoked_key_is_probed_by_no_schedule_but_recovers_when_it_is_tested_by_hand(product: Product) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(KEY, "invalid_api_key")
    await workspace.ask(bot["token"], "Hello")
    await until_key(workspace, saved["id"], state="invalid")
    (row,) = await product.database.call(text("SELECT recheck_at FROM provider_keys"))
    assert row.recheck_at is None

    product.simulator.set_scenario(KEY, "ok")
    status, tested = await workspace.admin("POST", f"/api/keys/{saved['id']}/test")

    assert (status, tested["state"], tested["usable"]) == (200, "active", True)


async def test_a_storm_of_refused_turns_makes_one_probe_and_one_flip(product: Product) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_behaviour(KEY, scenario="invalid_api_key", delay_ms=3000)
    before = product.simulator.calls_of(KEY)

    answers = await asyncio.gather(*(workspace.ask(bot["token"], f"Question {n}") for n in range(STORM)))
    key = await until_key(workspace, saved["id"], state="invalid")
    answers += await asyncio.gather(*(workspace.ask(bot["token"], f"Late question {n}") for n in range(50)))

    assert {body["choices"][0]["message"]["content"] for _, body in answers} == {APOLOGY}
    refused = [body for _, body in answers if body["mevichat"]["error"]["type"] == "key_refused"]
    assert len(refused) > STORM / 2
    assert product.simulator.calls_of(KEY) - before - len(refused) == 1
    _, audit = await workspace.admin("GET", "/api/audit")
    assert [row["action"] for row in audit["data"]].count("key.invalid") == 1
    assert key["reason"].startswith("The workspace's OpenAI key was refused on ")
    (late,) = await product.database.call(
        text(
            "SELECT count(*) AS turns, count(*) FILTER (WHERE call_began) AS calls FROM turns "
            "WHERE started_at > (SELECT at FROM audit WHERE action = 'key.invalid')"
        )
    )
    assert (late.turns >= 50, late.calls) == (True, 0)


async def test_without_a_validator_a_key_neither_dies_of_one_refusal_nor_stays_suspect(
    database_url: str, redis_url: str
) -> None:
    async with running_product(database_url, redis_url, without=frozenset({"validator"}), **SOON) as product:
        workspace = await product.make_workspace()
        saved = await workspace.add_key("openai", KEY)
        bot = await workspace.add_bot("gpt-5-mini")
        product.simulator.set_scenario(KEY, "invalid_api_key")
        await workspace.ask(bot["token"], "Hello")
        product.simulator.set_scenario(KEY, "ok")
        assert (await until_key(workspace, saved["id"], state="suspect"))["usable"]

        async def completes() -> bool:
            return bool((await workspace.ask(bot["token"], "Hello"))[1]["mevichat"]["status"] == "completed")

        await until(completes)

        await until_key(workspace, saved["id"], state="active")
