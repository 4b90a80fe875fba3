"""Whatever a provider answers, the direct wire and the SDK's read the same of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from infra.simulator.server import Simulator
from shared.providers.port import Answer, CallResult, Providers
from shared.providers.registry import open_providers
from shared.settings import Settings
from tests.conformance.asking import PROVIDERS, call_of, key_of
from tests.conformance.expectations import EXPECTATIONS

SHAPES = ("split1", "split7", "chunks40", "chunks5.chunkdelay5")
SCENARIOS = [
    (provider, words) for provider in PROVIDERS for words in (*EXPECTATIONS[provider], *SHAPES) if "hang" not in words
]
EVERY_WAY = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.fixture
async def wires() -> AsyncIterator[dict[str, Providers]]:
    """Open one simulator, and providers over each wire that call it."""
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator(port=0))
        addresses = {"openai_base_url": simulator.openai_base_url, "anthropic_base_url": simulator.anthropic_base_url}
        yield {
            wire: await stack.enter_async_context(
                open_providers(Settings.model_validate(addresses | {"provider_wire": wire}), concurrency=4)
            )
            for wire in ("direct", "sdk")
        }


@EVERY_WAY
@pytest.mark.parametrize(("provider", "words"), SCENARIOS)
async def test_both_wires_read_the_same(wires: dict[str, Providers], provider: str, words: str, stream: bool) -> None:
    results, heard = {}, {}
    for wire, providers in wires.items():
        pieces: list[str] = []
        call = call_of(provider, key_of(provider, words), stream=stream)
        results[wire] = await providers[provider].call(call, pieces.append)
        heard[wire] = pieces

    assert _comparable(results["direct"]) == _comparable(results["sdk"])
    assert heard["direct"] == heard["sdk"]


def _comparable(result: CallResult) -> CallResult:
    """Return the result with what must differ from call to call made alike."""
    result = replace(result, request_id="one" if result.request_id else None)
    return result if isinstance(result, Answer) else replace(result, retry_after_seconds=_rounded(result))


def _rounded(result: CallResult) -> float | None:
    seconds = None if isinstance(result, Answer) else result.retry_after_seconds
    return None if seconds is None else round(seconds)
