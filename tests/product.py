"""The whole product inside one test: every process's `run`, on real servers and free ports."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

import services.dashboard.main
import services.gateway.main
import services.validator.main
import services.workers.completion.main
import services.workers.ingest.main
import services.workers.ledger.main
import services.workers.notices.main
import services.workers.sweeper.main
from infra.embedded.free_port import free_port
from infra.simulator.server import Simulator
from shared.domain.plans import Plan
from shared.domain.token_format import ADMIN_PREFIX, hash_token, last_four
from shared.ids import new_id, new_token_text
from shared.settings import Settings
from shared.store.database import Database
from shared.store.tokens.create import create_token
from shared.store.tokens.rows import NewToken, TokenKind
from shared.store.workspaces.create import create_workspace
from tests.actor import TESTER
from tests.servers import is_answered

READY_WITHIN_SECONDS = 30
RUNS = {
    "gateway": services.gateway.main.run,
    "dashboard": services.dashboard.main.run,
    "worker": services.workers.completion.main.run,
    "validator": services.validator.main.run,
    "ledger": services.workers.ledger.main.run,
    "sweeper": services.workers.sweeper.main.run,
    "notices": services.workers.notices.main.run,
    "ingest": services.workers.ingest.main.run,
}


@dataclass(slots=True)
class Product:
    """A running product and the doors that a test knocks at."""

    settings: Settings
    database: Database
    simulator: Simulator
    http: aiohttp.ClientSession
    gateway_ports: tuple[int, ...] = ()

    @property
    def chat_url(self) -> str:
        """Return the base URL that an OpenAI client takes."""
        return f"http://127.0.0.1:{self.settings.gateway_port}/v1"

    @property
    def chat_urls(self) -> list[str]:
        """Return the base URL of every gateway, the first one's first."""
        return [f"http://127.0.0.1:{port}/v1" for port in self.gateway_ports]

    @property
    def admin_url(self) -> str:
        """Return the admin API's address."""
        return f"http://127.0.0.1:{self.settings.dashboard_port}"

    async def make_workspace(self, plan: Plan = Plan.SCALE, **limits: int) -> Workspace:
        """Create a workspace with an admin token."""
        workspace_id, token = new_id(), new_token_text(ADMIN_PREFIX)
        slots = limits.get("slots", self.settings.slots_of(plan))
        message_limit = limits.get("message_limit", self.settings.monthly_messages_of(plan))
        await create_workspace(
            self.database,
            workspace_id=workspace_id,
            name="Test",
            plan=plan,
            slots=slots,
            message_limit=message_limit,
            actor=TESTER,
        )
        row = NewToken(
            token_id=new_id(),
            workspace_id=workspace_id,
            kind=TokenKind.ADMIN,
            bot_id=None,
            token_hash=hash_token(token),
            last_four=last_four(token),
            name="test",
        )
        await create_token(self.database, row, actor=TESTER)
        return Workspace(self, str(workspace_id), token)


@dataclass(slots=True)
class Workspace:
    """One workspace of a running product, driven through its own doors."""

    product: Product
    workspace_id: str
    admin_token: str

    async def admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Call the admin API; return status and JSON."""
        headers = {"Authorization": f"Bearer {self.admin_token}"}
        async with self.product.http.request(
            method, self.product.admin_url + path, json=body, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def add_key(self, provider: str, key: str) -> dict[str, Any]:
        """Save a key that the provider accepts."""
        status, saved = await self.admin("POST", "/api/keys", {"provider": provider, "key": key})
        assert status == 201, saved
        return saved

    async def add_bot(self, model: str, **fields: Any) -> dict[str, Any]:
        """Create a bot; the answer holds its token."""
        status, bot = await self.admin("POST", "/api/bots", {"name": "Test", "model": model, **fields})
        assert status == 201, bot
        return bot

    async def ask(self, token: str, text: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Send one message to a bot and wait for the whole reply."""
        body = {"model": "default", "messages": [{"role": "user", "content": text}], **fields}
        headers = {"Authorization": f"Bearer {token}"}
        url = self.product.chat_url + "/chat/completions"
        async with self.product.http.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def running_product(
    database_url: str,
    redis_url: str,
    *,
    without: frozenset[str] = frozenset(),
    gateways: int = 1,
    workers: int = 1,
    **overrides: Any,
) -> AsyncIterator[Product]:
    """Run every process of the product, save those left out, in this event loop until the block ends.

    More than one gateway: each has a port of its own (`Product.chat_urls`).
    """
    async with Simulator(port=0) as simulator:
        settings = _settings(database_url, redis_url, simulator, overrides)
        more = [settings.model_copy(update={"gateway_port": free_port()}) for _ in range(gateways - 1)]
        wanted = [(name, settings) for name in RUNS]
        wanted += [("gateway", own) for own in more] + [("worker", settings)] * (workers - 1)
        stop = asyncio.Event()
        runs = [asyncio.create_task(RUNS[name](own, stop), name=name) for name, own in wanted if name not in without]
        ports = tuple(own.gateway_port for own in (settings, *more))
        database = Database.connect(database_url, connections=2, application_name="test")
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            try:
                await _until_ready(http, (*ports, settings.dashboard_port), runs)
                yield Product(settings, database, simulator, http, ports)
            finally:
                stop.set()
                await asyncio.gather(*runs)
                await database.close()


def _settings(database_url: str, redis_url: str, simulator: Simulator, overrides: dict[str, Any]) -> Settings:
    values: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "gateway_port": free_port(),
        "dashboard_port": free_port(),
        "openai_base_url": simulator.openai_base_url,
        "anthropic_base_url": simulator.anthropic_base_url,
        "master_keys": base64.urlsafe_b64encode(bytes(range(7, 39))).decode(),
    }
    return Settings(**values | overrides)


async def _until_ready(http: aiohttp.ClientSession, ports: tuple[int, ...], runs: list[asyncio.Task[int]]) -> None:
    urls = [f"http://127.0.0.1:{port}/health/ready" for port in ports]
    async with asyncio.timeout(READY_WITHIN_SECONDS):
        while not all([await is_answered(http, url) for url in urls]):
            for run in runs:
                if run.done():
                    run.result()
            await asyncio.sleep(0.05)
