"""The whole product with two gateways and two workers, once per test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from tests.product import Product, running_product


@pytest.fixture
async def twins(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run every process, gateway and worker twice, on fresh servers and the provider simulator."""
    async with running_twins(database_url, redis_url) as running:
        yield running


def running_twins(database_url: str, redis_url: str, **overrides: Any) -> AbstractAsyncContextManager[Product]:
    """Run the product with two of each; cancels are noticed and processes end without much waiting."""
    settings = {"renew_seconds": 0.3, "grace_seconds": 0.2} | overrides
    return running_product(database_url, redis_url, gateways=2, workers=2, **settings)
