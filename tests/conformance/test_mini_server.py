"""Mini on another server: the platform's key and model name, nobody else's."""

from __future__ import annotations

import pytest

from infra.simulator.server import Simulator
from shared.domain.catalogue import MINI
from shared.domain.chat import ChatMessage
from shared.domain.secret import Secret
from shared.providers.port import Answer, ChatCall, Credential
from shared.providers.registry import open_providers
from shared.settings import Settings
from tests.conformance.asking import CATALOGUE

QUESTION = (ChatMessage("user", "Hello again"),)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_a_configured_server_answers_for_mini(stream: bool) -> None:
    heard: list[str] = []
    async with Simulator(port=0) as simulator:
        settings = Settings(mini_base_url=simulator.openai_base_url, mini_api_key="sk-sim-ok-platform")
        call = ChatCall(
            CATALOGUE.models[MINI],
            QUESTION,
            parameters={"temperature": 0.3},
            credential=Credential(Secret("sk-sim-ok-of-a-workspace")),
            stream=stream,
        )
        async with open_providers(settings, concurrency=2) as providers:
            result = await providers["mevichat"].call(call, heard.append)
        (seen,) = simulator.calls

    assert isinstance(result, Answer)
    assert "Hello again" in result.text
    assert "".join(heard) == (result.text if stream else "")
    assert result.usage is not None
    assert (seen.key, seen.model, seen.body["temperature"]) == ("sk-sim-ok-platform", "mini", 0.3)
