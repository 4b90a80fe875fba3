"""The figures that the simulator counted are the figures that we report."""

from __future__ import annotations

import pytest

from shared.domain.usage import Usage
from shared.providers.port import Answer, CallFailure
from tests.conformance.asking import PROVIDERS, Room

EVERY_WAY = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@EVERY_WAY
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("scenario", ["ok", "cached", "length", "refusal"])
async def test_an_answers_usage_is_what_the_provider_counted(
    room: Room,
    provider: str,
    scenario: str,
    stream: bool,
) -> None:
    result = await room.ask(provider, scenario, stream=stream)

    counted = room.simulator.calls[-1]
    assert isinstance(result, Answer)
    assert isinstance(result.usage, Usage)
    assert (result.usage.input_tokens, result.usage.output_tokens) == (counted.input_tokens, counted.output_tokens)
    assert counted.output_tokens > 0


@EVERY_WAY
async def test_cache_and_reasoning_are_parts_of_their_sums(room: Room, stream: bool) -> None:
    question = {"system": "twenty words " * 10, "stream": stream}
    for provider, written in (("openai", 0), ("anthropic", 3)):
        result = await room.ask(provider, "cached", **question)
        assert isinstance(result, Answer)
        assert result.usage is not None
        assert result.usage.cached_input_tokens == result.usage.input_tokens // 4 > 0
        assert result.usage.cache_write_input_tokens == written
        assert result.usage.reasoning_tokens == 7


@EVERY_WAY
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_no_figures_are_no_usage_rather_than_zero(room: Room, provider: str, stream: bool) -> None:
    result = await room.ask(provider, "no_usage", stream=stream)

    assert isinstance(result, Answer)
    assert result.usage is None


async def test_a_broken_stream_keeps_what_the_provider_had_said(room: Room) -> None:
    openai = await room.ask("openai", "broken", stream=True)
    anthropic = await room.ask("anthropic", "broken", stream=True)

    assert isinstance(openai, CallFailure)
    assert isinstance(anthropic, CallFailure)
    assert (openai.text, openai.usage) == ("You said: Hello again", None)
    assert anthropic.text == "You said: Hello"
    assert (anthropic.usage, anthropic.usage_is_final) == (Usage(input_tokens=5, output_tokens=1), False)
