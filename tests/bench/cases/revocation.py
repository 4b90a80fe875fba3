"""Forty keys die: how long from the question that meets the 401 until the key is known to be invalid.

The provider is the simulator, which can refuse one key and probe like a real one.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from infra.cli.demo import read_demo
from tests.bench.cases.case import Case, Scene
from tests.bench.figures import Figure, NoFigureError
from tests.bench.load.percentiles import percentile
from tests.bench.systems.door import QUESTION, bearer
from tests.bench.systems.system import Running

KEYS = 40
NOTICED_WITHIN_SECONDS = 60
POLL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Admin:
    """The admin API and the simulator behind it."""

    http: aiohttp.ClientSession
    dashboard: str
    headers: dict[str, str]
    simulator: str

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make something; return it."""
        async with self.http.post(self.dashboard + path, json=body, headers=self.headers) as answer:
            values: dict[str, Any] = await answer.json()
            if answer.status != 201:
                raise NoFigureError(f"POST {path} answered {answer.status}: {values}")
            return values

    async def revoke(self, key: str) -> None:
        """Make the provider refuse a key from now on."""
        body = {"key": key, "scenario": "invalid_api_key"}
        async with self.http.post(self.simulator + "/admin/keys", json=body) as answer:
            answer.raise_for_status()

    async def until_invalid(self, key_id: str) -> None:
        """Wait until the key is known to be invalid."""
        ends_at = time.perf_counter() + NOTICED_WITHIN_SECONDS
        while time.perf_counter() < ends_at:
            async with self.http.get(f"{self.dashboard}/api/keys/{key_id}", headers=self.headers) as answer:
                if (await answer.json())["state"] == "invalid":
                    return
            await asyncio.sleep(POLL_SECONDS)
        raise NoFigureError(f"A revoked key was not known to be invalid within {NOTICED_WITHIN_SECONDS} s.")


async def _measure(scene: Scene) -> list[Figure]:
    async with aiohttp.ClientSession() as http:
        admin = _admin(http, scene.system)
        seconds = [await _revoke_one(admin, scene.system.port, number) for number in range(KEYS)]
    return [
        Figure("first 401 to invalid, p50", percentile(seconds, 50) * 1000, "ms"),
        Figure("first 401 to invalid, p95", percentile(seconds, 95) * 1000, "ms", "under 1,000"),
    ]


def _admin(http: aiohttp.ClientSession, system: Running) -> Admin:
    assert system.data_dir is not None
    demo = read_demo(system.data_dir)
    simulator = f"http://127.0.0.1:{system.ports['SIMULATOR']}"
    return Admin(http, demo["dashboard_url"], bearer(demo["admin_token"]), simulator)


async def _revoke_one(admin: Admin, port: int, number: int) -> float:
    key = f"sk-sim-ok-{number:024d}dead"
    saved = await admin.post("/api/keys", {"provider": "openai", "key": key, "label": f"dead {number}"})
    bot = await admin.post("/api/bots", {"name": f"dead {number}", "model": "gpt-5-mini", "key_id": saved["id"]})
    await admin.revoke(key)
    began = time.perf_counter()
    body = {"model": "default", "messages": [{"role": "user", "content": QUESTION}]}
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    async with admin.http.post(url, json=body, headers=bearer(bot["token"])) as answer:
        await answer.read()
    await admin.until_invalid(saved["id"])
    return time.perf_counter() - began


REVOCATION = (Case("revocation", f"{KEYS} keys revoked", _measure),)
