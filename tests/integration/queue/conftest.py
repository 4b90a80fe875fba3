"""A Redis of its own for each test of the queue, because these tests wipe it and kill it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.queue.connection import connect_redis
from shared.redis_lane import LaneRedis
from tests.integration.queue.server import OwnRedis


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    """Start a Redis on a socket in a fresh folder and end it after the test."""
    folder = Path(tempfile.mkdtemp(prefix="queue-redis-"))
    server = OwnRedis(folder)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def client(own_redis: OwnRedis) -> AsyncIterator[LaneRedis]:
    """Give a client of that Redis as the product connects."""
    connected = connect_redis(own_redis.url)
    yield connected
    await connected.aclose()
