"""What of a conversation's past reaches the provider, by each bot's own settings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.workers.completion.summary import MARK
from tests.integration.gateway.door import KEY
from tests.integration.history.talks import Talk
from tests.product import Product, running_product

LONG = "This is a question of some length. " + "It says the same in other words once more. " * 8


@pytest.fixture
async def product(database_url: str, redis_url: str) -> AsyncIterator[Product]:
    """Run the product with a budget that two long exchanges fill."""
    async with running_product(database_url, redis_url, history_tokens=500) as running:
        yield running


async def test_the_oldest_exchanges_are_left_out_and_the_system_prompt_always_goes_along(product: Product) -> None:
    talk = await Talk.open(product, system_prompt="Be kind.")
    for number in range(6):
        await talk.say(f"Question {number}. {LONG}")

    prompt, *messages = talk.sent()
    assert prompt["content"] == "Be kind."
    assert messages[-1]["content"].startswith("Question 5.")
    assert 1 < len(messages) < 11
    assert messages[0]["role"] == "user"
    assert not messages[0]["content"].startswith(("Question 0", MARK))


async def test_a_bot_of_its_own_budget_sends_more_or_nothing_and_may_go_back_to_the_platforms(product: Product) -> None:
    talk = await Talk.open(product, history_tokens=20_000)
    path = f"/api/bots/{talk.bot['id']}"
    for number in range(6):
        await talk.say(f"Question {number}. {LONG}")
    assert len(talk.sent()) == 11

    await talk.workspace.admin("PATCH", path, {"history_tokens": 0})
    await talk.say("And now?")
    assert len(talk.sent()) == 1

    _, changed = await talk.workspace.admin("PATCH", path, {"history_tokens": None})
    await talk.say("And then?")
    assert changed["history_tokens"] is None
    assert 1 < len(talk.sent()) < 11


async def test_a_bot_that_summarises_sends_the_first_sentences_of_what_no_longer_fits(product: Product) -> None:
    talk = await Talk.open(product, history_overflow="summarise")
    for number in range(6):
        await talk.say(f"Question {number}. {LONG}")

    summary, *messages = talk.sent()
    assert summary["role"] == "user"
    assert summary["content"].startswith(MARK)
    assert "- User: Question 0.\n  Assistant: You said: Question 0.\n" in summary["content"]
    assert "other words" not in summary["content"]
    assert messages[-1]["content"].startswith("Question 5.")


async def test_failed_turns_and_broken_answers_never_reach_the_model(product: Product) -> None:
    talk = await Talk.open(product)
    await talk.say("The first question")
    product.simulator.set_scenario(KEY, "invalid_prompt")
    assert (await talk.say("A question that fails"))["status"] == "failed"
    product.simulator.set_scenario(KEY, "ok")

    await talk.say("The last question")

    assert [message["content"] for message in talk.sent()] == [
        "The first question",
        "You said: The first question (message 1)",
        "The last question",
    ]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"history_tokens": -1}, "history_tokens"),
        ({"history_tokens": 100_001}, "history_tokens"),
        ({"history_tokens": "many"}, "history_tokens"),
        ({"history_overflow": "forget"}, "history_overflow"),
        ({"history_overflow": None}, "history_overflow"),
    ],
)
async def test_what_is_no_budget_and_no_choice_is_refused_by_name(
    product: Product, fields: dict[str, object], param: str
) -> None:
    workspace = await product.make_workspace()
    bot = await workspace.add_bot("mevichat:mini")

    status, answer = await workspace.admin("PATCH", f"/api/bots/{bot['id']}", fields)

    assert (status, answer["error"]["param"]) == (422, param)
    assert param in answer["error"]["message"]
