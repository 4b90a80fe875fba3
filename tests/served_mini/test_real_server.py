"""Mini on a real server: whole, streamed, parameters, figures, errors, an end in the middle, a server that hangs."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.cli.mini_check import check_mini
from shared.domain.catalogue import MINI, load_catalogue
from shared.domain.chat import ChatMessage
from shared.domain.error_types import APOLOGY, ErrorType
from shared.providers.port import Answer, CallFailure, CallResult, ChatCall, Providers
from shared.providers.registry import open_providers
from shared.settings import Settings
from tests.integration.gateway.door import Door
from tests.product import running_product
from tests.served_mini.server import NAME, Server, running_server

pytestmark = pytest.mark.campaign
MODEL = load_catalogue().models[MINI]
QUESTION = "lamp shop open"
TOO_LONG = "lamp " * 400
EVERY_WAY = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@dataclass(slots=True)
class Room:
    """The server, Mini's settings for it, and the provider over one wire."""

    server: Server
    settings: Settings
    providers: Providers
    heard: list[str] = field(default_factory=list)

    async def ask(
        self, text: str = QUESTION, *, timeout_seconds: float = 30.0, stream: bool = False, **parameters: Any
    ) -> CallResult:
        """Ask once."""
        messages = (ChatMessage("system", "a shop"), ChatMessage("user", text))
        call = ChatCall(MODEL, messages, parameters=parameters, stream=stream, timeout_seconds=timeout_seconds)
        return await self.providers[MODEL.provider].call(call, self.heard.append)


@pytest.fixture(params=["direct", "sdk"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """Start the server, and Mini on it over each wire."""
    async with running_server() as server:
        settings = Settings.model_validate(
            {"provider_wire": request.param, "mini_base_url": server.base_url, "mini_model": NAME}
        )
        async with open_providers(settings, concurrency=4) as providers:
            yield Room(server, settings, providers)


@EVERY_WAY
async def test_it_answers_and_a_stream_says_the_same_as_its_pieces(room: Room, stream: bool) -> None:
    result = await room.ask(stream=stream, max_tokens=12)

    assert isinstance(result, Answer)
    assert result.text
    assert "".join(room.heard) == (result.text if stream else "")


async def test_whole_answers_have_figures_and_streams_none(room: Room) -> None:
    whole, streamed = await room.ask(max_tokens=5), await room.ask(max_tokens=5, stream=True)

    assert isinstance(whole, Answer)
    assert isinstance(streamed, Answer)
    assert whole.usage is not None
    assert whole.usage.output_tokens == 5
    assert whole.usage.input_tokens > 0
    assert streamed.usage is None  # this server sends none, though it is asked for them


@EVERY_WAY
async def test_max_tokens_ends_the_answer_by_length(room: Room, stream: bool) -> None:
    result = await room.ask(stream=stream, max_completion_tokens=3)

    assert isinstance(result, Answer)
    assert result.finish_reason == "length"
    assert len(result.text.split()) <= 3


@EVERY_WAY
async def test_at_temperature_0_the_same_is_said_twice_and_a_stop_ends_it(room: Room, stream: bool) -> None:
    first = await room.ask(stream=stream, temperature=0, max_tokens=8)
    again = await room.ask(stream=stream, temperature=0, max_tokens=8)
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    word = f" {first.text.split()[3]}"
    stopped = await room.ask(stream=stream, temperature=0, max_tokens=8, stop=[word])

    assert first.text == again.text
    assert isinstance(stopped, Answer)
    assert stopped.finish_reason == "stop"
    assert stopped.text == first.text[: first.text.index(word)]


@EVERY_WAY
async def test_a_context_that_is_too_long_is_named_so(room: Room, stream: bool) -> None:
    result = await room.ask(TOO_LONG, stream=stream)

    assert isinstance(result, CallFailure)
    assert result.error is ErrorType.CONTEXT_TOO_LONG
    assert room.heard == []


async def test_a_server_that_hangs_is_a_timeout_and_one_that_ended_cannot_be_reached(room: Room) -> None:
    os.kill(room.server.process.pid, signal.SIGSTOP)
    hanging = await room.ask(timeout_seconds=1.0)
    os.kill(room.server.process.pid, signal.SIGCONT)
    room.server.process.terminate()
    await room.server.process.wait()
    ended = await room.ask()

    assert isinstance(hanging, CallFailure)
    assert hanging.error is ErrorType.TIMEOUT
    assert isinstance(ended, CallFailure)
    assert ended.error is ErrorType.CONNECTION


async def test_the_doctor_finds_the_server_and_its_list(room: Room) -> None:
    assert await check_mini(room.settings) == (f"answers as {NAME}", None)
    other = room.settings.model_copy(update={"mini_model": "other"})
    # this server answers under every name
    assert await check_mini(other) == ("answers as other, which its list does not name", None)


async def test_turns_run_on_it_from_end_to_end(database_url: str, redis_url: str) -> None:
    async with running_server() as server:
        overrides: dict[str, Any] = {
            "mini_base_url": server.base_url,
            "mini_model": NAME,
            "retry_start_limit_seconds": 0.001,
        }
        async with running_product(database_url, redis_url, **overrides) as product:
            workspace = await product.make_workspace()
            bot = await workspace.add_bot(MINI)
            door = Door(product, bot["token"], product.chat_url)
            whole = await door.ask(QUESTION, max_tokens=6)
            streamed = await door.stream(QUESTION, max_tokens=6)
            too_long = await door.ask(TOO_LONG)
            server.process.terminate()
            await server.process.wait()
            down = await door.ask(QUESTION)
            quota = (await workspace.admin("GET", "/api/quota"))[1]

    assert (whole.turn_status, streamed.mevichat["status"]) == ("completed", "completed")
    assert whole.body["usage"]["completion_tokens"] <= 6
    assert streamed.text
    assert too_long.body["mevichat"]["error"]["type"] == "context_too_long"
    assert down.text == APOLOGY
    assert "Mevichat Mini's server could not be reached" in down.body["mevichat"]["error"]["reason"]
    assert quota["used"] == 2
