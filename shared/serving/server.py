"""uvicorn as every process runs it."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp

from shared.serving.limits import RequestLimits
from shared.serving.protocol import GuardedProtocol, guarded_by

GOODBYE_SECONDS = 10
"""How long requests that are still served may take once the process is told to stop."""
BACKLOG = 2048
"""Connections that may wait to be accepted; uvicorn's own number."""
CUTTING_SECONDS = 1
"""How long before that the streams that have not ended are cut off: the library would log each as a failure."""
TICK_SECONDS = 1
"""How often the date that replies carry is written anew."""
FILES_FOR_OURSELVES = 128
"""Open files that connections leave for the database, Redis and logs."""


def build_server(
    app: ASGIApp, host: str, port: int, limits: RequestLimits, trusted_proxies: str | None = None
) -> uvicorn.Server:
    """Return a server that listens once it is served.

    `trusted_proxies`: addresses and networks whose `X-Forwarded-For` is believed; nobody's when None.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=guarded_by(replace(limits, connections=min(limits.connections, _most_connections()))),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=limits.idle_seconds,  # type: ignore[arg-type]  # it goes to call_later, which takes fractions
        # unless told otherwise, the library would believe any client on this machine
        proxy_headers=trusted_proxies is not None,
        forwarded_allow_ips=trusted_proxies or "",
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )
    return _QuietServer(config)


def shared_socket(host: str, port: int) -> socket.socket:
    """Listen on a port together with every other process of this user that does it in this way."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, reuse_port=True, backlog=BACKLOG)


def _most_connections() -> int:
    """Return how many connections this process may hold before it could open no file any more."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(1, files - FILES_FOR_OURSELVES)


class _QuietServer(uvicorn.Server):
    """Leaves signals to the process that it is a part of, and hears that it should exit instead of looking for it.

    The library looks ten times a second; in processes that serve nobody most of the time, that was most of their work.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        self._leaving = asyncio.Event()
        super().__init__(config)

    @property
    def should_exit(self) -> bool:
        """Whether it was told to exit."""
        return self._leaving.is_set()

    @should_exit.setter
    def should_exit(self, told: bool) -> None:
        if told:
            self._leaving.set()

    async def main_loop(self) -> None:
        """Keep the date that replies carry right until told to exit."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is served end; cut off replies that have begun and do not, as if their readers had left."""
        cutting = asyncio.get_running_loop().call_later(GOODBYE_SECONDS - CUTTING_SECONDS, self._cut_off)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            assert isinstance(connection, GuardedProtocol)
            connection.cut_off()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
