"""A process that starts while a server is away says so once, and once more when the server answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from infra.cli.server_checks import Server, standing_of
from shared.settings import PREFIX, Settings

LOOK_AGAIN_SECONDS: Final = 1
SETTINGS: Final = {Server.POSTGRESQL: f"{PREFIX}DATABASE_URL", Server.REDIS: f"{PREFIX}REDIS_URL"}

_log = structlog.get_logger()


@asynccontextmanager
async def watched_until_back(away: Iterable[Server], settings: Settings) -> AsyncIterator[None]:
    """Log each of these servers as away, and each that answers again while the block runs.

    One that would have been refused at the start is an error in the log then: the process works on it already.
    """
    watches = [asyncio.create_task(_tell_of(server, settings), name=f"watch-{server}") for server in away]
    try:
        yield
    finally:
        for watch in watches:
            watch.cancel()


async def _tell_of(server: Server, settings: Settings) -> None:
    _log.warning("server_away", server=server.value, fix=f"Start it, or correct {SETTINGS[server]}.")
    while (standing := await standing_of(server, settings)).is_away:  # noqa: ASYNC110 - it sends no signal
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    _log.info("server_answers", server=server.value)
    if standing.problem:
        _log.error("server_unsound", server=server.value, problem=standing.problem)
