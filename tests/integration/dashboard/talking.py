"""What the tests of the conversations' pages make and read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from tests.product import Product, Workspace
from tests.visitor import Visitor

KEY = "sk-sim-ok-" + "c" * 24
TURN = re.compile(r'href="/turns/([0-9a-f-]{36})"')


async def ask(workspace: Workspace, bot: dict[str, Any], question: str = "Hello", **fields: Any) -> str:
    """Send a message; return its turn's id."""
    _, reply = await workspace.ask(bot["token"], question, **fields)
    return str(reply["mevichat"]["turn_id"])


async def found(visitor: Visitor, **filters: str) -> list[str]:
    """Search; return the turns of the page in order."""
    answer = await visitor.get(f"/conversations?{urlencode(filters)}")
    assert answer.status == 200, answer.text
    return TURN.findall(answer.text)


async def failing_workspace(product: Product) -> tuple[Workspace, dict[str, Any]]:
    """Make a workspace whose next turns fail at the provider."""
    workspace = await product.make_workspace()
    await workspace.add_key("openai", KEY)
    bot = await workspace.add_bot("gpt-5-mini")
    product.simulator.set_scenario(KEY, "invalid_prompt")
    return workspace, bot


async def accepted(product: Product, bot: dict[str, Any], **fields: Any) -> str:
    """Send a message that nobody waits for; return its turn's id."""
    headers = {"Authorization": f"Bearer {bot['token']}", "Prefer": "respond-async"}
    body = {"model": "default", "messages": [{"role": "user", "content": "Hello"}], **fields}
    async with product.http.post(product.chat_url + "/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == 202
        return str((await answer.json())["turn_id"])
