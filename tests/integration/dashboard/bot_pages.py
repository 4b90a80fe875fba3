"""What the tests of the bots' pages share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.visitor import COOKIE, Visitor

STREAM = "application/x-ndjson"


async def say(visitor: Visitor, bot_id: str, message: str, conversation: str = "") -> tuple[int, list[dict[str, Any]]]:
    """Send a message by the test chat as its script does; return the status and the lines of the answer."""
    product = visitor.product
    fields = {"csrf": visitor.csrf, "message": message, "conversation": conversation}
    headers = {"Cookie": f"{COOKIE}={visitor.cookie}", "Accept": STREAM}
    url = f"{product.admin_url}/bots/{bot_id}/chat"
    async with product.http.post(url, data=fields, headers=headers, allow_redirects=False) as answer:
        body = await answer.read()
        return answer.status, [orjson.loads(line) for line in body.split(b"\n") if line]


def text_of(lines: list[dict[str, Any]]) -> str:
    """Return the text that the lines leave on the page."""
    return "".join(line.get("text", "") for line in lines)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is asked of PostgreSQL meanwhile, in this process."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
