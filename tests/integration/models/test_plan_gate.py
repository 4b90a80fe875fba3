"""The plan's three doors: setting a bot's model, accepting a turn, executing it (S2, S11)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

import services.workers.completion.main
from shared.domain.plans import Plan
from shared.domain.turn_status import TurnStatus
from shared.store.turns.read import read_turns
from shared.store.turns.rows import TurnRow
from shared.store.workspaces.change import set_plan
from tests.actor import TESTER
from tests.integration.cli.commands import mevichat
from tests.product import Product, Workspace, running_product
from tests.servers import until

OPENAI = "sk-sim-ok-" + "q" * 24
CLAUDE = "sk-ant-sim-ok-" + "q" * 24


async def move(workspace: Workspace, plan: Plan) -> None:
    """Move the workspace to a plan, as an operator does."""
    settings = workspace.product.settings
    await set_plan(
        workspace.product.database,
        workspace_id=UUID(workspace.workspace_id),
        plan=plan,
        slots=settings.slots_of(plan),
        message_limit=settings.monthly_messages_of(plan),
        actor=TESTER,
    )


async def submit(product: Product, token: str) -> UUID:
    """Send a message whose caller does not wait."""
    headers = {"Authorization": f"Bearer {token}", "Prefer": "respond-async"}
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == 202
        return UUID((await answer.json())["turn_id"])


async def ended(product: Product, turn_ids: list[UUID]) -> list[TurnRow]:
    """Wait until all of the turns have ended."""
    rows: dict[UUID, TurnRow] = {}

    async def are_ended() -> bool:
        nonlocal rows
        rows = await read_turns(product.database, turn_ids)
        return all(row.status.is_ended for row in rows.values())

    await until(are_ended)
    return [rows[turn_id] for turn_id in turn_ids]


@asynccontextmanager
async def late_worker(product: Product) -> AsyncIterator[None]:
    """Start the worker that the product was run without."""
    stop = asyncio.Event()
    running = asyncio.create_task(services.workers.completion.main.run(product.settings, stop))
    try:
        yield
    finally:
        stop.set()
        await running


@pytest.mark.parametrize("plan", [Plan.PRO, Plan.FREE])
async def test_a_downgrade_reaches_the_turns_that_already_wait(database_url: str, redis_url: str, plan: Plan) -> None:
    async with running_product(database_url, redis_url, without=frozenset({"worker"})) as product:
        workspace = await product.make_workspace(slots=2)
        await workspace.add_key("openai", OPENAI)
        bot, mini = await workspace.add_bot("gpt-5"), await workspace.add_bot("mevichat:mini")
        turn_ids = [await submit(product, bot["token"]) for _ in range(5)]
        spared = await submit(product, mini["token"])
        calls_before = product.simulator.calls_of(OPENAI)

        await move(workspace, plan)
        async with late_worker(product):
            turns = await ended(product, [*turn_ids, spared])

        assert {turn.status for turn in turns[:-1]} == {TurnStatus.FAILED}
        assert {turn.error.type for turn in turns[:-1] if turn.error} == {"plan_forbids_model"}
        assert turns[-1].status is TurnStatus.COMPLETED
        assert product.simulator.calls_of(OPENAI) == calls_before
        _, quota = await workspace.admin("GET", "/api/quota")
        assert quota["used"] == 1


async def test_a_bot_keeps_its_forbidden_model_and_is_blocked_until_it_is_switched(product: Product) -> None:
    workspace = await product.make_workspace()
    key = await workspace.add_key("openai", OPENAI)
    bot = await workspace.add_bot("gpt-5")
    path = f"/api/bots/{bot['id']}"
    await move(workspace, Plan.FREE)

    refused, answer = await workspace.ask(bot["token"], "Hello")
    renamed, kept = await workspace.admin("PATCH", path, {"name": "Shop", "system_prompt": "Be brief."})
    same, _ = await workspace.admin("PATCH", path, {"model": "gpt-5"})
    judged = [await workspace.admin("PATCH", path, body) for body in ({"model": "gpt-5-mini"}, {"key_id": key["id"]})]
    switched, _ = await workspace.admin("PATCH", path, {"model": "mevichat:mini"})
    _, reply = await workspace.ask(bot["token"], "Hello")

    assert (refused, answer["error"]["code"]) == (403, "plan_forbids_model")
    assert "mevichat:mini" in answer["error"]["message"]
    assert (renamed, kept["name"], kept["model"]) == (200, "Shop", "gpt-5")
    assert same == 200
    assert [(status, body["error"]["code"]) for status, body in judged] == [(403, "plan_forbids_model")] * 2
    assert switched == 200
    assert reply["mevichat"]["status"] == "completed"


async def test_from_scale_to_pro_only_the_scale_models_are_blocked(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", OPENAI)
    large, small = await workspace.add_bot("gpt-5"), await workspace.add_bot("gpt-5-mini")
    await move(workspace, Plan.PRO)

    assert (await workspace.ask(large["token"], "Hello"))[0] == 403
    assert (await workspace.ask(large["token"], "Hello", model="gpt-5-mini"))[0] == 200
    assert (await workspace.ask(small["token"], "Hello"))[1]["mevichat"]["status"] == "completed"
    status, answer = await workspace.admin("POST", "/api/bots", {"name": "B", "model": "claude-sonnet-4-6"})
    assert (status, answer["error"]["code"]) == (403, "plan_forbids_model")


async def test_keys_rest_on_free_and_work_again_after_an_upgrade(product: Product) -> None:
    workspace = await product.make_workspace(Plan.PRO)
    key = await workspace.add_key("openai", OPENAI)
    bot, mini = await workspace.add_bot("gpt-5-mini"), await workspace.add_bot("mevichat:mini")
    calls_before = product.simulator.calls_of(OPENAI)

    await move(workspace, Plan.FREE)
    added, refusal = await workspace.admin("POST", "/api/keys", {"provider": "anthropic", "key": CLAUDE})
    _, resting = await workspace.admin("GET", f"/api/keys/{key['id']}")
    await workspace.ask(bot["token"], "Hello")
    await workspace.ask(mini["token"], "Hello")
    calls_on_free = product.simulator.calls_of(OPENAI)
    await move(workspace, Plan.PRO)
    _, reply = await workspace.ask(bot["token"], "Hello")
    _, unswitched = await workspace.admin("GET", f"/api/bots/{mini['id']}")

    assert (added, refusal["error"]["code"]) == (403, "plan_forbids_keys")
    assert (resting["state"], resting["mask"]) == ("active", key["mask"])
    assert calls_on_free == calls_before
    assert product.simulator.calls_of(CLAUDE) == 0
    assert reply["mevichat"]["status"] == "completed"
    assert unswitched["model"] == "mevichat:mini"


async def test_the_operators_plan_command_is_in_the_audit_and_works_at_once(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("gpt-5")
    environment = {
        "MEVICHAT_DATABASE_URL": product.settings.database_url or "",
        "MEVICHAT_REDIS_URL": product.settings.redis_url or "",
    }

    done = await mevichat("workspace", "plan", workspace.workspace_id, "free", environment=environment)

    assert done.code == 0, done.err
    status, answer = await workspace.ask(bot["token"], "Hello")
    assert (status, answer["error"]["code"]) == (403, "plan_forbids_model")
    _, audit = await workspace.admin("GET", "/api/audit")
    row: dict[str, Any] = audit["data"][0]
    assert (row["actor"], row["action"], row["target"]) == ("operator", "workspace.plan", workspace.workspace_id)
    assert row["details"]["plan"] == "free"


async def test_the_quota_warns_from_eighty_percent_on(product: Product) -> None:
    workspace = await product.make_workspace(message_limit=5)
    bot = await workspace.add_bot("mevichat:mini")
    warnings = []
    for _ in range(5):
        await workspace.ask(bot["token"], "Hello")
        _, quota = await workspace.admin("GET", "/api/quota")
        warnings.append(quota["warning"])

    assert warnings[:3] == [None, None, None]
    assert warnings[3].startswith("4 of this month's 5 messages are used (80 %)")
    assert warnings[4].startswith("All 5 messages")
