"""The chat API in OpenAPI's words, made from its routes."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

CHAT_REQUEST = {
    "type": "object",
    "required": ["messages"],
    "properties": {
        "model": {"type": "string", "default": "default"},
        "messages": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        "conversation": {"type": "string", "maxLength": 128},
        "user": {"type": "string", "maxLength": 256},
        "stream": {"type": "boolean", "default": False},
    },
    "additionalProperties": True,
}


def describe(routes: list[Route]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(route.path, {})[method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mevichat chat API", "version": "1"},
        "security": [{"botToken": []}],
        "components": {"securitySchemes": {"botToken": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": (route.endpoint.__doc__ or "").strip(),
        "responses": {"default": {"description": "The answer, or an error in OpenAI's envelope"}},
    }
    if route.path == "/v1/chat/completions":
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": CHAT_REQUEST}}}
    if "{id" in route.path:
        operation["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    if route.path.startswith("/v1/conversations/"):
        operation["parameters"].append({"name": "after", "in": "query", "schema": {"type": "string"}})
    return operation
