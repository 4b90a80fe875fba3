"""Streams: in any pieces, cancelled at any time."""

from __future__ import annotations

import asyncio

import pytest

from shared.domain.chat import ChatMessage
from shared.domain.error_types import ErrorType
from shared.providers.port import Answer, CallFailure
from tests.conformance.asking import PROVIDERS, QUESTION, Room, call_of, key_of

DEADLINE_SECONDS = 10


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_stream_that_comes_byte_by_byte_reads_the_same(room: Room, provider: str) -> None:
    result = await room.ask(provider, "split1", stream=True)

    assert isinstance(result, Answer)
    assert QUESTION in result.text
    assert len(room.heard) > 1
    assert result.usage is not None


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_bytes_cut_inside_a_character_come_together_again(room: Room, provider: str) -> None:
    greeting = (ChatMessage("user", "Grüße, 你好 🙂"),)

    result = await room.ask(provider, "split1", stream=True, messages=greeting)

    assert isinstance(result, Answer)
    assert "Grüße, 你好 🙂" in result.text


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_text_is_handed_on_before_the_stream_ends(room: Room, provider: str) -> None:
    begun = asyncio.Event()
    call = call_of(provider, key_of(provider, "hang_midway"), stream=True)
    running = asyncio.create_task(room.providers[provider].call(call, lambda _: begun.set()))

    async with asyncio.timeout(DEADLINE_SECONDS):
        await begun.wait()

    assert not running.done()
    running.cancel()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_cancelled_stream_is_closed_at_the_provider(room: Room, provider: str) -> None:
    begun = asyncio.Event()
    call = call_of(provider, key_of(provider, "hang_midway"), stream=True)
    running = asyncio.create_task(room.providers[provider].call(call, lambda _: begun.set()))
    async with asyncio.timeout(DEADLINE_SECONDS):
        await begun.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(DEADLINE_SECONDS):
        await room.simulator.until_idle()


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_timeout_keeps_the_text_so_far(room: Room, provider: str) -> None:
    result = await room.ask(provider, "hang_midway", stream=True, timeout_seconds=0.3)

    assert isinstance(result, CallFailure)
    assert result.error is ErrorType.TIMEOUT
    assert result.text.startswith("You said")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_many_streams_at_once_do_not_mix(room: Room, provider: str) -> None:
    calls = [room.ask(provider, "chunkdelay1", stream=True, messages=(numbered(each),)) for each in range(40)]

    results = await asyncio.gather(*calls)

    for number, result in enumerate(results):
        assert isinstance(result, Answer)
        assert numbered(number).text in result.text


def numbered(number: int) -> ChatMessage:
    """Return a message that no other call has."""
    return ChatMessage("user", f"number-{number}.")
