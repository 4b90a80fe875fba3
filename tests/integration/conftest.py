"""The whole product, once per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.product import Product, running_product


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run every process against fresh servers and the provider simulator."""
    async with running_product(database_url, redis_url) as running:
        yield running
