"""The whole product with two gateways and two workers, once per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.product import Product, running_product


@pytest.fixture
async def twins(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run every process, gateway and worker twice, on fresh servers and the provider simulator."""
    async with running_product(database_url, redis_url, gateways=2, workers=2, grace_seconds=0.2) as running:
        yield running
