"""OpenAI's `response_format` in Anthropic's words: `output_config.format`."""

from __future__ import annotations

from typing import Any

from shared.providers.parameters import Fate, NotSent, Sent
from shared.providers.port import ChatCall
from shared.providers.wire_values import mapping

NO_JSON_OBJECT = "Anthropic takes a JSON schema only; send json_schema, or ask for JSON in the prompt."
UNREADABLE = "The schema was not understood: each part needs type, anyOf, oneOf, allOf, enum or const."


def needs(call: ChatCall) -> str | None:
    """Name the SDK where the call has a format: its own translation of schemas is the one that its server takes."""
    return "anthropic" if "response_format" in call.parameters else None


def output_format(response_format: Any) -> Fate:
    """Translate a format; plain text is what comes anyway."""
    match mapping(response_format).get("type"):
        case "text":
            return NotSent()
        case "json_schema":
            return _schema_of(mapping(mapping(response_format).get("json_schema")).get("schema"))
        case _:
            return NotSent(NO_JSON_OBJECT)


def _schema_of(schema: Any) -> Fate:
    """Return the schema as Anthropic takes it: the SDK closes objects and moves what it does not know into words."""
    import anthropic  # noqa: PLC0415 - costly, and only schemas need it

    if not isinstance(schema, dict):
        return NotSent(UNREADABLE)
    try:
        return Sent({"type": "json_schema", "schema": anthropic.transform_schema(schema)})
    except (AttributeError, TypeError, ValueError, RecursionError):  # a schema of another shape than its own words say
        return NotSent(UNREADABLE)
