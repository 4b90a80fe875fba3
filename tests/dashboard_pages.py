"""Pages that read a workspace's history, and the ids that their paths need, found as a visitor finds them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from html import unescape

RANGE = "from={from_day}&to={to_day}"
EDGES = "from={edge_from}&to={edge_to}"
"""A range that begins and ends in the middle of a month: the most single days."""
OF_WORKSPACE = (
    "/",
    "/overview/now",
    "/usage",
    f"/usage?{RANGE}",
    f"/usage?{RANGE}&group=bot",
    f"/usage?{EDGES}&group=bot",
    f"/usage?{RANGE}&group=bot&model=gpt-5",
    f"/usage?{RANGE}&group=bot&key={{key}}",
    f"/usage?{RANGE}&group=model",
    f"/usage?{RANGE}&group=provider",
    f"/usage?{RANGE}&group=key",
    f"/usage?{RANGE}&bot={{bot}}",
    f"/usage/turns.svg?{RANGE}",
    f"/usage/turns.svg?{RANGE}&group=bot",
    f"/usage/tokens.svg?{RANGE}",
    f"/usage/tokens.svg?{RANGE}&group=bot",
    f"/usage.csv?{RANGE}&group=bot",
    "/keys",
    "/keys/list",
    "/keys/new",
    "/keys/{key}/rotate",
    "/keys/{key}/settings",
    "/keys/{key}/delete",
    "/bots",
    "/bots/new",
    "/bots/{bot}",
    "/bots/{bot}/settings",
    "/bots/{bot}/delete",
    "/bots/{bot}/documents",
    "/bots/{bot}/documents/list",
    "/bots/{bot}/tokens",
    "/conversations",
    "/conversations/list",
    "/conversations?status=failed",
    "/conversations?status=cancelled",
    "/conversations?bot={bot}",
    "/conversations/{conversation}",
    "/conversations/erase",
    "/turns/{turn}",
    "/workspace",
    "/workspace/tokens",
    "/workspace/notices",
    "/workspace/audit",
)
OF_OPERATOR = (
    "/operator",
    "/operator/workspaces/{workspace}",
    "/operator/workspaces/{workspace}/plan",
    "/operator/workspaces/{workspace}/limits",
    "/operator/queue",
    "/operator/queue/now",
    "/operator/turns",
)
ID = r"([0-9a-f-]{36})"
FOUND_ON = {
    "key": ("/keys", rf'href="/keys/{ID}/'),
    "bot": ("/bots", rf'href="/bots/{ID}"'),
    "turn": ("/conversations?status=failed", rf'href="/turns/{ID}"'),
    "conversation": ("/conversations", r'href="/conversations/([^"?#]+/[^"?#]+)["?#]'),
}
"""Where a visitor finds the first id of each kind."""


async def ids_found(text_of: Callable[[str], Awaitable[str]]) -> dict[str, str]:
    """Return one id of each kind, read from pages by `text_of`."""
    found = {}
    for kind, (path, pattern) in FOUND_ON.items():
        match = re.search(pattern, await text_of(path))
        assert match is not None, f"{path} shows no {kind}"
        found[kind] = unescape(match[1])
    return found
