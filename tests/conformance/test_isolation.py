"""One workspace's call never carries anything of another's, nor of the machine it runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx2
import pytest

from infra.simulator.server import Simulator
from shared.domain.secret import Secret
from shared.providers.port import Answer, CallFailure, Credential
from shared.providers.registry import open_providers
from shared.providers.sdk.transport import SessionTransport, open_http_client
from shared.providers.session import open_session
from shared.settings import Settings
from tests.conformance.asking import PROVIDERS, Room, call_of, key_of

EVERY_WAY = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
ELSEWHERE = "http://127.0.0.1:9"
ENVIRONMENT: Mapping[str, str] = {
    "OPENAI_API_KEY": "sk-sim-ok-environment",
    "OPENAI_ADMIN_KEY": "sk-sim-ok-environment",
    "OPENAI_ORG_ID": "org-environment",
    "OPENAI_PROJECT_ID": "proj_environment",
    "OPENAI_BASE_URL": ELSEWHERE,
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer sk-sim-ok-environment\nx-environment: 1",
    "ANTHROPIC_API_KEY": "sk-ant-sim-ok-environment",
    "ANTHROPIC_AUTH_TOKEN": "sk-ant-sim-ok-environment",
    "ANTHROPIC_BASE_URL": ELSEWHERE,
    "ANTHROPIC_PROFILE": "environment",
    "ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer sk-ant-sim-ok-environment\nX-Api-Key: sk-ant-sim-ok-environment",
    "HTTP_PROXY": ELSEWHERE,
    "HTTPS_PROXY": ELSEWHERE,
    "ALL_PROXY": ELSEWHERE,
}


@EVERY_WAY
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_nothing_of_the_environment_reaches_the_provider(
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    stream: bool,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    result = await room.ask(provider, "ok", stream=stream)

    assert isinstance(result, Answer)
    (seen,) = room.simulator.calls
    assert seen.key == key_of(provider, "ok")
    assert "environment" not in str(dict(seen.headers))
    assert not {"x-environment", "x-api-key", "openai-organization", "openai-project"} & {
        name.lower() for name in seen.headers
    }


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_providers_cookie_is_never_sent_with_another_key(room: Room, provider: str) -> None:
    keys = [key_of(provider, "ok", mark) for mark in ("first", "second")]
    for key in keys:
        await room.providers[provider].call(call_of(provider, key))

    assert [call.key for call in room.simulator.calls] == keys
    assert not any("cookie" in call.headers for call in room.simulator.calls)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_calls_at_the_same_time_each_carry_their_own_key(room: Room, provider: str) -> None:
    keys = [key_of(provider, "delay20", f"mark{number}") for number in range(30)]

    await asyncio.gather(*(room.providers[provider].call(call_of(provider, key)) for key in keys))

    assert sorted(call.key for call in room.simulator.calls) == sorted(keys)


async def test_organization_and_project_travel_with_their_key(room: Room) -> None:
    credential = Credential(Secret(key_of("openai", "ok")), organization="org-1", project="proj_1")

    await room.providers["openai"].call(call_of("openai", "", credential=credential))

    (seen,) = room.simulator.calls
    assert (seen.headers["OpenAI-Organization"], seen.headers["OpenAI-Project"]) == ("org-1", "proj_1")


async def test_an_identity_linked_key_works_with_its_workspace(room: Room) -> None:
    credential = Credential(Secret(key_of("anthropic", "identity_linked")), anthropic_workspace_id="wrkspc_1")

    result = await room.providers["anthropic"].call(call_of("anthropic", "", credential=credential))

    assert isinstance(result, Answer)
    assert room.simulator.calls[-1].headers["anthropic-workspace-id"] == "wrkspc_1"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_redirect_is_not_followed(room: Room, provider: str) -> None:
    result = await room.ask(provider, "redirect")

    assert isinstance(result, CallFailure)
    assert result.status == 307
    assert len(room.simulator.calls) == 1


@EVERY_WAY
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_one_connection_serves_call_after_call(room: Room, provider: str, stream: bool) -> None:
    for mark in ("first", "second", "third"):
        await room.providers[provider].call(call_of(provider, key_of(provider, "ok", mark), stream=stream))

    assert len({call.peer for call in room.simulator.calls}) == 1


async def test_an_unreachable_provider_is_a_connection_failure() -> None:
    async with Simulator(port=0) as simulator:
        gone = Settings(openai_base_url=simulator.openai_base_url, anthropic_base_url=simulator.anthropic_base_url)
    async with open_providers(gone, concurrency=2) as providers:
        for provider in PROVIDERS:
            result = await providers[provider].call(call_of(provider, key_of(provider, "ok")))
            assert isinstance(result, CallFailure)
            assert result.error == "connection"


async def test_closing_an_http_client_leaves_the_shared_session_open() -> None:
    async with open_session(concurrency=1) as session:
        await open_http_client(session).aclose()

        assert not session.closed


async def test_a_transport_error_tells_no_header() -> None:
    async with open_session(concurrency=1) as session:
        transport = SessionTransport(session)
        request = httpx2.Request("GET", "http://localhost:1/", headers={"Authorization": "Bearer sk-sim-ok-1"})

        with pytest.raises(httpx2.ConnectError) as raised:
            await transport.handle_async_request(request)

    assert "sk-sim" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
