"""The simulator speaks the providers' wire formats and does what a key or an admin call asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest

import infra.simulator.main
from infra.simulator.behaviour import UnknownScenarioError
from infra.simulator.server import Simulator
from shared.settings import Settings

OPENAI_KEY = "sk-sim-ok-" + "1" * 30
DEADLINE_SECONDS = 10
HISTORY = [
    {"role": "user", "content": "first"},
    {"role": "assistant", "content": "earlier words"},
    {"role": "user", "content": "Hello again"},
]


@dataclass(slots=True)
class Bench:
    """A simulator and a session that talks to it."""

    simulator: Simulator
    http: aiohttp.ClientSession

    async def openai(self, key: str = OPENAI_KEY, **body: Any) -> tuple[int, bytes]:
        """Ask Chat Completions."""
        values = {"model": "gpt-5-mini", "messages": HISTORY, **body}
        headers = {"Authorization": f"Bearer {key}"}
        async with self.http.post(
            self.simulator.openai_base_url + "/chat/completions", json=values, headers=headers
        ) as answer:
            return answer.status, await answer.read()

    async def anthropic(self, key: str, **body: Any) -> tuple[int, bytes]:
        """Ask Messages."""
        values = {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": HISTORY, **body}
        headers = {"Authorization": f"Bearer {key}", "anthropic-version": "2026-10-21"}
        async with self.http.post(
            self.simulator.anthropic_base_url + "/v1/messages", json=values, headers=headers
        ) as answer:
            return answer.status, await answer.read()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Open a simulator on a free port."""
    async with Simulator(port=0) as simulator, aiohttp.ClientSession() as http:
        yield Bench(simulator, http)


async def test_a_reply_repeats_the_question_and_the_earlier_reply_but_no_system_prompt(bench: Bench) -> None:
    _, openai = await bench.openai(messages=[{"role": "system", "content": "hidden rule"}, *HISTORY])
    _, anthropic = await bench.anthropic("sk-ant-sim-ok-1", system="hidden rule")

    for text in (
        orjson.loads(openai)["choices"][0]["message"]["content"],
        orjson.loads(anthropic)["content"][0]["text"],
    ):
        assert "Hello again" in text
        assert "earlier words" in text
        assert "hidden" not in text


async def test_a_stream_ends_as_its_provider_ends_it(bench: Bench) -> None:
    _, openai = await bench.openai(stream=True, stream_options={"include_usage": True})
    _, anthropic = await bench.anthropic("sk-ant-sim-ok-1", stream=True)

    assert openai.endswith(b"data: [DONE]\n\n")
    assert b'"choices":[]' in openai
    assert b"event: message_stop" in anthropic


@pytest.mark.parametrize("key", ["sk-unknown", "sk-sim-no_such_scenario-1", "sk-sim-credit_balance-1"])
async def test_a_key_that_the_provider_does_not_know_is_refused(bench: Bench, key: str) -> None:
    status, body = await bench.openai(key)

    assert status == 401
    assert orjson.loads(body)["error"]["code"] == "invalid_api_key"


async def test_a_scenario_can_be_set_and_unset_while_running(bench: Bench) -> None:
    bench.simulator.set_scenario(OPENAI_KEY, "invalid_prompt")
    refused, _ = await bench.openai()
    bench.simulator.set_scenario(OPENAI_KEY, "ok")
    answered, _ = await bench.openai()

    assert (refused, answered) == (400, 200)
    assert bench.simulator.calls_of(OPENAI_KEY) == 2


async def test_failing_first_counts_down_to_an_answer(bench: Bench) -> None:
    statuses = [(await bench.openai("sk-sim-server_error.failfirst2-1"))[0] for _ in range(3)]

    assert statuses == [500, 500, 200]


async def test_an_unknown_scenario_or_knob_is_an_error_at_once(bench: Bench) -> None:
    with pytest.raises(UnknownScenarioError):
        bench.simulator.set_scenario(OPENAI_KEY, "no_such_scenario")
    with pytest.raises(UnknownScenarioError):
        bench.simulator.set_behaviour(OPENAI_KEY, no_such_knob=1)


async def test_the_admin_doors_change_a_key_and_show_the_counts_without_it(bench: Bench) -> None:
    root = f"http://127.0.0.1:{bench.simulator.port}"
    change = {"key": OPENAI_KEY, "missing_models": ["gpt-5-mini"]}
    async with bench.http.post(root + "/admin/keys", json=change) as answer:
        assert answer.status == 200
    status, _ = await bench.openai()
    async with bench.http.get(root + "/admin/calls") as answer:
        shown = await answer.text()

    assert status == 404
    assert '"calls":1' in shown
    assert OPENAI_KEY not in shown


async def test_chunks_and_delays_shape_a_stream(bench: Bench) -> None:
    _, body = await bench.openai("sk-sim-chunks50.chunkdelay1-1", stream=True)

    assert body.count(b'"delta":{"content"') == 50


async def test_it_runs_as_a_process_until_it_is_told_to_stop(bench: Bench, unused_tcp_port: int) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(infra.simulator.main.run(Settings(simulator_port=unused_tcp_port), stop))
    url = f"http://127.0.0.1:{unused_tcp_port}/health/ready"
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await answers(bench.http, url):
            await asyncio.sleep(0.01)
        stop.set()
        assert await running == 0


async def answers(http: aiohttp.ClientSession, url: str) -> bool:
    """Tell whether somebody answers there."""
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False
