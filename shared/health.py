"""Health and metrics doors, the same on every process, and how a process serves HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

IsReady = Callable[[], Awaitable[bool]]
KEEP_ALIVE_SECONDS = 75
"""Longer than any ordinary client keeps an idle connection (httpx 5 s, aiohttp 15 s, nginx 60 s): who closes last
never resets a request that is just being sent. uvicorn's own default is 5 s."""
GOODBYE_SECONDS = 10
"""How long requests that are still served may take once the process is told to stop."""


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
        self._server = _server(Starlette(routes=health_routes(is_ready)), host, port)
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


async def serve(app: ASGIApp, *, host: str, port: int, stop: asyncio.Event, trusted_proxies: str | None = None) -> int:
    """Serve the application until `stop` is set; return the process's exit code.

    `trusted_proxies`: addresses and networks whose `X-Forwarded-For` is believed; nobody's when None.
    """
    server = _server(app, host, port, trusted_proxies)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
    return 0 if stop.is_set() else 1


def _server(app: ASGIApp, host: str, port: int, trusted_proxies: str | None = None) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        # unless told otherwise, the library would believe any client on this machine
        proxy_headers=trusted_proxies is not None,
        forwarded_allow_ips=trusted_proxies or "",
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )
    return _QuietServer(config)


class _QuietServer(uvicorn.Server):
    """Leaves signals to the process that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
