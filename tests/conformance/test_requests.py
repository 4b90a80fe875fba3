"""What a provider gets to see of a call."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.catalogue import Model
from shared.domain.chat import ChatMessage, Passage
from shared.domain.secret import Secret
from shared.providers.port import Answer, Credential
from tests.conformance.asking import CATALOGUE, PROVIDERS, Room, key_of, model_of

HISTORY = (ChatMessage("user", "first"), ChatMessage("assistant", "earlier words"), ChatMessage("user", "second"))
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}
TRANSLATED = {"max_completion_tokens", "max_tokens", "stop", "response_format", "reasoning_effort"}
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
    assert "[1] Opening hours\nWe open at nine." in anthropic["system"]


async def test_parameters_travel_by_the_models_rules_and_the_rest_is_named_with_its_reason(room: Room) -> None:
    parameters = {"temperature": 0.2, "stop": "END", "max_tokens": 50, "reasoning_effort": "low", "colour": "blue"}

    openai = await room.ask("openai", "ok", parameters=parameters)
    anthropic = await room.ask("anthropic", "ok", parameters=parameters)

    assert isinstance(openai, Answer)
    assert isinstance(anthropic, Answer)
    assert set(openai.ignored_parameters) == {"stop", "temperature", "colour"}
    assert set(anthropic.ignored_parameters) == {"reasoning_effort", "temperature", "colour"}
    assert "only the default temperature" in openai.ignored_parameters["temperature"]
    sent_to_openai, sent_to_anthropic = (call.body for call in room.simulator.calls)
    assert (sent_to_openai["max_completion_tokens"], sent_to_openai["reasoning_effort"]) == (50, "low")
    assert (sent_to_anthropic["max_tokens"], sent_to_anthropic["stop_sequences"]) == (50, ["END"])
    for sent in (sent_to_openai, sent_to_anthropic):
        assert not {"temperature", "stop", "colour"} & set(sent)


@pytest.mark.parametrize("model", [model for model in CATALOGUE.models.values() if model.needs_key])
async def test_no_parameter_of_an_ordinary_client_makes_a_provider_refuse(room: Room, model: Model) -> None:
    parameters: dict[str, Any] = {
        "temperature": 0.2,
        "top_p": 0.9,
        "top_k": 3,
        "max_tokens": 10**6,
        "max_completion_tokens": 9,
        "n": 2,
        "stop": ["A", "B"],
        "seed": 1,
        "presence_penalty": 1,
        "frequency_penalty": 1,
        "logprobs": True,
        "reasoning_effort": "max",
        "response_format": FORMAT,
        "tools": [{"type": "function"}],
        "tool_choice": "auto",
        "service_tier": "flex",
        "store": True,
        "metadata": {},
    }

    answer = await room.ask(model.provider, "ok", model=model, parameters=parameters)

    assert isinstance(answer, Answer), answer
    sent = room.simulator.calls[-1].body
    for name, value in parameters.items():
        assert name in answer.ignored_parameters or sent.get(name) == value or name in TRANSLATED


async def test_a_json_schema_reaches_each_provider_in_its_own_words(room: Room) -> None:
    for provider in PROVIDERS:
        await room.ask(provider, "ok", parameters={"response_format": FORMAT})
    openai, anthropic = (call.body for call in room.simulator.calls)

    assert openai["response_format"] == FORMAT
    assert "response_format" not in anthropic
    assert anthropic["output_config"]["format"]["type"] == "json_schema"
    assert anthropic["output_config"]["format"]["schema"]["required"] == ["name"]


@pytest.mark.parametrize(("region", "sent"), [("us", "us"), ("global", "global"), (None, None), ("eu", None)])
async def test_a_keys_region_goes_to_the_anthropic_models_that_take_it(
    room: Room, region: str | None, sent: str | None
) -> None:
    credential = Credential(Secret(key_of("anthropic", "ok")), region=region)

    for model in CATALOGUE.of_provider("anthropic"):
        answer = await room.ask("anthropic", "ok", model=model, credential=credential)
        assert isinstance(answer, Answer), answer

    haiku, sonnet = (call.body for call in room.simulator.calls)
    assert "inference_geo" not in haiku
    assert sonnet.get("inference_geo") == sent


async def test_the_models_wire_id_is_what_is_asked_for(room: Room) -> None:
    for provider in PROVIDERS:
        await room.ask(provider, "ok")

    assert [call.model for call in room.simulator.calls] == [model_of(provider).wire_id for provider in PROVIDERS]


async def test_a_marked_system_prompt_stands_apart_from_the_passages_that_change(room: Room) -> None:
    await room.ask("anthropic", "ok", system="Be kind.", passages=PASSAGES, marks_system=True)

    kept, passages = room.simulator.calls[-1].body["system"]
    assert kept == {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
    assert "We open at nine." in passages["text"]
    assert "cache_control" not in passages


async def test_a_cache_key_travels_to_openai_and_nowhere_else(room: Room) -> None:
    for provider in PROVIDERS:
        await room.ask(provider, "ok", cache_key="bot-1")
    openai, anthropic = (call.body for call in room.simulator.calls)

    assert openai["prompt_cache_key"] == "bot-1"
    assert "bot-1" not in str(anthropic)
