"""The product with two workers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.gateway.conftest import running_twins
from tests.product import Product


@pytest.fixture
async def twins(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run every process, gateway and worker twice."""
    async with running_twins(database_url, redis_url) as running:
        yield running
