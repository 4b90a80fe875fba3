"""The servers that `mevichat up` brings itself: those that no setting names."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from infra.cli.addresses import DATABASE_FILE, REDIS_FILE, write_private
from infra.processes.tend import Server
from shared.settings import Settings

POSTGRES_FOLDER = "postgres"
REDIS_FOLDER = "redis"


class Servers(NamedTuple):
    """The settings with every address, and what tells of each embedded server whether it has ended."""

    settings: Settings
    embedded: Mapping[str, Server]


def start_servers(settings: Settings, running: ExitStack) -> Servers:
    """Start the embedded PostgreSQL and Redis that are needed.

    `running` stops them when it closes, Redis first. The addresses are kept in the data folder for other commands.
    """
    embedded: dict[str, Server] = {}
    database_url = settings.database_url or _start_postgres(settings, running, embedded)
    redis_url = settings.redis_url or _start_redis(settings, running, embedded)
    write_private(settings.data_dir / DATABASE_FILE, database_url + "\n")
    write_private(settings.data_dir / REDIS_FILE, redis_url + "\n")
    return Servers(settings.model_copy(update={"database_url": database_url, "redis_url": redis_url}), embedded)


def _start_postgres(settings: Settings, running: ExitStack, embedded: dict[str, Server]) -> str:
    from infra.embedded.postgres import EmbeddedPostgres  # noqa: PLC0415 - not installed where servers are set

    server = EmbeddedPostgres(settings.data_dir / POSTGRES_FOLDER)
    running.callback(server.stop)
    server.start()
    embedded["PostgreSQL"] = server.ended
    return server.url


def _start_redis(settings: Settings, running: ExitStack, embedded: dict[str, Server]) -> str:
    from infra.embedded.redis import EmbeddedRedis  # noqa: PLC0415 - not installed where servers are set

    server = EmbeddedRedis(settings.data_dir / REDIS_FOLDER)
    running.callback(server.stop)
    server.start()
    embedded["Redis"] = server.ended
    return server.url
