"""What a provider gets to see of a call."""

from __future__ import annotations

import pytest

from shared.domain.chat import ChatMessage, Passage
from shared.providers.port import Answer
from tests.conformance.asking import PROVIDERS, Room, model_of

HISTORY = (ChatMessage("user", "first"), ChatMessage("assistant", "earlier words"), ChatMessage("user", "second"))
PASSAGES = (Passage("Opening hours", "We open at nine."),)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_conversation_travels_whole_and_in_order(room: Room, provider: str) -> None:
    result = await room.ask(provider, "ok", messages=HISTORY)

    assert isinstance(result, Answer)
    assert "second" in result.text
    assert "earlier words" in result.text
    sent = [(message["role"], message["content"]) for message in room.simulator.calls[-1].body["messages"]]
    assert sent == [(message.role, message.text) for message in HISTORY]


async def test_passages_stand_in_the_system_prompt_with_their_titles(room: Room) -> None:
    for provider in PROVIDERS:
        await room.ask(provider, "ok", system="Be kind.", passages=PASSAGES)
    openai, anthropic = (call.body for call in room.simulator.calls)

    assert openai["messages"][0]["role"] == "system"
    assert openai["messages"][0]["content"] == anthropic["system"]
    assert anthropic["system"].startswith("Be kind.")
    assert "[Opening hours]\nWe open at nine." in anthropic["system"]


async def test_parameters_travel_by_the_models_rules_and_the_rest_is_named(room: Room) -> None:
    parameters = {"temperature": 0.2, "stop": "END", "max_tokens": 50, "reasoning_effort": "low"}

    openai = await room.ask("openai", "ok", parameters=parameters)
    anthropic = await room.ask("anthropic", "ok", parameters=parameters)

    assert isinstance(openai, Answer)
    assert isinstance(anthropic, Answer)
    assert openai.ignored_parameters == ("stop", "temperature")
    assert anthropic.ignored_parameters == ("reasoning_effort", "temperature")
    sent_to_openai, sent_to_anthropic = (call.body for call in room.simulator.calls)
    assert (sent_to_openai["max_completion_tokens"], sent_to_openai["reasoning_effort"]) == (50, "low")
    assert (sent_to_anthropic["max_tokens"], sent_to_anthropic["stop_sequences"]) == (50, ["END"])


async def test_the_models_wire_id_is_what_is_asked_for(room: Room) -> None:
    for provider in PROVIDERS:
        await room.ask(provider, "ok")

    assert [call.model for call in room.simulator.calls] == [model_of(provider).wire_id for provider in PROVIDERS]
