"""Turns on Mini from end to end: built in, and on a server of the platform's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import REGISTRY

from infra.simulator.server import Simulator
from shared.domain.catalogue import MINI
from shared.domain.error_types import APOLOGY
from tests.integration.gateway.door import Door
from tests.product import Product, Workspace, running_product

PLANS = "Plan,Price,Bots\nFree,0,1\nPro,20,10\nScale,99,100"
LADEN = "## Öffnungszeiten\nDer Laden ist von Dienstag bis Samstag von 10 bis 18 Uhr geöffnet."
SERVER_KEY = "sk-sim-ok-platform"
ONE_CALL = {"retry_start_limit_seconds": 0.001}


async def open_bot(product: Product, **documents: str) -> tuple[Workspace, Door]:
    """Make a workspace without any key, and a Mini bot with these documents."""
    workspace = await product.make_workspace()
    bot = await workspace.add_bot(MINI)
    for title, text in documents.items():
        document = {"bot_id": bot["id"], "title": title, "text": text}
        assert (await workspace.admin("POST", "/api/documents", document))[0] == 201
    return workspace, Door(product, bot["token"], product.chat_url)


@asynccontextmanager
async def served(database_url: str, redis_url: str, **overrides: Any) -> AsyncIterator[tuple[Simulator, Product]]:
    """Run the product with Mini on a compatible server."""
    async with Simulator(port=0) as server:
        settings = {"mini_base_url": server.compatible_base_url, "mini_api_key": SERVER_KEY} | ONE_CALL | overrides
        async with running_product(database_url, redis_url, **settings) as product:
            yield server, product


async def usage_kind_of(workspace: Workspace, turn_id: str) -> str:
    """Return whether the turn's figures are the server's or estimated."""
    facts = (await workspace.admin("GET", f"/api/turns/{turn_id}"))[1]
    return str(facts["attempts"][-1]["usage"]["kind"])


async def test_built_in_mini_follows_a_conversation_through_a_bots_documents(product: Product) -> None:
    _, door = await open_bot(product, Plans=PLANS)

    first = await door.ask("What does the Free plan cost?", conversation="c")
    second = await door.ask("And for Pro?", conversation="c")
    unknown = await door.ask("And for Enterprise?", conversation="c")

    assert first.text == "Plan: Free, Price: 0, Bots: 1. (Source: Plans)"
    assert second.text == "Plan: Pro, Price: 20, Bots: 10. (Source: Plans)"
    assert unknown.text.startswith("I don't know that from the documents I have.")


async def test_built_in_mini_speaks_the_questions_language_and_streams(product: Product) -> None:
    workspace, door = await open_bot(product, Zeiten=LADEN)

    stream = await door.stream("Wann hat der Laden geöffnet?")
    talk = await door.ask("Bist du ein Mensch?")

    assert stream.text.endswith("von 10 bis 18 Uhr geöffnet. (Quelle: Zeiten)")
    assert talk.text.startswith("Ich bin ein Programm")
    assert (await workspace.admin("GET", "/api/quota"))[1]["used"] == 2


@pytest.mark.parametrize(("scenario", "kind"), [("ok", "exact"), ("no_usage", "estimated")])
async def test_a_server_answers_without_any_key_and_its_figures_are_told_from_estimates(
    database_url: str, redis_url: str, scenario: str, kind: str
) -> None:
    async with served(database_url, redis_url, mini_api_key=f"sk-sim-{scenario}-p") as (_, product):
        workspace, door = await open_bot(product)
        whole, stream = await door.ask("Hello"), await door.stream("Hello")
        kinds = [await usage_kind_of(workspace, turn_id) for turn_id in (whole.turn_id, stream.turn_id)]
        quota = (await workspace.admin("GET", "/api/quota"))[1]

    assert whole.text == stream.text == "You said: Hello (message 1)"
    assert kinds == [kind, kind]
    assert quota["used"] == 2


@pytest.mark.parametrize(
    ("scenario", "error", "said"),
    [
        ("refused_connection", "connection", "Mevichat Mini's server could not be reached"),
        ("hang", "timeout", "Mevichat Mini's server did not answer in time"),
        ("invalid_api_key", "key_refused", "refused the platform's own key"),
        ("ollama_model_not_found_text", "model_unavailable", "did not know its model"),
        ("vllm_context", "context_too_long", "longer than the model takes"),
    ],
)
async def test_a_server_that_fails_is_named_and_no_key_of_the_workspace_is(
    database_url: str, redis_url: str, scenario: str, error: str, said: str
) -> None:
    async with served(database_url, redis_url, provider_timeout_seconds=1) as (server, product):
        workspace, door = await open_bot(product)
        key = await workspace.add_key("openai", "sk-sim-ok-workspace")
        server.set_scenario(SERVER_KEY, scenario)
        before = failures(error)
        failed = await door.ask("Hello")
        counted = failures(error) - before
        state = (await workspace.admin("GET", f"/api/keys/{key['id']}"))[1]["state"]
        quota = (await workspace.admin("GET", "/api/quota"))[1]

    assert failed.text == APOLOGY
    assert failed.body["mevichat"]["error"]["type"] == error
    assert said in failed.body["mevichat"]["error"]["reason"]
    assert state == "active"
    assert quota["used"] == 0
    assert counted == 1


async def test_a_retry_after_a_rate_limit_is_told_from_one_after_an_outage(product: Product) -> None:
    workspace = await product.make_workspace()
    key, counts = "sk-sim-ok-retried", {}
    await workspace.add_key("openai", key)
    door = Door(product, (await workspace.add_bot("gpt-5-mini"))["token"], product.chat_url)
    for scenario in ("server_error", "rate_limit_requests"):
        product.simulator.set_behaviour(key, scenario=scenario, fail_first=1)
        before = {error: retries(error) for error in ("overloaded", "rate_limited")}
        assert (await door.ask("Hello")).turn_status == "completed"
        counts[scenario] = [retries(error) - before[error] for error in ("overloaded", "rate_limited")]

    assert counts == {"server_error": [1, 0], "rate_limit_requests": [0, 1]}


def failures(error: str) -> float:
    """Return how many calls to Mini's server have failed so."""
    return counted_so_far("mevichat_call_failures_total", provider="mevichat", error=error)


def retries(error: str) -> float:
    """Return how many calls to OpenAI were made again after failing so."""
    return counted_so_far("mevichat_retries_total", provider="openai", error=error)


def counted_so_far(name: str, **labels: str) -> float:
    """Return a counter of this process, in which the whole product runs."""
    return REGISTRY.get_sample_value(name, labels) or 0.0
