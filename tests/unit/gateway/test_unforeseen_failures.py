"""What nobody foresaw is answered in the envelope that clients read, and told to nobody but the log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from services.gateway.app import CHAT, build_app
from services.gateway.context import GatewayContext

TOKEN = [(b"authorization", b"Bearer mvb_anything")]


async def _never_ready() -> bool:
    return False


@pytest.mark.parametrize(("method", "path"), [("POST", CHAT), ("GET", "/v1/models")])
async def test_a_failure_inside_is_answered_in_the_envelope_without_its_words(method: str, path: str) -> None:
    broken = SimpleNamespace(database=SimpleNamespace(is_ready=_never_ready))
    status, body = await _ask(cast("GatewayContext", broken), method, path)

    assert (status, body["error"]["type"], body["error"]["code"]) == (500, "server_error", "internal_error")
    assert "attribute" not in body["error"]["message"]


async def _ask(context: GatewayContext, method: str, path: str) -> tuple[int, dict[str, Any]]:
    """Ask the application as its server does; what it raises after it has answered is the server's to log."""
    sent: list[Any] = []
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}

    async def receive() -> dict[str, Any]:
        return {
            "type": "http.request",
            "body": b'{"messages": [{"role": "user", "content": "Hi"}]}',
            "more_body": False,
        }

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await build_app(context)({**scope, "headers": TOKEN}, receive, send)
    except AttributeError:
        assert sent, "it raised before it had answered"
    return sent[0]["status"], orjson.loads(sent[1]["body"])
