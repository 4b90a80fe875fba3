"""Every operation of both ports, with how it names a thing of a workspace; an operation without a row fails the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ID = "ID"
"""Stands in paths, queries and bodies for the id that is tried."""


@dataclass(frozen=True, slots=True)
class Row:
    """How an operation names a thing: its kind (None: it names none) and where, as query and body."""

    kind: str | None = None
    query: str = ""
    body: dict[str, Any] | None = None
    more: tuple[Row, ...] = field(default=())


BOT, KEY, TOKEN, TURN = "bot", "key", "token", "turn"
ADMIN = {
    "POST /api/keys": Row(),
    "GET /api/keys": Row(KEY, "?after=ID"),
    "GET /api/keys/{id}": Row(KEY),
    "PATCH /api/keys/{id}": Row(KEY, body={"label": "taken"}),
    "DELETE /api/keys/{id}": Row(KEY),
    "POST /api/keys/{id}/rotate": Row(KEY, body={"key": "sk-sim-ok-" + "t" * 24}),
    "POST /api/keys/{id}/test": Row(KEY),
    "POST /api/bots": Row(KEY, body={"name": "ours", "model": "gpt-5-mini", "key_id": ID}),
    "GET /api/bots": Row(BOT, "?after=ID"),
    "GET /api/bots/{id}": Row(BOT),
    "PATCH /api/bots/{id}": Row(BOT, body={"name": "taken"}),
    "DELETE /api/bots/{id}": Row(BOT),
    "POST /api/tokens": Row(BOT, body={"kind": "bot", "name": "ours", "bot_id": ID}),
    "GET /api/tokens": Row(TOKEN, "?after=ID"),
    "DELETE /api/tokens/{id}": Row(TOKEN),
    "POST /api/tokens/{id}/rotate": Row(TOKEN),
    "POST /api/documents": Row(BOT, body={"bot_id": ID, "title": "ours", "text": "words"}),
    "GET /api/documents": Row(BOT, "?bot_id=ID", more=(Row("document", "?after=ID"),)),
    "GET /api/documents/{id}": Row("document"),
    "PUT /api/documents/{id}": Row("document", body={"text": "words"}),
    "POST /api/documents/{id}/retry": Row("document"),
    "DELETE /api/documents/{id}": Row("document"),
    "GET /api/turns": Row(BOT, "?bot=ID", more=(Row(TURN, "?after=ID"),)),
    "GET /api/turns/{id}": Row(TURN),
    "GET /api/conversations/export": Row(),
    "POST /api/erasures": Row(),
    "GET /api/erasures": Row(),
    "GET /api/usage": Row(),
    "GET /api/quota": Row(),
    "GET /api/models": Row(),
    "GET /api/notices": Row("notice", "?after=ID"),
    "POST /api/notices/test": Row(),
    "GET /api/notices/settings": Row(),
    "PUT /api/notices/settings": Row(),
    "GET /api/workspace": Row(),
    "PATCH /api/workspace": Row(),
    "GET /api/audit": Row(BOT, "?target=ID"),
}
CHAT = {
    "POST /v1/chat/completions": Row(),
    "GET /v1/turns/{id}": Row(TURN),
    "POST /v1/turns/{id}/retry": Row(TURN),
    "POST /v1/turns/{id}/cancel": Row(TURN),
    "GET /v1/turns/{id}/events": Row(TURN),
    "GET /v1/conversations/{id}": Row("conversation"),
    "GET /v1/models": Row(),
    "GET /v1/models/{id}": Row(),
}


def operations_of(document: dict[str, Any]) -> list[str]:
    """Return what an OpenAPI document offers, as `METHOD path`; the path's parameter is `{id}`."""
    return [
        f"{method.upper()} {path.replace('{id:path}', '{id}')}"
        for path, methods in document["paths"].items()
        for method in methods
    ]


def with_id(value: Any, one: str) -> Any:
    """Return the value with the id in its place."""
    if isinstance(value, dict):
        return {name: with_id(each, one) for name, each in value.items()}
    return value.replace("{id}", one).replace(ID, one) if isinstance(value, str) else value
