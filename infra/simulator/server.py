"""The simulator: one HTTP server that speaks both providers' wire formats."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Self

import orjson
from aiohttp import web

from infra.simulator.admin import answer_admin
from infra.simulator.answers import Answering
from infra.simulator.anthropic_wire import AnthropicWire
from infra.simulator.behaviour import Behaviour, UnknownScenarioError, behaviour_of
from infra.simulator.calls import Call, CallLog
from infra.simulator.compatible_wire import CompatibleWire
from infra.simulator.openai_wire import OpenAIWire
from infra.simulator.scenario import ANTHROPIC, COMPATIBLE, OPENAI, load_compatible, load_scenarios
from infra.simulator.throttle import Throttle
from infra.simulator.wire import Wire

OPENAI_PREFIX = "/openai/v1"
ANTHROPIC_PREFIX = "/anthropic/v1"
COMPATIBLE_PREFIX = "/compatible/v1"
PROVIDERS = {OPENAI_PREFIX: OPENAI, ANTHROPIC_PREFIX: ANTHROPIC, COMPATIBLE_PREFIX: COMPATIBLE}
SHUTDOWN_SECONDS = 0.2


class Simulator:
    """A provider stand-in. `async with Simulator() as simulator` serves until the block ends.

    A key spells its own behaviour (`behaviour_of`); `set_scenario` and `set_behaviour` change it at run time.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        tables = load_scenarios()
        self.log = CallLog()
        self.port = port
        self._host = host
        self._wires: dict[str, Wire] = {
            OPENAI: OpenAIWire(tables[OPENAI]),
            ANTHROPIC: AnthropicWire(tables[ANTHROPIC]),
            COMPATIBLE: CompatibleWire(load_compatible()),
        }
        self._behaviours: dict[str, Behaviour] = {}
        self.throttle = Throttle()
        self._answering = Answering(self.log, self.throttle, self._behaviour_of)
        self._running = 0
        self._fell_idle = asyncio.Condition()
        self._runner = web.ServerRunner(
            web.Server(self._answer, access_log=None, handler_cancellation=True),
            shutdown_timeout=SHUTDOWN_SECONDS,
        )

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._runner.cleanup()

    @property
    def openai_base_url(self) -> str:
        """Return what `MEVICHAT_OPENAI_BASE_URL` takes (with /v1)."""
        return f"http://{self._host}:{self.port}{OPENAI_PREFIX}"

    @property
    def anthropic_base_url(self) -> str:
        """Return what `MEVICHAT_ANTHROPIC_BASE_URL` takes (without /v1)."""
        return f"http://{self._host}:{self.port}" + ANTHROPIC_PREFIX.removesuffix("/v1")

    @property
    def compatible_base_url(self) -> str:
        """Return what `MEVICHAT_MINI_BASE_URL` takes (with /v1)."""
        return f"http://{self._host}:{self.port}{COMPATIBLE_PREFIX}"

    @property
    def calls(self) -> list[Call]:
        """Return the latest calls, oldest first."""
        return list(self.log.latest)

    def calls_of(self, key: str) -> int:
        """Return how many calls came with this key."""
        return self.log.by_key[key]

    async def until_idle(self) -> None:
        """Wait until no call is being answered: all are done, or their callers have gone."""
        async with self._fell_idle:
            await self._fell_idle.wait_for(lambda: self._running == 0)

    def set_scenario(self, key: str, scenario: str) -> None:
        """Let every later call with this key meet the scenario."""
        self.set_behaviour(key, scenario=scenario)

    def set_behaviour(self, key: str, **fields: Any) -> None:
        """Change a key's behaviour, fields of `Behaviour`; a key that no provider knew becomes known.

        Raises:
            UnknownScenarioError: no scenario or knob has that name.

        """
        behaviour = (self._behaviour_of(key) or Behaviour()).changed(**fields)
        if not any(behaviour.scenario in wire.table for wire in self._wires.values()):
            message = f"{behaviour.scenario} is not a scenario"
            raise UnknownScenarioError(message)
        self._behaviours[key] = behaviour
        self._answering.forget(key)

    def _behaviour_of(self, key: str) -> Behaviour | None:
        return self._behaviours.get(key) or behaviour_of(key)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        wire, path = self._wire_of(request.path)
        if wire is None:
            return await answer_admin(self, request)
        body = await request.content.read()
        call = _read_call(request, wire.provider, path, body)
        if call is None:
            return web.json_response({"error": {"message": "Unknown request URL"}}, status=404)
        return await self._counted(self._answering.answer(request, wire, call))

    async def _counted(self, answering: Awaitable[web.StreamResponse]) -> web.StreamResponse:
        self._running += 1
        try:
            return await answering
        finally:
            self._running -= 1
            async with self._fell_idle:
                self._fell_idle.notify_all()

    def _wire_of(self, path: str) -> tuple[Wire | None, str]:
        for prefix, provider in PROVIDERS.items():
            if path.startswith(prefix):
                return self._wires[provider], path.removeprefix(prefix)
        return None, path


def _read_call(request: web.BaseRequest, provider: str, path: str, body: bytes) -> Call | None:
    key = request.headers.get("x-api-key") or request.headers.get("Authorization", "").removeprefix("Bearer ")
    kind, model, values = _kind(request.method, path), None, {}
    if kind is None:
        return None
    if kind == "chat":
        values = orjson.loads(body or b"{}")
        kind, model = ("stream" if values.get("stream") else "whole"), values.get("model")
    if kind == "embeddings":
        values = orjson.loads(body or b"{}")
        model = values.get("model")
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return Call(provider, kind, key, model, path, request.headers, values, peer=peer)


def _kind(method: str, path: str) -> str | None:
    if method == "POST" and path in ("/chat/completions", "/messages"):
        return "chat"
    if method == "POST" and path == "/embeddings":
        return "embeddings"
    return "models" if method == "GET" and path.startswith("/models") else None
