"""Conversations through the gateway, and what became of their texts in the tables and in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shared.store.reconcile.find import count_uncounted, find_drift, plan_looks
from tests.integration.gateway.door import KEY, Door
from tests.product import Product, Workspace
from tests.servers import until

TEXTS = text(
    "SELECT count(*) AS turns FROM turns WHERE workspace_id = CAST(:workspace_id AS uuid) AND (question <> '' "
    "OR answer IS NOT NULL OR messages IS NOT NULL OR end_user IS NOT NULL OR conversation IS NOT NULL)"
)
FIGURES = text(
    "SELECT count(*) AS turns, sum(input_tokens) AS input, sum(output_tokens) AS output, count(*) FILTER "
    "(WHERE holds_quota) AS messages FROM turns WHERE workspace_id = CAST(:workspace_id AS uuid)"
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A bot on a key of the simulator's, and its door."""

    workspace: Workspace
    bot: dict[str, Any]
    door: Door

    @classmethod
    async def open(cls, product: Product, **fields: Any) -> Talk:
        """Make a workspace with a bot of these fields."""
        return await cls.within(await product.make_workspace(), **fields)

    @classmethod
    async def within(cls, workspace: Workspace, **fields: Any) -> Talk:
        """Make one more bot in the workspace."""
        if not (await workspace.admin("GET", "/api/keys"))[1]["data"]:
            await workspace.add_key("openai", KEY)
        bot = await workspace.add_bot("gpt-5-mini", **fields)
        return cls(workspace, bot, Door(workspace.product, bot["token"], workspace.product.chat_url))

    async def say(self, text: str, conversation: str = "c", **fields: Any) -> dict[str, Any]:
        """Say something and wait for the answer; return the turn."""
        return await self.door.turn((await self.door.ask(text, conversation=conversation, **fields)).turn_id)

    def sent(self) -> list[dict[str, str]]:
        """Return the messages that reached the provider last."""
        messages: list[dict[str, str]] = self.workspace.product.simulator.calls[-1].body["messages"]
        return messages


async def turns_with_text(workspace: Workspace) -> int:
    """Return how many turns of the workspace still hold a text or a name."""
    (row,) = await workspace.product.database.call(TEXTS, workspace_id=workspace.workspace_id)
    return int(row.turns)


async def figures_of(workspace: Workspace) -> tuple[int, ...]:
    """Return what the workspace's turns cost in all."""
    (row,) = await workspace.product.database.call(FIGURES, workspace_id=workspace.workspace_id)
    return tuple(row)


async def until_erased(workspace: Workspace) -> None:
    """Wait until no erasure of the workspace is under way."""

    async def is_over() -> bool:
        _, erasures = await workspace.admin("GET", "/api/erasures")
        return not erasures["data"]

    await until(is_over)


async def until_nothing_drifts(product: Product) -> None:
    """Wait until the ledger has counted everything; then all records must tell the same."""

    async def is_counted() -> bool:
        return await count_uncounted(product.database, workspaces=None) == 0

    await until(is_counted)
    looks = await plan_looks(product.database, since=None)
    assert [each for look in looks for each in await find_drift(product.database, look, workspaces=None)] == []
