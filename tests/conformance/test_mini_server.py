"""Mini on another server: the platform's key and model name, nobody else's, and every shape of answer that servers have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import structlog

from infra.simulator.scenario import load_compatible
from infra.simulator.server import Simulator
from shared.domain.catalogue import MINI
from shared.domain.chat import ChatMessage
from shared.domain.error_types import ErrorType
from shared.domain.secret import Secret
from shared.providers.port import Answer, CallFailure, CallResult, ChatCall, Credential, ProbeAccepted
from shared.providers.registry import open_providers
from shared.settings import Settings
from tests.conformance.asking import CATALOGUE
from tests.conformance.conftest import by_name
from tests.conformance.expectations import COMPATIBLE, Expected

QUESTION = (ChatMessage("user", "Hello again"),)
HANGS = ("hang", "hang_midway")
EVERY_WAY = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
EVERY_WIRE = pytest.mark.parametrize("wire", ["direct", "sdk"])


@dataclass(slots=True)
class Heard:
    """What came of one call to Mini, and what the simulator saw of it."""

    result: CallResult
    simulator: Simulator
    pieces: list[str] = field(default_factory=list)


@asynccontextmanager
async def served(wire: str, key: str | None) -> AsyncIterator[tuple[Simulator, Settings]]:
    """Open a compatible server and the settings that lead Mini to it."""
    async with Simulator(port=0) as simulator:
        url = by_name(simulator.compatible_base_url)
        yield simulator, Settings.model_validate({"provider_wire": wire, "mini_base_url": url, "mini_api_key": key})


async def ask(wire: str, key: str | None, *, stream: bool = False, timeout_seconds: float = 10.0) -> Heard:
    """Ask Mini once."""
    pieces: list[str] = []
    call = ChatCall(
        CATALOGUE.models[MINI],
        QUESTION,
        parameters={"temperature": 0.3, "max_completion_tokens": 7, "stop": ["."]},
        credential=Credential(Secret("sk-sim-ok-of-a-workspace")),
        stream=stream,
        timeout_seconds=timeout_seconds,
    )
    async with served(wire, key) as (simulator, settings), open_providers(settings, concurrency=2) as providers:
        return Heard(await providers["mevichat"].call(call, pieces.append), simulator, pieces)


def test_the_table_speaks_of_every_scenario() -> None:
    assert set(COMPATIBLE) == set(load_compatible())


@EVERY_WAY
@EVERY_WIRE
@pytest.mark.parametrize("scenario", COMPATIBLE)
async def test_a_shape_of_a_server_ends_as_the_table_says(wire: str, scenario: str, stream: bool) -> None:
    heard = await ask(wire, f"sk-sim-{scenario}-1", stream=stream, timeout_seconds=0.3 if scenario in HANGS else 10.0)

    expected = _expected(COMPATIBLE[scenario], stream=stream)
    if expected is None:
        assert isinstance(heard.result, Answer), heard.result
        assert bool(heard.result.text) is (scenario != "length")
    else:
        assert isinstance(heard.result, CallFailure), heard.result
        assert heard.result.error is expected
    assert "".join(heard.pieces) == (heard.result.text if stream else "")


@EVERY_WAY
@EVERY_WIRE
@pytest.mark.parametrize("scenario", ["ok", "comments", "crlf", "no_done", "empty_finish", "usage_beside", "reasoning"])
async def test_figures_and_finish_are_read_from_every_shape(wire: str, scenario: str, stream: bool) -> None:
    heard = await ask(wire, f"sk-sim-{scenario}-1", stream=stream)

    assert isinstance(heard.result, Answer)
    assert heard.result.text == "You said: Hello again (message 1)"
    assert heard.result.finish_reason == "stop"
    assert heard.result.usage is not None
    assert heard.result.usage.output_tokens == heard.simulator.calls[-1].output_tokens


@EVERY_WIRE
@pytest.mark.parametrize("key", [None, "sk-sim-ok-platform"])
async def test_the_server_is_asked_with_its_own_name_and_key_and_the_callers_parameters(
    wire: str, key: str | None
) -> None:
    heard = await ask(wire, key)

    (seen,) = heard.simulator.calls
    assert isinstance(heard.result, Answer)
    assert (seen.key, seen.model) == (key or "none", "mini")
    assert {name: seen.body.get(name) for name in ("temperature", "max_tokens", "stop")} == {
        "temperature": 0.3,
        "max_tokens": 7,
        "stop": ["."],
    }


async def test_a_stream_without_a_word_is_asked_again_whole_once() -> None:
    heard = await ask("direct", "sk-sim-nothing-1", stream=True)

    assert [call.kind for call in heard.simulator.calls] == ["stream", "whole"]


@EVERY_WIRE
async def test_a_server_that_is_down_is_told_to_the_operators_once_a_minute(wire: str) -> None:
    async with served(wire, None) as (_, settings):
        pass
    call = ChatCall(CATALOGUE.models[MINI], QUESTION)
    with structlog.testing.capture_logs() as logs:
        async with open_providers(settings, concurrency=2) as providers:
            results = [await providers["mevichat"].call(call) for _ in range(3)]

    assert [result.error for result in results if isinstance(result, CallFailure)] == [ErrorType.CONNECTION] * 3
    assert [(log["event"], log["error"], log["model"]) for log in logs] == [
        ("mini_server_failed", "connection", "mini")
    ]


async def test_what_the_caller_caused_is_not_told_to_the_operators() -> None:
    with structlog.testing.capture_logs() as logs:
        heard = await ask("direct", "sk-sim-llamacpp_context-1")

    assert isinstance(heard.result, CallFailure)
    assert logs == []


async def test_a_probe_names_the_models_that_the_server_lists() -> None:
    async with served("direct", None) as (_, settings), open_providers(settings, concurrency=2) as providers:
        result = await providers["mevichat"].probe(Credential(Secret("")), [CATALOGUE.models[MINI]], 10.0)

    assert isinstance(result, ProbeAccepted)
    assert result.models is not None
    assert "mini" in result.models


def _expected(expected: Expected, *, stream: bool) -> ErrorType | None:
    return expected[stream] if isinstance(expected, tuple) else expected
