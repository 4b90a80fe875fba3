"""The servers that `mevichat up` brings itself: those that no setting names."""

from __future__ import annotations

from contextlib import ExitStack

from infra.cli.addresses import DATABASE_FILE, REDIS_FILE, write_private
from shared.settings import Settings

POSTGRES_FOLDER = "postgres"
REDIS_FOLDER = "redis"


def start_servers(settings: Settings, running: ExitStack) -> Settings:
    """Start the embedded PostgreSQL and Redis that are needed; return the settings with every address.

    `running` stops them when it closes, Redis first. The addresses are kept in the data folder for other commands.
    """
    database_url = settings.database_url or _start_postgres(settings, running)
    redis_url = settings.redis_url or _start_redis(settings, running)
    write_private(settings.data_dir / DATABASE_FILE, database_url + "\n")
    write_private(settings.data_dir / REDIS_FILE, redis_url + "\n")
    return settings.model_copy(update={"database_url": database_url, "redis_url": redis_url})


def _start_postgres(settings: Settings, running: ExitStack) -> str:
    from infra.embedded.postgres import EmbeddedPostgres  # noqa: PLC0415 - not installed where servers are set

    server = EmbeddedPostgres(settings.data_dir / POSTGRES_FOLDER)
    running.callback(server.stop)
    server.start()
    return server.url


def _start_redis(settings: Settings, running: ExitStack) -> str:
    from infra.embedded.redis import EmbeddedRedis  # noqa: PLC0415 - not installed where servers are set

    server = EmbeddedRedis(settings.data_dir / REDIS_FOLDER)
    running.callback(server.stop)
    server.start()
    return server.url
