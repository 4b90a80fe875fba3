"""Health and metrics doors, the same on every process, and serving HTTP until a process is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from shared.serving.limits import RequestLimits
from shared.serving.server import build_server, shared_socket

IsReady = Callable[[], Awaitable[bool]]


def health_routes(is_ready: IsReady) -> list[Route]:
    """Return `/health/live`, `/health/ready` (503 until ready) and `/metrics`."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> Response:
        return JSONResponse({"status": "ready"}) if await is_ready() else JSONResponse({"status": "starting"}, 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)]


class HealthServer:
    """Serves the three doors for a process that has no others."""

    def __init__(self, host: str, port: int, is_ready: IsReady) -> None:
        self._server = build_server(Starlette(routes=health_routes(is_ready)), host, port, RequestLimits())
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; a port that is taken ends the process with uvicorn's sentence."""
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 - uvicorn sends no signal
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Stop listening."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


@asynccontextmanager
async def serving_health(host: str, port: int, is_ready: IsReady, *, alone: bool) -> AsyncIterator[None]:
    """Serve the three doors until the block ends; a run that is not `alone` in its process leaves them to its caller."""
    server = HealthServer(host, port, is_ready) if alone else None
    if server is not None:
        await server.start()
    try:
        yield
    finally:
        if server is not None:
            await server.close()


async def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    stop: asyncio.Event,
    limits: RequestLimits,
    trusted_proxies: str | None = None,
    shares_port: bool = False,
) -> int:
    """Serve the application until `stop` is set; return the process's exit code.

    With `shares_port` other processes may listen there as well, and the kernel spreads connections over all of them.
    """
    server = build_server(app, host, port, limits, trusted_proxies)
    sockets = [shared_socket(host, port)] if shares_port else None
    serving = asyncio.create_task(server.serve(sockets))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
    return 0 if stop.is_set() else 1
