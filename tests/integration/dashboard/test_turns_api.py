"""Turns as a workspace's admins see them: what each ran on, and which ones failed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from shared.ids import new_id
from tests.product import Product, Workspace

KEYS = {"openai": "sk-sim-ok-" + "t" * 24, "anthropic": "sk-ant-sim-ok-" + "t" * 24}


async def ask(workspace: Workspace, bot: dict[str, Any], question: str = "Hello", **fields: Any) -> str:
    """Send a message; return its turn's id."""
    _, reply = await workspace.ask(bot["token"], question, **fields)
    return str(reply["mevichat"]["turn_id"])


async def failed(workspace: Workspace, query: str = "") -> list[str]:
    """List failed turns by id."""
    status, turns = await workspace.admin("GET", f"/api/turns{query}")
    assert status == 200, turns
    return [turn["id"] for turn in turns["data"]]


@pytest.mark.parametrize(("model", "provider"), [("gpt-5-mini", "openai"), ("claude-haiku-4-5", "anthropic")])
async def test_a_turn_shows_all_that_it_ran_on_to_admins_and_not_to_the_bots_caller(
    product: Product, model: str, provider: str
) -> None:
    workspace = await product.make_workspace()
    key = await workspace.add_key(provider, KEYS[provider])
    bot = await workspace.add_bot(model)
    _, reply = await workspace.ask(bot["token"], "Hello")
    turn_id, call = reply["mevichat"]["turn_id"], product.simulator.calls[-1]

    _, turn = await workspace.admin("GET", f"/api/turns/{turn_id}")
    headers = {"Authorization": f"Bearer {bot['token']}"}
    async with product.http.get(f"{product.chat_url}/turns/{turn_id}", headers=headers) as answer:
        callers = await answer.json()

    assert (turn["status"], turn["question"]) == ("completed", "Hello")
    assert turn["answer"] == reply["choices"][0]["message"]["content"]
    (attempt,) = turn["attempts"]
    for each in (turn, attempt):
        assert (each["provider"], each["wire_model"]) == (provider, call.model)
        assert (each["key"], each["key_version"]) == (key["id"], 1)
        assert each["provider_request_id"] == call.request_id
        assert (each["usage"]["input_tokens"], each["usage"]["output_tokens"]) == (
            call.input_tokens,
            call.output_tokens,
        )
        assert each["usage"]["kind"] == "exact"
        assert each["call_ms"] >= 0
    assert (turn["attempt"], turn["retries"], turn["crashes"]) == (1, 0, 0)
    assert (callers["model"], callers["provider"], callers["attempt"]) == (model, provider, 1)
    assert callers["call_ms"] == turn["call_ms"]
    assert not {"key", "key_id", "key_version", "wire_model", "provider_request_id"} & set(callers)


async def test_a_streamed_turn_shows_the_time_to_its_firsttext(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", KEYS["openai"])
    bot = await workspace.add_bot("gpt-5-mini")
    body = {"model": "default", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    headers = {"Authorization": f"Bearer {bot['token']}"}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        turn_id = (await answer.text()).partition('"turn_id":"')[2].partition('"')[0]

    _, turn = await workspace.admin("GET", f"/api/turns/{turn_id}")

    assert 0 <= turn["first_text_ms"] <= turn["call_ms"]


async def test_a_call_that_is_made_again_within_an_attempt_leaves_its_request_id_too(product: Product) -> None:
    workspace = await product.make_workspace()
    await workspace.add_key("openai", KEYS["openai"])
    bot = await workspace.add_bot("gpt-5-mini")
    before = len(product.simulator.calls)
    product.simulator.set_behaviour(KEYS["openai"], scenario="server_error", fail_first=1)
    turn_id = await ask(workspace, bot)
    refused, answered = product.simulator.calls[before:]

    _, turn = await workspace.admin("GET", f"/api/turns/{turn_id}")

    ids = [
        each
        for attempt in turn["attempts"]
        for each in (*attempt["earlier_request_ids"], attempt["provider_request_id"])
    ]
    assert (turn["status"], turn["retries"]) == ("completed", 1)
    assert ids == [refused.request_id, answered.request_id]


async def test_another_workspaces_turn_answers_exactly_like_one_that_does_not_exist(product: Product) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    turn_id = await ask(workspace, await workspace.add_bot("mevichat:mini"))

    answers = []
    for each in (turn_id, str(new_id()), "no-id"):
        status, answer = await stranger.admin("GET", f"/api/turns/{each}")
        answer["error"].pop("request_id")
        answers.append((status, answer))

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 404
    for cursor in (turn_id, str(new_id())):
        status, answer = await stranger.admin("GET", f"/api/turns?after={cursor}")
        assert (status, answer["error"]["param"]) == (422, "after")


async def test_failed_turns_are_listed_by_bot_and_day_with_the_providers_facts(product: Product) -> None:
    workspace, stranger = await product.make_workspace(), await product.make_workspace()
    await workspace.add_key("openai", KEYS["openai"])
    bot, other = await workspace.add_bot("gpt-5-mini"), await workspace.add_bot("gpt-5-mini")
    await ask(workspace, bot)
    product.simulator.set_scenario(KEYS["openai"], "invalid_prompt")
    first = await ask(workspace, bot, "a secret question")
    second = await ask(workspace, other)

    assert await failed(workspace) == [second, first]
    assert await failed(workspace, f"?bot={bot['id']}") == [first]
    assert await failed(workspace, f"?after={second}") == [first]
    assert await failed(workspace, "?status=expired") == []
    assert await failed(workspace, "?from=2001-01-01") == [second, first]
    assert await failed(workspace, "?to=2001-01-01") == []
    assert await failed(workspace, "?from=0001-01-01&to=9999-12-31") == [second, first]
    assert await failed(stranger) == await failed(stranger, f"?bot={bot['id']}") == []
    _, listed = await workspace.admin("GET", "/api/turns")
    assert listed["data"][1]["error"]["provider_status"] == 400
    assert "a secret question" not in str(listed)
    wrong = {"status=completed": "status", "bot=x": "bot", "from=x": "from", "from=2026-02-02&to=2026-02-01": "from"}
    for query, param in wrong.items():
        status, answer = await workspace.admin("GET", f"/api/turns?{query}")
        assert (status, answer["error"]["param"]) == (422, param)


async def test_a_key_body_names_its_bots_and_its_age_and_deleting_it_names_them(product: Product) -> None:
    workspace = await product.make_workspace()
    key = await workspace.add_key("openai", KEYS["openai"])
    spare = await workspace.add_key("openai", KEYS["openai"] + "2")
    named = await workspace.add_bot("gpt-5", key_id=key["id"])
    by_default = await workspace.add_bot("gpt-5-mini")
    await workspace.add_bot("mevichat:mini")
    await workspace.add_bot("gpt-5", key_id=spare["id"])
    await product.database.call(
        text("UPDATE provider_keys SET rotated_at = now() - interval '91 days' WHERE id = CAST(:id AS uuid)"),
        id=key["id"],
    )

    _, shown = await workspace.admin("GET", f"/api/keys/{key['id']}")
    _, other = await workspace.admin("GET", f"/api/keys/{spare['id']}")
    _, deleted = await workspace.admin("DELETE", f"/api/keys/{key['id']}")

    assert shown["bots"] == [named["id"], by_default["id"]]
    assert (shown["due_for_rotation"], other["due_for_rotation"]) == (True, False)
    assert deleted["bots"] == [{"id": bot["id"], "name": bot["name"]} for bot in (named, by_default)]
