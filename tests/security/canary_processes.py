"""The product as processes of its own at the debug level, everything that they say kept in files."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from infra.cli.addresses import environment_of
from infra.embedded.free_port import free_port
from infra.simulator.server import Simulator
from shared.settings import Settings
from shared.store.database import Database
from tests.integration.cli.commands import ROOT, clean_environment, until_ready
from tests.product import Product, _settings

NAMES = ("gateway", "dashboard", "worker", "background")
ENDS_WITHIN_SECONDS = 20


def canary_settings(database_url: str, redis_url: str, simulator: Simulator, **overrides: Any) -> Settings:
    """Return settings at the debug level, on free ports, under which a crashed worker is noticed soon."""
    ports = {"worker_port": free_port(), "background_port": free_port()}
    soon = {"lease_seconds": 2, "renew_seconds": 0.5, "sweeper_patience_seconds": 0.5, "unclaimed_seconds": 1}
    return _settings(database_url, redis_url, simulator, {"log_level": "debug"} | ports | soon | overrides)


@asynccontextmanager
async def running_process(name: str, settings: Settings, said: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run one process until the block ends, however the test treats it; what it says is added to a file."""
    with (said / f"{name}.out").open("ab") as out, (said / f"{name}.err").open("ab") as err:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "faulthandler", "-m", "infra.cli.main", name),
            env=clean_environment() | dict(environment_of(settings)),
            cwd=ROOT,
            stdout=out,
            stderr=err,
        )
    try:
        await until_ready(f"http://127.0.0.1:{port_of(name, settings)}/health/ready", process)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            await process.wait()


@asynccontextmanager
async def running_processes(
    settings: Settings, simulator: Simulator, said: Path
) -> AsyncIterator[tuple[Product, asyncio.subprocess.Process]]:
    """Run the whole product; yield its doors, and the worker to be killed."""
    async with AsyncExitStack() as stack:
        runs = {name: await stack.enter_async_context(running_process(name, settings, said)) for name in NAMES}
        http = await stack.enter_async_context(aiohttp.ClientSession())
        database = Database.connect(settings.database_url or "", connections=1, application_name="test")
        stack.push_async_callback(database.close)
        yield Product(settings, database, simulator, http, (settings.gateway_port,)), runs["worker"]


def port_of(name: str, settings: Settings) -> int:
    """Return where a process answers for its health and metrics."""
    port: int = getattr(settings, f"{name}_port")
    return port


def crash(process: asyncio.subprocess.Process) -> None:
    """Let a process end as by a fault in native code; no core is written, faulthandler says where it was."""
    os.kill(process.pid, signal.SIGSEGV)
