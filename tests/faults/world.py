"""One run's world: servers, simulator, processes, workspaces and clients, all of its own."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from infra.embedded.free_port import free_port
from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from infra.simulator.server import Simulator
from shared.queue.connection import connect_redis
from shared.redis_lane import LaneRedis
from shared.settings import Settings
from shared.store.database import Database
from tests.faults.clients import Bot, Clients
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.orders import Order
from tests.faults.questions import questions
from tests.product import Product, Workspace
from tests.servers import running_postgres, running_redis

TIMES: dict[str, Any] = {
    "lease_seconds": 4.0,
    "renew_seconds": 1.0,
    "sweep_seconds": 0.3,
    "unclaimed_seconds": 1.0,
    "sweeper_patience_seconds": 4.0,
    "provider_timeout_seconds": 8.0,  # longer than a worker is stopped: no call of a workspace in calm is given up
    "probe_timeout_seconds": 2.0,
    "grace_seconds": 8.0,
    "database_connections": 4,
    "log_level": "warning",
}
"""As in production, only faster: everything that heals by time heals within seconds."""
PLENTY = 1_000_000
TROUBLED_KEY = "sk-sim-delay50-" + "t" * 24
KEYS = {
    "calm": ("openai", "gpt-5-mini", "sk-sim-delay80.chunkdelay5-" + "a" * 24, 64),
    "narrow": ("anthropic", "claude-haiku-4-5", "sk-ant-sim-delay60.chunkdelay5-" + "b" * 24, 4),
    "limited": ("openai", "gpt-5-mini", "sk-sim-inflight4.delay60.chunkdelay5-" + "c" * 24, 64),
    "troubled": ("openai", "gpt-5-mini", TROUBLED_KEY, 32),
}
"""The workspaces: provider, model, key and slots. Only what is troubled is ever made to fail by its provider."""


@dataclass(slots=True)
class World:
    """Everything that a fault may reach. `workspaces` by name; `orders` numbers what processes are told."""

    seed: int
    postgres: EmbeddedPostgres
    redis_server: EmbeddedRedis
    simulator: Simulator
    fleet: Fleet
    product: Product
    clients: Clients
    workspaces: dict[str, Workspace]
    troubled_key_id: str
    random: Random
    quick: bool
    _numbers: Any = field(default_factory=lambda: count(1))

    def order(self, **fields: Any) -> Order:
        return Order(number=next(self._numbers), **fields)

    @property
    def redis_client(self) -> LaneRedis:
        return connect_redis(self.redis_server.url)


@asynccontextmanager
async def running_world(seed: int, folder: Path, *, quick: bool) -> AsyncIterator[World]:
    """Start a world of its own; its processes' logs and orders lie in `folder`."""
    async with AsyncExitStack() as stack:
        # in a thread: the first migrates, in an event loop of its own
        postgres = await asyncio.to_thread(stack.enter_context, running_postgres())
        redis_server = stack.enter_context(running_redis())
        simulator = await stack.enter_async_context(Simulator(port=0))
        simulator.log.latest = deque()  # every call of the run is evidence
        settings = _settings(postgres, redis_server, simulator, folder)
        database = Database.connect(settings.database_url or "", connections=2, application_name="faults")
        stack.push_async_callback(database.close)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        fleet = await stack.enter_async_context(running_fleet(settings, folder, http))
        product = Product(settings, database, simulator, http, (settings.gateway_port,))
        workspaces, bots, troubled_key_id = await _people(product)
        clients = Clients(http, product.chat_url, bots, questions(seed, bots=len(bots)))
        yield World(
            seed, postgres, redis_server, simulator, fleet, product, clients, workspaces, troubled_key_id,
            Random(seed), quick,
        )  # fmt: skip


def _settings(postgres: EmbeddedPostgres, redis_server: EmbeddedRedis, simulator: Simulator, folder: Path) -> Settings:
    return Settings(
        database_url=postgres.url.rsplit("/", 1)[0] + "/migrated",
        redis_url=redis_server.url,
        data_dir=folder / "data",
        gateway_port=free_port(),
        dashboard_port=free_port(),
        openai_base_url=simulator.openai_base_url,
        anthropic_base_url=simulator.anthropic_base_url,
        master_keys=base64.urlsafe_b64encode(bytes(range(7, 39))).decode(),
        **TIMES,
    )


async def _people(product: Product) -> tuple[dict[str, Workspace], list[Bot], str]:
    """Make every workspace with its key and two bots; return the troubled one's key too."""
    workspaces, bots, key_id = {}, [], ""
    for name, (provider, model, key, slots) in KEYS.items():
        workspace = await product.make_workspace(slots=slots, message_limit=PLENTY)
        saved = await workspace.add_key(provider, key)
        workspaces[name] = workspace
        key_id = saved["id"] if name == "troubled" else key_id
        for _ in range(2):
            bot = await workspace.add_bot(model)
            bots.append(Bot(bot["token"], name, is_calm=name != "troubled"))
    return workspaces, bots, key_id
