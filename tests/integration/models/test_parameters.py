"""What becomes of a caller's parameters, told at every door; and what a wrong one gets."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import text

from shared.domain.turn_result import UNSAID
from tests.product import Product, Workspace

OPENAI = "sk-sim-ok-" + "p" * 24
CLAUDE = "sk-ant-sim-ok-" + "p" * 24
SENT = {"temperature": 0.2, "tools": [{"type": "function"}], "max_tokens": 10**6, "colour": "blue", "n": 1}


async def claude_bot(product: Product) -> tuple[Workspace, dict[str, Any]]:
    """Return a bot on Claude Haiku 4.5."""
    workspace = await product.make_workspace()
    await workspace.add_key("anthropic", CLAUDE)
    return workspace, await workspace.add_bot("claude-haiku-4-5")


async def get(product: Product, token: str, path: str) -> dict[str, Any]:
    """Read from the chat API."""
    headers = {"Authorization": f"Bearer {token}"}
    async with product.http.get(product.chat_url + path, headers=headers) as answer:
        body: dict[str, Any] = await answer.json()
        return body


async def test_whole_replies_streams_and_turn_reads_say_the_same_of_every_parameter(product: Product) -> None:
    workspace, bot = await claude_bot(product)
    _, reply = await workspace.ask(bot["token"], "Hello", **SENT)
    told = reply["mevichat"]["ignored_parameters"]

    assert set(told) == {"temperature", "tools", "max_tokens", "colour"}
    assert told["temperature"] == "Anthropic's API takes no sampling parameters any more."
    assert told["max_tokens"].startswith("Lowered to 64000")
    turn = await get(product, bot["token"], f"/turns/{reply['mevichat']['turn_id']}")
    assert turn["ignored_parameters"] == told
    body = {"messages": [{"role": "user", "content": "Hello"}], "stream": True, **SENT}
    headers = {"Authorization": f"Bearer {bot['token']}"}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        lines = [line for line in (await answer.text()).split("\n\n") if line.startswith("data: {")]
    assert orjson.loads(lines[-1].removeprefix("data: "))["mevichat"]["ignored_parameters"] == told


async def test_a_failed_turn_says_it_too(product: Product) -> None:
    workspace, bot = await claude_bot(product)
    product.simulator.set_scenario(CLAUDE, "prompt_too_long")

    _, reply = await workspace.ask(bot["token"], "Hello", **SENT)

    assert reply["mevichat"]["status"] == "failed"
    assert set(reply["mevichat"]["ignored_parameters"]) == {"temperature", "tools", "max_tokens", "colour"}


async def test_a_name_without_a_reason_in_an_old_row_is_read_with_one(product: Product) -> None:
    workspace, bot = await claude_bot(product)
    _, reply = await workspace.ask(bot["token"], "Hello")
    turn_id = reply["mevichat"]["turn_id"]

    await product.database.call(
        text("UPDATE turns SET ignored_parameters = :old WHERE id = :turn_id RETURNING id"),
        old='["seed"]',
        turn_id=turn_id,
    )

    assert (await get(product, bot["token"], f"/turns/{turn_id}"))["ignored_parameters"] == {"seed": UNSAID}


async def test_mini_says_that_it_takes_none(product: Product) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    _, reply = await workspace.ask(bot["token"], "Hello", temperature=0.2)

    assert "takes no parameters" in reply["mevichat"]["ignored_parameters"]["temperature"]


async def test_a_turn_without_parameters_ignores_none(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", OPENAI)
    bot = await workspace.add_bot("gpt-5-mini")

    _, reply = await workspace.ask(bot["token"], "Hello", temperature=1, n=1)

    assert reply["mevichat"]["ignored_parameters"] == {}
    assert (await get(product, bot["token"], f"/turns/{reply['mevichat']['turn_id']}"))["ignored_parameters"] == {}


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("temperature", "hot", "a number from 0 to 2"),
        ("max_tokens", -1, "a whole number"),
        ("stop", ["x"] * 40, "at most 4"),
        ("response_format", {"type": "xml"}, "json_schema"),
        ("reasoning_effort", "very", "minimal"),
    ],
)
async def test_a_value_of_a_wrong_type_is_422_and_leaves_no_turn(
    product: Product, name: str, value: Any, word: str
) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    status, answer = await workspace.ask(bot["token"], "Hello", **{name: value})

    assert (status, answer["error"]["code"], answer["error"]["param"]) == (422, "invalid_request", name)
    assert word in answer["error"]["message"]
    _, quota = await workspace.admin("GET", "/api/quota")
    assert quota["used"] == 0
