"""Which models there are, who reaches them, and how one ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shared.domain.error_types import APOLOGY
from shared.domain.plans import Plan
from tests.integration.models.own_catalogue import FAR_AWAY, FIFTH, LONG_PAST, catalogue_file, retiring
from tests.product import Product, Workspace, running_product

OPENAI = "sk-sim-ok-" + "m" * 24
SECOND = "sk-sim-ok-" + "n" * 24
CLAUDE = "sk-ant-sim-ok-" + "m" * 24


async def listed(product: Product, token: str) -> set[str]:
    """Return the ids that the chat API lists for a bot."""
    headers = {"Authorization": f"Bearer {token}"}
    async with product.http.get(product.chat_url + "/models", headers=headers) as answer:
        assert answer.status == 200
        return {model["id"] for model in (await answer.json())["data"]}


async def admin_model(workspace: Workspace, model_id: str) -> dict[str, Any]:
    """Return one model of the admin API's list."""
    _, models = await workspace.admin("GET", "/api/models")
    found: dict[str, Any] = next(model for model in models["data"] if model["id"] == model_id)
    return found


async def test_the_list_holds_what_the_plan_opens_and_the_account_reaches(product: Product) -> None:
    workspace = await product.make_workspace(Plan.PRO)
    bot = await workspace.add_bot("mevichat:mini")
    assert await listed(product, bot["token"]) == {"mevichat:mini"}

    await workspace.add_key("anthropic", CLAUDE)
    assert await listed(product, bot["token"]) == {"mevichat:mini", "claude-haiku-4-5"}

    product.simulator.set_behaviour(OPENAI, missing_models=("gpt-5", "gpt-5-2025-08-07"))
    key = await workspace.add_key("openai", OPENAI)
    assert await listed(product, bot["token"]) == {"mevichat:mini", "claude-haiku-4-5", "gpt-5-mini"}

    await workspace.admin("PATCH", f"/api/keys/{key['id']}", {"disabled": True})
    assert await listed(product, bot["token"]) == {"mevichat:mini", "claude-haiku-4-5"}


async def test_a_model_that_the_account_does_not_list_is_left_out_and_said_in_words(product: Product) -> None:
    workspace = await product.make_workspace()
    gone = ("gpt-5", "gpt-5-2025-08-07")
    product.simulator.set_behaviour(OPENAI, missing_models=gone)
    key = await workspace.add_key("openai", OPENAI)
    bot = await workspace.add_bot("gpt-5-mini")

    assert await listed(product, bot["token"]) == {"mevichat:mini", "gpt-5-mini"}
    model = await admin_model(workspace, "gpt-5")
    assert (model["allowed"], model["reachable"]) == (True, False)
    assert "does not offer it" in model["why_not"]
    assert [(each["id"], each["reachable"]) for each in model["keys"]] == [(key["id"], False)]
    reached = await admin_model(workspace, "gpt-5-mini")
    assert (reached["reachable"], reached["why_not"]) == (True, None)


async def test_an_account_that_lists_nothing_is_taken_to_reach_everything(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", "sk-sim-no_model_list-" + "m" * 24)
    bot = await workspace.add_bot("mevichat:mini")

    assert await listed(product, bot["token"]) == {"mevichat:mini", "gpt-5", "gpt-5-mini"}


async def test_a_bots_own_key_decides_what_that_bot_reaches(product: Product) -> None:
    workspace = await product.make_workspace()
    product.simulator.set_behaviour(SECOND, missing_models=("gpt-5", "gpt-5-2025-08-07"))
    await workspace.add_key("openai", OPENAI)
    second = await workspace.add_key("openai", SECOND)
    await workspace.add_key("anthropic", CLAUDE)
    ordinary = await workspace.add_bot("gpt-5-mini")
    own = await workspace.add_bot("gpt-5-mini", key_id=second["id"])

    everything = {"mevichat:mini", "gpt-5", "gpt-5-mini", "claude-haiku-4-5", "claude-sonnet-4-6"}
    assert await listed(product, ordinary["token"]) == everything
    assert await listed(product, own["token"]) == {"mevichat:mini", "gpt-5-mini"}
    model = await admin_model(workspace, "gpt-5")
    assert {each["id"]: each["reachable"] for each in model["keys"]}[second["id"]] is False
    assert model["reachable"] is True


async def test_a_plan_that_forbids_a_model_says_so_in_the_admin_list(product: Product) -> None:
    workspace = await product.make_workspace(Plan.FREE)

    model = await admin_model(workspace, "gpt-5")

    assert (model["allowed"], model["reachable"], model["keys"]) == (False, False, [])
    assert "upgrade to Scale" in model["why_not"]


async def test_a_fifth_model_is_a_line_of_data_and_answers_by_its_own_rules(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    file = catalogue_file(tmp_path, FIFTH)
    async with running_product(database_url, redis_url, catalogue_file=file) as product:
        workspace = await product.make_workspace(Plan.PRO)
        await workspace.add_key("openai", OPENAI)
        bot = await workspace.add_bot("gpt-6.1-terra")

        _, reply = await workspace.ask(bot["token"], "Hello", temperature=0.2, max_tokens=5000, top_p=0.5)

        assert "Hello" in reply["choices"][0]["message"]["content"]
        assert reply["model"] == "gpt-6.1-terra"
        sent = product.simulator.calls[-1].body
        assert (sent["model"], sent["temperature"], sent["max_completion_tokens"]) == ("gpt-6.1-terra", 0.2, 1000)
        assert set(reply["mevichat"]["ignored_parameters"]) == {"max_tokens", "top_p"}
        assert "gpt-6.1-terra" in await listed(product, bot["token"])
        assert (await admin_model(workspace, "gpt-6.1-terra"))["warning"] is None


async def test_a_model_that_its_provider_no_longer_finds_is_retired_only_if_its_end_was_announced(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    text = retiring("gpt-5", LONG_PAST) + retiring("gpt-5-mini", FAR_AWAY)
    async with running_product(database_url, redis_url, catalogue_file=catalogue_file(tmp_path, text)) as product:
        workspace = await product.make_workspace()
        await workspace.add_key("openai", OPENAI)
        announced, distant = await workspace.add_bot("gpt-5"), await workspace.add_bot("gpt-5-mini")

        _, still = await workspace.ask(announced["token"], "Hello")
        assert still["mevichat"]["status"] == "completed"

        product.simulator.set_behaviour(OPENAI, missing_models=("gpt-5", "gpt-5-mini"))
        _, retired = await workspace.ask(announced["token"], "Hello")
        _, unavailable = await workspace.ask(distant["token"], "Hello")

        assert retired["choices"][0]["message"]["content"] == APOLOGY
        error = retired["mevichat"]["error"]
        assert (error["type"], error["retryable"]) == ("model_retired", False)
        assert "no longer offered (404 model_not_found)" in error["reason"]
        assert unavailable["mevichat"]["error"]["type"] == "model_unavailable"
        warning = (await admin_model(workspace, "gpt-5"))["warning"]
        assert "01 Jan 2001" in warning
        assert "gpt-6.1-terra" in warning
        assert (await admin_model(workspace, "gpt-5-mini"))["warning"] is None
