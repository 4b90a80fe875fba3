"""Servers for every test that asks for one; unit tests ask for none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import redis.asyncio as redis
import uvloop
from hypothesis import settings as hypothesis_settings

from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from tests.servers import fresh_database, running_postgres, running_redis
from tests.unit.monitoring.exported import series

# a case may take as long as the machine needs: what is judged is what comes of it
hypothesis_settings.register_profile("product", deadline=None)
hypothesis_settings.load_profile("product")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test on the event loop that the product runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session", autouse=True)
def no_series_is_born_late() -> Iterator[None]:
    """Hold that whatever the tests count was exported before: Prometheus never sees the event that bears a series."""
    born = series()
    yield
    late = {name: there - born[name] for name, there in series().items() if name in born and there != born[name]}
    assert late == {}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """Start PostgreSQL once."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    """Start Redis once."""
    with running_redis() as server:
        yield server


@pytest.fixture
async def database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    """Return the address of a fresh, migrated database."""
    async with fresh_database(postgres_server.url) as url:
        yield url


@pytest.fixture
async def redis_url(redis_server: EmbeddedRedis) -> str:
    """Return the address of an empty Redis."""
    async with redis.Redis.from_url(redis_server.url) as client:
        await client.flushall()
    return redis_server.url


@pytest.fixture
def own_postgres_server() -> Iterator[EmbeddedPostgres]:
    """Start a PostgreSQL that the test may stop and kill."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_redis_server() -> Iterator[EmbeddedRedis]:
    """Start a Redis that the test may stop, wipe and kill."""
    with running_redis() as server:
        yield server
