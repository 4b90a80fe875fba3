"""The main job: a message in, a reply out, tokens counted, a dead key noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from openai import AsyncOpenAI

from shared.domain.error_types import APOLOGY
from tests.product import Product, Workspace

GOOD_KEYS = {"openai": "sk-sim-ok-" + "1" * 30, "anthropic": "sk-ant-sim-ok-" + "1" * 30}
BYOK_MODELS = [
    ("gpt-5", "openai"),
    ("gpt-5-mini", "openai"),
    ("claude-sonnet-4-6", "anthropic"),
    ("claude-haiku-4-5", "anthropic"),
]


async def until(look: Callable[[], Awaitable[Any]], is_there: Callable[[Any], bool]) -> Any:
    """Look again and again until what is looked for is there; fail after 15 s."""
    async with asyncio.timeout(15):
        while not is_there(seen := await look()):
            await asyncio.sleep(0.05)
    return seen


def openai_client(product: Product, token: str) -> AsyncOpenAI:
    """Return an ordinary OpenAI client that talks to a bot."""
    return AsyncOpenAI(base_url=product.chat_url, api_key=token, max_retries=0)


@pytest.mark.parametrize(("model", "provider"), BYOK_MODELS)
async def test_an_openai_client_gets_whole_and_streamed_replies_on_every_byok_model(
    product: Product,
    model: str,
    provider: str,
) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key(provider, GOOD_KEYS[provider])
    bot = await workspace.add_bot(model)

    async with openai_client(product, bot["token"]) as client:
        whole = await client.chat.completions.create(model="default", messages=[{"role": "user", "content": "Hello"}])
        stream = await client.chat.completions.create(
            model="default",
            messages=[{"role": "user", "content": "Hello again"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]

    assert "Hello" in (whole.choices[0].message.content or "")
    assert whole.usage is not None
    assert whole.usage.completion_tokens > 0
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "Hello again" in text
    assert any(chunk.usage and chunk.usage.completion_tokens > 0 for chunk in chunks)


async def test_mini_answers_from_the_bots_documents_on_every_plan(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")
    document = {
        "bot_id": bot["id"],
        "title": "Opening hours",
        "text": "The shop opens at nine in the morning.\n\nThe shop is closed on Sundays.",
    }
    status, _ = await workspace.admin("POST", "/api/documents", document)
    assert status == 201

    _, reply = await workspace.ask(bot["token"], "When does the shop open?")

    assert "nine in the morning" in reply["choices"][0]["message"]["content"]


async def test_every_token_is_counted_once_and_shown_per_bot_and_model(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", GOOD_KEYS["openai"])
    bot = await workspace.add_bot("gpt-5-mini")

    replies = [(await workspace.ask(bot["token"], f"Question {number}"))[1] for number in range(5)]

    output_tokens = sum(reply["usage"]["completion_tokens"] for reply in replies)

    async def rows() -> list[dict[str, Any]]:
        _, usage = await workspace.admin("GET", "/api/usage?group_by=bot,model")
        found: list[dict[str, Any]] = usage["rows"]
        return found

    (row,) = await until(rows, lambda found: bool(found) and found[0]["turns"] == len(replies))
    assert (row["bot"], row["model"]) == (bot["id"], "gpt-5-mini")
    assert (row["output_tokens"], row["failed_turns"]) == (output_tokens, 0)
    _, quota = await workspace.admin("GET", "/api/quota")
    assert (quota["used"], quota["remaining"]) == (5, quota["limit"] - 5)


async def test_a_key_that_starts_to_answer_401_is_flipped_with_a_reason_and_called_no_more(product: Product) -> None:
    workspace = await product.make_workspace()
    saved = await workspace.add_key("openai", GOOD_KEYS["openai"])
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(GOOD_KEYS["openai"], "invalid_api_key")

    status, refused = await workspace.ask(bot["token"], "Hello")

    assert status == 200
    assert refused["choices"][0]["message"]["content"] == APOLOGY
    assert refused["mevichat"]["status"] == "failed"
    key = await _unusable_key(workspace, saved["id"])
    assert key["state"] == "invalid"
    assert "OpenAI" in key["reason"]
    calls_before = product.simulator.calls_of(GOOD_KEYS["openai"])
    _, again = await workspace.ask(bot["token"], "Hello?")
    assert again["choices"][0]["message"]["content"] == APOLOGY
    assert again["mevichat"]["error"]["type"] == "key_unusable"
    assert "OpenAI" in again["mevichat"]["error"]["reason"]
    assert product.simulator.calls_of(GOOD_KEYS["openai"]) == calls_before


async def _unusable_key(workspace: Workspace, key_id: str) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        return (await workspace.admin("GET", f"/api/keys/{key_id}"))[1]

    key: dict[str, Any] = await until(look, lambda seen: not seen["usable"])
    return key


async def test_of_two_messages_sent_at_once_into_one_conversation_the_second_sees_the_firsts_reply(
    product: Product,
) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("anthropic", GOOD_KEYS["anthropic"])
    bot = await workspace.add_bot("claude-haiku-4-5")

    await asyncio.gather(
        workspace.ask(bot["token"], "first words", conversation="c-1"),
        workspace.ask(bot["token"], "other words", conversation="c-1"),
    )

    async with product.http.get(
        product.chat_url + "/conversations/c-1",
        headers={"Authorization": f"Bearer {bot['token']}"},
    ) as answer:
        first, second = (await answer.json())["turns"]
    assert first["answer"] in second["answer"]


async def test_a_failed_turn_stays_in_the_conversation_and_out_of_the_context(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", GOOD_KEYS["openai"])
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(GOOD_KEYS["openai"], "invalid_prompt")
    _, failed = await workspace.ask(bot["token"], "this one fails", conversation="c-2")
    product.simulator.set_scenario(GOOD_KEYS["openai"], "ok")

    _, reply = await workspace.ask(bot["token"], "this one works", conversation="c-2")

    assert failed["mevichat"]["status"] == "failed"
    assert "this one fails" not in reply["choices"][0]["message"]["content"]
    async with product.http.get(
        product.chat_url + "/conversations/c-2",
        headers={"Authorization": f"Bearer {bot['token']}"},
    ) as answer:
        statuses = [turn["status"] for turn in (await answer.json())["turns"]]
    assert statuses == ["failed", "completed"]
