"""The simulator's own doors: change a key at run time, read the counts, ask whether it is up."""

from __future__ import annotations

from typing import Protocol

import orjson
from aiohttp import web

from infra.simulator.behaviour import UnknownScenarioError
from infra.simulator.calls import CallLog


class Switchboard(Protocol):
    """What the admin doors need of the simulator."""

    log: CallLog

    def set_behaviour(self, key: str, **fields: object) -> None:
        """Change a key's behaviour."""
        ...


async def answer_admin(simulator: Switchboard, request: web.BaseRequest) -> web.StreamResponse:
    """Answer `POST /admin/keys`, `GET /admin/calls` and the health doors; 404 for anything else."""
    if request.method == "POST" and request.path == "/admin/keys":
        return _set_behaviour(simulator, await request.content.read())
    if request.method == "GET" and request.path == "/admin/calls":
        return web.Response(body=orjson.dumps(simulator.log.to_primitives()), content_type="application/json")
    if request.path in ("/health/live", "/health/ready"):
        return web.json_response({"status": "ok"})
    return web.json_response({"error": "no such door"}, status=404)


def _set_behaviour(simulator: Switchboard, body: bytes) -> web.Response:
    try:
        fields = orjson.loads(body)
        simulator.set_behaviour(fields.pop("key"), **fields)
    except (UnknownScenarioError, ValueError, KeyError) as wrong:
        return web.json_response({"error": f"{type(wrong).__name__}: {wrong}"}, status=422)
    return web.json_response({"status": "set"})
