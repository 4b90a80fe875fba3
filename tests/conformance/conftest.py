"""The simulator and the real adapters, under a host name: cookies are never kept for a bare address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from infra.simulator.server import Simulator
from shared.providers.registry import open_providers
from shared.settings import Settings
from tests.conformance.asking import Room


@pytest.fixture(params=["direct", "sdk"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """Open a simulator and the providers that call it: each test runs over both wires."""
    async with Simulator(port=0) as simulator:
        settings = Settings(
            provider_wire=request.param,
            openai_base_url=by_name(simulator.openai_base_url),
            anthropic_base_url=by_name(simulator.anthropic_base_url),
        )
        async with open_providers(settings, concurrency=50) as providers:
            yield Room(simulator, providers)


def by_name(url: str) -> str:
    """Return the address with the host's name."""
    return url.replace("127.0.0.1", "localhost")
