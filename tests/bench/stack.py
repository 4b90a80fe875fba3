"""The product as `mevichat up --simulator` starts it, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import aiohttp

READY_WITHIN_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Stack:
    """A running product: its process, its doors and the demo workspace's tokens."""

    pid: int
    chat_port: int
    simulator_port: int
    dashboard_url: str
    admin_token: str
    mini_token: str
    ready_after_seconds: float

    async def make_bot(self, name: str, model: str, key: str, provider: str) -> str:
        """Save a provider key and a bot that uses it; return the bot's token."""
        saved = await self._post("/api/keys", {"provider": provider, "key": key, "label": name})
        bot = await self._post("/api/bots", {"name": name, "model": model, "key_id": saved["id"]})
        return str(bot["token"])

    async def set_scenario(self, key: str, scenario: str) -> None:
        """Make the provider meet a key with this scenario from now on."""
        url = f"http://127.0.0.1:{self.simulator_port}/admin/keys"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json={"key": key, "scenario": scenario}) as set_,
        ):
            set_.raise_for_status()

    async def until_state(self, label: str, state: str) -> None:
        """Wait until the key of this label stands in the state."""
        headers = {"Authorization": f"Bearer {self.admin_token}"}
        async with aiohttp.ClientSession(headers=headers) as session, asyncio.timeout(60):
            while True:
                async with session.get(self.dashboard_url + "/api/keys?limit=200") as answer:
                    keys = (await answer.json())["data"]
                if any(key["label"] == label and key["state"] == state for key in keys):
                    return
                await asyncio.sleep(0.005)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.admin_token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            answer = await session.post(self.dashboard_url + path, json=body)
            values: dict[str, Any] = await answer.json()
            if answer.status != 201:
                message = f"POST {path} answered {answer.status}: {values}"
                raise RuntimeError(message)
            return values


@asynccontextmanager
async def running_stack() -> AsyncIterator[Stack]:
    """Start the product on free ports in an empty folder, and stop it at the end."""
    with TemporaryDirectory(prefix="mevichat-bench-") as folder:
        ports = {name: _free_port() for name in ("GATEWAY", "DASHBOARD", "WORKER", "BACKGROUND", "SIMULATOR")}
        environment = os.environ | {f"MEVICHAT_{name}_PORT": str(port) for name, port in ports.items()}
        environment |= {"MEVICHAT_DATA_DIR": folder, "MEVICHAT_LOG_LEVEL": "warning"}
        environment |= {"MEVICHAT_SCALE_MONTHLY_MESSAGES": "10000000"}
        log = Path(folder, "bench.log").open("wb")  # noqa: SIM115 - open as long as the stack runs
        started = asyncio.get_running_loop().time()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "infra.cli.main", "up", "--simulator", env=environment, stdout=log, stderr=log
        )
        try:
            demo = await _demo_environment(Path(folder), list(ports.values()), process)
            yield Stack(
                pid=process.pid,
                chat_port=urlsplit(demo["MEVICHAT_CHAT_URL"]).port or 80,
                simulator_port=ports["SIMULATOR"],
                dashboard_url=demo["MEVICHAT_DASHBOARD_URL"],
                admin_token=demo["MEVICHAT_ADMIN_TOKEN"],
                mini_token=demo["MEVICHAT_BOT_TOKEN"],
                ready_after_seconds=asyncio.get_running_loop().time() - started,
            )
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()
            log.close()


async def _demo_environment(folder: Path, ports: list[int], process: asyncio.subprocess.Process) -> dict[str, str]:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_SECONDS
    while asyncio.get_running_loop().time() < deadline and process.returncode is None:
        if (folder / "demo.env").exists() and all([await _answers(port) for port in ports]):
            lines = (folder / "demo.env").read_text().splitlines()
            pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
            return {name: value.strip("'\"") for name, value in pairs}
        await asyncio.sleep(0.1)
    message = "the product did not become ready:\n" + (folder / "bench.log").read_text()[-3000:]
    raise RuntimeError(message)


async def _answers(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/health/ready"
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
