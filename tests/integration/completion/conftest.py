"""A workspace, a simulator and a running worker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.completion.bench import Bench, open_bench


@pytest.fixture
async def idle_bench(database_url: str, redis_url: str) -> AsyncIterator[Bench]:
    """Prepare everything but the worker."""
    async with open_bench(database_url, redis_url, renew_seconds=0.1, lease_seconds=5) as bench:
        yield bench


@pytest.fixture
async def bench(idle_bench: Bench) -> AsyncIterator[Bench]:
    """Run a worker beside the test."""
    async with idle_bench.worker():
        yield idle_bench
