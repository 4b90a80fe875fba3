"""A conversation to look at."""

from __future__ import annotations

from typing import Any

from tests.browser.key_states import openai_key
from tests.product import Workspace

QUESTIONS = ("When do you open?", "Do you deliver on Sundays? " * 60, "What does a gift card cost?")


async def talk(workspace: Workspace) -> dict[str, Any]:
    """Hold a conversation whose last turn fails; return the failed turn's answer and the key that failed it."""
    key = openai_key()
    await workspace.add_key("openai", key)
    bot = await workspace.add_bot("gpt-5-mini", name="Shop")
    for question in QUESTIONS:
        await workspace.ask(bot["token"], question, conversation="customer 42", user="Ada")
    workspace.product.simulator.set_scenario(key, "invalid_prompt")
    _, reply = await workspace.ask(bot["token"], "And now?", conversation="customer 42", user="Ada")
    assert reply["mevichat"]["status"] == "failed"
    return {"key": key, "turn_id": reply["mevichat"]["turn_id"]}
