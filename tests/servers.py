"""The servers that tests run on: started once a session, real ones."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from shared.ids import new_id
from shared.store.migrate import migrate_async

TEMPLATE = "migrated"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder that a server of another user may reach, and remove it after."""
    folder = Path(tempfile.mkdtemp(prefix="mevichat-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL of its own, with a migrated database to copy from."""
    with temporary_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres")
        server.start()
        try:
            asyncio.run(_make_template(server.url))
            yield server
        finally:
            server.stop()


@contextmanager
def running_redis() -> Iterator[EmbeddedRedis]:
    """Run a Redis of its own."""
    with temporary_folder() as folder:
        server = EmbeddedRedis(folder / "redis")
        server.start()
        try:
            yield server
        finally:
            server.stop()


@asynccontextmanager
async def fresh_database(server_url: str) -> AsyncIterator[str]:
    """Copy the migrated database for one test, and drop the copy after."""
    name = f"test_{new_id().hex}"
    await _run(server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        yield _named(server_url, name)
    finally:
        await _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _make_template(server_url: str) -> None:
    await _run(server_url, f"CREATE DATABASE {TEMPLATE}")
    await migrate_async(_named(server_url, TEMPLATE))


async def _run(server_url: str, statement: str) -> None:
    engine = create_async_engine(server_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(statement))
    await engine.dispose()


def _named(server_url: str, database: str) -> str:
    return server_url.rsplit("/", 1)[0] + f"/{database}"


async def until(look: Callable[[], Awaitable[bool]], *, seconds: float = 15) -> None:
    """Look again and again until it is so; fail after some seconds."""
    async with asyncio.timeout(seconds):
        while not await look():
            await asyncio.sleep(0.02)


async def is_answered(http: aiohttp.ClientSession, url: str) -> bool:
    """Tell whether a server answers there, and well."""
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
