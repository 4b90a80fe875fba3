"""The whole product, with a webhook's receiver and a mail server that it may reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.notices.receivers import Mailbox, Receiver, running_mailbox, running_receiver
from tests.product import Product, Workspace, running_product
from tests.servers import until

KEY = "sk-sim-ok-" + "n" * 24


@dataclass(slots=True)
class Stage:
    """One workspace with a key and a bot on it, told by webhook and e-mail."""

    product: Product
    workspace: Workspace
    receiver: Receiver
    mailbox: Mailbox
    key: dict[str, Any]
    bot: dict[str, Any]
    secret: str

    async def break_key(self, scenario: str = "invalid_api_key") -> None:
        """Let the provider refuse the key, and wait until a turn has found out."""
        self.product.simulator.set_scenario(KEY, scenario)
        await self.workspace.ask(self.bot["token"], "Hello?")

        async def is_flipped() -> bool:
            return not (await self.workspace.admin("GET", f"/api/keys/{self.key['id']}"))[1]["usable"]

        await until(is_flipped)

    async def notices(self) -> list[dict[str, Any]]:
        """Return the workspace's notices, the newest first."""
        status, found = await self.workspace.admin("GET", "/api/notices")
        assert status == 200
        data: list[dict[str, Any]] = found["data"]
        return data

    async def until_settled(self, count: int) -> list[dict[str, Any]]:
        """Wait until there are so many notices and nothing of them is pending."""

        async def is_settled() -> bool:
            found = await self.notices()
            return len(found) == count and all(d["status"] != "pending" for n in found for d in n["deliveries"])

        await until(is_settled)
        return await self.notices()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Run a webhook's receiver."""
    async with running_receiver() as running:
        yield running


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """Run a mail server."""
    async with running_mailbox() as running:
        yield running


@pytest.fixture
async def stage(database_url: str, redis_url: str, receiver: Receiver, mailbox: Mailbox) -> AsyncIterator[Stage]:
    """Run the product on a test network, with short pauses."""
    settings: dict[str, Any] = {
        "webhook_allow_private": True,
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "smtp_from": "notices@mevichat.example",
        "smtp_starttls": False,
        "notice_first_retry_seconds": 0.05,
        "notice_longest_retry_seconds": 0.05,
        "sweep_seconds": 0.05,
    }
    async with running_product(database_url, redis_url, **settings) as product:
        workspace = await product.make_workspace()
        key = await workspace.add_key("openai", KEY)
        bot = await workspace.add_bot("gpt-5-mini")
        body = {"webhook_url": receiver.url, "email": "owner@example.com"}
        status, answer = await workspace.admin("PUT", "/api/notices/settings", body)
        assert status == 200, answer
        yield Stage(product, workspace, receiver, mailbox, key, bot, answer["webhook_secret"])
