"""Keys in every state that their page knows, brought there by the provider's own refusals where one does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from shared.ids import new_id
from tests.product import Workspace
from tests.servers import until

Key = dict[str, Any]
AGE = text("UPDATE provider_keys SET rotated_at = now() - interval '120 days' WHERE id = :id")
SUSPECT = text("UPDATE provider_keys SET state = 'suspect', suspect_since = now(), rung_at = now() WHERE id = :id")
SPOIL = text("UPDATE provider_keys SET sealed = 'spoiled' WHERE id = :id")


def openai_key() -> str:
    """Return a key that the simulator accepts and no other test uses."""
    return f"sk-sim-ok-{new_id().hex}"


def anthropic_key() -> str:
    """Return the same for Anthropic."""
    return f"sk-ant-sim-ok-{new_id().hex}"


async def until_state(workspace: Workspace, key_id: str, state: str) -> None:
    """Wait until the key stands so."""

    async def look() -> bool:
        return bool((await workspace.admin("GET", f"/api/keys/{key_id}"))[1]["state"] == state)

    await until(look)


def refused(scenario: str) -> Callable[[Workspace], Awaitable[None]]:
    """Return what makes a key that its provider refuses with this scenario's error when it is tested."""

    async def make(workspace: Workspace) -> None:
        key = openai_key()
        saved = await workspace.add_key("openai", key)
        await workspace.add_bot("gpt-5-mini")
        workspace.product.simulator.set_scenario(key, scenario)
        await workspace.admin("POST", f"/api/keys/{saved['id']}/test")

    return make


def written(statement: Any) -> Callable[[Workspace], Awaitable[None]]:
    """Return what makes a key and then runs this statement on its row."""

    async def make(workspace: Workspace) -> None:
        saved = await workspace.add_key("openai", openai_key())
        await workspace.product.database.call(statement, id=saved["id"])

    return make


async def disabled(workspace: Workspace) -> None:
    """Make a key that a person disabled."""
    saved = await workspace.add_key("openai", openai_key())
    await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"disabled": True})


async def undecryptable(workspace: Workspace) -> None:
    """Make a key whose sealed text was spoiled, and test it."""
    saved = await workspace.add_key("openai", openai_key())
    await workspace.product.database.call(SPOIL, id=saved["id"])
    await workspace.admin("POST", f"/api/keys/{saved['id']}/test")
    await until_state(workspace, saved["id"], "cannot_decrypt")


async def blocked_model(workspace: Workspace) -> None:
    """Make a key that may not use one model."""
    key = openai_key()
    saved = await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5")
    workspace.product.simulator.set_behaviour(key, scenario="project_lacks_model", only_models=("gpt-5",))
    await workspace.ask(bot["token"], "Hello")

    async def is_blocked() -> bool:
        seen = (await workspace.admin("GET", f"/api/keys/{saved['id']}"))[1]
        return bool(seen["state"] == "active" and seen["blocked_models"])

    await until(is_blocked)


async def many(workspace: Workspace) -> None:
    """Make keys of both providers with bots on them."""
    for number in range(4):
        saved = await workspace.add_key("openai", openai_key())
        await workspace.admin("PATCH", f"/api/keys/{saved['id']}", {"label": f"Shop {number + 1}"})
    await workspace.add_key("anthropic", anthropic_key())
    for name in ("Opening hours", "Returns", "Delivery", "Spare parts", "Complaints", "Gift cards"):
        await workspace.add_bot("gpt-5-mini", name=name)
    await workspace.add_bot("claude-haiku-4-5", name="Wine advice")


async def one(workspace: Workspace) -> None:
    """Make one key and a bot on it."""
    await workspace.add_key("openai", openai_key())
    await workspace.add_bot("gpt-5-mini", name="Opening hours")


STATES: dict[str, Callable[[Workspace], Awaitable[None]]] = {
    "one": one,
    "many": many,
    "old": written(AGE),
    "suspect": written(SUSPECT),
    "invalid": refused("invalid_api_key"),
    "out-of-quota": refused("insufficient_quota"),
    "restricted": refused("unsupported_country"),
    "cannot-decrypt": undecryptable,
    "disabled": disabled,
    "blocked-model": blocked_model,
}
