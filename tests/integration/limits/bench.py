"""A workspace whose bots run on keys with real limits, and what can be seen of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tests.product import Product, Workspace
from tests.servers import until

WITHIN_SECONDS = 60
COUNTERS = text("SELECT in_flight, waiting FROM workspace_counters WHERE workspace_id = :workspace_id")
TURNS = text("SELECT id, status, attempt, retries, lease_owner FROM turns WHERE bot_id = :bot_id ORDER BY position")


@dataclass(slots=True)
class LimitBench:
    """One workspace, driven by callers that do not wait."""

    product: Product
    workspace: Workspace

    async def bot_on(self, key: str, provider: str = "openai", model: str = "gpt-5-mini") -> dict[str, Any]:
        """Create a bot with a key of its own."""
        saved = await self.workspace.add_key(provider, key)
        return await self.workspace.add_bot(model, key_id=saved["id"])

    async def post(self, bot: dict[str, Any], count: int) -> list[str]:
        """Send messages whose caller does not wait, one after the other; return their turns."""
        return [await self._post_one(bot, number) for number in range(count)]

    async def turns(self, bot: dict[str, Any]) -> Sequence[Any]:
        """Return the bot's turns as they stand."""
        return await self.product.database.call(TURNS, bot_id=bot["id"])

    async def until_counters(self, *, in_flight: int, waiting: int) -> None:
        """Wait until the workspace has so many slots in use and so many turns waiting."""
        await until(lambda: self._has_counters(in_flight, waiting))

    async def until_two_workers_ran(self, bot: dict[str, Any]) -> None:
        """Send messages until both workers have run some."""
        while len({turn.lease_owner for turn in await self.turns(bot)}) < 2:
            await self.post(bot, 4)
            await self.until_ended(bot)

    async def until_ended(self, *bots: dict[str, Any]) -> list[Any]:
        """Wait until every turn of the bots has ended and return them."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while True:
                turns = [turn for bot in bots for turn in await self.turns(bot)]
                if all(turn.status not in ("waiting", "ready", "running") for turn in turns):
                    return turns
                await asyncio.sleep(0.05)

    async def _has_counters(self, in_flight: int, waiting: int) -> bool:
        (row,) = await self.product.database.call(COUNTERS, workspace_id=self.workspace.workspace_id)
        return bool((row.in_flight, row.waiting) == (in_flight, waiting))

    async def _post_one(self, bot: dict[str, Any], number: int) -> str:
        headers = {"Authorization": f"Bearer {bot['token']}", "Prefer": "respond-async"}
        body = {"model": "default", "messages": [{"role": "user", "content": f"Hello {number}"}]}
        url = self.product.chat_url + "/chat/completions"
        async with self.product.http.post(url, json=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            return str((await answer.json())["turn_id"])
